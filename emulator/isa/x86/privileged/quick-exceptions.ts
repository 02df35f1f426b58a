/**
 * Exceptions of 64-bit code that the kernel handles in 64-bit mode, and IRETQ back from it, as generated code: what happens at
 * every page fault. The same as deliver.ts and interrupt-return.ts do, which are left what faults, traps, watches or is unusual:
 * compatibility mode, interrupt stacks (IST), segments that are not flat, tables and stacks that the lookaside buffer does not have.
 */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { FLAGS_FILE } from '../flags.ts';
import { flagsCode } from '../flags-code.ts';
import { ATTRIBUTE, CR0, CR4, FLAG, GPR, SEGMENT } from '../state.ts';
import { BANK } from './banks.ts';
import { SYSTEM_TYPE } from './descriptor.ts';
import { VECTOR, withErrorCode } from './fault.ts';
import { RETURNED_FLAGS } from './interrupt-return.ts';
import { giveUp, onlyPlain, QuickState } from './quick-state.ts';
import { OFFSETS } from './task-state.ts';

/** A flat segment's descriptor: base 0, limit 4 GiB, present, accessed, of code of 64 bits or of data; DPL is apart. */
const FLAT = { code: 0x00af_9900_0000_ffffn, data: 0x00cf_9300_0000_ffffn } as const;
/** What makes no difference here: readable code, and the bit that is left to software (AVL). */
const ANY = { code: (1n << 41n) | (1n << 52n), data: 1n << 52n } as const;
const DPL_AT = 45;
/** Where a descriptor has its attributes, without the limit's upper bits. */
const [ATTRIBUTES_AT, ATTRIBUTES] = [40, 0xf0ff];
/** Bytes that IRETQ pops: RIP, CS, RFLAGS, RSP and SS; and that exceptions push at most, with the error code below them. */
const FRAME = 40;
const FRAME_WITH_CODE = FRAME + 8;
const MAX_VECTORS = 32;

/** What both ways share. */
class Exceptions {
  readonly r: Routine;
  readonly parts: CoreParts;
  readonly quick: QuickState;
  constructor(r: Routine, parts: CoreParts) {
    this.r = r;
    this.parts = parts;
    this.quick = new QuickState(r, parts);
  }
  /** Where so many bytes lie in memory 0 (i32); gives up where the lookaside buffer does not have them. */
  host(entries: Expression, address: Expression, bytes: number, access: 'load' | 'store' = 'load'): Expression {
    const { r } = this;
    const { hit, host } = this.parts.found(r, entries, address, bytes, access);
    giveUp(r, r.eqz(hit));
    return r.let(host);
  }
  read(entries: Expression, address: Expression): Expression {
    return this.r.let(this.r.load('i64', 8, this.host(entries, address, 8)));
  }
  /** Attributes (i32) of a flat segment of the global table; gives up on any other. @param selector i64 @param level i32 */
  flat(kind: 'code' | 'data', entries: Expression, selector: Expression, level: Expression): Expression {
    const { r, parts } = this;
    const index = r.let(r.and(selector, r.i64(0xfff8)));
    const outside = r.gtU(r.add(r.wrap(index), r.i32(7)), parts.state.get('gdtLimit'));
    const isLocal = r.and(r.wrap(selector), r.i32(4));
    giveUp(r, r.or(r.or(r.eqz(index), outside), isLocal));
    const raw = this.read(entries, r.add(parts.state.get('gdtBase'), index));
    const wanted = r.or(r.i64(FLAT[kind]), r.shl(r.extendU(level), r.i64(DPL_AT)));
    giveUp(r, r.ne(r.and(raw, r.i64(~ANY[kind])), wanted));
    return r.let(r.and(r.wrap(r.shrU(raw, r.i64(ATTRIBUTES_AT))), r.i32(ATTRIBUTES)));
  }
}

/** See Architecture.quickTrap. */
export function writeQuickException(r: Routine, parts: CoreParts): void {
  const { state, run } = parts;
  const made = new Exceptions(r, parts);
  const { quick } = made;
  onlyPlain(r, parts);
  const vector = r.let(r.and(run.get('cause'), r.i32(0xff)));
  const level = r.let(state.get('cpl'));
  // Flags of earlier instructions that wait to be joined; the core's own accesses; a debug exception, which does not restart.
  const unusual = r.or(r.or(state.get('sseHeld'), state.get('implicitSupervisor')), r.eq(vector, r.i32(VECTOR.DB)));
  const fiveLevels = r.and(state.get('cr4'), r.i32(CR4.LA57));
  giveUp(r, r.or(r.or(unusual, fiveLevels), r.geU(vector, r.i32(MAX_VECTORS))));
  const own = r.let(r.select(level, parts.lookaside(r, r.i32(BANK.supervisor)), run.get('tlb')));
  const gate = r.let(r.shl(vector, r.i32(4)));
  giveUp(r, r.gtU(r.add(gate, r.i32(15)), state.get('idtLimit')));
  const gateHost = made.host(own, r.add(state.get('idtBase'), r.extendU(gate)), 16);
  const low = r.let(r.load('i64', 8, gateHost));
  const type = r.let(r.and(r.wrap(r.shrU(low, r.i64(40))), r.i32(0x8f)));
  const isInterrupt = r.let(r.eq(type, r.i32(0x80 | SYSTEM_TYPE.interruptGate32)));
  const isGate = r.or(isInterrupt, r.eq(type, r.i32(0x80 | SYSTEM_TYPE.trapGate32)));
  const interruptStack = r.and(r.wrap(r.shrU(low, r.i64(32))), r.i32(7));
  giveUp(r, r.or(r.eqz(isGate), interruptStack));
  const selector = r.let(r.and(r.shrU(low, r.i64(16)), r.i64(0xffff)));
  const code = made.flat('code', own, selector, r.i32(0));
  const stack = r.variable(quick.gpr(GPR.RSP));
  r.when(level, () => {
    giveUp(r, r.ltU(quick.get('segmentLimit', SEGMENT.TR), r.i64(OFFSETS.rsp0 + 7)));
    stack.set(made.read(own, r.add(quick.get('segmentBase', SEGMENT.TR), r.i64(OFFSETS.rsp0))));
  });
  giveUp(r, r.eqz(quick.isCanonical(stack.get())));
  const hasCode = r.let(r.and(r.shrU(r.i32(withErrorCode), vector), r.i32(1)));
  const lowest = r.let(r.sub(r.and(stack.get(), r.i64(~15n)), r.i64(FRAME_WITH_CODE)));
  const frame = made.host(own, lowest, FRAME_WITH_CODE, 'store');

  // From here on it is done.
  const described = { kind: state.get('flags', FLAGS_FILE.kind), a: state.get('flags', FLAGS_FILE.a), b: state.get('flags', FLAGS_FILE.b) };
  const flags = r.let(r.or(r.extendU(r.or(state.get('rflags'), r.i32(FLAG.fixed | FLAG.RF))), flagsCode(r, described)));
  const pushed = [
    state.get('pc'),
    quick.get('segmentSelector', SEGMENT.CS),
    flags,
    quick.gpr(GPR.RSP),
    quick.get('segmentSelector', SEGMENT.SS),
  ];
  pushed.forEach((value, index) => r.store(8, frame, value, 8 + 8 * index));
  r.when(hasCode, () => r.store(8, frame, r.extendU(r.shrU(run.get('cause'), r.i32(16)))));
  r.when(r.eq(vector, r.i32(VECTOR.PF)), () => state.set(r, 'cr2', run.get('trapValue')));
  quick.segment(SEGMENT.CS, r.and(selector, r.i64(~3n)), 0xffff_ffff, code);
  r.when(level, () => quick.clearSegment(SEGMENT.SS, r.i64(0)));
  state.set(r, 'cpl', r.i32(0));
  quick.set('gpr', GPR.RSP, r.add(lowest, r.select(hasCode, r.i64(0), r.i64(8))));
  const upper = r.shl(r.load('i64', 8, gateHost, 8), r.i64(32));
  state.set(r, 'pc', r.or(upper, r.or(r.and(low, r.i64(0xffff)), r.and(r.shrU(low, r.i64(32)), r.i64(0xffff_0000)))));
  const cleared = r.or(r.i32(FLAG.TF | FLAG.NT | FLAG.RF | FLAG.VM), r.select(isInterrupt, r.i32(FLAG.IF), r.i32(0)));
  state.set(r, 'rflags', r.and(state.get('rflags'), r.not(cleared)));
  quick.enter(quick.supervisorBank(state.get('rflags')), r.i32(0));
  r.return(r.i32(1));
}

/** IRETQ by the kernel. */
export function writeQuickInterruptReturn(r: Routine, parts: CoreParts): void {
  const { state, run, events, layout } = parts;
  const made = new Exceptions(r, parts);
  const { quick } = made;
  onlyPlain(r, parts);
  const word = (at: number) => r.load('i32', 4, r.i32(0), at);
  // What came from elsewhere into code is to be looked at by now.
  const unsettled = r.ne(word(layout.codeChanges), word(layout.codeChangesSeen));
  const unusual = r.or(r.or(state.get('cpl'), state.get('nmiBlocked')), r.and(state.get('rflags'), r.i32(FLAG.NT)));
  const narrow = r.or(r.ne(state.get('operandSize'), r.i32(64)), r.and(state.get('cr4'), r.i32(CR4.LA57)));
  giveUp(r, r.or(r.or(unsettled, unusual), narrow));
  const own = r.let(run.get('tlb'));
  const frame = made.host(own, quick.gpr(GPR.RSP), FRAME);
  const popped = (index: number) => r.let(r.load('i64', 8, frame, 8 * index));
  const [target, codeSelector, flags, pointer, stackSelector] = [popped(0), popped(1), popped(2), popped(3), popped(4)];
  const level = r.let(r.and(r.wrap(codeSelector), r.i32(3)));
  const isOuter = r.let(r.eq(level, r.i32(3)));
  giveUp(r, r.or(r.eqz(quick.isCanonical(target)), r.eqz(r.or(isOuter, r.eqz(level)))));
  // Alignment that is checked is watched.
  const aligned = r.and(r.and(state.get('cr0'), r.wrap(flags)), r.i32(CR0.AM & FLAG.AC));
  giveUp(r, r.or(r.and(r.wrap(flags), r.i32(FLAG.TF)), r.and(isOuter, r.ne(aligned, r.i32(0)))));
  const selectorOf = (value: Expression) => r.let(r.and(value, r.i64(0xffff)));
  const code = made.flat('code', own, selectorOf(codeSelector), level);
  const stack = selectorOf(stackSelector);
  const stackAttributes = r.variable(r.i32(ATTRIBUTE.unusable));
  const isNull = r.let(r.eqz(r.and(stack, r.i64(0xfffc))));
  giveUp(r, r.or(r.and(isNull, isOuter), r.ne(r.and(r.wrap(stack), r.i32(3)), level)));
  r.when(r.eqz(isNull), () => stackAttributes.set(made.flat('data', own, stack, level)));
  // Data segments that the program may not use would be emptied.
  for (const segment of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) {
    const attributes = r.let(quick.attributes(segment));
    const inner = r.ne(r.and(attributes, r.i32(ATTRIBUTE.DPL)), r.i32(ATTRIBUTE.DPL));
    giveUp(r, r.and(isOuter, r.and(inner, r.eqz(r.and(attributes, r.i32(ATTRIBUTE.unusable))))));
  }

  // From here on it is done.
  quick.segment(SEGMENT.CS, selectorOf(codeSelector), 0xffff_ffff, code);
  r.when(
    isNull,
    () => quick.clearSegment(SEGMENT.SS, stack),
    () => quick.segment(SEGMENT.SS, stack, 0xffff_ffff, stackAttributes.get()),
  );
  state.set(r, 'cpl', level);
  quick.set('gpr', GPR.RSP, pointer);
  state.set(r, 'pc', target);
  const after = r.let(r.and(flags, r.i64(RETURNED_FLAGS)));
  quick.rflags(after);
  const bank = r.select(isOuter, r.i32(BANK.user), quick.supervisorBank(r.wrap(after)));
  quick.enter(bank, isOuter);
  const waits = r.or(state.get('interruptPending'), run.get('interruptWaiting'));
  const due = r.and(r.ne(waits, r.i32(0)), r.ne(r.and(r.wrap(flags), r.i32(FLAG.IF)), r.i32(0)));
  // The run loop looks whether it may be taken.
  run.set(r, 'event', r.select(due, r.i32(events.leave), r.i32(events.refetch)));
  r.return(r.i32(1));
}
