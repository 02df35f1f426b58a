/** Damaged files, full disks and forbidden folders: a clear error, the rest stays usable, and what can be is mended. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../main/library/database.ts';
import { open, salvage, type ChunkId, type Store } from '../../../main/storage/index.ts';
import { chunkOf, opened, sha256, temporaryStore } from './contents.ts';

const CHUNKS = 160;
const CONTENTS = Array.from({ length: CHUNKS }, (_, seed) => chunkOf(seed));
/** Enough for SQLite's tree to have many leaves: where it has one, losing that loses all. */
const MANY = Array.from({ length: 1600 }, (_, seed) => chunkOf(seed));

async function filled(file: string, contents: Uint8Array[] = CONTENTS): Promise<ChunkId[]> {
  const store = await open(file);
  const ids = await store.putBatch(contents);
  await store.createManifest({ owner: 'snapshot 1', name: 'memory', chunkBytes: 4096, entries: ids });
  await store.createManifest({ owner: 'snapshot 2', name: 'memory', chunkBytes: 4096, entries: ids.slice(100) });
  await store.close();
  return ids;
}

/** Flips one bit in the middle of a column's bytes, in the file itself, as a failing disk would. */
async function flipBit(file: string, query: string): Promise<void> {
  const database = await openDatabase(file);
  const bytes = Object.values((await database.get(query))!)[0] as Uint8Array;
  await database.close();
  const image = readFileSync(file);
  const part = bytes.subarray(bytes.length >> 1, (bytes.length >> 1) + Math.min(16, bytes.length >> 2));
  const at = image.indexOf(part);
  expect(at).toBeGreaterThan(0);
  image[at]! ^= 4;
  writeFileSync(file, image);
}

async function readableOf(store: Store, ids: readonly ChunkId[], contents: Uint8Array[] = CONTENTS) {
  const answers = await Promise.allSettled(ids.map((id) => store.get(id)));
  for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(ContractError);
  return answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' && sha256(answer.value) === sha256(contents[index]!) ? [ids[index]!] : [],
  );
}

test('a flipped bit costs one block; the check names what it belongs to; storing the same bytes again mends it', async () => {
  const file = temporaryStore();
  const ids = await filled(file);
  await flipBit(file, 'SELECT bytes FROM blocks WHERE id = 2');
  const store = await opened(file);
  const good = await readableOf(store, ids);
  expect(good.length).toBeLessThan(CHUNKS);
  expect(good.length).toBeGreaterThanOrEqual(CHUNKS - 16);
  const report = await store.check();
  expect(report.chunksChecked).toBe(CHUNKS);
  expect(report.damaged).toEqual(ids.filter((id) => !good.includes(id)));
  await expect(store.get(report.damaged[0]!)).rejects.toMatchObject({ code: 'chunk-damaged' });
  await expect(store.get(report.damaged[0]!)).rejects.toThrow(`chunk ${report.damaged[0]} is damaged`);
  expect(report.affected).toMatchObject([
    { manifest: { owner: 'snapshot 1' }, unreadable: false, positions: report.damaged.map((id) => ids.indexOf(id)) },
  ]);
  expect((await store.check()).damaged).toEqual(report.damaged);
  // A new snapshot brings the same pages again, as it does while the guest is still running.
  expect(await store.putBatch(CONTENTS)).toEqual(ids);
  expect(await readableOf(store, ids)).toEqual(ids);
  expect(await store.check()).toMatchObject({ damaged: [], affected: [] });
});

test('a manifest whose list is damaged is named, and nothing is collected until it is deleted', async () => {
  const file = temporaryStore();
  const ids = await filled(file);
  await flipBit(file, 'SELECT digest FROM manifests WHERE id = 2');
  const store = await opened(file);
  await expect(store.manifests.read(2)).rejects.toMatchObject({ code: 'manifest-damaged' });
  await expect(store.manifests.read(2)).rejects.toThrow('"memory" of snapshot 2');
  await store.deleteManifest(1);
  expect(await store.collect()).toEqual({ chunks: 0, blockedBy: [2] });
  expect((await store.check()).affected).toMatchObject([{ manifest: { id: 2 }, unreadable: true }]);
  expect(await readableOf(store, ids)).toEqual(ids);
  await store.deleteManifest(2);
  expect(await store.collect()).toEqual({ chunks: CHUNKS, blockedBy: [] });
});

test('a truncated file is refused clearly and left as it is', async () => {
  const file = temporaryStore();
  await filled(file);
  truncateSync(file, statSync(file).size >> 1);
  const before = sha256(readFileSync(file));
  await expect(open(file)).rejects.toMatchObject({ code: 'store-damaged' });
  await expect(open(file)).rejects.toThrow(file);
  expect(sha256(readFileSync(file))).toBe(before);
  writeFileSync(file, 'this is no store, but it is longer than a hundred bytes, which is what SQLite wants to see of a header.'.repeat(9));
  await expect(open(file)).rejects.toMatchObject({ kind: 'damaged' });
});

test.each([0.4, 0.9])('what is left of a file cut off at %d of its length is salvaged, the rest named', async (part) => {
  const file = temporaryStore();
  const ids = await filled(file, MANY);
  truncateSync(file, Math.floor((statSync(file).size * part) / 4096) * 4096);
  const salvaged = await salvage(file, `${file}.new`);
  const store = await opened(`${file}.new`);
  const good = await readableOf(store, ids, MANY);
  expect(good.length).toBeGreaterThan(MANY.length * (part - 0.1));
  expect(good.length).toBeLessThan(MANY.length * part * 1.1);
  expect(salvaged).toMatchObject({ manifests: 2 });
  const { file: complaints, affected } = await store.check();
  const lost = ids.filter((id) => !good.includes(id));
  expect(complaints).toEqual([]);
  expect(affected[0]).toMatchObject({ manifest: { owner: 'snapshot 1' }, positions: lost.map((id) => ids.indexOf(id)) });
  await expect(salvage(file, `${file}.new`)).rejects.toThrow('exists already');
});

test('a full store refuses a batch as a whole, keeps everything, and goes on when there is room', async () => {
  const file = temporaryStore();
  const ids = await filled(file);
  const limited = await open(file, { maximumBytes: statSync(file).size + 100_000 });
  const more = Array.from({ length: 400 }, (_, index) => chunkOf(10_000 + index));
  await expect(limited.putBatch(more)).rejects.toMatchObject({ kind: 'full' });
  await expect(limited.putBatch(more)).rejects.toThrow('free some space');
  expect(await readableOf(limited, ids)).toEqual(ids);
  expect((await limited.putBatch([chunkOf(20_000)]))[0]).toBe(CHUNKS + 1);
  await limited.close();
  const store = await opened(file);
  expect(await store.putBatch(more)).toHaveLength(400);
  expect(await store.check()).toMatchObject({ file: [], damaged: [], affected: [] });
});

test('a file system that takes no more ends in a clear error, and the store opens afterwards', async () => {
  const file = temporaryStore();
  const ids = await filled(file);
  const writer = fileURLToPath(new URL('./filling-writer.ts', import.meta.url));
  // SIGXFSZ ignored, as Node does, a write beyond the limit fails with EFBIG. Unit: 1024 bytes.
  const { stdout } = spawnSync('bash', ['-c', 'ulimit -f 2000; exec "$0" "$1" "$2"', process.execPath, writer, file], { encoding: 'utf8' });
  expect(stdout).toBe('ContractError full\n');
  const store = await opened(file);
  expect(await readableOf(store, ids)).toEqual(ids);
  expect(await store.check()).toMatchObject({ file: [], chunksChecked: CHUNKS, damaged: [], affected: [] });
});

test('a folder that may not be written is a clear error', async () => {
  const file = temporaryStore();
  const folder = dirname(file);
  if (process.getuid?.() === 0) {
    // For root there are no permissions; a folder that cannot be made is what remains.
    writeFileSync(`${folder}/plain`, '');
    await expect(open(`${folder}/plain/storage.db`)).rejects.toMatchObject({ name: 'ContractError' });
  } else {
    chmodSync(folder, 0o500);
    onTestFinished(() => chmodSync(folder, 0o700));
    await expect(open(file)).rejects.toMatchObject({ kind: 'readonly' });
  }
  expect(existsSync(file)).toBe(false);
});
