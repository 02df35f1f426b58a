/** Why one disk's overlay cannot be used, said so that nobody takes it for the whole library. */
import { LibraryError, libraryError, type LibraryProblem } from '../library/library-error.ts';

export class OverlayError extends LibraryError {
  constructor(problem: LibraryProblem, message: string) {
    super(problem, message);
  }
}

const advice = (file: string): Record<LibraryProblem, string> => ({
  readonly: `the overlay ${file} of a disk cannot be written: check the permissions of the file and its folder`,
  full: `no space left to write the overlay ${file} of a disk: free some space and try again; nothing stored was lost`,
  damaged: `the overlay ${file} of a disk is damaged: what the guest wrote to this disk since its last snapshot cannot be read. Snapshots are not affected: restore one of them`,
  locked: `the overlay ${file} of a disk is in use by another program: close that program and try again`,
  newer: `the overlay ${file} of a disk was written by a newer Vivarium: use that version; nothing was changed`,
  foreign: `the overlay ${file} of a disk was not made by this user's Vivarium and is not used`,
  other: `the overlay ${file} of a disk cannot be used`,
});

/** Turns what SQLite, the file system or the library's parts threw into an `OverlayError` about `file`. */
export function overlayError(file: string, cause: unknown): OverlayError {
  if (cause instanceof OverlayError) return cause;
  const { problem, message } = libraryError(file, cause);
  if (problem === 'foreign') return new OverlayError(problem, message);
  const detail = cause instanceof LibraryError ? (/\(([^()]*)\)$/.exec(message)?.[1] ?? '') : String((cause as Error).message);
  return new OverlayError(problem, `${advice(file)[problem]}${detail === '' ? '' : ` (${detail})`}`);
}

/** Runs `work`; what SQLite refuses becomes an `OverlayError` about `file`. */
export async function overlayExplained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOurs = error instanceof LibraryError || /^(SQLITE|E[A-Z]+$)/.test(String((error as { code?: unknown }).code ?? ''));
    throw isOurs ? overlayError(file, error) : error;
  }
}
