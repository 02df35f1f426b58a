/** What a command of the window is: said once, and read by menus, the palette, the keys, the list of keys and the shown commands. */
import type { DiskDefinition, MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import type { NetworkStatus } from '../../../preload/contract/networks.ts';
import type { Snapshot } from '../../../preload/contract/snapshots.ts';
import type { IconName } from '../../components/icons.ts';
import type { useMachineOperations } from '../machine-operations.ts';
import type { useSnapshotOperations } from '../snapshot-operations.ts';
import type { Toasts } from '../toasts.ts';
import type { WindowState } from '../window-state.ts';

/** What a command may work with. */
export interface CommandContext {
  /** The machine it is about: the one in front, or the one whose menu was opened. */
  readonly machine: MachineStatus | undefined;
  readonly state: WindowState;
  readonly operations: ReturnType<typeof useMachineOperations>;
  readonly snapshots: ReturnType<typeof useSnapshotOperations>;
  readonly toasts: Toasts;
  /** What is selected on the machine's timeline. */
  readonly snapshot: Snapshot | undefined;
  /** The networks that machines share. */
  readonly networks: readonly NetworkStatus[];
  removeNetwork(name: string): void;
}
/** A context with a machine. */
export type MachineContext = CommandContext & { readonly machine: MachineStatus };
/** A disk or a network card by its place, counted from 0. */
export interface Placed {
  readonly index: number;
}
export type SnapshotContext = MachineContext & { readonly snapshot: Snapshot };
export type DiskContext = MachineContext & Placed & { readonly disk: DiskDefinition };
export type CardContext = MachineContext & Placed & { readonly card: NonNullable<MachineDefinition['networks']>[number] };
export type NetworkContext = CommandContext & { readonly network: NetworkStatus };

/** Headings, in the order in which they are shown; the catalogue has them in words. */
export const GROUPS = ['Machine', 'Snapshot', 'Disk', 'Network', 'View', 'Library', 'Window', 'Help'] as const;
export type CommandGroup = (typeof GROUPS)[number];

interface Declared<C> {
  /** Stable, for tests and for what refers to it: `machine.pause`. */
  readonly id: string;
  readonly group: CommandGroup;
  /** What menus and the palette call it; `…` at its end where it asks something before anything happens. */
  readonly words: (context: C) => string;
  /** What it is called where nothing is at hand that its words are about; absent: its words ask for nothing. */
  readonly called?: () => string;
  readonly icon: IconName | ((context: C) => IconName);
  /** As `keyWithModifiers` writes them: `ctrl+shift+s`. The first is shown. */
  readonly keys?: readonly string[] | ((context: C) => readonly string[]);
  /** Whether its keys also hold in a field; without it a field keeps them for itself. */
  readonly everywhere?: boolean;
  readonly danger?: boolean;
  /** The key that does it where what it is about has the focus, as people write it. */
  readonly there?: () => string;
  /** Whether only its key leads to it. */
  readonly hidden?: boolean;
  /** Which part of a machine's menu it stands in, counted from 1; absent: not there. */
  readonly menu?: number;
  /** Whether it can be done now; absent: always. */
  when?(context: C): boolean;
  run(context: C): void;
  /** The `viv` line that does the same. */
  shown?(context: C): string | undefined;
  /** What that line is called in a list of such lines, where it is not the words. */
  readonly shownAs?: () => string;
}
/** A command about the machine in the context; there is none without one. */
export type MachineCommand = Declared<MachineContext> & { readonly about: 'machine' };
export type WindowCommand = Declared<CommandContext> & { readonly about: 'window' };
/** About the snapshot that is selected on the machine's timeline. */
export type SnapshotCommand = Declared<SnapshotContext> & { readonly about: 'snapshot' };
/** Once for each disk of the machine. */
export type DiskCommand = Declared<DiskContext> & { readonly about: 'disk' };
/** Once for each network card of the machine. */
export type CardCommand = Declared<CardContext> & { readonly about: 'card' };
/** Once for each network that machines share. */
export type NetworkCommand = Declared<NetworkContext> & { readonly about: 'network' };
export type Command = MachineCommand | SnapshotCommand | DiskCommand | CardCommand | NetworkCommand | WindowCommand;

/** A command as it stands now: what it is called, whether its machine is named in it. */
export interface OfferedCommand {
  readonly id: string;
  readonly group: CommandGroup;
  readonly label: string;
  readonly icon: IconName;
  readonly keys: readonly string[];
  readonly everywhere: boolean;
  readonly danger: boolean;
  readonly there: string | undefined;
  readonly hidden: boolean;
  readonly menu: number | undefined;
  readonly shown: string | undefined;
  readonly shownAs: string;
  run(): void;
}

/** @param which of several that it is about */
function offer<C extends CommandContext>(command: Declared<C>, context: C, which?: string | number): OfferedCommand | undefined {
  if (command.when && !command.when(context)) return undefined;
  const { id, group, words, icon, keys = [], everywhere = false, danger = false, there, hidden = false, menu } = command;
  const label = words(context);
  return {
    id: which === undefined ? id : `${id}:${which}`,
    group,
    label,
    icon: typeof icon === 'string' ? icon : icon(context),
    keys: typeof keys === 'function' ? keys(context) : keys,
    everywhere,
    danger,
    there: there?.(),
    hidden,
    menu,
    shown: command.shown?.(context),
    shownAs: command.shownAs?.() ?? label.replace(/\s*…/, ''),
    run: () => command.run(context),
  };
}

/** Those of the commands that can be done in this context, in their order. */
export function offered(commands: readonly Command[], context: CommandContext): readonly OfferedCommand[] {
  const { machine, snapshot, networks } = context;
  const some = (all: readonly (OfferedCommand | undefined)[]) => all.filter((one) => one !== undefined);
  return commands.flatMap((command): readonly OfferedCommand[] => {
    if (command.about === 'window') return some([offer(command, context)]);
    if (command.about === 'network') return some(networks.map((network) => offer(command, { ...context, network }, network.name)));
    if (!machine) return [];
    const { disks, networks: cards = [] } = machine.definition;
    if (command.about === 'machine') return some([offer(command, { ...context, machine })]);
    if (command.about === 'disk') return some(disks.map((disk, index) => offer(command, { ...context, machine, disk, index }, index)));
    if (command.about === 'card') return some(cards.map((card, index) => offer(command, { ...context, machine, card, index }, index)));
    return snapshot ? some([offer(command, { ...context, machine, snapshot })]) : [];
  });
}
