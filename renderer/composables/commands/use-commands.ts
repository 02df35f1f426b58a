/** The window's commands, for whoever shows them. */
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { useMachineOperations } from '../machine-operations.ts';
import { useSnapshotOperations } from '../snapshot-operations.ts';
import { useToasts } from '../toasts.ts';
import { useWindowState } from '../window-state.ts';
import { offered, type Command, type OfferedCommand } from './command.ts';
import { useNetworks } from '../../stores/networks.ts';
import { useSnapshots } from '../../stores/snapshots.ts';
import { DISK_COMMANDS } from './disk-commands.ts';
import { MACHINE_COMMANDS } from './machine-commands.ts';
import { NETWORK_COMMANDS } from './network-commands.ts';
import { SNAPSHOT_COMMANDS } from './snapshot-commands.ts';
import { WINDOW_COMMANDS } from './window-commands.ts';

export const COMMANDS: readonly Command[] = [
  ...MACHINE_COMMANDS,
  ...SNAPSHOT_COMMANDS,
  ...DISK_COMMANDS,
  ...NETWORK_COMMANDS,
  ...WINDOW_COMMANDS,
];

/**
 * @param among which of them; absent: all
 * @returns the commands that can be done now, given the machine they would be about
 */
export function useCommands(among: readonly Command[] = COMMANDS): (machine: MachineStatus | undefined) => readonly OfferedCommand[] {
  const state = useWindowState();
  const operations = useMachineOperations();
  const snapshots = useSnapshotOperations();
  const toasts = useToasts();
  const timelines = useSnapshots();
  const networks = useNetworks();
  /** A network that machines are on is refused, with the reason. */
  const removeNetwork = (name: string) => void operations.attempt(() => networks.remove(name));
  return (machine) => {
    const place = machine && state.places.get(machine.id);
    const snapshot = machine && place !== undefined && place !== 'now' ? timelines.find(machine.id, place) : undefined;
    return offered(among, { machine, state, operations, snapshots, toasts, snapshot, networks: networks.list, removeNetwork });
  };
}
