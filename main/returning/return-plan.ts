/** What a return is to do, found out before anything is touched: which machine it becomes, and what it leaves behind. */
import { ContractError, causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { access, constants } from 'node:fs/promises';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { hasHead } from '../disks/machine-disks.ts';
import { sameHardware } from '../library/definition-parts.ts';
import type { HeadId, HeadRecord } from '../library/head-records.ts';
import type { SnapshotDisk, SnapshotRecord } from '../library/snapshot-records.ts';
import type { TimelineChange } from '../library/timeline-records.ts';
import { disksOn, headsOf } from '../heads/head-keeping.ts';
import { definedAs } from '../taking/records.ts';
import type { DisksBehind } from '../taking/taking.ts';
import type { MachinePresent } from '../taking/machine-present.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';

export interface ReturnPlan {
  /** The snapshot to go back to, its disks' bases where they are now. */
  readonly target: SnapshotRecord;
  /** What the machine is to be defined as; absent: it is that already. */
  readonly redefine: Pick<TimelineChange, 'redefine'>;
  /** The disks that it has now. */
  readonly used: DisksBehind;
  /** Disks that were removed from it, which come back with other content. */
  readonly removed: DisksBehind;
  /** Heads in use whose disks the machine does not have any more. */
  readonly leave: readonly HeadId[];
}

/** Every head that the return takes out of use. */
export const headsBehind = ({ used, removed }: ReturnPlan): readonly HeadRecord[] => [...used.heads, ...removed.heads];
export const disksBehind = ({ used, removed }: ReturnPlan): readonly SnapshotDisk[] => [...used.disks, ...removed.disks];

/** @throws ContractError `unavailable` when a disk of the snapshot stands on something that is gone or has changed */
export async function planReturn(present: MachinePresent, wanted: SnapshotRecord): Promise<ReturnPlan> {
  const { machine, parts } = present;
  const { definition: defined } = machine.record;
  const definition = machine.life.isActive ? machine.runningDefinition : defined;
  const target = await usable(parts, wanted, defined);
  const known = await parts.library.heads.present(present.id);
  const heads = machine.life.isActive ? present.heads : headsOf(known, definition);
  const comesBack = (disk: string) => target.disks.find((held) => held.disk === disk);
  const others = known.filter(({ disk }) => comesBack(disk) && !definition.disks.some(({ id }) => id === disk));
  // After the definition's own slots.
  const removed = others.map((head, index) => ({ ...head, slot: definition.disks.length + index }));
  const as = definedAs(target);
  return {
    target,
    redefine: sameHardware(defined, as) ? {} : { redefine: { machine: present.id, as } },
    used: { heads, disks: disksOn(heads, definition) },
    removed: {
      heads: removed,
      disks: removed.map(({ slot, disk, sizeBytes, base }) => {
        const { definition: own } = comesBack(disk) as SnapshotDisk;
        return { slot, disk, sizeBytes, ...(base ? { base } : {}), definition: own };
      }),
    },
    leave: heads.filter(({ disk }) => !comesBack(disk)).map(({ id }) => id),
  };
}

/**
 * A snapshot whose disks can be used; a base that is not where it was then is looked for where the machine has it now.
 * @throws ContractError `unavailable` naming the disk, what is wrong and what to do
 */
export async function usable(
  parts: Pick<TimelineParts, 'disks'>,
  snapshot: SnapshotRecord,
  now: MachineDefinition,
): Promise<SnapshotRecord> {
  const paths = new Map<string, string>();
  const disks: SnapshotDisk[] = [];
  for (const held of snapshot.disks) {
    const own = held.base && (await onDisk(held.slot, snapshot, () => baseOf(parts, held, now)));
    if (own?.path !== undefined) paths.set(held.disk, own.path);
    disks.push(own ? { ...held, base: own, definition: moved(held.definition, own.path) } : held);
  }
  for (const [slot, disk] of snapshot.definition.disks.entries())
    if (!hasHead(disk) && disk.path !== undefined) {
      const { path } = disk;
      await onDisk(slot, snapshot, () => access(path, constants.R_OK));
    }
  const withPaths = (definition: MachineDefinition): MachineDefinition => ({
    ...definition,
    disks: definition.disks.map((disk) => moved(disk, paths.get(disk.id ?? ''))),
  });
  const { definition, next } = snapshot;
  return { ...snapshot, disks, definition: withPaths(definition), ...(next ? { next: withPaths(next) } : {}) };
}

const moved = <D extends { readonly path?: string }>(disk: D, path: string | undefined): D =>
  path === undefined || disk.path === undefined || disk.path === path ? disk : { ...disk, path };

async function baseOf({ disks }: Pick<TimelineParts, 'disks'>, { disk, base, definition }: SnapshotDisk, now: MachineDefinition) {
  const path = definition.path ?? base?.path;
  const there = now.disks.find(({ id }) => id === disk)?.path;
  try {
    return await disks.checkBase({ ...base!, path: path as string });
  } catch (error) {
    if (there === undefined || there === path) throw error;
    return disks.checkBase({ ...base!, path: there }).catch(() => Promise.reject(error as Error));
  }
}

async function onDisk<T>(slot: number, { name }: SnapshotRecord, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? faultWith('file-gone', { path: String(path) }) : causeOf(error);
    throw new ContractError('disk-of-snapshot-unusable', { slot, name, why });
  }
}
