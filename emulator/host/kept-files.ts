/** What one start of a machine leaves to the next: regions it has compiled, pages it has decoded. A file each for each core. */
import { deserialize, serialize } from 'node:v8';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { KeptModule } from '../engine/compiler/kept-regions.ts';
import { readCacheFile, writeCacheFile } from './cache-files.ts';

/** Bytes of modules in a file. A boot of Debian's kernel makes some five million. */
const MOST_BYTES = 32 * 1024 ** 2;
/** Starts of machines for which a module is kept though it was of no use. */
const MOST_IDLE = 20;
/** New modules or pages for which a file is written again, and which part of all: a machine that ends is waited for. */
const [LEAST_NEW, NEW_PART] = [24, 1 / 16];
export const isWorthWriting = ({ added, count }: { readonly added: number; readonly count: number }): boolean =>
  added >= Math.max(LEAST_NEW, count * NEW_PART);

const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** What is kept there; nothing where there is none, or none that can be read. */
export function readRegions(path: string): readonly KeptModule[] {
  const content = readPages(path);
  return content ? (deserialize(content) as readonly KeptModule[]) : [];
}
/** Keeps as many of them as there is room for, if that can be written. @param modules the most useful first */
export async function writeRegions(path: string, modules: readonly KeptModule[]): Promise<void> {
  let room = MOST_BYTES;
  await writePages(path, serialize(modules.filter(({ bytes, idle }) => idle <= MOST_IDLE && (room -= bytes.length) >= 0)));
}

/** `KeptPages.pack` of an earlier start. */
export function readPages(path: string): Uint8Array | undefined {
  const content = readCacheFile(path);
  return content && zstdDecompressSync(content);
}
/** Nothing is lost where it cannot be written but time. */
export async function writePages(path: string, packed: Uint8Array): Promise<void> {
  try {
    await writeCacheFile(path, zstdCompressSync(packed, FAST));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
