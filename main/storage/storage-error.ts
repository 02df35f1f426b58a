/** Why stored data cannot be read or written, said so that a person can do something about it. */
import { LibraryError, libraryError, type LibraryProblem } from '../library/library-error.ts';

/** As for the library; `missing`: what was asked for was never stored, or has been deleted. */
export type StorageProblem = LibraryProblem | 'missing';

export class StorageError extends Error {
  override readonly name: string = 'StorageError';
  readonly problem: StorageProblem;
  constructor(problem: StorageProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** A chunk whose bytes are not what was stored, or cannot be read at all. */
export class DamagedChunkError extends StorageError {
  override readonly name = 'DamagedChunkError';
  readonly chunk: number;
  constructor(chunk: number, why: string) {
    super('damaged', `chunk ${chunk} is damaged (${why}): run "viv library check" to see what it belongs to`);
    this.chunk = chunk;
  }
}

/** A manifest whose list of chunks is not what was stored. */
export class DamagedManifestError extends StorageError {
  override readonly name = 'DamagedManifestError';
  readonly manifest: number;
  constructor(manifest: number, label: string) {
    super('damaged', `the list of chunks of ${label} (manifest ${manifest}) is damaged: run "viv library check", then delete it`);
    this.manifest = manifest;
  }
}

const advice = (file: string): Record<LibraryProblem, string> => ({
  readonly: `${file} cannot be written: check the permissions of the file and its folder`,
  full: `there is no room left to store data in ${file}: free some space and try again; nothing stored was lost`,
  damaged: `${file} is damaged: run "viv library check" to see what is affected`,
  locked: `${file} is in use by another program: close that program and try again`,
  newer: `${file} was written by a newer Vivarium: use that version; nothing was changed`,
  foreign: `${file} was not made by this user's Vivarium and is not used`,
  other: `${file} cannot be used`,
});

/** Turns what SQLite, the file system or the library's parts threw into a `StorageError` about `file`. */
export function storageError(file: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const { problem, message } = libraryError(file, cause);
  if (problem === 'foreign') return new StorageError(problem, message, { cause });
  const detail = cause instanceof LibraryError ? (/\(([^()]*)\)$/.exec(message)?.[1] ?? message) : String((cause as Error).message);
  return new StorageError(problem, `${advice(file)[problem]} (${detail})`, { cause });
}

/** Runs `work`; what it throws becomes a `StorageError` about `file`. */
export async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw storageError(file, error);
  }
}
