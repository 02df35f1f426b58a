/** Why the library cannot be used, said so that a person can mend it. */

/**
 * `readonly`, `full`, `damaged`, `locked`, `newer`: what a shell may offer help for; `foreign`: it is not this user's or
 * not made by Vivarium; `other` is anything else.
 */
export type LibraryProblem = 'readonly' | 'full' | 'damaged' | 'locked' | 'newer' | 'foreign' | 'other';

export class LibraryError extends Error {
  override readonly name = 'LibraryError';
  readonly problem: LibraryProblem;
  constructor(problem: LibraryProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

const CODES: Record<string, LibraryProblem> = {
  SQLITE_READONLY: 'readonly',
  SQLITE_CANTOPEN: 'readonly',
  SQLITE_PERM: 'readonly',
  EACCES: 'readonly',
  EROFS: 'readonly',
  EPERM: 'readonly',
  SQLITE_FULL: 'full',
  ENOSPC: 'full',
  EDQUOT: 'full',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_NOTADB: 'damaged',
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
};

const advice = (file: string): Record<LibraryProblem, string> => ({
  readonly: `the library cannot be written: check the permissions of ${file} and its folder, or set VIVARIUM_HOME to a writable folder`,
  full: `no space left to write the library ${file}: free some space on that disk and try again; nothing stored was lost`,
  damaged: `the library ${file} is damaged. Run "viv library repair": it saves what can be read into a new one, and keeps the damaged file beside it as ${file}.damaged-DATE`,
  locked: `the library ${file} is in use by another program: close that program and try again`,
  newer: `the library ${file} was written by a newer Vivarium: use that version; nothing was changed`,
  foreign: `the library ${file} was not made by this user's Vivarium and is not used`,
  other: `the library ${file} cannot be used`,
});

/** Turns what SQLite or the file system threw into a `LibraryError` about `file`; a `LibraryError` passes through. */
export function libraryError(file: string, cause: unknown): LibraryError {
  if (cause instanceof LibraryError) return cause;
  const error = cause as { code?: string; message?: string };
  const problem = CODES[error.code ?? ''] ?? (/disk I\/O error/.test(error.message ?? '') ? 'full' : 'other');
  return new LibraryError(problem, `${advice(file)[problem]} (${error.message ?? String(cause)})`);
}
