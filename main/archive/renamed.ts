/** The machine of a file under new identities, naming nothing of the host it came from. */
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { DiskDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import type { SnapshotDisk } from '../library/snapshot-records.ts';
import { ulid } from '../library/ulid.ts';
import type { ArchivedMachine } from './archived-machine.ts';
import { withBootFiles } from './boot-files.ts';

export interface Renaming {
  /** New identities of snapshots, by the old ones. */
  readonly snapshots: ReadonlyMap<string, SnapshotId>;
  /** New identities of disks, by the old ones. */
  readonly disks: ReadonlyMap<string, string>;
}

export function newNames({ definition, snapshots }: ArchivedMachine): Renaming {
  const disks = [definition, ...snapshots.flatMap((each) => [each.definition, ...(each.next ? [each.next] : [])])].flatMap((each) =>
    each.disks.flatMap(({ id }) => id ?? []),
  );
  const used = snapshots.flatMap((each) => each.disks.map(({ disk }) => disk));
  return {
    snapshots: new Map(snapshots.map(({ id }) => [id, ulid() as SnapshotId])),
    disks: new Map([...new Set([...disks, ...used])].map((id) => [id, ulid()])),
  };
}

export interface Carried {
  /** Whether a base image came with the file: its content is the disk's own from now on. */
  readonly hasBase: (base: DiskBase) => boolean;
  /** Where a file that came with it has been put. */
  readonly placeOf: (path: string) => string | undefined;
}

/** @param carried what came with the file; what did not and would be a file of this host is left out */
export function renamed(machine: ArchivedMachine, names: Renaming, carried: Carried): ArchivedMachine {
  const idOf = (old: string | null) => (old === null ? null : (names.snapshots.get(old) ?? null));
  /** Disks by their new identity, as the latest snapshot with each knows them. */
  const known = new Map<string, SnapshotDisk>();
  const snapshotDisk = (disk: SnapshotDisk): SnapshotDisk => {
    const { base, ...rest } = disk;
    const id = names.disks.get(disk.disk) ?? disk.disk;
    const kept = base && !carried.hasBase(base) ? base : undefined;
    const result = {
      ...rest,
      disk: id,
      ...(kept ? { base: kept } : {}),
      definition: diskDefinition({ ...disk.definition, id }, kept?.path, disk.sizeBytes),
    };
    known.set(id, result);
    return result;
  };
  const definitionOf = (definition: MachineDefinition): MachineDefinition => ({
    ...withBootFiles(definition, carried.placeOf),
    disks: definition.disks.map((disk) => {
      const id = names.disks.get(disk.id ?? '') ?? ulid();
      const as = known.get(id);
      // One that no snapshot knows was never used: it begins with the file that it was made on.
      const path = as ? as.base?.path : carried.placeOf(disk.path ?? '');
      return diskDefinition({ ...disk, id }, path, as?.sizeBytes ?? disk.sizeBytes);
    }),
  });
  const snapshots = machine.snapshots.map(({ configuration, ...snapshot }) => ({
    ...snapshot,
    id: idOf(snapshot.id) as SnapshotId,
    parent: idOf(snapshot.parent),
    disks: snapshot.disks.map(snapshotDisk),
    definition: definitionOf(snapshot.definition),
    ...(snapshot.next ? { next: definitionOf(snapshot.next) } : {}),
    ...(configuration ? { configuration } : {}),
  }));
  return {
    definition: definitionOf(machine.definition),
    createdAt: machine.createdAt,
    present: { ...machine.present, parent: idOf(machine.present.parent) },
    snapshots,
  };
}

/** A disk whose writes never reach a file of the host. */
function diskDefinition(disk: DiskDefinition, basePath: string | undefined, sizeBytes: number | undefined): DiskDefinition {
  const { path: _path, format, writes, sizeBytes: _size, ...rest } = disk;
  return {
    ...rest,
    ...(basePath === undefined ? {} : { path: basePath, ...(format ? { format } : {}) }),
    writes: writes === 'throwaway' ? 'throwaway' : 'overlay',
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}
