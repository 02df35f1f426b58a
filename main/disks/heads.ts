/** Heads on the host: their overlay files, made, settled and removed while no machine uses them. */
import { fileError } from '../library/library-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isZeroCluster } from './cluster.ts';
import { openOverlayFile, openOverlayReader, readOverlayState, type OverlayState } from './overlay-tables.ts';

/** The overlays' folder in the home folder. */
export const overlaysFolder = (home: string): string => join(home, 'overlays');
/** A head's overlay file. */
export const overlayFile = (home: string, head: string): string => join(overlaysFolder(home), `${head}.db`);

/** Empty overlays by the version they say, as they are written: making one with SQLite takes ten times as long. */
const empty = new Map<number | undefined, Promise<Uint8Array>>();
/** Smaller holes save nothing on the hosts' file systems. */
const BLOCK_BYTES = 4096;

/** The bytes of an empty overlay, made beside where it is wanted. */
async function emptyOverlay(folder: string, settledVersion: number | undefined): Promise<Uint8Array> {
  const file = join(folder, `.empty-${process.pid}-${settledVersion ?? 'none'}.db`);
  removeHead(file);
  const database = await openOverlayFile(file);
  try {
    if (settledVersion !== undefined) await database.run('UPDATE state SET settled_version = ?', settledVersion);
    await database.script('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await database.close();
  }
  try {
    return await readFile(file);
  } finally {
    removeHead(file);
  }
}

/**
 * Makes the empty overlay of a new head; durable when it resolves.
 * @param settledVersion the version of its content in the store (`headPlace`), absent where the base is all there is
 * @throws ContractError when it cannot be written; Error when there is one already
 */
export async function createHead(file: string, settledVersion?: number): Promise<void> {
  const path = dirname(file);
  await mkdir(path, { recursive: true, mode: 0o700 });
  let made = empty.get(settledVersion);
  if (!made) empty.set(settledVersion, (made = emptyOverlay(path, settledVersion)));
  const bytes = await made.catch((error: unknown) => {
    empty.delete(settledVersion);
    throw error;
  });
  try {
    await writeDurably(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new ContractError('overlay-exists', { file }, { cause: error });
    removeHead(file);
    throw fileError('overlay', file, error);
  }
}

/** Writes a new file with holes where it is zero, and its name. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(bytes.length);
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const block = bytes.subarray(at, at + BLOCK_BYTES);
      if (!isZeroCluster(block)) await file.write(block, 0, block.length, at);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  // The name has to be durable as well, before the library knows of it. Windows has no such thing for folders.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes an overlay file; its content in the store is for the store's owner to remove. */
export function removeHead(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}

/** The ids of heads whose overlay files are in the folder. */
export function headsOnDisk(home: string): string[] {
  const folder = overlaysFolder(home);
  if (!existsSync(folder)) return [];
  return [...new Set(readdirSync(folder).flatMap((name) => /^(.+)\.db(?:-wal|-shm|-journal)?$/.exec(name)?.[1] ?? []))];
}

/** The state of an overlay that may be in use. @throws Error when there is none; ContractError when it is damaged */
export async function headState(file: string): Promise<OverlayState> {
  if (!existsSync(file)) throw new ContractError('overlay-absent', { file });
  const database = await openOverlayReader(file);
  try {
    return await readOverlayState(database);
  } finally {
    await database.close();
  }
}

/** The last row of an overlay that no machine uses: rows are only added at the end, so a later end says that there are new ones. */
export async function overlayEnd(file: string): Promise<number> {
  const database = await openOverlayReader(file);
  try {
    return Number((await database.get('SELECT max(place) AS last FROM clusters'))?.['last'] ?? 0);
  } finally {
    await database.close();
  }
}

/** Bytes an overlay takes on the host: its holes are not counted. */
export async function overlayBytes(file: string): Promise<number> {
  const taken = (path: string) =>
    stat(path).then(
      ({ size, blocks }) => (blocks > 0 ? Math.min(size, blocks * 512) : size),
      () => 0,
    );
  return (await taken(file)) + (await taken(`${file}-wal`));
}

/** Rows deleted in one transaction. */
const ROWS_AT_ONCE = 4096;

/**
 * What a machine's disk does when it is told `settled`, for a file that no machine uses: from now on the head's content
 * is `version`, and the rows up to `generation` (all where it is absent), which it holds, are removed.
 */
export async function settleHead(file: string, version: number, generation?: number): Promise<void> {
  const database = await openOverlayFile(file);
  try {
    const last = Number((await database.get('SELECT max(generation) AS last FROM clusters'))?.['last'] ?? 0);
    const { generation: open } = await readOverlayState(database);
    const upTo = generation ?? Math.max(last, open - 1);
    await database.run(
      'UPDATE state SET settled_version = ?, settled_generation = ?, generation = max(generation, ?)',
      ...[version, upTo, upTo + 1],
    );
    for (;;) {
      const { changes } = await database.run(
        `DELETE FROM clusters WHERE place IN (SELECT place FROM clusters WHERE generation <= ? ORDER BY place LIMIT ${ROWS_AT_ONCE})`,
        upTo,
      );
      if (changes === 0) break;
    }
    await database.script('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await database.close();
  }
}
