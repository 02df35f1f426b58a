/** Commands about one machine. Which of its states allow what stands in machine-actions.ts. */
import { actionsFor, type Action, type ActionName } from '../machine-actions.ts';
import {
  captureCommand,
  forkCommand,
  guestFolderCommand,
  machineCommand,
  runCommand,
  saveTemplateCommand,
  snapshotCommand,
  templateNameFor,
} from '../shown-command.ts';
import type { MachineTab } from '../window-state.ts';
import type { MachineCommand, MachineContext } from './command.ts';
import { t } from '../../words/words.ts';

const actionOf = ({ machine }: MachineContext, name: ActionName): Action | undefined =>
  actionsFor(machine).find((one) => one.name === name);
const nameOf = ({ machine }: MachineContext): string => machine.definition.name;
const hasNetwork = ({ machine }: MachineContext): boolean => (machine.definition.networks ?? []).length > 0;
const isUp = ({ machine: { state } }: MachineContext): boolean => state === 'running' || state === 'paused';

/** Where each stands in a machine's menu, and its keys, which Enter is not: it belongs to the list. */
const PLACES: readonly {
  readonly name: ActionName;
  readonly menu: number;
  readonly keys?: readonly string[];
  readonly called?: () => string;
  readonly danger?: boolean;
}[] = [
  { name: 'start', menu: 1 },
  { name: 'resume', menu: 1 },
  { name: 'pause', menu: 1 },
  { name: 'suspend', menu: 1 },
  { name: 'shutdown', menu: 2 },
  { name: 'reset', menu: 2 },
  { name: 'stop', menu: 2, danger: true },
  { name: 'rename', menu: 3, keys: ['F2'], called: () => t('everyday.rename') },
  { name: 'delete', menu: 5, keys: ['Delete'], called: () => t('everyday.delete'), danger: true },
];

const actions = PLACES.map(({ name, ...place }): MachineCommand => ({
  id: `machine.${name}`,
  about: 'machine',
  group: 'Machine',
  ...place,
  words: (context) => {
    const action = actionOf(context, name);
    const label = action?.label() ?? name;
    return action?.asks ? t('commands.more', { label }) : label;
  },
  icon: (context) => actionOf(context, name)?.icon ?? 'play',
  when: (context) => actionOf(context, name) !== undefined,
  run(context) {
    const action = actionOf(context, name);
    if (action) context.operations.perform(action, context.machine);
  },
  shown: (context) => (name === 'rename' ? undefined : machineCommand(name, nameOf(context))),
}));

const TABS: readonly {
  readonly tab: MachineTab;
  readonly words: () => string;
  readonly icon: MachineCommand['icon'];
  readonly key: string;
}[] = [
  { tab: 'console', words: () => t('commands.console'), icon: 'prompt', key: 'alt+1' },
  { tab: 'timeline', words: () => t('commands.timeline'), icon: 'clock', key: 'alt+2' },
  { tab: 'hardware', words: () => t('commands.hardware'), icon: 'chip', key: 'alt+3' },
  { tab: 'network', words: () => t('commands.network'), icon: 'globe', key: 'alt+4' },
  { tab: 'overview', words: () => t('commands.overview'), icon: 'info', key: 'alt+5' },
];
const tabs = TABS.map(({ tab, words, icon, key }): MachineCommand => ({
  id: `view.${tab}`,
  about: 'machine',
  group: 'View',
  words,
  icon,
  keys: [key],
  run({ state, machine }) {
    state.selected.value = machine.id;
    state.tabs.set(machine.id, tab);
  },
  shown: (context) =>
    ({
      console: machineCommand('console', nameOf(context)),
      timeline: snapshotCommand('list', nameOf(context)),
      hardware: undefined,
      network: hasNetwork(context) ? machineCommand('traffic', nameOf(context)) : undefined,
      overview: machineCommand('show', nameOf(context)),
    })[tab],
}));

export const MACHINE_COMMANDS: readonly MachineCommand[] = [
  ...actions,
  {
    // The key of a command that has to wait says why.
    id: 'machine.delete-later',
    about: 'machine',
    group: 'Machine',
    words: () => t('commands.deleteLater'),
    icon: 'bin',
    keys: ['Delete'],
    hidden: true,
    when: (context) => actionOf(context, 'delete') === undefined,
    run: ({ operations, machine }) => operations.askToRemove(machine),
  },
  {
    id: 'machine.snapshot',
    about: 'machine',
    shownAs: () => t('commands.snapshot'),
    group: 'Machine',
    words: () => t('machines.takeSnapshot'),
    icon: 'camera',
    keys: ['ctrl+shift+s'],
    everywhere: true,
    menu: 3,
    when: ({ machine: { state } }) => state !== 'starting' && state !== 'stopping',
    run: ({ snapshots, machine }) => void snapshots.take(machine),
    shown: (context) => snapshotCommand('create', nameOf(context)),
  },
  {
    id: 'machine.ssh',
    about: 'machine',
    shownAs: () => 'SSH',
    group: 'Machine',
    words: () => t('commands.ssh'),
    icon: 'key',
    when: (context) => isUp(context) && hasNetwork(context),
    run: ({ operations, machine }) => void operations.openSsh(machine),
    shown: (context) => machineCommand('ssh', nameOf(context)),
  },
  {
    id: 'machine.find',
    about: 'machine',
    group: 'View',
    words: () => t('commands.find'),
    icon: 'search',
    // Over another tab it is the browser's own.
    keys: ({ state, machine }) => ((state.tabs.get(machine.id) ?? 'console') === 'console' ? ['ctrl+f'] : []),
    everywhere: true,
    run({ state, machine }) {
      state.selected.value = machine.id;
      state.tabs.set(machine.id, 'console');
      // The console has to be there before it can be asked.
      setTimeout(() => state.consoleFind.value++);
    },
  },
  {
    id: 'timeline.find',
    about: 'machine',
    group: 'View',
    words: () => t('commands.findInTimeline'),
    icon: 'search',
    keys: ({ state, machine }) => (state.tabs.get(machine.id) === 'timeline' ? ['ctrl+f'] : []),
    everywhere: true,
    run({ state, snapshots, machine }) {
      snapshots.showTimeline(machine.id);
      state.compared.delete(machine.id);
      state.browsed.delete(machine.id);
      if (!state.soughtInTimeline.has(machine.id)) state.soughtInTimeline.set(machine.id, '');
      state.timelineFind.value++;
    },
  },
  ...tabs,
  {
    id: 'machine.duplicate',
    about: 'machine',
    shownAs: () => t('commands.duplicate'),
    group: 'Machine',
    words: () => t('commands.duplicate'),
    icon: 'copy',
    menu: 4,
    when: ({ machine: { state } }) => state !== 'starting' && state !== 'stopping',
    run: ({ operations, machine }) => void operations.duplicate(machine),
    shown: (context) => machineCommand('duplicate', nameOf(context)),
  },
  {
    id: 'machine.fork',
    about: 'machine',
    shownAs: () => t('snapshots.fork'),
    group: 'Machine',
    words: () => t('snapshots.fork'),
    icon: 'fork',
    keys: ['ctrl+shift+k'],
    menu: 4,
    when: ({ machine: { state } }) => state !== 'starting' && state !== 'stopping',
    run: ({ snapshots, machine }) => void snapshots.fork(machine),
    shown: (context) => forkCommand(nameOf(context)),
  },
  {
    id: 'machine.files',
    about: 'machine',
    shownAs: () => t('browse.title'),
    group: 'View',
    words: () => t('commands.filesNow'),
    icon: 'folder',
    menu: 4,
    when: ({ machine: { definition } }) => definition.disks.length > 0,
    run({ state, snapshots, machine }) {
      snapshots.showTimeline(machine.id);
      state.browsed.set(machine.id, { moment: 'now', slot: 0, path: '' });
    },
    shown: (context) => guestFolderCommand(nameOf(context), undefined, { slot: 0, path: '' }),
  },
  {
    id: 'machine.template',
    about: 'machine',
    shownAs: () => t('commands.saveTemplate'),
    group: 'Machine',
    words: () => t('commands.saveTemplateMore'),
    icon: 'leaf',
    menu: 4,
    when: ({ machine: { state } }) => state !== 'starting' && state !== 'stopping',
    run({ state, machine }) {
      state.selected.value = machine.id;
      state.dialog.value = 'template';
    },
    shown: (context) => saveTemplateCommand(nameOf(context), templateNameFor(nameOf(context))),
  },
  {
    id: 'machine.export',
    about: 'machine',
    group: 'Machine',
    words: () => t('commands.exportMore'),
    icon: 'upload',
    menu: 4,
    run({ state, machine }) {
      state.selected.value = machine.id;
      state.dialog.value = 'export';
    },
    shown: (context) => snapshotCommand('export', nameOf(context), `${nameOf(context)}.vivarium`),
  },
  {
    id: 'machine.capture',
    about: 'machine',
    shownAs: () => t('commands.capture'),
    group: 'Machine',
    words: () => t('commands.copyCapture'),
    icon: 'globe',
    when: hasNetwork,
    run: (context) => context.operations.copyLine(captureCommand(nameOf(context))),
    shown: (context) => captureCommand(nameOf(context)),
  },
  {
    id: 'machine.run-once',
    about: 'machine',
    shownAs: () => t('commands.runOnce'),
    group: 'Machine',
    words: () => t('commands.copyRun'),
    icon: 'play',
    run: (context) => context.operations.copyLine(runCommand(context.machine.definition)),
    shown: (context) => runCommand(context.machine.definition),
  },
  {
    id: 'machine.commands',
    about: 'machine',
    group: 'Machine',
    words: () => t('commands.showCommands'),
    icon: 'prompt',
    menu: 4,
    run({ state, machine }) {
      state.selected.value = machine.id;
      state.dialog.value = 'commands';
    },
  },
];
