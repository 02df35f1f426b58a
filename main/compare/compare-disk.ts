/** The difference of two states of one disk: clusters, and files where its file systems can be read. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { FileSystemError, openVolumes, type FoundVolume, type FoundVolumes } from '../../emulator/disk/filesystem/index.ts';
import type { DiskDiff, VolumeDiff } from '../../preload/contract/snapshots.ts';
import { CLUSTER_BYTES, type Run } from '../disks/cluster.ts';
import type { Report } from '../jobs/job.ts';
import { changedClusters, type DiskState } from './changed-clusters.ts';
import { compareFiles } from './compare-files.ts';

/** Runs told of; more would not be told apart in any drawing. */
const MOST_RUNS = 1000;

/** @throws what reading the disks throws, but for damaged file systems, which are noted; what `signal` was aborted with */
export async function compareDisk(
  slot: number,
  before: DiskState,
  after: DiskState,
  progress: Report,
  signal: AbortSignal,
): Promise<DiskDiff> {
  progress({ message: faultWith('step-comparing-disk', { slot }) });
  const runs = await changedClusters(before, after, signal);
  const clusters = runs.reduce((sum, [, count]) => sum + count, 0);
  if (clusters === 0) return { slot, clusters, clusterBytes: CLUSTER_BYTES, volumes: [] };
  const [old, present] = [await openVolumes(before.disk), await openVolumes(after.disk)];
  const notes: string[] = [];
  const volumes: VolumeDiff[] = [];
  const touched = touchedBy(runs);
  for (const found of present.volumes) {
    const other = old.volumes.find((each) => isSamePlace(each, found));
    if (!other) notes.push(`${found.place}: it did not exist before, or had other content`);
    // Metadata that did not change either says that no file has.
    else if (touched(found.offset, found.lengthBytes)) {
      const diff = await compareVolumes(other, found, touched, progress, signal);
      if (typeof diff === 'string') notes.push(`${found.place}: ${diff}`);
      else volumes.push(diff);
      const incomplete = found.volume.incomplete ?? other.volume.incomplete;
      if (incomplete !== undefined) notes.push(`${found.place}: ${incomplete}`);
    }
  }
  for (const gone of old.volumes) if (!present.volumes.some((each) => each.place === gone.place)) notes.push(`${gone.place}: it is gone`);
  notes.push(...passedOver(old, present));
  const map = { total: Math.ceil(after.disk.sizeBytes / CLUSTER_BYTES), runs: runs.slice(0, MOST_RUNS) };
  return { slot, clusters, clusterBytes: CLUSTER_BYTES, map, volumes, ...(notes.length > 0 ? { note: notes.join('; ') } : {}) };
}

const isSamePlace = (one: FoundVolume, other: FoundVolume) => one.place === other.place && one.offset === other.offset;

const passedOver = (old: FoundVolumes, present: FoundVolumes) => [...new Set([...old.passedOver, ...present.passedOver])];

/** Whether any of the runs touches a range of the disk, in bytes. */
function touchedBy(runs: readonly Run[]): (offset: number, lengthBytes: number) => boolean {
  return (offset, lengthBytes) => {
    const [first, end] = [Math.floor(offset / CLUSTER_BYTES), Math.ceil((offset + lengthBytes) / CLUSTER_BYTES)];
    let [low, high] = [0, runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (runs[middle]![0] + runs[middle]![1] <= first) low = middle + 1;
      else high = middle;
    }
    return low < runs.length && runs[low]![0] < end;
  };
}

async function compareVolumes(
  old: FoundVolume,
  { volume, place, offset }: FoundVolume,
  touched: (offset: number, lengthBytes: number) => boolean,
  progress: Report,
  signal: AbortSignal,
): Promise<VolumeDiff | string> {
  const isChanged = (at: number, lengthBytes: number) => touched(offset + at, lengthBytes);
  const tell = (entries: number) => progress({ message: faultWith('step-comparing-files', { entries }) });
  try {
    const { files, omitted } = await compareFiles(old.volume, { volume, isChanged }, tell, signal);
    return { place, kind: volume.kind, label: volume.label, files, omitted };
  } catch (error) {
    if (error instanceof FileSystemError) return error.message;
    throw error;
  }
}
