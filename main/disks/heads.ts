/** Heads on the host: their overlay files, made, settled and removed while no machine uses them. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openOverlayFile, openOverlayReader, readOverlayState, type OverlayState } from './overlay-tables.ts';

/** The overlays' folder in the home folder. */
export const overlaysFolder = (home: string): string => join(home, 'overlays');
/** A head's overlay file. */
export const overlayFile = (home: string, head: string): string => join(overlaysFolder(home), `${head}.db`);

/**
 * Makes the empty overlay of a new head; durable when it resolves.
 * @param settledVersion the version of its content in the store (`headPlace`), absent where the base is all there is
 * @throws LibraryError when it cannot be written; Error when there is one already
 */
export async function createHead(file: string, settledVersion?: number): Promise<void> {
  if (existsSync(file)) throw new Error(`there is already an overlay ${file}`);
  const database = await openOverlayFile(file);
  try {
    if (settledVersion !== undefined) await database.run('UPDATE state SET settled_version = ?', settledVersion);
    await database.script('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await database.close();
  }
  // The file's name has to be durable as well, before the library knows of it.
  const folder = await open(dirname(file), 'r');
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

/** The state of an overlay that may be in use. @throws Error when there is none; LibraryError when it is damaged */
export async function headState(file: string): Promise<OverlayState> {
  if (!existsSync(file)) throw new Error(`there is no overlay ${file}`);
  const database = await openOverlayReader(file);
  try {
    return await readOverlayState(database);
  } finally {
    await database.close();
  }
}

/** Bytes an overlay takes on the host. */
export async function overlayBytes(file: string): Promise<number> {
  const sizes = await Promise.all(
    ['', '-wal'].map((end) =>
      stat(file + end).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
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
