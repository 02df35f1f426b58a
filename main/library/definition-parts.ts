/**
 * Two kinds of fields in a definition: what the machine is, which belongs to each of its snapshot points and comes back with it,
 * and what its owner says about it (name, note, checkpoints, cables of network cards, what happens when the program quits), which does not.
 */
import { isDeepStrictEqual } from 'node:util';
import { ALL_FIELDS } from '../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';

type Hardware = Partial<MachineDefinition>;
const OWNERS: ReadonlySet<string> = new Set(ALL_FIELDS.filter(({ field }) => field.isOwners).map(({ path }) => path));
/** Fields of which a part is their owner's. */
const SHARED = ALL_FIELDS.flatMap(({ path, field: { owners } }) => (owners ? [{ path: path as keyof MachineDefinition, ...owners }] : []));

/** The fields that are the machine: all but those that are declared its owner's. */
export function hardwareOf(definition: MachineDefinition): Hardware {
  const own = Object.entries(definition).filter(([field]) => !OWNERS.has(field));
  const shared = SHARED.filter(({ path }) => definition[path] !== undefined);
  return {
    ...Object.fromEntries(own),
    ...Object.fromEntries(shared.map(({ path, without }) => [path, without(definition[path] as never)])),
  };
}

export const sameHardware = (one: MachineDefinition, other: MachineDefinition): boolean =>
  isDeepStrictEqual(hardwareOf(one), hardwareOf(other));

/** A definition whose machine is another one's, and whose owner's fields stay. */
export function withHardware(definition: MachineDefinition, of: MachineDefinition): MachineDefinition {
  const owners = Object.entries(definition).filter(([field]) => OWNERS.has(field));
  const shared = SHARED.filter(({ path }) => of[path] !== undefined);
  const parts = shared.map(({ path, of: taking }) => [path, taking(of[path] as never, definition[path] as never)]);
  return { ...hardwareOf(of), ...Object.fromEntries(parts), ...Object.fromEntries(owners) } as MachineDefinition;
}

/**
 * Disks that both have, with the paths of `elsewhere`: a base image may have been moved since. Shared folders too, of which one
 * that is not shared any more stays closed.
 */
export function withPathsOf(definition: MachineDefinition, elsewhere: MachineDefinition): MachineDefinition {
  const paths = new Map(elsewhere.disks.flatMap(({ id, path }) => (id !== undefined && path !== undefined ? [[id, path] as const] : [])));
  const { shares } = definition;
  const present = shares?.map(({ tag, protocol }) => {
    const { protocol: _now, ...found } = elsewhere.shares?.find((share) => share.tag === tag) ?? { tag };
    // The device is the one that it was.
    return { ...found, ...(protocol === undefined ? {} : { protocol }) };
  });
  return {
    ...definition,
    ...(present ? { shares: present } : {}),
    disks: definition.disks.map((disk) => {
      const path = disk.id === undefined ? undefined : paths.get(disk.id);
      return path === undefined || disk.path === undefined ? disk : { ...disk, path };
    }),
  };
}
