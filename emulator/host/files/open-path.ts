/** Opens a file or block device of the person's, after it was looked at: never anything that makes the caller wait. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { answering } from './answering.ts';
import { deviceSize } from './device-size.ts';
import { factsOf, lookAt, type PathFacts } from './look-at.ts';
import { MachineError } from '../../error/machine-error.ts';
import { pathErrorOf } from './path-error.ts';

export interface OpenPath extends PathFacts {
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes that can be read: the file's length, the device's size. */
  readonly sizeBytes: number;
}

/**
 * Opens a path for reading, or for reading and writing.
 * @throws MachineError when it cannot be used; a block device that the system uses (is mounted) is not opened for writing
 */
export async function openPath(path: string, { write = false }: { readonly write?: boolean } = {}): Promise<OpenPath> {
  const before = await lookAt(path);
  try {
    const late = (handle: FileHandle) => void handle.close().catch(() => undefined);
    const handle = await answering({ path, late }, () => open(path, flagsFor(before, write)));
    return await opened(path, before, handle);
  } catch (error) {
    throw pathErrorOf(path, error, write);
  }
}

function flagsFor({ kind }: PathFacts, write: boolean): number {
  const access = write ? constants.O_RDWR : constants.O_RDONLY;
  // Should a pipe take the file's place meanwhile, opening it does not wait.
  if (kind === 'file') return access | (constants.O_NONBLOCK ?? 0);
  // On Linux O_EXCL on a block device (open(2)): refused while it is mounted, and no mount while we have it.
  return write && process.platform === 'linux' ? access | constants.O_EXCL : access;
}

async function opened(path: string, before: PathFacts, handle: FileHandle): Promise<OpenPath> {
  try {
    const stats = await handle.stat({ bigint: true });
    const facts = factsOf(path, stats);
    if (facts.kind !== before.kind) throw new MachineError('path-replaced', { path });
    const sizeBytes = facts.kind === 'file' ? facts.fileBytes : await deviceSize(handle, stats.rdev);
    if (facts.kind === 'block device' && sizeBytes === 0) throw new MachineError('path-empty-drive', { path });
    return { ...facts, path, handle, sizeBytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** 1 GiB: more than any kernel, initial file system or firmware has. */
const MAX_WHOLE_BYTES = 2 ** 30;

/**
 * Reads a whole file.
 * @param maxBytes a longer one is refused before it is read
 * @throws MachineError
 */
export async function readPath(path: string, maxBytes = MAX_WHOLE_BYTES): Promise<Uint8Array> {
  const { handle, kind, sizeBytes } = await openPath(path);
  try {
    if (kind !== 'file') throw new MachineError('path-is-block-device', { path });
    if (sizeBytes > maxBytes) throw new MachineError('path-too-large', { path, sizeBytes, maxBytes });
    const bytes = new Uint8Array(sizeBytes);
    let done = 0;
    while (done < sizeBytes) {
      const { bytesRead } = await handle.read(bytes, done, sizeBytes - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done === sizeBytes ? bytes : bytes.slice(0, done);
  } catch (error) {
    throw pathErrorOf(path, error, false);
  } finally {
    await handle.close();
  }
}
