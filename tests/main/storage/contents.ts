/** Chunks made from a seed, so that a test and a child process agree on what was stored. */
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { join } from 'node:path';
import { open, type StorageOptions, type Store } from '../../../main/storage/index.ts';
import { temporaryFolder } from '../temporary-home.ts';

export { chunkOf } from './seeded-chunk.ts';

export const temporaryStore = (): string => join(temporaryFolder(), 'storage.db');

/** A store that is closed after the test. */
export async function opened(file = temporaryStore(), options: StorageOptions = {}): Promise<Store> {
  const store = await open(file, options);
  onTestFinished(() => store.close());
  return store;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
