/**
 * Files that save the next process work and are worth nothing else: whole or not there, readable by their owner only, and of
 * each kind no more than so many bytes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

const DIGEST = 32;
/** Bytes of all files of an extension: versions of the program have their own, and shapes of machines. */
const MOST_BYTES = 128 * 1024 ** 2;

export const digest = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

/** @returns undefined where there is none, or none that is whole: a full disk may have cut it off */
export function readCacheFile(path: string): Buffer | undefined {
  try {
    const content = readFileSync(path);
    const rest = content.subarray(DIGEST);
    return digest(rest).equals(content.subarray(0, DIGEST)) ? rest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes a file in one step, and removes the oldest of the same extension in its folder.
 * @throws whatever the file system says
 */
export function writeCacheFile(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, Buffer.concat([digest(bytes), bytes]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  let room = MOST_BYTES;
  for (const [other, size] of newestFirst(dirname(path), extname(path))) if ((room -= size) < 0) rmSync(other, { force: true });
}

/** Unfinished ones of processes that were killed count as well. */
function newestFirst(folder: string, extension: string): readonly (readonly [path: string, size: number])[] {
  const paths = readdirSync(folder)
    .filter((name) => name.includes(extension))
    .map((name) => join(folder, name));
  const known = paths.flatMap((path) => {
    const there = statSync(path, { throwIfNoEntry: false });
    return there ? [{ path, size: there.size, at: there.mtimeMs }] : [];
  });
  return known.toSorted((a, b) => b.at - a.at).map(({ path, size }) => [path, size]);
}
