/** Page tables made from outside the guest (privileged manual, sections "Sv39" to "Sv57"). */
import { RAM_BASE, type TestCore } from '../kit/engine.ts';
import { TABLES } from './bare-program.ts';

export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;
/** Everything a supervisor may want. */
export const SUPERVISOR = PTE.V | PTE.R | PTE.W | PTE.X | PTE.A | PTE.D;
const PAGE = 4096n;

export type Scheme = 'Sv39' | 'Sv48' | 'Sv57';
const LEVELS = { Sv39: 3, Sv48: 4, Sv57: 5 } as const;
const MODE = { Sv39: 8n, Sv48: 9n, Sv57: 10n } as const;

export class PageTables {
  readonly #view: DataView;
  readonly #scheme: Scheme;
  readonly #root: bigint;
  #free: bigint;

  /** @param at where the tables lie; a second set needs another place */
  constructor(test: TestCore, scheme: Scheme, at = BigInt(TABLES)) {
    this.#view = test.view;
    this.#scheme = scheme;
    this.#root = at;
    this.#free = at;
    this.#take();
  }
  /** What satp holds for them. */
  satp(addressSpace = 0): bigint {
    return (MODE[this.#scheme] << 60n) | (BigInt(addressSpace) << 44n) | (this.#root >> 12n);
  }
  /**
   * Maps a page, or a superpage with `level` above 0.
   * @returns the entry's physical address
   */
  map(virtual: bigint, physical: bigint, flags: number, level = 0): bigint {
    let table = this.#root;
    for (let at = LEVELS[this.#scheme] - 1; ; at--) {
      const entry = table + ((virtual >> BigInt(12 + 9 * at)) & 511n) * 8n;
      if (at === level) {
        this.#write(entry, ((physical >> 12n) << 10n) | BigInt(flags));
        return entry;
      }
      if (this.#read(entry) === 0n) this.#write(entry, ((this.#take() >> 12n) << 10n) | BigInt(PTE.V));
      table = (this.#read(entry) >> 10n) << 12n;
    }
  }
  #take(): bigint {
    const page = this.#free;
    for (let at = 0n; at < PAGE; at += 8n) this.#write(page + at, 0n);
    this.#free += PAGE;
    return page;
  }
  #read(physical: bigint): bigint {
    return this.#view.getBigUint64(Number(physical) - RAM_BASE, true);
  }
  #write(physical: bigint, value: bigint): void {
    this.#view.setBigUint64(Number(physical) - RAM_BASE, value, true);
  }
}
