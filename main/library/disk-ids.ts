/** Every disk whose writes are kept apart gets an identity when it is first stored: what was written belongs to it. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { ulid } from './ulid.ts';

/** The definition with an id for each disk that needs one; ids that two disks share are given anew. */
export function withDiskIds<D extends Partial<MachineDefinition>>(definition: D): D {
  const seen = new Set<string>();
  const { disks } = definition;
  if (!disks) return definition;
  return {
    ...definition,
    disks: disks.map((disk) => {
      if ((disk.writes ?? 'direct') === 'direct') return disk;
      const id = disk.id === undefined || seen.has(disk.id) ? ulid() : disk.id;
      seen.add(id);
      return { ...disk, id };
    }),
  };
}
