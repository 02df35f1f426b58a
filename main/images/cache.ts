/**
 * The cache of guest parts: everything in it can be fetched or built again, so it may be deleted at any time while no
 * Vivarium runs. Whatever appears under its final name is whole: files and folders are made elsewhere and renamed.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownFolder } from '../library/own-files.ts';

/** `$VIVARIUM_HOME/cache`, else `$XDG_CACHE_HOME/vivarium`, else `~/.cache/vivarium`. */
export function defaultCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['VIVARIUM_HOME']) return join(environment['VIVARIUM_HOME'], 'cache');
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'vivarium');
}

/** The folder is made, and nobody else can write into it: what lies there is booted. @throws ContractError, `foreign` */
export function openCache(folder: string): void {
  try {
    ownFolder(folder, () => true);
  } catch (error) {
    throw storageError(error, folder);
  }
}

/** The folder of what the emulator keeps from start to start, made where it is not there. @throws ContractError as `openCache` */
export function openEngineCache(): string {
  const cache = defaultCacheDirectory();
  const folder = join(cache, 'engine');
  openCache(cache);
  openCache(folder);
  return folder;
}

/** A name beside `path` that no other process uses, for making something before it is renamed into place. */
export const temporaryBeside = (path: string): string => `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;

/** Writes a file so that it is either absent or whole. @throws ContractError where the disk is full or read-only */
export async function writeWhole(path: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content, { mode, flush: true, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageError(error, dirname(path));
  }
}

/** Moves a finished folder into place; where another process was faster, its result stands and ours is dropped. */
export async function placeFolder(made: string, final: string): Promise<void> {
  try {
    await rename(made, final);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw storageError(error, dirname(final));
    await rm(made, { recursive: true, force: true });
  }
}

/** Lower-case hexadecimal SHA-256 of a file's content. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

/** Size in bytes, or undefined where there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/** Marks a cached file as used now, so that cleaning spares it. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/** @throws ContractError when fewer than `bytes` bytes are free where `folder` is */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) throw new ContractError('cache-space-too-small', { folder, bytes, freeBytes: free });
}

/** Turns the operating system's refusal to store something into words. Other errors come back unchanged. */
export function storageError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ContractError('cache-full', { folder });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new ContractError('cache-readonly', { folder });
  return error;
}
