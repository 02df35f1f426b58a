/** Errors of one disk's overlay, so that nobody takes it for the whole library: codes `overlay-…`. */
import { CodedError } from '../../emulator/error/coded-error.ts';
import { fileError } from '../library/library-error.ts';

/** Runs `work`; what SQLite or the file system refuses becomes an error about the overlay's `file`. */
export async function overlayExplained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof CodedError || /^(SQLITE|E[A-Z]+$)/.test(String((error as { code?: unknown }).code ?? ''));
    throw isRefusal ? fileError('overlay', file, error) : error;
  }
}
