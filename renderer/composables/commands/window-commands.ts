/** Commands about the library and the window itself. */
import type { IconName } from '../../components/icons.ts';
import { checkCommand, plainCommand } from '../shown-command.ts';
import { goToNew, type DialogName } from '../window-state.ts';
import type { CommandGroup, WindowCommand } from './command.ts';
import { nextPane } from './panes.ts';

/** A command that opens a dialog. */
const dialog = (
  name: DialogName,
  group: CommandGroup,
  words: string,
  icon: IconName,
  more: Partial<Pick<WindowCommand, 'keys' | 'shown'>> = {},
): WindowCommand => ({
  id: `open.${name}`,
  about: 'window',
  group,
  words,
  icon,
  everywhere: true,
  ...more,
  run: ({ state }) => void (state.dialog.value = name),
});

export const WINDOW_COMMANDS: readonly WindowCommand[] = [
  {
    id: 'view.all',
    about: 'window',
    group: 'View',
    words: 'Overview of all machines',
    icon: 'grid',
    keys: ['alt+0'],
    everywhere: true,
    run({ state }) {
      state.creating.value = false;
      state.selected.value = undefined;
    },
    shown: () => plainCommand('usage'),
  },
  {
    id: 'view.copy-address',
    about: 'window',
    group: 'View',
    words: 'Copy address',
    icon: 'copy',
    run: ({ operations }) => operations.copyLine(`${location.origin}${location.pathname}${location.hash || '#/'}`),
  },
  {
    id: 'open.create',
    about: 'window',
    group: 'Library',
    words: 'New machine…',
    icon: 'plus',
    keys: ['ctrl+alt+n'],
    everywhere: true,
    run: ({ state }) => goToNew(state),
    shown: () => plainCommand('create', '--help'),
  },
  dialog('import', 'Library', 'Import a machine from a file…', 'download', { shown: () => plainCommand('snapshot', 'import', 'FILE') }),
  dialog('networks', 'Library', 'Networks…', 'globe', { shown: () => plainCommand('network', 'list') }),
  dialog('bin', 'Library', 'Deleted machines…', 'bin', { shown: () => plainCommand('list', '--deleted') }),
  dialog('check', 'Library', 'Check the library…', 'done', { shown: checkCommand }),
  dialog('search', 'Window', 'Search all consoles…', 'search', {
    keys: ['ctrl+shift+f'],
    shown: () => plainCommand('search', 'TEXT'),
  }),
  dialog('palette', 'Window', 'Find an action…', 'search', { keys: ['ctrl+k', 'ctrl+shift+p'] }),
  dialog('settings', 'Window', 'Settings…', 'settings', { keys: ['ctrl+,'] }),
  dialog('keys', 'Window', 'Keyboard shortcuts…', 'keyboard', { keys: ['F1'] }),
  {
    id: 'window.undo',
    about: 'window',
    group: 'Window',
    words: 'Undo',
    icon: 'back',
    // Without this, the browser takes back what was typed last in some field that nobody looks at.
    keys: ['ctrl+z'],
    run: ({ toasts }) => void toasts.undoLast(),
  },
  {
    id: 'window.next-pane',
    about: 'window',
    group: 'Window',
    words: 'Go to the next part of the window',
    icon: 'right',
    keys: ['F6'],
    everywhere: true,
    run: () => nextPane(false),
  },
  {
    id: 'window.previous-pane',
    about: 'window',
    group: 'Window',
    words: 'Go to the previous part of the window',
    icon: 'left',
    keys: ['shift+F6'],
    everywhere: true,
    run: () => nextPane(true),
  },
];
