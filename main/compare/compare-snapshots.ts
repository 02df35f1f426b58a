/**
 * Reading job: what one state of a machine has and another has not. Memory and disks are compared by their lists of
 * chunks; file systems are read only where clusters differ.
 */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { DiskImage } from '../../emulator/disk/disk-image.ts';
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { DiskDiff, SnapshotDiff } from '../../preload/contract/snapshots.ts';
import { checkBase } from '../disks/bases.ts';
import { contentImage } from '../disks/content-image.ts';
import { readContent } from '../disks/content.ts';
import { openHostImage } from '../disks/host-image.ts';
import type { ChunkReader } from '../storage/index.ts';
import type { Report } from '../jobs/job.ts';
import type { DiskState } from './changed-clusters.ts';
import { compareDisk } from './compare-disk.ts';
import { compareMemories } from './compare-memory.ts';

/** A snapshot, or the present whose disks' content was stored under an owner of its own. */
export interface ComparedState {
  /** The owner of `memory` and of the contents `diskSLOT` in the store. */
  readonly owner: string;
  readonly hasMemory: boolean;
  readonly disks: readonly ComparedDisk[];
}
export interface ComparedDisk {
  readonly slot: number;
  /** The definition's id of the disk; disks are compared with themselves, wherever they are attached. */
  readonly disk: string;
  readonly sizeBytes: number;
  readonly base?: DiskBase;
}
export interface CompareSnapshots {
  readonly from: ComparedState;
  readonly to: ComparedState;
}
export type Compared = Pick<SnapshotDiff, 'pages' | 'disks'>;

/** @throws ContractError where something stored is gone; the signal's reason when cancelled */
export async function compareSnapshots(
  reader: ChunkReader,
  { from, to }: CompareSnapshots,
  progress: Report,
  signal: AbortSignal,
): Promise<Compared> {
  progress({ message: faultWith('step-comparing-memory') });
  const pages = from.hasMemory && to.hasMemory ? await compareMemories(reader, from.owner, to.owner) : undefined;
  const disks: DiskDiff[] = [];
  for (const disk of to.disks) {
    signal.throwIfAborted();
    const before = from.disks.find((each) => each.disk === disk.disk);
    disks.push(before ? await compareOne(reader, [from.owner, before], [to.owner, disk], progress, signal) : onlyOne(disk, 'was added'));
  }
  for (const disk of from.disks) if (!to.disks.some((each) => each.disk === disk.disk)) disks.push(onlyOne(disk, 'was removed'));
  return { ...(pages ? { pages } : {}), disks };
}

const onlyOne = ({ slot, sizeBytes }: ComparedDisk, what: string): DiskDiff => ({
  slot,
  clusters: Math.ceil(sizeBytes / 4096),
  clusterBytes: 4096,
  volumes: [],
  note: `disk ${slot + 1} ${what}`,
});

async function compareOne(
  reader: ChunkReader,
  [fromOwner, from]: readonly [string, ComparedDisk],
  [toOwner, to]: readonly [string, ComparedDisk],
  progress: Report,
  signal: AbortSignal,
): Promise<DiskDiff> {
  const opened: DiskImage[] = [];
  try {
    const before = await stateOf(reader, fromOwner, from, opened);
    const after = await stateOf(reader, toOwner, to, opened);
    return await compareDisk(to.slot, before, after, progress, signal);
  } finally {
    for (const disk of opened) await disk.close();
  }
}

async function stateOf(
  reader: ChunkReader,
  owner: string,
  { slot, sizeBytes, base }: ComparedDisk,
  opened: DiskImage[],
): Promise<DiskState> {
  const content = await readContent(reader, { owner, prefix: `disk${slot}` });
  // Another content under the same name would show differences that are none, or hide some.
  if (base) await checkBase(base);
  const image = base && (await openHostImage(base.path, base.format)).image;
  const disk = contentImage({ content, reader, base: image, sizeBytes });
  opened.push(disk);
  return { content, disk, basePath: base && `${base.format} ${base.path}` };
}
