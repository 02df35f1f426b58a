/** The difference of two states of one file system, file by file; only what may have changed is compared by content. */
import type { FileExtent, Volume, VolumeEntry } from '../../emulator/disk/filesystem/index.ts';
import type { FileDiff } from '../../preload/contract/snapshots.ts';

/** Files told of; the rest is counted. */
const MAX_FILES = 10_000;
/** Content compared in one go. */
const STEP_BYTES = 65_536;
/** Entries between two breaths: other work of the thread goes on. */
const BREATH_ENTRIES = 200;

export interface ComparedVolume {
  readonly volume: Volume;
  /** Whether a range of the volume, in bytes, has changed between the two states. */
  readonly isChanged: (offset: number, lengthBytes: number) => boolean;
}
export interface FilesDiff {
  readonly files: readonly FileDiff[];
  readonly omitted: number;
}

/** @throws FileSystemError when one of them is damaged; what `signal` was aborted with */
export async function compareFiles(
  before: Volume,
  { volume: after, isChanged }: ComparedVolume,
  progress: (entries: number) => void,
  signal: AbortSignal,
): Promise<FilesDiff> {
  const found: FileDiff[] = [];
  const old = new Map<string, VolumeEntry>();
  let count = 0;
  const breathe = async () => {
    if (++count % BREATH_ENTRIES !== 0) return;
    signal.throwIfAborted();
    progress(count);
    await new Promise(setImmediate);
  };
  for await (const entry of before.list()) {
    old.set(entry.path, entry);
    await breathe();
  }
  for await (const entry of after.list()) {
    await breathe();
    const other = old.get(entry.path);
    old.delete(entry.path);
    if (other?.kind !== entry.kind) {
      if (other) found.push(removed(other));
      found.push({ path: entry.path, kind: entry.kind, change: 'added', ...size('sizeAfter', entry) });
    } else if (other.rights !== entry.rights || !(await sameContent(before, other, { volume: after, isChanged }, entry))) {
      found.push({ path: entry.path, kind: entry.kind, change: 'changed', ...size('sizeBefore', other), ...size('sizeAfter', entry) });
    }
  }
  for (const entry of old.values()) found.push(removed(entry));
  found.sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  return { files: found.slice(0, MAX_FILES), omitted: Math.max(0, found.length - MAX_FILES) };
}

const removed = (entry: VolumeEntry): FileDiff => ({ path: entry.path, kind: entry.kind, change: 'removed', ...size('sizeBefore', entry) });

const size = (key: 'sizeBefore' | 'sizeAfter', { kind, sizeBytes }: VolumeEntry): Partial<FileDiff> =>
  kind === 'file' || kind === 'link' ? { [key]: sizeBytes } : {};

async function sameContent(before: Volume, one: VolumeEntry, { volume, isChanged }: ComparedVolume, other: VolumeEntry): Promise<boolean> {
  if (one.kind !== 'file' && one.kind !== 'link') return true;
  if (one.sizeBytes !== other.sizeBytes) return false;
  const [extents, others] = [await before.extents(one), await volume.extents(other)];
  const untouched =
    one.fingerprint === other.fingerprint &&
    sameExtents(extents, others) &&
    !others.some(({ volumeOffset, lengthBytes }) => isChanged(volumeOffset, lengthBytes));
  if (untouched) return true;
  const [left, right] = [new Uint8Array(STEP_BYTES), new Uint8Array(STEP_BYTES)];
  for (const { fileOffset, lengthBytes } of rangesOf(one.sizeBytes, extents, others)) {
    for (let at = fileOffset; at < fileOffset + lengthBytes; at += STEP_BYTES) {
      const length = Math.min(STEP_BYTES, fileOffset + lengthBytes - at);
      const filled = await before.read(one, at, left.subarray(0, length));
      const filledToo = await volume.read(other, at, right.subarray(0, length));
      if (filled !== filledToo || Buffer.compare(left.subarray(0, filled), right.subarray(0, filled)) !== 0) return false;
    }
  }
  return true;
}

const sameExtents = (one: readonly FileExtent[], other: readonly FileExtent[]): boolean =>
  one.length === other.length &&
  one.every((extent, index) => {
    const { fileOffset, lengthBytes, volumeOffset } = other[index]!;
    return extent.fileOffset === fileOffset && extent.lengthBytes === lengthBytes && extent.volumeOffset === volumeOffset;
  });

/**
 * Where two files of one length can differ: where one of them has something. Content inside an inode has no extents, and
 * is short; so the beginning is always looked at.
 */
function rangesOf(sizeBytes: number, ...lists: readonly (readonly FileExtent[])[]): Pick<FileExtent, 'fileOffset' | 'lengthBytes'>[] {
  const beginning = { fileOffset: 0, lengthBytes: Math.min(sizeBytes, STEP_BYTES) };
  const all = [beginning, ...lists.flat()].sort((one, other) => one.fileOffset - other.fileOffset);
  const ranges: { fileOffset: number; lengthBytes: number }[] = [];
  for (const { fileOffset, lengthBytes } of all) {
    const end = Math.min(sizeBytes, fileOffset + lengthBytes);
    const last = ranges.at(-1);
    if (last && fileOffset <= last.fileOffset + last.lengthBytes) last.lengthBytes = Math.max(last.lengthBytes, end - last.fileOffset);
    else if (end > fileOffset) ranges.push({ fileOffset, lengthBytes: end - fileOffset });
  }
  return ranges;
}
