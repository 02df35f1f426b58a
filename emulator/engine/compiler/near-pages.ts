/**
 * Pages that a loop's loads were in last, by what their addresses are made of: the next load is mostly from the same page, and
 * its place in memory 0 is then known without a look at the lookaside buffer. What is remembered here holds as long as the region
 * executes: whatever takes a translation away happens outside of regions.
 */
import type { Expression } from '../wasm/expression.ts';
import type { Local, Routine } from '../wasm/routine.ts';
import type { Near } from '../wasm/tree.ts';

/** Locals of a page. */
export interface NearPage {
  /** Its address, i64; before there is one, the address of none. */
  readonly page: Local;
  /** Distances from it at which an access of any width lies within it are below this, i64; before there is one, none are. */
  readonly limit: Local;
  /** What added to an address gives the place, i32. */
  readonly addend: Local;
}

/** Each costs three locals, and a second way to each access. */
const MOST = 8;
/** Addresses of the same registers this close together share a page, mostly. */
const CLOSE_BYTES = 1024;
/** The longest access has 16 bytes. */
export const WITHIN_BYTES = 4096 - 15;

export class NearPages {
  readonly #free: NearPage[] = [];
  readonly #taken: { readonly near: Near; readonly page: NearPage }[] = [];

  /** Makes them where a region begins. */
  begin(r: Routine): void {
    for (let left = MOST; left > 0; left--) this.#free.push({ page: r.variable(r.i64(-1)), limit: r.local('i64'), addend: r.local('i32') });
  }
  /** The page of loads from an address; undefined: it is not known what it is made of, or all are taken. */
  of({ near }: Expression): NearPage | undefined {
    if (!near) return undefined;
    const found = this.#taken.find(
      (each) => each.near.base === near.base && Math.abs(each.near.displacement - near.displacement) <= CLOSE_BYTES,
    );
    if (found) return found.page;
    const page = this.#free.pop();
    if (page) this.#taken.push({ near, page });
    return page;
  }
}
