/**
 * SYSCALL and SYSRET between 64-bit code of programs and of the kernel, as generated code: the same as system-calls.ts does, which
 * is left what faults, traps or watches.
 */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { ATTRIBUTE, CR4, EFER, FLAG, GPR, SEGMENT } from '../state.ts';
import { BANK } from './banks.ts';
import { giveUp, onlyPlain, QuickState } from './quick-state.ts';

const FLAT = ATTRIBUTE.writable | ATTRIBUTE.accessed | ATTRIBUTE.S | ATTRIBUTE.P | ATTRIBUTE.G;
/** What SYSRET takes of R11. */
const RETURNED_FLAGS = 0x3c_7fd7n;
const R11 = 11;
/** Where CR0.AM and RFLAGS.AC stand. */
const [AM_BIT, AC_BIT] = [18, 18];

/** Flat code of 64 bits and a flat stack. @param code selector of the code segment, i64; the stack's is `stack` */
function flatSegments(r: Routine, quick: QuickState, { state }: CoreParts, code: Expression, stack: Expression, level: number): void {
  quick.segment(SEGMENT.CS, code, 0xffff_ffff, r.i32(FLAT | ATTRIBUTE.code | ATTRIBUTE.L | (level << 5)));
  quick.segment(SEGMENT.SS, stack, 0xffff_ffff, r.i32(FLAT | ATTRIBUTE.DB | (level << 5)));
  state.set(r, 'cpl', r.i32(level));
}
const isDisabled = (r: Routine, { state }: CoreParts) => r.eqz(r.and(state.get('efer'), r.i32(EFER.SCE)));

/** `run.operand` has the arithmetic flags at their places. */
export function writeQuickCall(r: Routine, parts: CoreParts): void {
  const { state, run, events } = parts;
  onlyPlain(r, parts);
  giveUp(r, isDisabled(r, parts));
  const quick = new QuickState(r, parts);
  const before = r.let(r.or(r.extendU(r.or(state.get('rflags'), r.i32(FLAG.fixed))), run.get('operand')));
  const saved = r.let(r.and(before, r.i64(BigInt(~FLAG.RF))));
  const flags = r.let(r.and(saved, r.not(r.extendU(state.get('fmask')))));
  const selector = r.let(r.and(r.shrU(state.get('star'), r.i64(32)), r.i64(0xfffc)));
  quick.set('gpr', GPR.RCX, state.get('nextPc'));
  quick.set('gpr', R11, saved);
  quick.rflags(flags);
  flatSegments(r, quick, parts, selector, r.add(selector, r.i64(8)), 0);
  state.set(r, 'pc', state.get('lstar'));
  quick.enter(quick.supervisorBank(r.wrap(flags)), r.i32(0));
  run.set(r, 'event', r.i32(events.refetch));
  r.return(r.i32(1));
}

/** To 64-bit code. */
export function writeQuickReturn(r: Routine, parts: CoreParts): void {
  const { state, run, events } = parts;
  onlyPlain(r, parts);
  giveUp(r, isDisabled(r, parts));
  const quick = new QuickState(r, parts);
  const target = r.let(quick.gpr(GPR.RCX));
  const flags = r.let(r.and(quick.gpr(R11), r.i64(RETURNED_FLAGS)));
  const isPlain = r.and(
    r.and(quick.isCanonical(target), r.eqz(r.and(state.get('cr4'), r.i32(CR4.LA57)))),
    r.eq(state.get('operandSize'), r.i32(64)),
  );
  const aligned = r.and(r.and(r.shrU(state.get('cr0'), r.i32(AM_BIT)), r.shrU(r.wrap(flags), r.i32(AC_BIT))), r.i32(1));
  const steps = r.and(r.wrap(flags), r.i32(FLAG.TF));
  giveUp(r, r.or(r.or(r.eqz(isPlain), state.get('cpl')), r.or(aligned, steps)));
  const selector = r.let(r.and(r.shrU(state.get('star'), r.i64(48)), r.i64(0xffff)));
  quick.rflags(flags);
  flatSegments(r, quick, parts, r.or(r.add(selector, r.i64(16)), r.i64(3)), r.or(r.add(selector, r.i64(8)), r.i64(3)), 3);
  state.set(r, 'pc', target);
  quick.enter(r.i32(BANK.user), r.i32(1));
  const waits = r.or(state.get('interruptPending'), run.get('interruptWaiting'));
  const due = r.and(r.ne(waits, r.i32(0)), r.ne(r.and(r.wrap(flags), r.i32(FLAG.IF)), r.i32(0)));
  // The run loop looks whether it may be taken.
  run.set(r, 'event', r.select(due, r.i32(events.leave), r.i32(events.refetch)));
  r.return(r.i32(1));
}
