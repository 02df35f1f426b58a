/**
 * Guest code as the compiler sees it: instructions by distance from a region's entry. Only pages whose code the core
 * holds are read, because only of their changes it is told; each is remembered with its generation. The compiler does not
 * wait for absent pages: regions end there. Pages are copied before anything is decoded, so that what a fragment was made from
 * can be told later even if a device writes meanwhile.
 */
import type { Architecture } from '../../isa/architecture.ts';
import type { Decoded } from '../../isa/row.ts';
import { ramOffset } from '../../memory/ram-ranges.ts';
import { type CoreLayout, PAGE, type RamLayout } from '../layout.ts';
import { entryKey } from './entry-key.ts';
import type { CodePage, CompileRequest, FragmentCode } from './request.ts';

/** Where a core's code is. */
export interface CodePlaces {
  readonly buffer: SharedArrayBuffer;
  readonly layout: CoreLayout;
  readonly ram: RamLayout;
}

/** A page as it is decoded. */
interface OpenPage extends Omit<CodePage, 'distance'> {
  readonly bytes: Uint8Array;
  readonly code: DataView;
}

/** A piece of code, by distances from the entry. */
export interface CodeSpan {
  readonly from: number;
  readonly to: number;
}

export class CodeSource {
  readonly #entry: bigint;
  readonly #architecture: Architecture;
  readonly #request: CompileRequest;
  readonly #ram: RamLayout;
  readonly #view: DataView;
  readonly #flags: Uint8Array;
  readonly #generations: Int32Array;
  readonly #held: Int32Array;
  readonly #pages = new Map<number, OpenPage | undefined>();
  readonly #entryOffset: number;
  readonly #decoding: number;
  /** An instruction across two pages, put together. */
  readonly #across: DataView;

  constructor(architecture: Architecture, { buffer, layout, ram }: CodePlaces, request: CompileRequest) {
    this.#architecture = architecture;
    this.#request = request;
    this.#ram = ram;
    this.#view = new DataView(buffer);
    this.#flags = new Uint8Array(buffer, ram.pageFlags, ram.size / 4096);
    this.#generations = new Int32Array(buffer, ram.generations, ram.size / 4096);
    this.#held = new Int32Array(buffer, layout.held, ram.size / 4096);
    this.#entry = BigInt.asIntN(64, (BigInt(request.pcHigh) << 32n) | BigInt(request.pcLow >>> 0));
    this.#entryOffset = request.pcLow & 0xfff;
    this.#decoding = architecture.modes.facets(request.mode).decoding;
    this.#across = new DataView(new ArrayBuffer(2 * architecture.code.longest));
  }

  /** The instruction at `entry + distance`; undefined where it is illegal or its code may not be used. */
  instruction(distance: number): Decoded | undefined {
    const at = this.#entryOffset + distance;
    const inPage = at & 0xfff;
    const page = this.#page(at >> 12);
    if (page === undefined) return undefined;
    const decoded = this.#architecture.decode(page.code, inPage, 4096 - inPage, this.#decoding);
    if (decoded !== 'more') return decoded === 'illegal' ? undefined : decoded;
    const next = this.#page((at >> 12) + 1);
    if (next === undefined) return undefined;
    const { longest } = this.#architecture.code;
    const there = 4096 - inPage;
    for (let index = 0; index < 2 * longest; index++)
      this.#across.setUint8(index, index < there ? page.code.getUint8(inPage + index) : next.code.getUint8(index - there));
    const whole = this.#architecture.decode(this.#across, 0, there + longest, this.#decoding);
    return whole === 'more' || whole === 'illegal' ? undefined : whole;
  }
  /** The pages read so far. */
  get pages(): readonly CodePage[] {
    return [...this.#pages].flatMap(([distance, read]) => (read ? [{ distance, page: read.page, generation: read.generation }] : []));
  }
  /** The key of what lies at the entry; undefined where its code may not be used. */
  key(): number | undefined {
    const page = this.#page(0);
    return page && entryKey(page.bytes, this.#entryOffset, this.#entryOffset, this.#request.mode);
  }
  /** Whether these bytes lie at these distances, one span's behind the other's. */
  holds(spans: readonly CodeSpan[], bytes: Uint8Array): boolean {
    let next = 0;
    for (const { from, to } of spans)
      for (let at = this.#entryOffset + from; at < this.#entryOffset + to; at++)
        if (this.#page(at >> 12)?.bytes[at & 0xfff] !== bytes[next++]) return false;
    return true;
  }
  /** Those pages that have code at these distances. */
  pagesOf(spans: readonly CodeSpan[]): readonly CodePage[] {
    const pageOf = (distance: number) => (this.#entryOffset + distance) >> 12;
    return this.pages.filter(({ distance }) => spans.some(({ from, to }) => pageOf(from) <= distance && distance <= pageOf(to - 1)));
  }
  /** The code at these distances, all of which has been read. */
  code(spans: readonly CodeSpan[]): FragmentCode {
    const pieces: number[] = [];
    const bytes: number[] = [];
    for (const { from, to } of spans)
      for (let at = this.#entryOffset + from; at < this.#entryOffset + to;) {
        const end = Math.min(this.#entryOffset + to, (at & ~0xfff) + 4096);
        const page = this.#pages.get(at >> 12);
        if (!page) throw new Error('a region has code that was not read');
        pieces.push(page.page, at & 0xfff, end - at);
        for (; at < end; at++) bytes.push(page.bytes[at & 0xfff] as number);
      }
    return { pieces, bytes: Uint8Array.from(bytes) };
  }

  /** The page `number` pages from the entry's. */
  #page(number: number): OpenPage | undefined {
    if (!this.#pages.has(number)) this.#pages.set(number, this.#open(number));
    return this.#pages.get(number);
  }

  /** Finds the page `number` pages from the entry's. */
  #open(number: number): OpenPage | undefined {
    const virtual = BigInt.asIntN(64, (this.#entry & ~0xfffn) + BigInt(number) * 4096n);
    const physical = this.#translate(virtual);
    if (physical === undefined) return undefined;
    const offset = ramOffset(this.#ram.ranges, Number(physical));
    if (offset < 0) return undefined;
    const page = Math.floor(offset / 4096);
    // The generation is read before the code: a change in between is then seen when the fragment is installed. A page
    // becomes absent before its generation counts up, so what is present here is what the generation says.
    const generation = Atomics.load(this.#generations, page);
    const held = Atomics.load(this.#held, page) === ((generation + 1) | 0);
    const there = (Atomics.load(this.#flags, page) & (PAGE.absent | PAGE.device)) === 0;
    if (!held || !there) return undefined;
    const bytes = new Uint8Array(4096);
    bytes.set(new Uint8Array(this.#view.buffer, this.#ram.host + page * 4096, 4096));
    return { page, generation, bytes, code: new DataView(bytes.buffer) };
  }

  #translate(virtual: bigint): bigint | undefined {
    const read = (physical: bigint) => {
      const offset = ramOffset(this.#ram.ranges, Number(physical), 8);
      if (offset < 0) return undefined;
      return Atomics.load(this.#flags, Math.floor(offset / 4096)) & (PAGE.absent | PAGE.device)
        ? undefined
        : this.#view.getBigUint64(this.#ram.host + offset, true);
    };
    return this.#architecture.translateCode(virtual, this.#request.context, read);
  }
}
