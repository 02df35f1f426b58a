/** Reads what a closed library holds, past the program: every snapshot's memory and disks, and what nothing refers to. */
import { told } from '../kit/said.ts';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { contentImage } from '../../main/disks/content-image.ts';
import { readContent } from '../../main/disks/content.ts';
import { openHostImage } from '../../main/disks/host-image.ts';
import { openDatabase } from '../../main/library/database.ts';
import type { Home } from '../../main/library/home.ts';
import { openLibrary } from '../../main/library/library.ts';
import type { SnapshotRecord } from '../../main/library/snapshot-records.ts';
import { type ChunkReader, open, openReader, ZERO } from '../../main/storage/index.ts';
import { overlayFolder, storeFile } from '../../main/workers/storage.ts';
import { hashOfMemory } from '../kit/memory-hash.ts';
import { checkDisk, type Memory, stepOf } from './guest-model.ts';

export interface SnapshotContent {
  readonly record: SnapshotRecord;
  /** SHA-256 of memory (where it has any), disks and state. */
  readonly hash: string;
  /** SHA-256 of memory alone. */
  readonly memoryHash?: string;
  /** The guest's last finished step; undefined where it had not begun or memory is not in it. */
  readonly n?: number;
}

async function memoryOf(reader: ChunkReader, owner: string): Promise<Map<number, Uint8Array> | undefined> {
  const manifest = (await reader.manifests.list(owner)).find(({ name }) => name === 'memory');
  if (!manifest) return undefined;
  const entries = await reader.manifests.read(manifest.id);
  const pages = [...entries.keys()].filter((page) => entries[page] !== ZERO);
  const contents = await reader.getMany(pages.map((page) => entries[page] as number));
  return new Map(pages.map((page, index) => [page, contents[index] as Uint8Array]));
}

/** Reads a disk of a snapshot whole. */
async function diskOf(reader: ChunkReader, { id, disks }: SnapshotRecord, slot: number): Promise<Uint8Array> {
  const disk = disks.find((each) => each.slot === slot);
  if (!disk) throw new Error(`it has no disk ${slot}`);
  const content = await readContent(reader, { owner: `snapshot:${id}`, prefix: `disk${slot}` });
  const base = disk.base && (await openHostImage(disk.base.path, disk.base.format)).image;
  const image = contentImage({ reader, content, base, sizeBytes: disk.sizeBytes });
  const bytes = new Uint8Array(disk.sizeBytes);
  try {
    await image.read(0, bytes);
  } finally {
    await image.close();
  }
  return bytes;
}

/**
 * Reads a snapshot of the trials' guest and checks that it is one moment.
 * @throws Error saying what cannot be
 */
async function contentOf(
  reader: ChunkReader,
  record: SnapshotRecord,
  state: Uint8Array | undefined,
  base: Uint8Array,
): Promise<SnapshotContent> {
  const memory = await memoryOf(reader, `snapshot:${record.id}`);
  if (!memory !== !state) throw new Error(`it has ${memory ? 'memory' : 'no memory'} and ${state ? 'a' : 'no'} state`);
  // A machine into which a disk was just being imported has none yet.
  const disk = record.disks.length === 0 ? new Uint8Array() : await diskOf(reader, record, 0);
  const read: Memory = (page) => memory?.get(page);
  const step = memory && stepOf(read);
  if (disk.length > 0) checkDisk(disk, base, step);
  const memoryHash = memory && hashOfMemory(memory);
  const hash = createHash('sha256')
    .update(memoryHash ?? '-')
    .update(disk)
    .update(state ?? '-')
    .digest('hex');
  return { record, hash, ...(memoryHash === undefined ? {} : { memoryHash }), ...(step ? { n: step.n } : {}) };
}

/** What was found, by snapshot; problems name the snapshot. */
export interface LibraryContent {
  /** All rows, also those that were not read. */
  readonly records: readonly SnapshotRecord[];
  readonly snapshots: ReadonlyMap<string, SnapshotContent>;
  readonly problems: readonly string[];
}

/**
 * Reads a library that no program has open.
 * @param base what the disks stand on
 * @param only ids to read; the others are only looked at from outside
 */
export async function readLibrary(home: Home, base: Uint8Array, only: (id: string) => boolean = () => true): Promise<LibraryContent> {
  const library = await openLibrary(home, { program: 'the trials' });
  const problems: string[] = [];
  const snapshots = new Map<string, SnapshotContent>();
  let records: readonly SnapshotRecord[] = [];
  try {
    problems.push(...(await library.check()).map((line) => `the library: ${line}`));
    records = await library.snapshots.list();
    const heads = await library.heads.list();
    // Nothing was ever stored.
    if (!existsSync(storeFile(home))) {
      if (records.length > 0) problems.push('there are snapshots, but no store');
      return { records, snapshots, problems };
    }
    const reader = await openReader(storeFile(home));
    try {
      for (const record of records) {
        const name = `snapshot ${record.id} "${record.name}"`;
        if (record.state !== 'ready') problems.push(`${name} is ${record.state}: ${told(record).reason}`);
        if (!only(record.id)) continue;
        const { state } = await library.snapshots.saved(record.id);
        try {
          snapshots.set(record.id, await contentOf(reader, record, state, base));
        } catch (error) {
          problems.push(`${name}: ${(error as Error).message}`);
        }
      }
      const owners = new Set([...records.map(({ id }) => `snapshot:${id}`), ...heads.map(({ id }) => `head:${id}`)]);
      for (const { owner, name } of await reader.manifests.list())
        if (!owners.has(owner)) problems.push(`the store has a manifest "${name}" of ${owner}, which the library does not know`);
    } finally {
      await reader.close();
    }
    const known = new Set(heads.map(({ id }) => id as string));
    for (const file of existsSync(overlayFolder(home)) ? readdirSync(overlayFolder(home)) : [])
      if (!known.has(file.replace(/\.db(-wal|-shm)?$/, ''))) problems.push(`overlays/${file} belongs to no head`);
  } finally {
    await library.close();
  }
  problems.push(...(await unnamedChunks(home)));
  return { records, snapshots, problems };
}

/** Chunks that no manifest names once everything was collected, and what the store finds wrong with itself. */
async function unnamedChunks(home: Home): Promise<string[]> {
  const file = storeFile(home);
  const store = await open(file);
  const named = new Set<number>();
  const problems: string[] = [];
  try {
    await store.collect();
    for (const { id } of await store.manifests.list())
      for (const chunk of await store.manifests.read(id)) if (chunk !== ZERO) named.add(chunk);
  } finally {
    await store.close();
  }
  const database = await openDatabase(file);
  try {
    const row = await database.get('SELECT count(*) AS count FROM chunks');
    if (Number(row?.['count']) !== named.size)
      problems.push(`the store holds ${Number(row?.['count'])} chunks, but ${named.size} are named`);
  } finally {
    await database.close();
  }
  return problems;
}
