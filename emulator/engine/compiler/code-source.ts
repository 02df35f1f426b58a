/**
 * Guest code as the compiler sees it: instruction words by distance from a region's entry. Only pages that a core has
 * already decoded are read, because only their changes are noticed; each is remembered with its generation.
 */
import { PRIVILEGE } from '../../isa/riscv/state.ts';
import { PAGE, type RamLayout } from '../layout.ts';
import type { CodePage, CompileRequest } from './request.ts';

const PTE = { V: 1, R: 2, X: 8, U: 16, A: 64 };

export class CodeSource {
  readonly entry: bigint;
  readonly #request: CompileRequest;
  readonly #ram: RamLayout;
  readonly #view: DataView;
  readonly #flags: Uint8Array;
  readonly #generations: Int32Array;
  readonly #pages = new Map<number, CodePage | undefined>();
  readonly #entryOffset: number;

  constructor(buffer: SharedArrayBuffer, ram: RamLayout, request: CompileRequest) {
    this.#request = request;
    this.#ram = ram;
    this.#view = new DataView(buffer);
    this.#flags = new Uint8Array(buffer, ram.pageFlags, ram.size / 4096);
    this.#generations = new Int32Array(buffer, ram.generations, ram.size / 4096);
    this.entry = BigInt.asIntN(64, (BigInt(request.pcHigh) << 32n) | BigInt(request.pcLow >>> 0));
    this.#entryOffset = request.pcLow & 0xfff;
  }

  /** The instruction word at `entry + distance`, or undefined where its code may not be used. */
  word(distance: number): number | undefined {
    const low = this.#half(distance);
    if (low === undefined || (low & 3) !== 3) return low;
    const high = this.#half(distance + 2);
    return high === undefined ? undefined : low | (high << 16);
  }
  /** The pages read so far. */
  get pages(): readonly CodePage[] {
    return [...this.#pages.values()].filter((page) => page !== undefined);
  }

  #half(distance: number): number | undefined {
    const at = this.#entryOffset + distance;
    const number = at >> 12;
    if (!this.#pages.has(number)) this.#pages.set(number, this.#open(number));
    const page = this.#pages.get(number);
    return page && this.#view.getUint16(this.#ram.host + page.page * 4096 + (at & 0xfff), true);
  }

  /** Finds the page `number` pages from the entry's. */
  #open(number: number): CodePage | undefined {
    const virtual = BigInt.asIntN(64, (this.entry & ~0xfffn) + BigInt(number) * 4096n);
    const physical = this.#translate(virtual);
    if (physical === undefined) return undefined;
    const offset = physical - BigInt(this.#ram.base);
    if (offset < 0n || offset >= BigInt(this.#ram.size)) return undefined;
    const page = Number(offset >> 12n);
    // The generation is read before the code: a change in between is then seen when the fragment is installed.
    const generation = Atomics.load(this.#generations, page);
    return ((this.#flags[page] as number) & PAGE.code) === 0 ? undefined : { virtual, page, generation };
  }

  /** A walk that changes nothing; the core checks the result again before it uses the code. */
  #translate(virtual: bigint): bigint | undefined {
    const { satp, privilege } = this.#request;
    if (privilege === PRIVILEGE.M || satp >> 60n === 0n) return virtual;
    let table = (satp & 0xfff_ffff_ffffn) << 12n;
    for (let level = Number(satp >> 60n) - 6; level >= 0; level--) {
      const index = (BigInt.asUintN(64, virtual) >> BigInt(12 + 9 * level)) & 511n;
      const at = table + index * 8n - BigInt(this.#ram.base);
      if (at < 0n || at >= BigInt(this.#ram.size)) return undefined;
      const pte = this.#view.getBigUint64(this.#ram.host + Number(at), true);
      const flags = Number(pte & 0xffn);
      if (!(flags & PTE.V)) return undefined;
      const base = ((pte >> 10n) & 0xfff_ffff_ffffn) << 12n;
      if (!(flags & (PTE.R | PTE.X))) {
        table = base;
        continue;
      }
      if (!(flags & PTE.X) || !(flags & PTE.A) || (flags & PTE.U) !== 0 !== (privilege === PRIVILEGE.U)) return undefined;
      const inside = (1n << BigInt(12 + 9 * level)) - 1n;
      return (base & ~inside) | (virtual & inside);
    }
    return undefined;
  }
}
