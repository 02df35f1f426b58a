/** Reading jobs: folders and files inside a stored or resting disk, without its guest. */
import {
  entryAt,
  FileSystemError,
  openVolumes,
  targetOf,
  type FoundVolume,
  type VolumeEntry,
} from '../../emulator/disk/filesystem/index.ts';
import { utimes } from 'node:fs/promises';
import { causeOf, ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { GuestEntry, GuestFolder, GuestPath, GuestText } from '../../preload/contract/files.ts';
import { openSource, type DiskSource } from '../disks/export-image.ts';
import { writeNewFile } from '../disks/host-output.ts';
import type { Report } from '../jobs/job.ts';
import type { ChunkReader } from '../storage/index.ts';

/** Entries of one folder that are told of. */
const MOST_ENTRIES = 5000;
/** Text that is shown or compared. */
const MOST_TEXT = 1024 * 1024;
const STEP_BYTES = 1024 * 1024;

export interface GuestFileRequest {
  readonly source: DiskSource;
  readonly at: GuestPath;
}

/** What is in a folder. @throws ContractError where it is not there or cannot be read */
export const listGuestFolder = (reader: ChunkReader, { source, at }: GuestFileRequest): Promise<GuestFolder> =>
  withVolumes(reader, source, at, async (found, all) => {
    const start = trimmed(at.path);
    for (const each of found) {
      const folder = start === '' ? '' : await folderAt(each, start);
      const children = folder === undefined ? undefined : await each.volume.entriesIn(folder);
      if (folder === undefined || !children) continue;
      const sorted = [...children].sort(byName);
      const entries: GuestEntry[] = [];
      for (const entry of sorted.slice(0, MOST_ENTRIES)) entries.push(await told(each, entry));
      return { ...all, place: each.place, path: folder, entries, omitted: Math.max(0, children.length - MOST_ENTRIES) };
    }
    throw new ContractError('guest-folder-missing', { path: `/${start}` });
  });

/** A file's text. @throws ContractError */
export const readGuestFile = (reader: ChunkReader, { source, at }: GuestFileRequest): Promise<GuestText> =>
  withFile(reader, source, at, async ({ volume }, entry) => {
    const { sizeBytes, modifiedAt } = entry;
    if (sizeBytes > MOST_TEXT) return { sizeBytes, modifiedAt, without: 'large' };
    const bytes = new Uint8Array(sizeBytes);
    const filled = await volume.read(entry, 0, bytes);
    const content = bytes.subarray(0, filled);
    if (content.includes(0)) return { sizeBytes, modifiedAt, without: 'binary' };
    return { sizeBytes, modifiedAt, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(content) };
  });

/** Writes a file to the host, as new. @throws ContractError; the signal's reason when cancelled */
export const takeGuestFile = (
  reader: ChunkReader,
  { source, at, target }: GuestFileRequest & { readonly target: string },
  progress: Report,
  signal: AbortSignal,
): Promise<{ readonly sizeBytes: number }> =>
  withFile(reader, source, at, async ({ volume }, entry) => {
    const { sizeBytes, modifiedAt } = entry;
    await writeNewFile(target, async (into) => {
      const step = new Uint8Array(Math.min(STEP_BYTES, sizeBytes));
      for (let done = 0; done < sizeBytes;) {
        signal.throwIfAborted();
        const filled = await volume.read(entry, done, step.subarray(0, Math.min(STEP_BYTES, sizeBytes - done)));
        if (filled === 0) throw new ContractError('guest-file-short', { path: `/${entry.path}`, sizeBytes, done });
        await into.write(done, step.subarray(0, filled));
        done += filled;
        progress({ message: '', fraction: done / sizeBytes, bytesDone: done, bytesTotal: sizeBytes });
      }
    });
    if (modifiedAt > 0) await utimes(target, new Date(modifiedAt), new Date(modifiedAt));
    return { sizeBytes };
  });

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, '');

const byName = (one: VolumeEntry, other: VolumeEntry): number =>
  Number(other.kind === 'directory') - Number(one.kind === 'directory') ||
  one.path.localeCompare(other.path, 'en', { numeric: true, sensitivity: 'base' });

async function folderAt({ volume }: FoundVolume, path: string): Promise<string | undefined> {
  const entry = await entryAt(volume, path);
  return entry?.kind === 'directory' ? entry.path : undefined;
}

async function told({ volume }: FoundVolume, entry: VolumeEntry): Promise<GuestEntry> {
  const { path, kind, sizeBytes, modifiedAt } = entry;
  const own = { name: path.slice(path.lastIndexOf('/') + 1), kind, sizeBytes, modifiedAt };
  return kind === 'link' ? { ...own, target: await targetOf(volume, entry) } : own;
}

async function withVolumes<T>(
  reader: ChunkReader,
  source: DiskSource,
  { slot, place }: GuestPath,
  work: (found: readonly FoundVolume[], all: Pick<GuestFolder, 'volumes' | 'passedOver'>) => Promise<T>,
): Promise<T> {
  const disk = await openSource(reader, source);
  try {
    const { volumes, passedOver } = await openVolumes(disk);
    const found = volumes.filter((each) => place === undefined || each.place === place);
    if (found.length === 0) throw new ContractError('guest-no-volumes', { slot, ...(place === undefined ? {} : { place }), passedOver });
    const told = volumes.map((each) => ({ place: each.place, kind: each.volume.kind, label: each.volume.label }));
    return await work(found, { volumes: told, passedOver });
  } catch (error) {
    if (error instanceof FileSystemError) throw new ContractError('guest-volume-damaged', { slot, why: causeOf(error) });
    throw error;
  } finally {
    await disk.close();
  }
}

const withFile = <T>(
  reader: ChunkReader,
  source: DiskSource,
  at: GuestPath,
  work: (volume: FoundVolume, entry: VolumeEntry) => Promise<T>,
): Promise<T> =>
  withVolumes(reader, source, at, async (found) => {
    for (const each of found) {
      const entry = await entryAt(each.volume, at.path);
      if (entry?.kind === 'file') return work(each, entry);
      if (entry) throw new ContractError('guest-file-not-file', { path: at.path, kind: entry.kind });
    }
    throw new ContractError('guest-file-missing', { path: at.path });
  });
