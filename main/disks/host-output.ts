/** Writing an image file as a whole or not at all: under another name first, renamed when it is complete and durable. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { link, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeStale } from '../library/own-files.ts';
import type { WritableByteStore } from '../../emulator/disk/byte-store.ts';

const taken = (path: string) => new ContractError('output-exists', { path });

function storeOver(file: FileHandle): WritableByteStore {
  return {
    sizeBytes: 0,
    async read(offset, into) {
      await file.read(into, 0, into.length, offset);
    },
    async write(offset, from) {
      for (let done = 0; done < from.length;) done += (await file.write(from, done, from.length - done, offset + done)).bytesWritten;
    },
    resize: (sizeBytes) => file.truncate(sizeBytes),
    flush: () => file.sync(),
    close: () => file.close(),
  };
}

function explained(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ContractError('output-full', { path });
  if (code === 'ENOENT') return new ContractError('output-no-folder', { folder: dirname(path) });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return new ContractError('output-permission', { path, detail: message });
  return error instanceof Error ? error : new Error(String(error));
}

/** The name becomes the file's only if nobody has it; some file systems have no links, and then the last look must do. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
    await unlink(from);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw taken(to);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    if (await exists(to)) throw taken(to);
    await rename(from, to);
  }
}

const exists = (path: string) =>
  open(path, 'r').then(
    async (file) => (await file.close(), true),
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );

/** Closed to others as everything that holds a guest's data; whoever is to have it is given it by the person. */
async function openNew(temporary: string): Promise<FileHandle> {
  removeStale(temporary);
  return open(temporary, 'wx', 0o600);
}

/**
 * Writes a file by `work`. Whatever goes wrong, nothing is left.
 * @throws Error with a message for a person when it is there already or cannot be written; what `work` throws
 */
export async function writeNewFile(path: string, work: (store: WritableByteStore) => Promise<void>): Promise<void> {
  if (await exists(path)) throw taken(path);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const file = await openNew(temporary).catch((error: unknown) => {
    throw explained(path, error);
  });
  try {
    await work(storeOver(file));
    await file.sync();
    await publish(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw explained(path, error);
  } finally {
    await file.close();
  }
}
