/** Writes records into a new file beside the wanted one, which takes its name only when all is written and durable. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { crc32, zstdCompress } from 'node:zlib';
import { removeStale } from '../library/own-files.ts';
import { FORMAT, MAGIC, RECORD_HEADER_BYTES, type RecordKind } from './format.ts';

const compress = promisify(zstdCompress);

export class RecordWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #sum = createHash('sha256');
  #written = 0;

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /** @throws ContractError `host` when the file is there already or cannot be written */
  static async create(file: string): Promise<RecordWriter> {
    await refuseTarget(file);
    const handle = await onHost(file, () => {
      removeStale(partOf(file));
      return open(partOf(file), 'wx', 0o600);
    });
    const writer = new RecordWriter(file, handle);
    const header = Buffer.alloc(16);
    MAGIC.copy(header);
    header.writeUInt32LE(FORMAT, MAGIC.length);
    await writer.#append(header);
    return writer;
  }

  get writtenBytes(): number {
    return this.#written;
  }

  /** @throws ContractError `host`: no room, or whatever the host says */
  async write(kind: RecordKind, bytes: Uint8Array): Promise<void> {
    const packed = bytes.length === 0 ? bytes : await compress(bytes);
    const smaller = packed.length < bytes.length;
    await this.#append(recordOf(kind, smaller ? 1 : 0, smaller ? packed : bytes, bytes.length));
  }

  /** Writes the end, makes all of it durable and gives the file its name. */
  async finish(): Promise<void> {
    const sum = this.#sum.copy().digest();
    await this.#append(recordOf('END_', 0, sum, sum.length));
    await onHost(this.#file, async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await nameIt(partOf(this.#file), this.#file);
    });
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await unlink(partOf(this.#file)).catch(() => undefined);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#sum.update(bytes);
    await onHost(this.#file, async () => {
      for (let at = 0; at < bytes.length;) at += (await this.#handle.write(bytes, at)).bytesWritten;
    });
    this.#written += bytes.length;
  }
}

/**
 * Says at once what would only be found after long work.
 * @throws ContractError `host` when there is such a file already, or no folder that it could be written into
 */
export async function refuseTarget(file: string): Promise<void> {
  if (await isThere(file)) throw new ContractError('archive-file-exists', { file });
  const folder = dirname(file);
  const usable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!usable) throw new ContractError('archive-folder-unwritable', { file, folder });
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const partOf = (file: string) => `${file}.part`;

/** A hard link refuses a name that was taken meanwhile; where there are none, a rename. */
async function nameIt(part: string, file: string): Promise<void> {
  try {
    await link(part, file);
    await unlink(part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new ContractError('archive-file-exists', { file });
    await rename(part, file);
  }
}

function recordOf(kind: RecordKind, codec: number, stored: Uint8Array, length: number): Uint8Array {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header.write(kind, 'latin1');
  header.writeUInt32LE(codec, 4);
  header.writeUInt32LE(stored.length, 8);
  header.writeUInt32LE(length, 12);
  header.writeUInt32LE(crc32(stored, crc32(header.subarray(0, 16))), 16);
  return Buffer.concat([header, stored]);
}

async function onHost<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ContractError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new ContractError('archive-disk-full', { file }, { cause: error });
    throw new ContractError('archive-unwritable', { file, why: message }, { cause: error });
  }
}
