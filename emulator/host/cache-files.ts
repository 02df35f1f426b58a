/**
 * Files that save the next process work and are worth nothing else: whole or not there, readable by their owner only, and of
 * each kind no more than so many bytes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
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
export async function writeCacheFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(temporary, Buffer.concat([digest(bytes), bytes]), { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  let room = MOST_BYTES;
  for (const [other, size] of await newestFirst(dirname(path), extname(path))) if ((room -= size) < 0) await rm(other, { force: true });
}

/** Unfinished ones of processes that were killed count as well. */
async function newestFirst(folder: string, extension: string): Promise<readonly (readonly [path: string, size: number])[]> {
  const paths = (await readdir(folder)).filter((name) => name.includes(extension)).map((name) => join(folder, name));
  // Another process may have removed one meanwhile.
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  const known = found.flatMap((there, index) => (there ? [{ path: paths[index] as string, size: there.size, at: there.mtimeMs }] : []));
  return known.toSorted((a, b) => b.at - a.at).map(({ path, size }) => [path, size]);
}
