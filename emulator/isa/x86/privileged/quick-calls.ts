/**
 * SYSCALL and SYSRET between 64-bit code of programs and of the kernel, as generated code: the same as system-calls.ts does, which
 * is left what faults, traps or watches.
 */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { ALL_FLOAT_STATES as FLOAT_STATES } from '../../architecture.ts';
import { ARITHMETIC, FLAGS_FILE } from '../flags.ts';
import { DECODING } from '../prefixes.ts';
import { ATTRIBUTE, CR4, EFER, FLAG, GPR, SEGMENT, STATUS_FLAGS } from '../state.ts';
import { BANK, DATA_BANKS, fetchBankOf } from './banks.ts';

const FLAT = ATTRIBUTE.writable | ATTRIBUTE.accessed | ATTRIBUTE.S | ATTRIBUTE.P | ATTRIBUTE.G;
/** What SYSRET takes of R11. */
const RETURNED_FLAGS = 0x3c_7fd7n;
const R11 = 11;
/** Where CR0.AM and RFLAGS.AC stand, and CR4.SMAP three bits above. */
const [AM_BIT, AC_BIT] = [18, 18];

/** The state, as far as these two touch it. */
class QuickState {
  readonly #r: Routine;
  readonly #state: CoreParts['state'];
  constructor(r: Routine, { state }: CoreParts) {
    this.#r = r;
    this.#state = state;
  }
  gpr(number: number): Expression {
    return this.#r.load('i64', 8, this.#r.i32(0), this.#state.address('gpr') + 8 * number);
  }
  set(field: 'gpr' | 'flags', index: number, value: Expression): void {
    this.#r.store(8, this.#r.i32(0), value, this.#state.address(field) + 8 * index);
  }
  /** Flat code of 64 bits and a flat stack. @param selector of the code segment, i64; the stack's is `stack` */
  segments(selector: Expression, stack: Expression, level: number): void {
    const r = this.#r;
    const put = (segment: number, value: Expression, attributes: number) => {
      const at = (field: string, size: number) => this.#state.address(field) + size * segment;
      r.store(8, r.i32(0), value, at('segmentSelector', 8));
      r.store(8, r.i32(0), r.i64(0), at('segmentBase', 8));
      r.store(8, r.i32(0), r.i64(0xffff_ffff), at('segmentLimit', 8));
      r.store(4, r.i32(0), r.i32(attributes | (level << 5)), at('segmentAttributes', 4));
    };
    put(SEGMENT.CS, selector, FLAT | ATTRIBUTE.code | ATTRIBUTE.L);
    put(SEGMENT.SS, stack, FLAT | ATTRIBUTE.DB);
    this.#state.set(r, 'cpl', r.i32(level));
  }
  /** @param flags i64 */
  rflags(flags: Expression): void {
    const r = this.#r;
    this.set('flags', FLAGS_FILE.kind, r.i64(0));
    this.set('flags', FLAGS_FILE.a, r.and(flags, r.i64(ARITHMETIC)));
    this.set('flags', FLAGS_FILE.b, r.i64(0));
    this.#state.set(r, 'rflags', r.or(r.and(r.wrap(flags), r.i32(~STATUS_FLAGS)), r.i32(FLAG.fixed)));
  }
}

/** Returns 0 from the function unless it is 64-bit code that nobody watches, and SYSCALL is enabled. */
function onlyPlain(r: Routine, { state, run }: CoreParts): void {
  const other = r.geU(run.get('mode'), r.i32((DECODING.bits64 + 1) * DATA_BANKS * FLOAT_STATES));
  const disabled = r.eqz(r.and(state.get('efer'), r.i32(EFER.SCE)));
  // Breakpoints, whether they are of data or of instructions, and traps that are due.
  const armed = r.or(r.and(state.get('dr7'), r.i32(0xff)), state.get('debugPending'));
  const steps = r.and(state.get('rflags'), r.i32(FLAG.TF));
  r.when(r.or(r.or(other, disabled), r.or(r.or(armed, steps), run.get('watch'))), () => r.return(r.i32(0)));
}
/** Data as it is seen from now on; floating point stands as it did. @param bank i32 */
function enter(r: Routine, parts: CoreParts, bank: Expression, user: boolean): void {
  const float = r.let(parts.run.get('floatMode'));
  const data = r.let(bank);
  const key = r.add(r.mul(r.add(r.i32(DECODING.bits64 * DATA_BANKS), data), r.i32(FLOAT_STATES)), float);
  const fetchBank = r.i32(fetchBankOf(DECODING.bits64, user));
  parts.enterMode(r, { key: r.let(key), bank: data, fetchBank, float, facts: r.i32(0) });
}

/** `run.operand` has the arithmetic flags at their places. */
export function writeQuickCall(r: Routine, parts: CoreParts): void {
  const { state, run, events } = parts;
  onlyPlain(r, parts);
  const quick = new QuickState(r, parts);
  const before = r.let(r.or(r.extendU(r.or(state.get('rflags'), r.i32(FLAG.fixed))), run.get('operand')));
  const saved = r.let(r.and(before, r.i64(BigInt(~FLAG.RF))));
  const flags = r.let(r.and(saved, r.not(r.extendU(state.get('fmask')))));
  const selector = r.let(r.and(r.shrU(state.get('star'), r.i64(32)), r.i64(0xfffc)));
  quick.set('gpr', GPR.RCX, state.get('nextPc'));
  quick.set('gpr', R11, saved);
  quick.rflags(flags);
  quick.segments(selector, r.add(selector, r.i64(8)), 0);
  state.set(r, 'pc', state.get('lstar'));
  const access = r.and(r.and(state.get('cr4'), r.i32(CR4.SMAP)), r.shl(r.wrap(flags), r.i32(3)));
  enter(r, parts, r.select(access, r.i32(BANK.supervisorAccess), r.i32(BANK.supervisor)), false);
  run.set(r, 'event', r.i32(events.refetch));
  r.return(r.i32(1));
}

/** To 64-bit code. */
export function writeQuickReturn(r: Routine, parts: CoreParts): void {
  const { state, run, events } = parts;
  onlyPlain(r, parts);
  const quick = new QuickState(r, parts);
  const target = r.let(quick.gpr(GPR.RCX));
  const flags = r.let(r.and(quick.gpr(R11), r.i64(RETURNED_FLAGS)));
  const canonical = r.eq(r.shrS(r.shl(target, r.i64(16)), r.i64(16)), target);
  const isPlain = r.and(r.and(canonical, r.eqz(r.and(state.get('cr4'), r.i32(CR4.LA57)))), r.eq(state.get('operandSize'), r.i32(64)));
  const aligned = r.and(r.and(r.shrU(state.get('cr0'), r.i32(AM_BIT)), r.shrU(r.wrap(flags), r.i32(AC_BIT))), r.i32(1));
  const steps = r.and(r.wrap(flags), r.i32(FLAG.TF));
  r.when(r.or(r.or(r.eqz(isPlain), state.get('cpl')), r.or(aligned, steps)), () => r.return(r.i32(0)));
  const selector = r.let(r.and(r.shrU(state.get('star'), r.i64(48)), r.i64(0xffff)));
  quick.rflags(flags);
  quick.segments(r.or(r.add(selector, r.i64(16)), r.i64(3)), r.or(r.add(selector, r.i64(8)), r.i64(3)), 3);
  state.set(r, 'pc', target);
  enter(r, parts, r.i32(BANK.user), true);
  const waits = r.or(state.get('interruptPending'), run.get('interruptWaiting'));
  const due = r.and(r.ne(waits, r.i32(0)), r.ne(r.and(r.wrap(flags), r.i32(FLAG.IF)), r.i32(0)));
  // The run loop looks whether it may be taken.
  run.set(r, 'event', r.select(due, r.i32(events.leave), r.i32(events.refetch)));
  r.return(r.i32(1));
}
