/**
 * Two kinds of fields in a definition: what the machine is, which belongs to each of its instants and comes back with it,
 * and what its owner says about it (name, note, checkpoints, what happens when the program quits), which does not.
 */
import { isDeepStrictEqual } from 'node:util';
import type { MachineDefinition } from '../../preload/contract/machines.ts';

type OwnersField = 'name' | 'note' | 'checkpoints' | 'onQuit';
export type Hardware = Omit<MachineDefinition, OwnersField>;

/** The fields that are the machine: a field to come is one of them. */
export function hardwareOf({
  name: _name,
  note: _note,
  checkpoints: _checkpoints,
  onQuit: _onQuit,
  ...hardware
}: MachineDefinition): Hardware {
  return hardware;
}

export const sameHardware = (one: MachineDefinition, other: MachineDefinition): boolean =>
  isDeepStrictEqual(hardwareOf(one), hardwareOf(other));

/** A definition whose machine is another one's, and whose owner's fields stay. */
export function withHardware(definition: MachineDefinition, of: MachineDefinition): MachineDefinition {
  const { name, note, checkpoints, onQuit } = definition;
  return { ...hardwareOf(of), name, note, ...(checkpoints ? { checkpoints } : {}), ...(onQuit ? { onQuit } : {}) };
}

/** Disks that both have, with the paths of `elsewhere`: a base image may have been moved since. */
export function withPathsOf(definition: MachineDefinition, elsewhere: MachineDefinition): MachineDefinition {
  const paths = new Map(elsewhere.disks.flatMap(({ id, path }) => (id !== undefined && path !== undefined ? [[id, path] as const] : [])));
  return {
    ...definition,
    disks: definition.disks.map((disk) => {
      const path = disk.id === undefined ? undefined : paths.get(disk.id);
      return path === undefined || disk.path === undefined ? disk : { ...disk, path };
    }),
  };
}
