/** Atomic accesses to memory 0, for the interpreter and for regions. */
import type { AtomicPlace } from '../../isa/cpu.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';

/** Atomic accesses to an aligned place in memory 0. */
export function atomicPlaceAt(r: Routine, host: Expression, width: 4 | 8): AtomicPlace {
  const load = () => r.atomic('load', width, host);
  return {
    load: () => (width === 4 ? r.extendS(load()) : load()),
    compareExchange: (given, stored) => {
      const [expected, value] = [given as Expression, stored as Expression];
      if (width === 8) return r.atomic('cmpxchg', 8, host, expected, value);
      return r.extendS(r.atomic('cmpxchg', 4, host, r.wrap(expected), r.wrap(value)));
    },
  };
}

/** An atomic read-modify-write at an aligned place in memory 0, retried until nothing came between. Returns the old value. */
export function atomicUpdate(r: Routine, host: Expression, width: 4 | 8, combine: (old: Expression) => Expression): Expression {
  const old = r.local('i64');
  r.loop((again) => {
    const raw = r.let(r.atomic('load', width, host));
    old.set(width === 4 ? r.extendS(raw) : raw);
    const value = combine(old.get());
    const before = r.atomic('cmpxchg', width, host, raw, width === 4 ? r.wrap(value) : value);
    r.branchTo(again, r.ne(before, raw));
  });
  return old.get();
}
