/** What memory and disk of the trials' guest (guest.s) must be: everything follows from the step it is in. */

export const MEMORY_MIB = 16;
export const BLOCK_BYTES = 4096;
export const DISK_BLOCKS = 2048;
export const DISK_BYTES = DISK_BLOCKS * BLOCK_BYTES;

// As in guest.s; pages count from the beginning of RAM.
const STATE_PAGE = 0x12;
const SWEPT_PAGE = 0x100;
const SWEPT = 64;
const LARGE_PAGE = 0x200;
const LARGE_PAGES = 1024;
const RECORDS = 256;
const SCATTER = 1024;
const SCATTERED = 1024;
const MIX = 0x9e3779b97f4a7c15n;

/** The first blocks hold no record yet and must be zeros; behind them the image is seeded noise, so that its loss shows. */
export function baseImage(seed: number): Uint8Array {
  const words = new Uint32Array(DISK_BYTES / 4);
  let state = (seed | 1) >>> 0;
  for (let index = (RECORDS * BLOCK_BYTES) / 4; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer);
}

const hashes: number[] = [];
/** The guest's `hash`. */
export function hashOfStep(n: number): number {
  for (let next = hashes.length; next <= n; next++) hashes.push(Number(((BigInt(next) * MIX) & 0xffff_ffff_ffff_ffffn) >> 40n));
  return hashes[n] as number;
}

/** A page by its number; undefined where it is all zero. */
export type Memory = (page: number) => Uint8Array | undefined;

/** Where the guest was. */
export interface Step {
  /** The last step it has finished, and that step's chain. */
  readonly n: number;
  readonly chain: bigint;
  /** Whether step n + 1 may have reached the disk. */
  readonly next: boolean;
}

const dword = (bytes: Uint8Array | undefined, at: number): bigint =>
  bytes ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true) : 0n;
const number = (bytes: Uint8Array | undefined, at: number): number => Number(dword(bytes, at));

/**
 * Reads where the guest was and checks all it keeps in memory.
 * @returns undefined while it had not begun its first step
 * @throws Error for memory that it cannot have had at any moment
 */
export function stepOf(memory: Memory): Step | undefined {
  const state = memory(STATE_PAGE);
  const [n, chain, start] = [number(state, 0), dword(state, 8), number(state, 16)];
  const swept = Array.from({ length: SWEPT }, (_, index) => memory(SWEPT_PAGE + index));
  if (number(state, 24) === 0) return undefined;
  let done = 0;
  while (done < SWEPT && number(swept[done], 0) === n + 1) done++;
  for (const [index, page] of swept.entries()) {
    const expected = index < done ? n + 1 : n;
    if (number(page, 0) !== expected) throw new Error(`memory: swept page ${index} holds ${number(page, 0)}, not ${expected} (step ${n})`);
    if (index >= done && n > 0 && dword(page, 8) !== chain) throw new Error(`memory: swept page ${index} is of another branch (step ${n})`);
  }
  const large = new Map<number, number>();
  for (let step = start + 1; step <= n; step++) large.set(hashOfStep(step) & (LARGE_PAGES - 1), step);
  for (let page = 0; page < LARGE_PAGES; page++) {
    const [expected, held] = [large.get(page) ?? 0, number(memory(LARGE_PAGE + page), 0)];
    const inNext = (hashOfStep(n + 1) & (LARGE_PAGES - 1)) === page && held === n + 1;
    if (held !== expected && !inNext) throw new Error(`memory: page ${page} of the large area holds ${held}, not ${expected} (step ${n})`);
  }
  return { n, chain, next: done === SWEPT };
}

/** A record: a step and its chain. */
export interface GuestRecord {
  readonly n: number;
  readonly chain: bigint;
}

/** The n and chain that fill a block by turns. @throws Error for a block of two writes */
function blockOf(disk: Uint8Array, block: number): GuestRecord {
  const bytes = disk.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [n, chain] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  for (let at = 0; at < BLOCK_BYTES; at += 16)
    if (view.getBigUint64(at, true) !== n || view.getBigUint64(at + 8, true) !== chain) throw new Error(`disk: block ${block} is torn`);
  return { n: Number(n), chain };
}

/** The records on a disk, by step. @throws Error for torn ones */
export function recordsOf(disk: Uint8Array): ReadonlyMap<number, bigint> {
  const records = new Map<number, bigint>();
  for (let block = 0; block < RECORDS; block++) {
    const { n, chain } = blockOf(disk, block);
    if (n === 0) continue;
    if (n % RECORDS !== block) throw new Error(`disk: record ${n} is in block ${block}`);
    records.set(n, chain);
  }
  return records;
}

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

/**
 * Checks all of a disk against its newest record.
 * @param step where the guest was at the same moment, when that is known
 * @returns the newest record's step
 * @throws Error for a disk that the guest cannot have had at any moment
 */
export function checkDisk(disk: Uint8Array, base: Uint8Array, step?: Step): number {
  const records = recordsOf(disk);
  const newest = Math.max(0, ...records.keys());
  for (let n = Math.max(1, newest - RECORDS + 1); n <= newest; n++)
    if (!records.has(n)) throw new Error(`disk: record ${n} of ${newest} is missing`);
  if (step && newest !== step.n && !(step.next && newest === step.n + 1))
    throw new Error(`disk: its newest record is ${newest}, but the memory is of step ${step.n}${step.next ? ' and a half' : ''}`);
  if (step && step.n > 0 && records.has(step.n) && records.get(step.n) !== step.chain)
    throw new Error(`disk: record ${step.n} is of another branch`);
  const scattered = new Map<number, number>();
  for (let n = 1; n <= newest; n++) if ((n & 3) === 3) scattered.set(hashOfStep(n) & (SCATTERED - 1), n);
  for (let place = 0; place < SCATTERED; place++) {
    const block = SCATTER + place;
    const bytes = disk.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    const is = (n: number | undefined): boolean => {
      if (n === undefined) return Buffer.compare(bytes, base.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)) === 0;
      return n % 8 === 7
        ? isZero(bytes)
        : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)) === n && blockOf(disk, block).n === n;
    };
    const ahead = newest + 1;
    const mayBeAhead = (ahead & 3) === 3 && (hashOfStep(ahead) & (SCATTERED - 1)) === place && (step?.next ?? true);
    if (!is(scattered.get(place)) && !(mayBeAhead && is(ahead)))
      throw new Error(`disk: block ${block} is not what step ${scattered.get(place) ?? 'none'} left (newest ${newest})`);
  }
  for (let block = RECORDS; block < SCATTER; block++)
    if (
      Buffer.compare(
        disk.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES),
        base.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES),
      ) !== 0
    )
      throw new Error(`disk: block ${block} of the base has changed`);
  return newest;
}
