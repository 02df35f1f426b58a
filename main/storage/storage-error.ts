/** Errors of the store: codes `store-…`, `chunk-…` and `manifest-…`. */
import { fileError } from '../library/library-error.ts';

/** Runs `work`; what SQLite or the file system throws becomes an error about the store's `file`. */
export async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw fileError('store', file, error);
  }
}
