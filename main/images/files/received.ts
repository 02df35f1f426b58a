/**
 * Files that a window hands over because its browser does not tell where they are: written into the library piece by piece,
 * each in a folder of its own, under the name that it had. As of all imported files, the next start of the program deletes those
 * that no machine names (`archive/unused-files.ts`).
 */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { Received, ReceivedPiece } from '../../../preload/contract/images.ts';
import { ulid } from '../../library/ulid.ts';
import { requireSpace, storageError } from '../cache.ts';

/** What a name has while its file is not whole. */
const UNFINISHED = '.part';
/** As long as most file systems take, with room for the ending. */
const NAME_BYTES = 200;

interface Arriving {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  at: number;
}

/** A name for a file of ours: no folder, nothing that a terminal would obey, and not too long. */
export function fileName(given: string): string {
  // eslint-disable-next-line no-control-regex
  const bare = basename(given.replaceAll('\\', '/')).replace(/[\x00-\x1f\x7f/]/g, '_');
  const short = Buffer.from(bare)
    .subarray(0, NAME_BYTES)
    .toString()
    .replace(/\ufffd+$/, '');
  return short === '' || short === '.' || short === '..' ? 'file' : short;
}

export class ReceivedFiles {
  readonly #folder: string;
  readonly #arriving = new Map<string, Arriving>();

  /** @param folder where they are kept; made when it is first needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Takes the next piece of a file; the first has no `file` yet.
   * @returns the file's number for its further pieces, and its path when it is whole
   * @throws ContractError for a piece of a file that is not expected, and where there is no room
   */
  async receive(piece: ReceivedPiece): Promise<Received> {
    const { name, sizeBytes, at, base64 } = piece;
    const file = piece.file ?? (await this.#begin(name, sizeBytes));
    const arriving = this.#arriving.get(file);
    const bytes = Buffer.from(base64, 'base64');
    if (!arriving || arriving.at !== at || at + bytes.length > arriving.sizeBytes || (bytes.length === 0 && sizeBytes > 0))
      throw new ContractError('receive-interrupted', { name });
    try {
      const descriptor = openSync(arriving.path + UNFINISHED, 'r+');
      try {
        writeSync(descriptor, bytes, 0, bytes.length, at);
      } finally {
        closeSync(descriptor);
      }
      arriving.at += bytes.length;
      if (arriving.at < arriving.sizeBytes) return { file };
      this.#arriving.delete(file);
      renameSync(arriving.path + UNFINISHED, arriving.path);
      return { file, path: arriving.path };
    } catch (error) {
      this.drop(file);
      throw storageError(error, this.#folder);
    }
  }

  /** Nobody wants the rest of a file: what has come of it is deleted. One that is whole stays. */
  drop(file: string): void {
    if (this.#arriving.delete(file)) rmSync(join(this.#folder, file), { recursive: true, force: true });
  }

  async #begin(name: string, sizeBytes: number): Promise<string> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    await requireSpace(this.#folder, sizeBytes);
    const file = ulid();
    const path = join(this.#folder, file, fileName(name));
    mkdirSync(join(this.#folder, file), { mode: 0o700 });
    closeSync(openSync(path + UNFINISHED, 'wx', 0o600));
    this.#arriving.set(file, { path, name, sizeBytes, at: 0 });
    return file;
  }
}
