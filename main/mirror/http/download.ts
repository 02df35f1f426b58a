/** Brings a file whose length and hash are known to the disk, going on where an earlier attempt ended. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { arrivals } from './arrivals.ts';
import { networkError, shown, type Transport } from './transport.ts';

export interface WantedFile {
  /** What a person calls it. */
  readonly what: string;
  /** Where it may be, the best first; the next is asked where a server has no such file. */
  readonly addresses: readonly string[];
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}
export interface DownloadOptions {
  /** Told how many bytes are here. */
  readonly progress?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A connection that breaks in the middle is made again so often. */
const ATTEMPTS = 3;

/**
 * Afterwards `path` holds the file. What is there before is taken for its beginning.
 * @throws ContractError; after one that says that the content is wrong nothing is left of it, after others what has arrived
 */
export async function download(transport: Transport, wanted: WantedFile, path: string, options: DownloadOptions = {}): Promise<void> {
  for (let attempt = 1; (await sizeOf(path)) !== wanted.bytes || wanted.bytes === 0; attempt++) {
    const before = await sizeOf(path);
    try {
      await fetchRest(transport, wanted, path, options);
      break;
    } catch (error) {
      // Only where it got further is another attempt worth while.
      const isBroken = error instanceof ContractError && ['mirror-unreachable', 'mirror-cut-off'].includes(error.code);
      if (!isBroken || attempt === ATTEMPTS || (await sizeOf(path)) <= before) throw error;
    }
  }
  const found = await sha256Of(path, options.signal);
  if (found === wanted.sha256) return;
  await rm(path, { force: true });
  throw new ContractError('mirror-content-differs', { what: wanted.what, found, wanted: wanted.sha256 });
}

async function fetchRest(transport: Transport, wanted: WantedFile, path: string, options: DownloadOptions): Promise<void> {
  let here = await sizeOf(path);
  // It cannot be the beginning of what is wanted.
  if (here > wanted.bytes) await rm(path);
  if (here >= wanted.bytes) here = 0;
  const { answer, address } = await firstAnswer(transport, wanted, here, options.signal);
  const pieces = arrivals(answer);
  const start = answer.statusCode === 206 ? Number(/^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1] ?? NaN) : 0;
  let file: FileHandle | undefined;
  try {
    file = await open(path, start === 0 ? 'w' : 'r+');
    if (start !== 0 && start !== here) throw new ContractError('mirror-refuses', { address: shown(address), status: 206 });
    await writeBody(pieces, file, start, wanted, address, options);
  } finally {
    answer.destroy();
    await file?.close();
  }
}

async function writeBody(
  pieces: AsyncIterable<Buffer>,
  file: FileHandle,
  start: number,
  { what, bytes }: WantedFile,
  address: string,
  { progress, signal }: DownloadOptions,
): Promise<void> {
  let here = start;
  try {
    for await (const piece of pieces) {
      // A server that sends more than was signed is not listened to.
      if (here + piece.length > bytes) throw new ContractError('mirror-too-much', { address: shown(address), most: bytes });
      await file.write(piece, 0, piece.length, here);
      here += piece.length;
      progress?.(here);
    }
  } catch (error) {
    if (isStorage(error)) throw error;
    throw networkError(error, address, signal);
  }
  if (here < bytes) throw new ContractError('mirror-cut-off', { what, bytes: here, wanted: bytes });
}

async function firstAnswer(transport: Transport, { addresses, what }: WantedFile, from: number, signal?: AbortSignal) {
  for (const address of addresses) {
    let answer = await transport.get(address, { from, signal });
    if (answer.statusCode === 416) {
      // It has no such part: from the beginning, then.
      answer.destroy();
      answer = await transport.get(address, { signal });
    }
    const { statusCode = 0 } = answer;
    if (statusCode === 200 || statusCode === 206) return { answer, address };
    answer.destroy();
    if (statusCode !== 404 && statusCode !== 410)
      throw new ContractError('mirror-refuses', { address: shown(address), status: statusCode });
  }
  throw new ContractError('mirror-lacks', { what, address: shown(addresses.at(-1)!) });
}

const isStorage = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '') &&
  (error as NodeJS.ErrnoException).syscall === 'write';

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
