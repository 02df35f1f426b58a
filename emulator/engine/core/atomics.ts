/** Atomic accesses to memory 0, for the interpreter and for regions. */
import type { AtomicPlace, Width } from '../../isa/cpu.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';

/** What was read, sign-extended to an i64. */
function extended(r: Routine, raw: Expression, width: Width): Expression {
  if (width === 8) return raw;
  return width === 4 ? r.extendS(raw) : width === 2 ? r.extend16S(r.extendU(raw)) : r.extend8S(r.extendU(raw));
}
/** The bits that an atomic access of a width takes: those beyond must be 0. */
function narrowed(r: Routine, value: Expression, width: Width): Expression {
  if (width === 8) return value;
  return width === 4 ? r.wrap(value) : r.and(r.wrap(value), r.i32(2 ** (8 * width) - 1));
}

/** Atomic accesses to an aligned place in memory 0. */
export function atomicPlaceAt(r: Routine, host: Expression, width: Width): AtomicPlace {
  return {
    load: () => extended(r, r.atomic('load', width, host), width),
    compareExchange: (given, stored) => {
      const [expected, value] = [given as Expression, stored as Expression];
      return extended(r, r.atomic('cmpxchg', width, host, narrowed(r, expected, width), narrowed(r, value, width)), width);
    },
  };
}

/** An atomic read-modify-write at an aligned place in memory 0, retried until nothing came between. Returns the old value. */
export function atomicUpdate(r: Routine, host: Expression, width: Width, combine: (old: Expression) => Expression): Expression {
  const old = r.local('i64');
  r.loop((again) => {
    const raw = r.let(r.atomic('load', width, host));
    old.set(extended(r, raw, width));
    const value = combine(old.get());
    const before = r.atomic('cmpxchg', width, host, raw, narrowed(r, value, width));
    r.branchTo(again, r.ne(before, raw));
  });
  return old.get();
}
