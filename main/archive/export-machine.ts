/**
 * Reading job: writes a machine with its snapshots into one file (see format.ts), in one pass and with little memory. The
 * same machine gives the same bytes, but for the date.
 */
import type { Step } from '../../preload/contract/tasks.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { stat } from 'node:fs/promises';
import { openDatabase } from '../library/database.ts';
import { snapshotRecords, type SavedParts } from '../library/snapshot-records.ts';
import { checkBase } from '../disks/bases.ts';
import { readContent } from '../disks/content.ts';
import { openHostImage } from '../disks/host-image.ts';
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { ChunkReader } from '../storage/index.ts';
import type { Report } from '../jobs/job.ts';
import { MEMORY, ownerOf } from '../storage/owners.ts';
import type { ArchivedMachine } from './archived-machine.ts';
import { bootFiles, unusedDisks } from './boot-files.ts';
import { ChunkWriter } from './chunk-writer.ts';
import type { BlobSubject } from './format.ts';
import { RecordWriter } from './record-writer.ts';
import { encodeSubject } from './runs.ts';

export interface ExportMachine {
  /** Where to; an existing file is refused. */
  readonly file: string;
  readonly machine: ArchivedMachine;
  /** The library's file, for the larger parts of snapshots' rows. */
  readonly library: string;
  /** Whether base images go with it; without, they must be at the same place where it is imported. */
  readonly withBases: boolean;
  /** `Vivarium 0.1.0`. */
  readonly program: string;
  /** Milliseconds since the epoch. */
  readonly date: number;
}
export interface Exported {
  readonly fileBytes: number;
}

/**
 * Durable when it resolves; when it rejects there is no file.
 * @throws ContractError where something stored is gone; the signal's reason when cancelled
 */
export async function exportMachine(reader: ChunkReader, job: ExportMachine, progress: Report, signal: AbortSignal): Promise<Exported> {
  const library = await openDatabase(job.library);
  try {
    const snapshots = snapshotRecords(library);
    return await writeArchive(reader, job, (id) => snapshots.saved(id as SnapshotId), progress, signal);
  } finally {
    await library.close();
  }
}

/** @param savedOf the larger parts of a snapshot's row */
export async function writeArchive(
  reader: ChunkReader,
  { file, machine, withBases, program, date }: Omit<ExportMachine, 'library'>,
  savedOf: (snapshot: string) => Promise<SavedParts>,
  progress: Report,
  signal: AbortSignal,
): Promise<Exported> {
  refuseDirect(machine);
  const bases = withBases ? basesOf(machine) : [];
  const files = [...bootFiles(machine), ...unusedDisks(machine)];
  for (const base of bases) await checkBase(base, undefined, signal);
  const records = await RecordWriter.create(file);
  try {
    await records.write('HEAD', Buffer.from(JSON.stringify({ program, date: new Date(date).toISOString() })));
    await records.write('MACH', Buffer.from(JSON.stringify(machine)));
    let message: Step = '';
    const breath = (bytesDone: number) => {
      signal.throwIfAborted();
      progress({ message, bytesDone });
    };
    const chunks = new ChunkWriter(reader, records, breath, { foreign: bases.length + files.length > 0 });
    for (const [index, { id, name, hasMemory, disks }] of machine.snapshots.entries()) {
      message = faultWith('step-writing-snapshot', { name, number: index + 1, count: machine.snapshots.length });
      breath(records.writtenBytes);
      const { state, consoles } = await savedOf(id);
      const blob = (subject: BlobSubject, bytes: Uint8Array) => records.write('BLOB', encodeSubject(subject, bytes));
      if (state) await blob({ of: 'state', snapshot: id }, state);
      for (const [console, bytes] of consoles.entries()) await blob({ of: 'console', snapshot: id, console }, bytes);
      if (hasMemory) {
        const pages = await pagesOf(reader, id, name);
        await chunks.list({ of: 'memory', snapshot: id, pages: pages.length }, pages);
      }
      for (const { slot } of disks)
        await chunks.disk({ of: 'disk', snapshot: id, slot }, await readContent(reader, { owner: ownerOf(id), prefix: `disk${slot}` }));
    }
    for (const { path, format } of bases) {
      message = faultWith('step-writing-base', { path });
      await writeImage(chunks, path, format, (sizeBytes) => ({ of: 'base', path, format, sizeBytes }));
    }
    for (const path of files) {
      // As a disk it would be whole sectors; a file comes back with the bytes it has.
      const { size: sizeBytes } = await stat(path);
      await writeImage(chunks, path, 'raw', () => ({ of: 'file', path, sizeBytes }));
    }
    signal.throwIfAborted();
    await records.finish();
    return { fileBytes: (await stat(file)).size };
  } catch (error) {
    await records.abandon();
    throw error;
  }
}

async function writeImage(
  chunks: ChunkWriter,
  path: string,
  format: DiskBase['format'],
  subject: (sizeBytes: number) => Parameters<ChunkWriter['image']>[0],
): Promise<void> {
  const { image } = await openHostImage(path, format);
  try {
    await chunks.image(subject(image.sizeBytes), image);
  } finally {
    await image.close();
  }
}

async function pagesOf(reader: ChunkReader, id: string, name: string): Promise<Float64Array> {
  const manifest = (await reader.manifests.list(ownerOf(id))).find((each) => each.name === MEMORY);
  if (!manifest) throw new ContractError('memory-missing', { name });
  return reader.manifests.read(manifest.id);
}

/** Every base once; all that are at one place must be what is there now. */
function basesOf({ snapshots }: ArchivedMachine): DiskBase[] {
  const bases = new Map<string, DiskBase>();
  for (const { disks } of snapshots) for (const { base } of disks) if (base) bases.set(`${base.format} ${base.path}`, base);
  return [...bases.values()];
}

/** A file in place has no history; it cannot be carried. */
function refuseDirect({ definition }: ArchivedMachine): void {
  const slot = definition.disks.findIndex(({ id }) => id === undefined);
  if (slot >= 0)
    throw new ContractError('archive-disk-in-place', { slot, name: definition.name, path: definition.disks[slot]?.path ?? '' });
}
