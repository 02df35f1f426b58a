/**
 * A store, open for writing: one program at a time, one change after the other. Reading goes on meanwhile over a
 * connection of its own, here and in other threads (`openReader`).
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { caughtUp, turns } from '../../emulator/structures/in-turn.ts';
import { openDatabase, type Database } from '../library/database.ts';
import { lockInstance } from '../library/instance-lock.ts';
import { checkAll, lostOf, type CheckReport } from './check.ts';
import type { ChunkId } from './chunk.ts';
import { collectUnnamed, type Collected } from './collect.ts';
import { ManifestSets } from './manifest-sets.ts';
import { insertManifest, manifestsOver, named, type ManifestId, type NewManifest } from './manifests.ts';
import { readerOver, type ChunkReader } from './reading.ts';
import { SizeBook, type Part, type Sizes, type Usage } from './sizes.ts';
import { explained } from './storage-error.ts';
import { prepare } from './tables.ts';
import { storeChunks } from './writing.ts';

export interface StorageOptions {
  /** The file is not to grow beyond this; what would is refused with a ContractError `full`. */
  readonly maximumBytes?: number;
}

export interface Store extends ChunkReader {
  /**
   * Stores chunks of 4 to 64 KiB; durable when it resolves, not there at all when it rejects. The caller must not change
   * the bytes before. The chunks are held (see `hold`) until released. Batches of some 4 MiB keep other work going.
   * @throws RangeError for a chunk of another size; ContractError `full`, `readonly`
   */
  putBatch(chunks: readonly Uint8Array[]): Promise<ChunkId[]>;
  /**
   * Keeps chunks of another manifest from being collected until one of the caller's names them.
   * @throws ContractError `missing` when one is gone already; none is held then
   */
  hold(ids: Iterable<ChunkId>): Promise<void>;
  /** Lets go of what `putBatch` or `hold` held, as often as it was: once a manifest names it, or none is going to. */
  release(ids: Iterable<ChunkId>): void;
  /**
   * Makes a manifest; durable when it resolves. From then on its chunks stay.
   * @throws ContractError `missing` when a chunk is not there
   */
  createManifest(manifest: NewManifest): Promise<ManifestId>;
  /** As `createManifest`, several at once: all are durable when it resolves, or none. */
  createManifests(manifests: readonly NewManifest[]): Promise<ManifestId[]>;
  /** Deletes a manifest. Its space returns with the next `collect`. Nothing happens when there is none. */
  deleteManifest(id: ManifestId): Promise<void>;
  deleteManifests(ids: readonly ManifestId[]): Promise<void>;
  /** Removes what nothing names and gives the space back to the file system. */
  collect(): Promise<Collected>;
  /** Own and shared bytes of every manifest. */
  sizes(): Promise<ReadonlyMap<ManifestId, Sizes>>;
  /** Own and shared bytes of every owner, and what owners that belong together take up together. */
  usage(groups: ReadonlyMap<string, readonly string[]>): Promise<Usage>;
  /** Own and shared bytes of groups of owners, each taken as one; no owner is in two. */
  sizesOfGroups(groups: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, Sizes>>;
  /** What the manifests of each part take up, whether or not others share it, in bytes. */
  sizesOfParts(parts: readonly Part[]): Promise<readonly number[]>;
  /** Checks every byte; see `CheckReport`. */
  check(): Promise<CheckReport>;
}

/**
 * Opens a store, creating it where there is none, and removes what an ended program left unfinished.
 * @throws ContractError `locked` while another program writes it; `readonly`, `damaged`, `newer`
 */
export function open(file: string, { maximumBytes }: StorageOptions = {}): Promise<Store> {
  return explained(file, async () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const lock = lockInstance(`${file}.lock`, 'the store');
    const opened: Database[] = [];
    try {
      const writer = await openDatabase(file);
      opened.push(writer);
      await prepare(writer, maximumBytes);
      const reader = await openDatabase(file);
      opened.push(reader);
      await reader.script('PRAGMA busy_timeout = 3000; PRAGMA query_only = ON');
      const store = storeOver(writer, reader, () => lock.release());
      const state = await writer.get('SELECT unswept FROM state');
      if (state?.['unswept'] !== 0) await store.collect();
      return store;
    } catch (error) {
      for (const database of opened) await database.close().catch(() => undefined);
      lock.release();
      throw error;
    }
  });
}

function refuseLost([lost]: Iterable<ChunkId>): void {
  if (lost !== undefined) throw new ContractError('chunk-not-stored', { chunk: lost });
}

function storeOver(writer: Database, reader: Database, unlock: () => void): Store {
  const { file } = writer;
  const chunks = readerOver(reader);
  const manifests = manifestsOver(writer);
  const sets = new ManifestSets(manifests);
  const book = new SizeBook(writer, sets);
  const held = new Map<ChunkId, number>();
  const queue = turns();
  let closing: Promise<void> | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
    closing ? Promise.reject(new ContractError('store-closed', { file })) : queue(() => explained(file, work));
  const hold = (ids: Iterable<ChunkId>) => {
    for (const id of named(ids)) held.set(id, (held.get(id) ?? 0) + 1);
  };
  const release = (ids: Iterable<ChunkId>) => {
    for (const id of ids) {
      const times = held.get(id) ?? 0;
      if (times > 1) held.set(id, times - 1);
      else held.delete(id);
    }
  };
  const createManifests = (fresh: readonly NewManifest[]) =>
    inTurn(() =>
      writer.transaction(async (statements) => {
        const ids: ManifestId[] = [];
        for (const manifest of fresh) {
          refuseLost(await lostOf(statements, manifest.entries));
          ids.push(await insertManifest(statements, manifest));
        }
        return ids;
      }),
    );
  const deleteManifests = (ids: readonly ManifestId[]) =>
    inTurn(() =>
      writer.transaction(async (statements) => {
        await statements.run('DELETE FROM manifests WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
        await statements.run('UPDATE state SET unswept = 1');
      }),
    );

  return {
    ...chunks,
    putBatch: (batch) =>
      inTurn(async () => {
        const ids = await storeChunks(writer, batch);
        hold(ids);
        return ids;
      }),
    hold: (ids) =>
      inTurn(async () => {
        const all = [...ids];
        refuseLost(await lostOf(writer, all));
        hold(all);
      }),
    release: (ids) => release(named(ids)),
    createManifest: async (manifest) => (await createManifests([manifest]))[0]!,
    createManifests,
    deleteManifest: (id) => deleteManifests([id]),
    deleteManifests,
    collect: () => inTurn(() => collectUnnamed(writer, sets, held.keys())),
    sizes: () => inTurn(() => book.ofManifests()),
    usage: (groups) => inTurn(() => book.ofOwners(groups)),
    sizesOfGroups: (groups) => inTurn(() => book.ofGroups(groups)),
    sizesOfParts: (parts) => inTurn(() => book.ofParts(parts)),
    check: () => inTurn(() => checkAll(writer, manifests)),
    close: () =>
      (closing ??= caughtUp(queue)
        .then(() => chunks.close())
        .then(() => writer.close())
        .finally(unlock)),
  };
}
