/** The check of the file that keeps what consoles printed: SQLite's own, and every part unpacked. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileMomentText } from '../../emulator/quantities/moments.ts';
import { fileError, isUnreadable } from '../library/library-error.ts';
import { Parts, unpacked } from './parts.ts';
import type { Row } from '../library/database.ts';

/** What a console lost of its output. */
export interface LostOutput {
  readonly machine: string;
  readonly console: number;
  /** As printed. */
  readonly bytes: number;
}
export interface PartsReport {
  /** What SQLite finds wrong with the file. */
  readonly file: readonly string[];
  readonly lost: readonly LostOutput[];
  /** Numbers of the parts that cannot be unpacked. */
  readonly damaged: readonly number[];
}

/** Parts read at once. */
const AT_ONCE = 64;

/** Reads everything; changes nothing. */
export async function checkParts({ database }: Parts): Promise<PartsReport> {
  const lines = await database.all('PRAGMA quick_check(20)');
  const file = lines.map((row) => String(Object.values(row)[0])).filter((line) => line !== 'ok');
  await database
    .run(`INSERT INTO texts (texts) VALUES ('integrity-check')`)
    .catch((error: unknown) => void file.push(`its index: ${(error as Error).message}`));
  const lost = new Map<string, LostOutput>();
  const damaged: number[] = [];
  for (let last = 0; ;) {
    const rows = await database.all(
      'SELECT id, machine, console, length, bytes FROM parts WHERE id > ? ORDER BY id LIMIT ?',
      last,
      AT_ONCE,
    );
    for (const row of rows) {
      last = Number(row['id']);
      if (isWhole(row)) continue;
      damaged.push(last);
      const [machine, console] = [String(row['machine']), Number(row['console'])];
      const before = lost.get(`${machine}/${console}`)?.bytes ?? 0;
      lost.set(`${machine}/${console}`, { machine, console, bytes: before + Number(row['length']) });
    }
    if (rows.length < AT_ONCE) return { file, lost: [...lost.values()], damaged };
  }
}

function isWhole(row: Row): boolean {
  try {
    return unpacked(row).length === Number(row['length']);
  } catch {
    return false;
  }
}

/** Does something with the file's parts. @throws ContractError `damaged` and others, where SQLite throws errors of its own too */
async function withParts<T>(path: string, work: (parts: Parts) => Promise<T>): Promise<T> {
  const parts = await Parts.open(path);
  try {
    return await work(parts);
  } catch (error) {
    throw fileError('store', path, error);
  } finally {
    await parts.close();
  }
}

/** Checks the file of a library that nobody has open; none is nothing wrong. @returns what is wrong, in sentences */
export async function checkFile(path: string, nameOf: (machine: string) => string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  try {
    return wordsOf(await withParts(path, checkParts), nameOf);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return [`what consoles printed cannot be read (${error.message}): "viv library repair" puts the damaged file aside`];
  }
}

/** In sentences. */
export function wordsOf({ file, lost }: PartsReport, nameOf: (machine: string) => string): readonly string[] {
  return [
    ...file.map((line) => `the file of what consoles printed: ${line}`),
    ...lost.map(({ machine, console, bytes }) => `console ${console} of "${nameOf(machine)}": ${bytes} bytes that it printed are lost`),
  ];
}

/**
 * Mends the file of a library that nobody has open: damaged parts go, and a file that does not open, or has more wrong with
 * it, is put aside for a new one, which begins with the newest mebibyte of each console.
 * @returns what was done, in sentences
 */
export async function repairFile(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  try {
    return await withParts(path, mend);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const aside = `${path}.damaged-${fileMomentText(Date.now())}`;
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
  renameSync(path, aside);
  return [`what consoles printed could not be read: the damaged file is kept as ${aside}, and a new one is begun`];
}

async function mend(parts: Parts): Promise<readonly string[]> {
  const { file, damaged } = await checkParts(parts);
  const [first] = file;
  if (first !== undefined) throw fileError('store', parts.database.file, { code: 'SQLITE_CORRUPT', message: first });
  if (damaged.length === 0) return [];
  await parts.remove(damaged);
  return [`${damaged.length} damaged pieces of what consoles printed were removed`];
}
