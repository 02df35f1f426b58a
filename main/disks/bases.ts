/**
 * Base images as they were when a disk was made on them: a guest's writes fit that content only, so a base that has
 * changed is refused. Length and time of change decide; where only the time differs, the content does.
 */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError, causeOf, isError } from '../../preload/contract/errors/contract-error.ts';
import { createHash } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import type { BaseDifference } from '../../preload/contract/errors/disk.ts';
import type { ImageFormat } from '../../emulator/disk/open.ts';
import { lookAt } from '../../emulator/host/files/look-at.ts';
import { openPath } from '../../emulator/host/files/open-path.ts';
import type { DiskBase, DiskBaseFile } from '../../preload/contract/disks.ts';
import { openHostImage } from './host-image.ts';

export type HashProgress = (doneBytes: number, totalBytes: number) => void;

/** Read at once for hashing. */
const STEP_BYTES = 4 * 1024 * 1024;

/**
 * SHA-256 of a file in hexadecimal.
 * @throws Error with a message for a person; what the signal was aborted with
 */
export async function hashFile(path: string, progress?: HashProgress, signal?: AbortSignal): Promise<string> {
  const { handle: file, sizeBytes } = await openPath(path);
  try {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(STEP_BYTES);
    for (let done = 0; ;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, done);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
      progress?.(done, sizeBytes);
      await breath();
    }
  } finally {
    await file.close();
  }
}

/** A base with every file under it. */
export interface LookedAt {
  readonly base: DiskBase;
  /** What a guest sees of it. */
  readonly sizeBytes: number;
}

/**
 * A base as it is now, its content not hashed yet (`sha256` is empty).
 * @throws DiskImageError, Error with a message for a person when it cannot be used
 */
export async function lookAtBase(path: string, format: ImageFormat): Promise<LookedAt> {
  const { image, chain } = await openHostImage(path, format);
  try {
    const files: DiskBaseFile[] = [];
    for (const { name } of chain) {
      const { fileBytes, changedAt } = await lookAt(name);
      files.push({ path: name, fileBytes, changedAt, sha256: '' });
    }
    const [own, ...backing] = files as [DiskBaseFile, ...DiskBaseFile[]];
    return { base: { ...own, path, format, ...(backing.length > 0 ? { backing } : {}) }, sizeBytes: image.sizeBytes };
  } finally {
    await image.close();
  }
}

/** The files of a base, itself first. */
export const filesOf = (base: DiskBase): readonly DiskBaseFile[] => [base, ...(base.backing ?? [])];

/** The same base with each of its files replaced. */
async function mapFiles(base: DiskBase, by: (file: DiskBaseFile) => Promise<DiskBaseFile>): Promise<DiskBase> {
  const { path, fileBytes, changedAt, sha256 } = await by(base);
  const backing: DiskBaseFile[] = [];
  for (const file of base.backing ?? []) backing.push(await by(file));
  return { path, format: base.format, fileBytes, changedAt, sha256, ...(backing.length > 0 ? { backing } : {}) };
}

/**
 * Adds the hashes that are not there yet.
 * @throws Error when a file cannot be read, or changes meanwhile; what the signal was aborted with
 */
export async function hashBase(base: DiskBase, progress?: HashProgress, signal?: AbortSignal): Promise<DiskBase> {
  const total = filesOf(base).reduce((sum, { fileBytes }) => sum + fileBytes, 0);
  let before = 0;
  return mapFiles(base, async (file) => {
    const start = before;
    before += file.fileBytes;
    if (file.sha256 !== '') return file;
    const sha256 = await hashFile(file.path, (done) => progress?.(start + done, total), signal);
    const { fileBytes, changedAt } = await lookAt(file.path);
    if (fileBytes !== file.fileBytes || changedAt !== file.changedAt)
      throw new ContractError('file-changed-while-read', { path: file.path });
    return { ...file, sha256 };
  });
}

async function statOf(file: DiskBaseFile): Promise<{ size: number; changedAt: number }> {
  try {
    const { fileBytes: size, changedAt } = await lookAt(file.path);
    return { size, changedAt };
  } catch (error) {
    const isGone = isError(error, 'path-missing', 'path-dangling', 'path-loop', 'path-name-too-long');
    if (!isGone) throw new ContractError('base-unreadable', { path: file.path, why: causeOf(error) }, { cause: error });
    throw new ContractError('base-missing', { path: file.path });
  }
}

function differing(file: DiskBaseFile, now: { size: number; changedAt: number }, by: BaseDifference): ContractError {
  const { path, fileBytes: thenBytes, changedAt: thenAt } = file;
  return new ContractError('base-changed', { path, by, thenBytes, thenAt, nowBytes: now.size, nowAt: now.changedAt });
}

/** What can be said of a base without reading its content; `undefined`: nothing is wrong with it. */
export async function problemOf(base: DiskBase): Promise<Fault | undefined> {
  try {
    for (const file of filesOf(base)) {
      const now = await statOf(file);
      if (now.size !== file.fileBytes) throw differing(file, now, 'size');
    }
    return undefined;
  } catch (error) {
    return causeOf(error);
  }
}

/** Whether a base has to be read to know that it is what it was: a file of it has another time. */
export async function mustBeRead(base: DiskBase): Promise<boolean> {
  for (const file of filesOf(base)) if ((await statOf(file)).changedAt !== file.changedAt) return true;
  return false;
}

/**
 * Makes sure that a base is what it was.
 * @returns the base, with new times where only those differ
 * @throws ContractError saying what differs and what to do
 */
export function checkBase(base: DiskBase, progress?: HashProgress, signal?: AbortSignal): Promise<DiskBase> {
  return mapFiles(base, async (file) => {
    const now = await statOf(file);
    if (now.size !== file.fileBytes) throw differing(file, now, 'size');
    if (now.changedAt === file.changedAt) return file;
    if (file.sha256 === '') throw differing(file, now, 'unrecorded');
    const sha256 = await hashFile(file.path, progress, signal);
    if (sha256 !== file.sha256) throw differing(file, now, 'content');
    return { ...file, changedAt: now.changedAt };
  });
}
