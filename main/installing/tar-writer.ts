/** Writes tar archives with owners, modes and long names (POSIX.1-2024, pax; GNU tar manual, "Basic Tar Format"). */
import type { FileHandle } from 'node:fs/promises';
import type { TarEntry } from '../mirror/index.ts';

const BLOCK = 512;
/** Bytes that are written at once. */
const GATHERED = 1024 * 1024;
const TYPES: Readonly<Record<TarEntry['kind'], string>> = {
  file: '0',
  'hard-link': '1',
  'symbolic-link': '2',
  characters: '3',
  block: '4',
  directory: '5',
  pipe: '6',
};

/** What a header says; a path without a slash at its beginning. */
export type TarFacts = Pick<TarEntry, 'kind' | 'path'> & Partial<Omit<TarEntry, 'content'>>;

export class TarWriter {
  readonly #file: FileHandle;
  /** Headers are small, and each write is a way to the disk: they are gathered. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #written = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add(facts: TarFacts): Promise<void> {
    const path = facts.kind === 'directory' ? `${facts.path}/` : facts.path;
    const target = facts.target ?? '';
    // A name that does not fit stands in an entry of its own before.
    if (Buffer.byteLength(path) > 99) await this.#long('L', path);
    if (Buffer.byteLength(target) > 99) await this.#long('K', target);
    await this.#write(header({ ...facts, path, target }, TYPES[facts.kind]));
  }

  /** A file with its content. */
  async addFile(path: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
    const bytes = Buffer.from(content as string);
    await this.add({ kind: 'file', path, size: bytes.length, mode });
    await this.content(bytes);
    await this.pad(bytes.length);
  }

  async content(piece: Uint8Array): Promise<void> {
    await this.#write(piece);
  }
  /** Ends the content of a file of that length. */
  async pad(length: number): Promise<void> {
    await this.#write(Buffer.alloc(-length & (BLOCK - 1)));
  }

  /** Ends the archive, with whole sectors of a disk. */
  async end(): Promise<void> {
    await this.#write(Buffer.alloc(2 * BLOCK + (-(this.#written + 2 * BLOCK) & 4095)));
    await this.#flush();
  }

  async #long(type: 'L' | 'K', text: string): Promise<void> {
    const bytes = Buffer.from(`${text}\0`);
    await this.#write(header({ kind: 'file', path: '././@LongLink', size: bytes.length }, type));
    await this.#write(bytes);
    await this.pad(bytes.length);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#written += bytes.length;
    if (this.#waitingBytes >= GATHERED) await this.#flush();
  }

  async #flush(): Promise<void> {
    const whole = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (let at = 0; at < whole.length;) at += (await this.#file.write(whole, at)).bytesWritten;
  }
}

function header(facts: TarFacts, type: string): Buffer {
  const { path, target = '', mode = 0o755, owner = 0, group = 0, size = 0, time = 0, major = 0, minor = 0 } = facts;
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) => block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  block.write(cut(path), 0, 'latin1');
  octal(mode & 0o7777, 100, 8);
  octal(owner, 108, 8);
  octal(group, 116, 8);
  octal(facts.kind === 'file' ? size : 0, 124, 12);
  octal(time, 136, 12);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(cut(target), 157, 'latin1');
  block.write('ustar  \0', 257, 'latin1');
  octal(major, 329, 8);
  octal(minor, 337, 8);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}

/** What fits; the whole name stands before. Bytes stay bytes. */
const cut = (text: string): string => Buffer.from(text).toString('latin1').slice(0, 99);
