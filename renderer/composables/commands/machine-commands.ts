/** Commands about one machine. Which of its states allow what stands in machine-actions.ts. */
import { actionsFor, type Action, type ActionName } from '../machine-actions.ts';
import { captureCommand, machineCommand, runCommand, saveTemplateCommand, snapshotCommand, templateNameFor } from '../shown-command.ts';
import type { MachineTab } from '../window-state.ts';
import type { MachineCommand, MachineContext } from './command.ts';

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
  readonly danger?: boolean;
}[] = [
  { name: 'start', menu: 1 },
  { name: 'resume', menu: 1 },
  { name: 'pause', menu: 1 },
  { name: 'suspend', menu: 1 },
  { name: 'shutdown', menu: 2 },
  { name: 'reset', menu: 2 },
  { name: 'stop', menu: 2, danger: true },
  { name: 'rename', menu: 3, keys: ['F2'] },
  { name: 'delete', menu: 5, keys: ['Delete'], danger: true },
];

const actions = PLACES.map(({ name, ...place }): MachineCommand => ({
  id: `machine.${name}`,
  about: 'machine',
  group: 'Machine',
  ...place,
  words: (context) => {
    const action = actionOf(context, name);
    return `${action?.label ?? name}${action?.loses ? '…' : ''}`;
  },
  icon: (context) => actionOf(context, name)?.icon ?? 'play',
  when: (context) => actionOf(context, name) !== undefined,
  run(context) {
    const action = actionOf(context, name);
    if (action) context.operations.perform(action, context.machine);
  },
  shown: (context) => (name === 'rename' ? undefined : machineCommand(name, nameOf(context))),
}));

const TABS: readonly { readonly tab: MachineTab; readonly words: string; readonly icon: MachineCommand['icon']; readonly key: string }[] = [
  { tab: 'console', words: 'Console', icon: 'prompt', key: 'alt+1' },
  { tab: 'timeline', words: 'Timeline', icon: 'clock', key: 'alt+2' },
  { tab: 'hardware', words: 'Hardware', icon: 'chip', key: 'alt+3' },
  { tab: 'network', words: 'Network', icon: 'globe', key: 'alt+4' },
  { tab: 'overview', words: 'Overview', icon: 'info', key: 'alt+5' },
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
    words: 'Shut it down or suspend it, then delete it',
    icon: 'bin',
    keys: ['Delete'],
    hidden: true,
    when: (context) => actionOf(context, 'delete') === undefined,
    run: ({ operations, machine }) => operations.askToRemove(machine),
  },
  {
    id: 'machine.snapshot',
    about: 'machine',
    shownAs: 'Snapshot',
    group: 'Machine',
    words: 'Take a snapshot',
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
    shownAs: 'SSH',
    group: 'Machine',
    words: 'Log in with SSH',
    icon: 'key',
    when: (context) => isUp(context) && hasNetwork(context),
    run: ({ operations, machine }) => void operations.openSsh(machine),
    shown: (context) => machineCommand('ssh', nameOf(context)),
  },
  {
    id: 'machine.find',
    about: 'machine',
    group: 'View',
    words: 'Find in the console',
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
  ...tabs,
  {
    id: 'machine.duplicate',
    about: 'machine',
    shownAs: 'Duplicate',
    group: 'Machine',
    words: 'Duplicate',
    icon: 'copy',
    menu: 4,
    when: ({ machine: { state } }) => state !== 'starting' && state !== 'stopping',
    run: ({ operations, machine }) => void operations.duplicate(machine),
    shown: (context) => machineCommand('duplicate', nameOf(context)),
  },
  {
    id: 'machine.template',
    about: 'machine',
    shownAs: 'Save as a template',
    group: 'Machine',
    words: 'Save as a template…',
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
    words: 'Export…',
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
    shownAs: 'Capture',
    group: 'Machine',
    words: 'Copy the command that captures traffic',
    icon: 'globe',
    when: hasNetwork,
    run: (context) => context.operations.copyLine(captureCommand(nameOf(context))),
    shown: (context) => captureCommand(nameOf(context)),
  },
  {
    id: 'machine.run-once',
    about: 'machine',
    shownAs: 'Run once',
    group: 'Machine',
    words: 'Copy the command that runs it once',
    icon: 'play',
    run: (context) => context.operations.copyLine(runCommand(context.machine.definition)),
    shown: (context) => runCommand(context.machine.definition),
  },
  {
    id: 'machine.commands',
    about: 'machine',
    group: 'Machine',
    words: 'Show commands…',
    icon: 'prompt',
    menu: 4,
    run({ state, machine }) {
      state.selected.value = machine.id;
      state.dialog.value = 'commands';
    },
  },
];
