/** Boot files that come with a machine: put into a folder of their own, under names of ours. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { mkdirSync, rmSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ulid } from '../library/ulid.ts';
import { CHUNK_BYTES, CHUNKS_AT_ONCE } from './format.ts';
import type { CarriedFile } from './imported-lists.ts';

export class ImportedFiles {
  readonly #folder: string;
  readonly #places = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = join(folder, ulid());
  }

  /** Where a file has been put, by its path in the machine's file. */
  placeOf(path: string): string | undefined {
    return this.#places.get(path);
  }

  /** Writes the files; durable when it resolves. @throws ContractError `host` */
  async write(files: readonly CarriedFile[], read: (numbers: readonly number[]) => Promise<readonly Uint8Array[]>): Promise<void> {
    if (files.length === 0) return;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    await this.#requireSpace(files);
    for (const [index, file] of files.entries()) {
      // The name is kept for people to recognise; it must not lead anywhere else.
      const name = basename(file.path.replaceAll('\\', '/')).replace(/[^A-Za-z0-9._-]/g, '_');
      const place = join(this.#folder, `${index + 1}-${name}`);
      await writeOne(place, file, read).catch((error: Error) => {
        throw new ContractError('archive-unwritable', { file: place, why: error.message }, { cause: error });
      });
      this.#places.set(file.path, place);
    }
  }

  /** Chunks that repeat make a file larger than all that was read. */
  async #requireSpace(files: readonly CarriedFile[]): Promise<void> {
    const needed = files.reduce((sum, { content }) => sum + content * CHUNK_BYTES, 0);
    const { bavail, bsize } = await statfs(this.#folder);
    if (needed > bavail * bsize) throw new ContractError('archive-files-too-large', { bytes: needed, folder: this.#folder });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function writeOne(
  place: string,
  { runs, sizeBytes }: CarriedFile,
  read: (numbers: readonly number[]) => Promise<readonly Uint8Array[]>,
): Promise<void> {
  const handle = await open(place, 'wx', 0o600);
  try {
    await handle.truncate(sizeBytes);
    for (const [position, number, count] of await runs()) {
      for (let done = 0; number > 0 && done < count; done += CHUNKS_AT_ONCE) {
        const numbers = Array.from({ length: Math.min(CHUNKS_AT_ONCE, count - done) }, (_, index) => number + done + index);
        const bytes = Buffer.concat(await read(numbers));
        const at = (position + done) * CHUNK_BYTES;
        await handle.write(bytes, 0, Math.min(bytes.length, sizeBytes - at), at);
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
