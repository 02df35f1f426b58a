/** What a lookaside entry's tag must be for a fast access, for the interpreter and for regions. */
import type { AccessRules } from '../../isa/architecture.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';

/**
 * The tag that lets an access pass. Either the page of its last byte, so that only those across two pages miss; or the
 * address with its low bits within the width kept, so that misaligned ones miss, which costs an addition less.
 */
export function tagFor(r: Routine, address: Expression, width: number, { misaligned }: Pick<AccessRules, 'misaligned'>): Expression {
  if (misaligned === 'slow' || width === 1) return r.and(address, r.i64(-4096 | (width - 1)));
  return r.and(r.add(address, r.i64(width - 1)), r.i64(-4096));
}
