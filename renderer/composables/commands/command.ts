/** What a command of the window is: said once, and read by menus, the palette, the keys, the list of keys and the shown commands. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
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
}
/** A context with a machine. */
export type MachineContext = CommandContext & { readonly machine: MachineStatus };

/** Headings, in the order in which they are shown. */
export const GROUPS = ['Machine', 'View', 'Library', 'Window'] as const;
export type CommandGroup = (typeof GROUPS)[number];

interface Declared<C> {
  /** Stable, for tests and for what refers to it: `machine.pause`. */
  readonly id: string;
  readonly group: CommandGroup;
  /** What menus and the palette call it; `…` at its end where it asks something before anything happens. */
  readonly words: string | ((context: C) => string);
  readonly icon: IconName | ((context: C) => IconName);
  /** As `keyWithModifiers` writes them: `ctrl+shift+s`. The first is shown. */
  readonly keys?: readonly string[] | ((context: C) => readonly string[]);
  /** Whether its keys also hold in a field; without it a field keeps them for itself. */
  readonly everywhere?: boolean;
  readonly danger?: boolean;
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
  readonly shownAs?: string;
}
/** A command about the machine in the context; there is none without one. */
export type MachineCommand = Declared<MachineContext> & { readonly about: 'machine' };
export type WindowCommand = Declared<CommandContext> & { readonly about: 'window' };
export type Command = MachineCommand | WindowCommand;

/** A command as it stands now: what it is called, whether its machine is named in it. */
export interface OfferedCommand {
  readonly id: string;
  readonly group: CommandGroup;
  readonly label: string;
  readonly icon: IconName;
  readonly keys: readonly string[];
  readonly everywhere: boolean;
  readonly danger: boolean;
  readonly hidden: boolean;
  readonly menu: number | undefined;
  readonly shown: string | undefined;
  readonly shownAs: string;
  run(): void;
}

function offer<C extends CommandContext>(command: Declared<C>, context: C): OfferedCommand | undefined {
  if (command.when && !command.when(context)) return undefined;
  const { id, group, words, icon, keys = [], everywhere = false, danger = false, hidden = false, menu } = command;
  const label = typeof words === 'string' ? words : words(context);
  return {
    id,
    group,
    label,
    icon: typeof icon === 'string' ? icon : icon(context),
    keys: typeof keys === 'function' ? keys(context) : keys,
    everywhere,
    danger,
    hidden,
    menu,
    shown: command.shown?.(context),
    shownAs: command.shownAs ?? label.replace('…', ''),
    run: () => command.run(context),
  };
}

/** Those of the commands that can be done in this context, in their order. */
export function offered(commands: readonly Command[], context: CommandContext): readonly OfferedCommand[] {
  const { machine } = context;
  return commands.flatMap((command) => {
    if (command.about === 'window') return offer(command, context) ?? [];
    return machine ? (offer(command, { ...context, machine }) ?? []) : [];
  });
}

const KEY_WORDS: Readonly<Record<string, string>> = {
  ctrl: 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  Delete: 'Del',
  ArrowUp: '↑',
  ArrowDown: '↓',
};
/** A key as people write it: `Ctrl+Shift+S`. */
export const keyText = (key: string): string =>
  key
    .split(/\+(?=.)/)
    .map((part) => KEY_WORDS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join('+');
