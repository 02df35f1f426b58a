/** Many bytes at once, between places in memory 0 that need no slow path: for the interpreter and for regions. */
import type { Width } from '../../isa/cpu.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Local, Routine } from '../wasm/routine.ts';

/** An address whose page the lookaside buffer may have. */
export interface BulkPlace {
  readonly address: Expression;
  /** Whether it has the page, i32. */
  readonly hit: Expression;
  /** Where the address then lies in memory 0. */
  readonly host: () => Expression;
}

const PAGE_BYTES = 4096;
const least = (r: Routine, a: Expression, b: Expression): Expression => r.let(r.select(r.ltU(a, b), a, b));

/** How many whole elements lie between each place and the end of its page, at most so many, i64. */
function fitting(r: Routine, places: readonly BulkPlace[], width: Width, most: Expression): Expression {
  const shift = r.i64(Math.log2(width));
  const room = places.map(({ address }) => r.shrU(r.sub(r.i64(PAGE_BYTES), r.and(address, r.i64(PAGE_BYTES - 1))), shift));
  return room.reduce((fewest, own) => least(r, fewest, r.let(own)), most);
}

/** See `EngineCpu.moveElements`. */
export function moveElements(r: Routine, to: BulkPlace, from: BulkPlace, width: Width, most: Expression): Local {
  const moved = r.variable(r.i64(0));
  r.when(r.and(to.hit, from.hit), () => {
    const count = fitting(r, [to, from], width, most);
    const bytes = r.let(r.wrap(r.shl(count, r.i64(Math.log2(width)))));
    const target = r.let(to.host());
    const source = r.let(from.host());
    // Two addresses may be of one page: it is the places in memory that tell whether what is written is read later.
    r.when(r.geU(r.sub(target, source), bytes), () => {
      r.copy(target, source, bytes);
      moved.set(count);
    });
  });
  return moved;
}

/** See `EngineCpu.fillElements`. */
export function fillElements(r: Routine, to: BulkPlace, byte: Expression, width: Width, most: Expression): Local {
  const filled = r.variable(r.i64(0));
  r.when(to.hit, () => {
    const count = fitting(r, [to], width, most);
    r.fill(to.host(), byte, r.wrap(r.shl(count, r.i64(Math.log2(width)))));
    filled.set(count);
  });
  return filled;
}
