/** What happens when the guest arrives at a jump target: compiled code is looked for, and hot places are noticed. */
import { COUNTERS, JUMP_ENTRIES, JUMP_ENTRY, JUMP_HASH } from '../layout.ts';
import { type Expression, load } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';
import type { CoreParts } from './parts.ts';
import type { Tiering } from './tiering.ts';

/** Goes on in compiled code if the jump cache knows the target; otherwise falls through. */
function tryCompiled(r: Routine, parts: CoreParts, left: Expression, pc: Expression, fragmentType: number, leaving?: () => void): void {
  const cache = parts.run.get('jumpCache');
  const second = r.shrU(r.mul(r.wrap(pc), r.i32(JUMP_HASH.multiplier | 0)), r.i32(JUMP_HASH.shift));
  const places = [r.and(r.wrap(r.shl(pc, r.i64(3))), r.i32((JUMP_ENTRIES - 1) * JUMP_ENTRY.size)), r.mul(second, r.i32(JUMP_ENTRY.size))];
  for (const place of places) {
    const entry = r.let(r.add(cache, place));
    r.when(r.eq(load('i64', 8, false, entry, JUMP_ENTRY.pc), pc), () => {
      leaving?.();
      r.returnCallIndirect(fragmentType, load('i32', 4, false, entry, JUMP_ENTRY.slot), left, pc);
    });
  }
}

/**
 * Arrivals between two looks whether the place has been compiled already: at another address, as every process of a guest has
 * its programs and libraries elsewhere, or by an earlier start of the machine.
 */
const LOOK_EVERY = 64;
/** Where that has been in vain so often, arrivals between two: a look takes as long as interpreting hundreds of instructions. */
const [OFTEN, LOOK_SELDOM] = [1024, 1024];

/**
 * An arrival at a jump target: goes on in compiled code if there is some, else counts it, and reports the place when it becomes
 * hot, and now and then before. Most targets that are interpreted are cold: their counter says that the jump cache need not be
 * looked at, which has more entries than a host's nearest caches hold.
 * @param leaving what is done before it goes on in compiled code
 */
export function arriveAt(
  r: Routine,
  parts: CoreParts,
  { left, pc }: { readonly left: Expression; readonly pc: Expression },
  { threshold, lookEvery = LOOK_EVERY }: Tiering,
  fragmentType: number,
  leaving?: () => void,
): void {
  const enter = () => tryCompiled(r, parts, left, pc, fragmentType, leaving);
  const place = r.let(r.and(r.xor(r.wrap(r.shl(pc, r.i64(1))), parts.run.get('counterMix')), r.i32((COUNTERS - 1) * 4)));
  const count = r.let(r.add(load('i32', 4, false, place, parts.layout.counters), r.i32(1)));
  // Silent and compiled places count from below 0 (`HotPlaces`).
  r.when(r.leS(count, r.i32(0)), enter);
  r.store(4, place, count, parts.layout.counters);
  const due = r.eq(count, r.i32(threshold));
  const between = r.select(r.ltU(count, r.i32(OFTEN)), r.i32(lookEvery - 1), r.i32(LOOK_SELDOM - 1));
  r.when(threshold < lookEvery ? due : r.or(due, r.eqz(r.and(count, between))), () => {
    r.run(parts.host.hot, r.wrap(pc), r.wrap(r.shrU(pc, r.i64(32))));
    // After a change of address spaces that is most of what is reported.
    enter();
  });
}
