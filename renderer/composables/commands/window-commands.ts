/** Commands about the library and the window itself. */
import type { IconName } from '../../components/icons.ts';
import { checkCommand, plainCommand } from '../shown-command.ts';
import { createTourState } from '../tour-state.ts';
import { goToNew, goToPage, goToRead, type DialogName } from '../window-state.ts';
import type { CommandGroup, WindowCommand } from './command.ts';
import { nextPane } from './panes.ts';
import { t } from '../../words/words.ts';

/** A command that opens a dialog. */
const dialog = (
  name: DialogName,
  group: CommandGroup,
  words: () => string,
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
    words: () => t('commands.overviewAll'),
    icon: 'grid',
    keys: ['alt+0'],
    everywhere: true,
    run: ({ state }) => goToPage(state),
    shown: () => plainCommand('usage'),
  },
  {
    id: 'view.copy-address',
    about: 'window',
    group: 'View',
    words: () => t('commands.copyAddress'),
    icon: 'copy',
    run: ({ operations }) => operations.copyLine(`${location.origin}${location.pathname}${location.hash || '#/'}`),
  },
  {
    id: 'open.create',
    about: 'window',
    group: 'Library',
    words: () => t('commands.newMachine'),
    icon: 'plus',
    keys: ['ctrl+alt+n'],
    everywhere: true,
    run: ({ state }) => goToNew(state),
    shown: () => plainCommand('create', '--help'),
  },
  dialog('import', 'Library', () => t('commands.import'), 'download', { shown: () => plainCommand('snapshot', 'import', 'FILE') }),
  dialog('networks', 'Library', () => t('commands.networks'), 'globe', { shown: () => plainCommand('network', 'list') }),
  dialog('bin', 'Library', () => t('commands.bin'), 'bin', { shown: () => plainCommand('list', '--deleted') }),
  dialog('check', 'Library', () => t('commands.check'), 'done', { shown: checkCommand }),
  dialog('search', 'Window', () => t('commands.search'), 'search', {
    keys: ['ctrl+shift+f'],
    shown: () => plainCommand('search', 'TEXT'),
  }),
  dialog('palette', 'Window', () => t('commands.palette'), 'search', { keys: ['ctrl+k', 'ctrl+shift+p'] }),
  dialog('settings', 'Window', () => t('commands.settings'), 'settings', { keys: ['ctrl+,'] }),
  dialog('keys', 'Help', () => t('commands.keys'), 'keyboard', { keys: ['shift+F1'] }),
  {
    id: 'help.open',
    about: 'window',
    group: 'Help',
    words: () => t('help.title'),
    icon: 'help',
    keys: ['F1'],
    everywhere: true,
    run: ({ state }) => goToRead(state, { page: 'help' }),
    shown: () => plainCommand('--help'),
  },
  {
    id: 'help.tour',
    about: 'window',
    group: 'Help',
    words: () => t('tour.take'),
    icon: 'leaf',
    run: ({ state }) => void (state.tour.value ??= createTourState()),
  },
  {
    id: 'help.stories',
    about: 'window',
    group: 'Help',
    words: () => t('help.stories'),
    icon: 'shapes',
    run: ({ state }) => goToRead(state, { page: 'stories' }),
  },
  {
    id: 'window.undo',
    about: 'window',
    group: 'Window',
    words: () => t('everyday.undo'),
    icon: 'back',
    // Without this, the browser takes back what was typed last in some field that nobody looks at.
    keys: ['ctrl+z'],
    run: ({ toasts }) => void toasts.undoLast(),
  },
  {
    id: 'window.next-pane',
    about: 'window',
    group: 'Window',
    words: () => t('commands.nextPane'),
    icon: 'right',
    keys: ['F6'],
    everywhere: true,
    run: () => nextPane(false),
  },
  {
    id: 'window.previous-pane',
    about: 'window',
    group: 'Window',
    words: () => t('commands.previousPane'),
    icon: 'left',
    keys: ['shift+F6'],
    everywhere: true,
    run: () => nextPane(true),
  },
];
