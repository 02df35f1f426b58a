/** The store keeps what is named, shares what is equal, removes the rest and gives its space back. */
import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { open, openReader, ZERO } from '../../../main/storage/index.ts';
import { chunkOf, opened, sha256, temporaryStore } from './contents.ts';

const chunks = (from: number, to: number, length?: number) =>
  Array.from({ length: to - from }, (_, index) => chunkOf(from + index, length));

describe('chunks', () => {
  test('come back as they were, of any size, after opening again', async () => {
    const file = temporaryStore();
    const store = await open(file);
    const stored = [chunkOf(1), chunkOf(2, 65536), chunkOf(3, 5000), ...chunks(10, 60)];
    const ids = await store.putBatch(stored);
    await store.createManifest({ owner: 'test', name: 'memory', chunkBytes: 4096, entries: ids });
    await store.close();
    const again = await opened(file);
    expect((await again.getMany(ids)).map(sha256)).toEqual(stored.map(sha256));
    expect(sha256(await again.get(ids[1]!))).toBe(sha256(stored[1]!));
  });

  test('equal ones are stored once, in one batch, across batches and at the same time', async () => {
    const store = await opened();
    const [a, b] = await store.putBatch([chunkOf(1), chunkOf(1)]);
    const more = await Promise.all([store.putBatch([chunkOf(2), chunkOf(1)]), store.putBatch([chunkOf(2)])]);
    expect([a, b, ...more.flat()]).toEqual([1, 1, 2, 1, 2]);
  });

  test('zeros are free', async () => {
    const store = await opened();
    expect(await store.putBatch([new Uint8Array(4096), new Uint8Array(65536)])).toEqual([ZERO, ZERO]);
    expect(await store.get(ZERO, 65536)).toEqual(new Uint8Array(65536));
    expect((await store.check()).chunksChecked).toBe(0);
  });

  test('what does not compress is stored as it is', async () => {
    const store = await opened();
    const noise = Uint8Array.from({ length: 4096 }, (_, at) => chunkOf(at)[8]!);
    const [id] = await store.putBatch([noise]);
    expect(await store.get(id!)).toEqual(noise);
  });

  test('of an impossible size are refused, and a number never given is missing', async () => {
    const store = await opened();
    await expect(store.putBatch([new Uint8Array(4095)])).rejects.toThrow(RangeError);
    await expect(store.putBatch([new Uint8Array(65537)])).rejects.toThrow('4096 to 65536');
    await expect(store.get(7)).rejects.toMatchObject({ kind: 'missing' });
  });
});

describe('manifests', () => {
  test('keep order and holes, in little space', async () => {
    const file = temporaryStore();
    const store = await opened(file);
    const ids = await store.putBatch(chunks(0, 3));
    const entries = [ids[2], undefined, ids[0], ZERO, ids[0], ids[1]];
    const id = await store.createManifest({ owner: 'a', name: 'disk0', chunkBytes: 4096, entries });
    expect([...(await store.manifests.read(id))]).toEqual([3, 0, 1, 0, 1, 2]);
    expect(await store.manifests.list('a')).toMatchObject([{ id, owner: 'a', name: 'disk0', chunkBytes: 4096, entries: 6 }]);
    expect(await store.manifests.list('b')).toEqual([]);
  });

  test('naming a chunk that is not there are refused', async () => {
    const store = await opened();
    const refused = store.createManifest({ owner: 'a', name: 'x', chunkBytes: 4096, entries: [5] });
    await expect(refused).rejects.toMatchObject({ kind: 'missing' });
    expect(await store.manifests.list()).toEqual([]);
  });

  test('tell what they share and what would go with them', async () => {
    const store = await opened();
    const common = await store.putBatch(chunks(0, 32));
    const alone = await store.putBatch(chunks(100, 116));
    const first = await store.createManifest({ owner: 'a', name: 'x', chunkBytes: 4096, entries: common });
    const second = await store.createManifest({ owner: 'b', name: 'x', chunkBytes: 4096, entries: [...common, ...alone] });
    const sizes = await store.sizes();
    expect(sizes.get(first)).toEqual({ own: 0, shared: sizes.get(second)!.shared });
    expect(sizes.get(first)!.shared).toBeGreaterThan(sizes.get(second)!.own);
    expect(sizes.get(second)!.own).toBeGreaterThan(16 * 500);
  });
});

describe('collecting', () => {
  test('removes what nothing names, keeps the rest, and the file shrinks', async () => {
    const file = temporaryStore();
    const store = await opened(file);
    const ids = await store.putBatch(chunks(0, 2000));
    // Every fifth page stays, so that every block must be written anew.
    const kept = ids.filter((_, index) => index % 5 === 0);
    const all = await store.createManifest({ owner: 'a', name: 'all', chunkBytes: 4096, entries: ids });
    await store.createManifest({ owner: 'a', name: 'kept', chunkBytes: 4096, entries: kept });
    store.release(ids);
    expect(await store.collect()).toEqual({ chunks: 0, blockedBy: [] });
    const before = statSync(file).size;
    await store.deleteManifest(all);
    expect(await store.collect()).toEqual({ chunks: 1600, blockedBy: [] });
    expect(statSync(file).size).toBeLessThan(before * 0.35);
    expect((await store.getMany(kept)).map(sha256)).toEqual(kept.map((id) => sha256(chunkOf(id - 1))));
    await expect(store.get(ids[1]!)).rejects.toMatchObject({ kind: 'missing' });
    expect(await store.check()).toMatchObject({ file: [], chunksChecked: 400, damaged: [], affected: [] });
  });

  test('leaves alone what is held, until it is released', async () => {
    const store = await opened();
    const ids = await store.putBatch(chunks(0, 10));
    await store.hold(ids.slice(0, 5));
    store.release(ids);
    expect((await store.collect()).chunks).toBe(5);
    store.release(ids.slice(0, 5));
    expect((await store.collect()).chunks).toBe(5);
    await expect(store.hold(ids)).rejects.toMatchObject({ kind: 'missing' });
    // A number is never given twice, so that nobody reads another's chunk by an old one.
    expect(await store.putBatch([chunkOf(0)])).toEqual([11]);
  });

  test('happens at opening for what an ended program left', async () => {
    const file = temporaryStore();
    const store = await open(file);
    await store.putBatch(chunks(0, 10));
    await store.close();
    const again = await opened(file);
    expect((await again.check()).chunksChecked).toBe(0);
  });
});

describe('one writer, many readers', () => {
  test('a second writer is refused, by name of the process', async () => {
    const file = temporaryStore();
    await opened(file);
    await expect(open(file)).rejects.toMatchObject({ kind: 'locked' });
    await expect(open(file)).rejects.toThrow(`process ${process.pid}`);
  });

  test('another thread reads while this one writes and collects', async () => {
    const file = temporaryStore();
    const store = await opened(file);
    const ids = await store.putBatch(chunks(0, 200));
    const kept = ids.filter((id) => id % 7 === 0);
    await store.createManifest({ owner: 'a', name: 'x', chunkBytes: 4096, entries: kept });
    const reader = new Worker(new URL('./reading-thread.ts', import.meta.url), { workerData: { file, ids: kept } });
    const [first] = (await once(reader, 'message')) as [string];
    store.release(ids);
    await store.collect();
    for (let round = 1; round < 6; round++) store.release(await store.putBatch(chunks(round * 1000, round * 1000 + 100)));
    await store.collect();
    reader.postMessage('end');
    const [rounds] = (await once(reader, 'message')) as [string];
    await once(reader, 'exit');
    expect([first, rounds]).toEqual(['good', 'good']);
  });

  test('a store that is not there cannot be read', async () => {
    await expect(openReader(temporaryStore())).rejects.toMatchObject({ kind: 'missing' });
  });
});
