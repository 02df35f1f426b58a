/**
 * Stores the RAM of a snapshot point in the background of a guest that goes on: pages come from `copyPages` as the guest is
 * about to change them, or in our own time, and go into the store in batches. Pages that did not change since the base point
 * keep its chunks.
 */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { copyPages } from '../../emulator/host/pages.ts';
import type { SharedRam } from '../../emulator/index.ts';
import { ZERO, type ChunkId, type Store } from '../storage/index.ts';
import type { Report } from '../jobs/job.ts';
import { MEMORY, ownerOf, PAGE_BYTES } from '../storage/owners.ts';

export interface StoreMemory {
  readonly snapshot: string;
  readonly ram: SharedRam;
  /** The snapshot since which only changed pages are marked; absent: all pages are. */
  readonly base?: string;
}
export interface StoredMemory {
  /** Pages that were handed over, those of zeros included. */
  readonly pages: number;
}

/** Pages stored in one batch: 4 MiB. */
const BATCH = 1024;
/** Pages that nobody is about to change wait while so many are queued: 128 MiB. The next return waits until all are taken over. */
const QUEUED = 32_768;

/** Snapshot points whose memory is being stored: the next one may build on them before they are finished. */
const underWay = new WeakMap<Store, Map<string, Promise<Float64Array>>>();

/**
 * The chunks of a snapshot's pages, also of one that is just being stored.
 * @throws ContractError `missing` when it has no memory
 */
async function pagesOf(store: Store, snapshot: string): Promise<Float64Array> {
  const storing = underWay.get(store)?.get(snapshot);
  if (storing) return storing;
  const manifest = (await store.manifests.list(ownerOf(snapshot))).find(({ name }) => name === MEMORY);
  if (!manifest) throw new ContractError('memory-of-parent-missing');
  return store.manifests.read(manifest.id);
}

/** Pages on their way from the guest to the store. */
class PageQueue {
  #pages: { readonly page: number; readonly bytes: Uint8Array }[] = [];
  #wake: (() => void) | undefined;
  #room: (() => void)[] = [];
  ended = false;

  add(page: number, bytes: Uint8Array): void {
    this.#pages.push({ page, bytes });
    this.#rouse();
  }
  end(): void {
    this.ended = true;
    this.#rouse();
  }
  /** Resolves when there is room for pages that can wait. */
  room(): Promise<void> {
    if (this.#pages.length < QUEUED) return Promise.resolve();
    return new Promise((resolve) => this.#room.push(resolve));
  }
  /** The next batch, neighbours together as they compress well; empty when all is done. */
  async take(): Promise<{ readonly page: number; readonly bytes: Uint8Array }[]> {
    while (this.#pages.length === 0 && !this.ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    const batch = this.#pages.splice(0, BATCH).sort((a, b) => a.page - b.page);
    if (this.#pages.length < QUEUED) for (const resolve of this.#room.splice(0)) resolve();
    return batch;
  }
  /** Lets everybody go who waits for room: nothing is stored any more. */
  abandon(): void {
    this.#pages = [];
    for (const resolve of this.#room.splice(0)) resolve();
  }
  #rouse(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

async function gather(
  store: Store,
  { ram, base }: StoreMemory,
  progress: Report,
  signal: AbortSignal,
): Promise<{ entries: Float64Array; pages: number; held: ChunkId[] }> {
  const total = ram.sizeBytes / PAGE_BYTES;
  const entries = new Float64Array(total);
  const given = new Uint8Array(total);
  const held: ChunkId[] = [];
  const queue = new PageQueue();
  const failed = new AbortController();
  let pages = 0;
  const copying = copyPages(
    ram,
    (page, bytes) => {
      given[page] = 1;
      pages++;
      if (bytes) queue.add(page, bytes);
    },
    { room: () => queue.room(), signal: AbortSignal.any([signal, failed.signal]) },
  ).finally(() => queue.end());
  // Looked at below; a failure of the store must not leave it unhandled.
  copying.catch(() => undefined);
  try {
    for (let batch = await queue.take(); batch.length > 0; batch = await queue.take()) {
      signal.throwIfAborted();
      const ids = await store.putBatch(batch.map(({ bytes }) => bytes));
      for (const id of ids) held.push(id);
      batch.forEach(({ page }, index) => (entries[page] = ids[index] ?? ZERO));
      progress({ message: faultWith('step-storing-memory'), bytesDone: held.length * PAGE_BYTES });
    }
    await copying;
    if (base !== undefined) {
      const before = await pagesOf(store, base);
      if (before.length !== total) throw new ContractError('memory-shape-differs', { pages: total, basePages: before.length });
      for (let page = 0; page < total; page++) if (given[page] === 0) entries[page] = before[page]!;
    }
    return { entries, pages, held };
  } catch (error) {
    failed.abort();
    queue.abandon();
    store.release(held);
    // Not before the marks are gone does the guest run at its full speed again, or may the next snapshot point be taken.
    await copying.catch(() => undefined);
    throw error;
  }
}

/**
 * Writing job: stores the pages marked in `ram` and makes the snapshot's `memory` manifest. Nothing is left when it rejects.
 * @throws ContractError; the signal's reason when cancelled
 */
export async function storeMemory(store: Store, job: StoreMemory, progress: Report, signal: AbortSignal): Promise<StoredMemory> {
  const gathered = gather(store, job, progress, signal);
  const points = underWay.get(store) ?? new Map<string, Promise<Float64Array>>();
  underWay.set(store, points);
  const entries = gathered.then((done) => done.entries);
  entries.catch(() => undefined);
  points.set(job.snapshot, entries);
  try {
    const { entries: pages, pages: count, held } = await gathered;
    try {
      await store.createManifest({ owner: ownerOf(job.snapshot), name: MEMORY, chunkBytes: PAGE_BYTES, entries: pages });
    } finally {
      store.release(held);
    }
    return { pages: count };
  } finally {
    points.delete(job.snapshot);
  }
}
