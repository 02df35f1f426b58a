/** The window's commands, for whoever shows them. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { useMachineOperations } from '../machine-operations.ts';
import { useSnapshotOperations } from '../snapshot-operations.ts';
import { useToasts } from '../toasts.ts';
import { useWindowState } from '../window-state.ts';
import { offered, type Command, type OfferedCommand } from './command.ts';
import { MACHINE_COMMANDS } from './machine-commands.ts';
import { WINDOW_COMMANDS } from './window-commands.ts';

export const COMMANDS: readonly Command[] = [...MACHINE_COMMANDS, ...WINDOW_COMMANDS];

/** @returns the commands that can be done now, given the machine they would be about */
export function useCommands(): (machine: MachineStatus | undefined) => readonly OfferedCommand[] {
  const state = useWindowState();
  const operations = useMachineOperations();
  const snapshots = useSnapshotOperations();
  const toasts = useToasts();
  return (machine) => offered(COMMANDS, { machine, state, operations, snapshots, toasts });
}
