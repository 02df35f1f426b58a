/** Why a file of ours cannot be used: what SQLite and the file system say, as errors with advice. */
import { CodedError } from '../../emulator/error/coded-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { FileProblem } from '../../preload/contract/errors/stored.ts';

const CODES: Record<string, FileProblem> = {
  SQLITE_READONLY: 'readonly',
  SQLITE_CANTOPEN: 'readonly',
  SQLITE_PERM: 'readonly',
  EACCES: 'readonly',
  EROFS: 'readonly',
  EPERM: 'readonly',
  SQLITE_FULL: 'full',
  // Where the disk is full, the write-ahead log cannot grow, which SQLite reports as a fault of input or output.
  SQLITE_IOERR: 'full',
  ENOSPC: 'full',
  EDQUOT: 'full',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_NOTADB: 'damaged',
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
};

/** What a file is to a person; it decides the words. */
export type StoredFile = 'library' | 'store' | 'overlay';

/** Errors that are about a file by themselves and keep their words whatever the file is to a person. */
const isOfFile = (code: string): boolean => /^(library|store|overlay)-(readonly|full|damaged|locked|foreign|unusable)$/.test(code);

/**
 * Turns what SQLite or the file system threw into an error about `file`. An error of ours passes through, but one that
 * speaks of the library (every database is opened by it) is told of the file that it is.
 */
export function fileError(what: StoredFile, file: string, cause: unknown): ContractError {
  if (cause instanceof CodedError) {
    const { code, facts } = cause;
    if (!isOfFile(code)) return ContractError.of(cause, { cause });
    const problem = code.slice(code.indexOf('-') + 1) as FileProblem;
    return new ContractError(`${what}-${problem}`, { file, detail: String(facts['detail']) }, { cause });
  }
  const { code, message } = cause as { code?: string; message?: string };
  return new ContractError(`${what}-${CODES[code ?? ''] ?? 'unusable'}`, { file, detail: message ?? String(cause) }, { cause });
}

/** Whether something thrown says that a file of ours is damaged, or cannot be read for a reason that nobody knows. */
export const isUnreadable = (error: unknown): error is CodedError =>
  error instanceof CodedError && (error.kind === 'damaged' || error.code === 'store-unusable' || error.code === 'library-unusable');
