/**
 * XSAVE, XSAVEOPT, XSAVEC and XRSTOR of 64-bit code as generated code: kernels execute one or two of them at each change of
 * thread and three for each signal. The same as extended-state.ts does, which is left what faults, watches or is unusual, and
 * areas that the lookaside buffer does not have.
 */
import type { CoreParts } from '../../../engine/core/parts.ts';
import type { Expression } from '../../../engine/wasm/expression.ts';
import type { Routine } from '../../../engine/wasm/routine.ts';
import { FLOAT_MODE, ALL_FLOAT_STATES as FLOAT_STATES } from '../../architecture.ts';
import { SSE_FLAG } from '../float-policy.ts';
import { CR0, CR4, GPR } from '../state.ts';
import { BANK, DATA_BANKS } from './banks.ts';
import { COMPACTED, COMPONENT, HEADER_RESERVED, type SaveForm, XSAVE_AREA } from './extended-state.ts';
import { AREA, MXCSR_MASK, USUAL_MXCSR } from './float-save.ts';
import { mxcsrCode, setMxcsrCode } from './mxcsr-code.ts';
import { giveUp, onlyPlain, QuickState } from './quick-state.ts';

const [X87, SSE, AVX] = [COMPONENT.x87, COMPONENT.sse, COMPONENT.avx].map(Number) as [number, number, number];
const ALL = X87 | SSE | AVX;
/** Bytes of a line, which never lies in two pages: the area is aligned to it. */
const LINE = 64;
const LINES = XSAVE_AREA.end / LINE;
const REGISTERS = 16;

/** Where the area lies in memory 0: in one page or in two that follow each other. */
class Area {
  readonly #r: Routine;
  readonly #bases: readonly Expression[];
  constructor(r: Routine, parts: CoreParts, address: Expression, access: 'load' | 'store') {
    this.#r = r;
    const entries = r.let(parts.run.get('tlb'));
    const first = parts.found(r, entries, address, LINE, access);
    const last = parts.found(r, entries, r.add(address, r.i64(LINE * (LINES - 1))), LINE, access);
    giveUp(r, r.eqz(r.and(first.hit, last.hit)));
    const begin = r.let(first.host);
    // As far before the last line as the area's beginning would be. RAM lies behind tables that are longer than an area.
    const end = r.let(r.sub(last.host, r.i32(LINE * (LINES - 1))));
    const inFirst = r.let(r.shrU(r.sub(r.i32(4096), r.and(r.wrap(address), r.i32(4095))), r.i32(Math.log2(LINE))));
    this.#bases = Array.from({ length: LINES }, (_, line) => r.let(r.select(r.gtU(inFirst, r.i32(line)), begin, end)));
  }
  #base(offset: number): Expression {
    return this.#bases[Math.floor(offset / LINE)] as Expression;
  }
  load(bytes: 1 | 2 | 4 | 8 | 16, offset: number): Expression {
    return this.#r.load(bytes === 16 ? 'v128' : bytes === 8 ? 'i64' : 'i32', bytes, this.#base(offset), offset);
  }
  store(bytes: 1 | 2 | 4 | 8 | 16, offset: number, value: Expression): void {
    this.#r.store(bytes, this.#base(offset), value, offset);
  }
}

/** Gives up unless the instructions may be used here, by 64-bit code that nobody watches. */
function checked(r: Routine, parts: CoreParts, address: Expression): void {
  const { state } = parts;
  onlyPlain(r, parts);
  const needed = CR4.OSXSAVE | CR4.OSFXSR;
  const isOff = r.or(r.and(state.get('cr0'), r.i32(CR0.TS | CR0.EM)), r.ne(r.and(state.get('cr4'), r.i32(needed)), r.i32(needed)));
  const misaligned = r.ne(r.and(address, r.i64(LINE - 1)), r.i64(0));
  giveUp(r, r.or(r.or(isOff, misaligned), r.or(state.get('sseHeld'), state.get('implicitSupervisor'))));
}
/** What EDX:EAX asks for of what XCR0 enables, i32; all components are in the lower half. */
function askedOf(r: Routine, { state }: CoreParts, quick: QuickState): Expression {
  return r.let(r.and(r.and(r.wrap(quick.gpr(GPR.RAX)), r.wrap(state.get('xcr0'))), r.i32(ALL)));
}
const has = (r: Routine, components: Expression, which: number): Expression => r.and(components, r.i32(which));

/** `run.operand` has the area's address; the number is 1 where pointers have 64 bits. */
export const writeQuickSave =
  (form: SaveForm) =>
  (r: Routine, parts: CoreParts): void => {
    const { state } = parts;
    const address = r.let(parts.run.get('operand'));
    checked(r, parts, address);
    const asked = askedOf(r, parts, new QuickState(r, parts));
    const area = new Area(r, parts, address, 'store');
    let upper: Expression = r.i64(0);
    for (let half = 0; half < 2 * REGISTERS; half++) upper = r.or(upper, state.get('ymmHigh', half));
    const used = r.let(r.and(asked, r.select(r.eqz(upper), r.i32(X87 | SSE), r.i32(ALL))));
    const writes = form === 'whole' ? asked : used;
    // Compacted areas are written anew, the others keep what was not asked for.
    const kept = form === 'compacted' ? r.i64(0) : r.and(area.load(8, XSAVE_AREA.header), r.not(r.extendU(asked)));
    const before = r.let(kept);

    r.when(has(r, writes, X87), () => saveX87(r, parts, area));
    r.when(form === 'compacted' ? has(r, writes, SSE) : has(r, asked, SSE | AVX), () => {
      area.store(4, AREA.mxcsr, mxcsrCode(r, parts));
      area.store(4, AREA.mask, r.i32(MXCSR_MASK));
    });
    const vectors = (field: 'xmm' | 'ymmHigh', at: number) => {
      for (let register = 0; register < REGISTERS; register++)
        area.store(16, at + 16 * register, r.load('v128', 16, r.i32(0), state.address(field) + 16 * register));
    };
    r.when(has(r, writes, SSE), () => vectors('xmm', AREA.xmm));
    r.when(has(r, writes, AVX), () => vectors('ymmHigh', XSAVE_AREA.avx));
    area.store(8, XSAVE_AREA.header, r.or(before, r.extendU(used)));
    if (form === 'compacted') area.store(8, XSAVE_AREA.compaction, r.or(r.extendU(asked), r.i64(COMPACTED)));
    r.return(r.i32(1));
  };

/** Whether the pointers of an area have 64 bits, i32. */
const areWide = (r: Routine) => r.parameter(0).get();
/** The physical register (i32) that is ST of this number while `top` (i32) is the first. */
const physical = (r: Routine, top: Expression, register: number) => r.and(r.add(top, r.i32(register)), r.i32(7));
const topOf = (r: Routine, status: Expression) => r.let(r.and(r.shrU(status, r.i32(11)), r.i32(7)));

function saveX87(r: Routine, { state }: CoreParts, area: Area): void {
  area.store(2, AREA.fcw, state.get('fpuControl'));
  area.store(2, AREA.fsw, state.get('fpuStatus'));
  area.store(2, AREA.ftw, r.and(state.get('fpuTags'), r.i32(0xff)));
  area.store(2, AREA.fop, state.get('fpuOpcode'));
  const pointer = (at: number, offset: Expression, selector: Expression) => {
    const narrow = r.or(r.and(offset, r.i64(0xffff_ffff)), r.shl(r.extendU(selector), r.i64(32)));
    area.store(8, at, r.select(areWide(r), offset, narrow));
  };
  pointer(AREA.fip, state.get('fpuInstruction'), state.get('fpuInstructionSelector'));
  pointer(AREA.fdp, state.get('fpuData'), state.get('fpuDataSelector'));
  const top = topOf(r, state.get('fpuStatus'));
  for (let register = 0; register < 8; register++) {
    const from = r.let(physical(r, top, register));
    area.store(8, AREA.st + 16 * register, r.load('i64', 8, r.shl(from, r.i32(3)), state.address('x87')));
    const exponent = r.load('i32', 4, r.shl(from, r.i32(2)), state.address('x87Exponent'));
    area.store(8, AREA.st + 16 * register + 8, r.extendU(r.and(exponent, r.i32(0xffff))));
  }
}

/** Parameters as of `writeQuickSave`. */
export function writeQuickRestore(r: Routine, parts: CoreParts): void {
  const { state, run, events } = parts;
  const address = r.let(run.get('operand'));
  checked(r, parts, address);
  const quick = new QuickState(r, parts);
  const asked = askedOf(r, parts, quick);
  const area = new Area(r, parts, address, 'load');
  const present = r.let(area.load(8, XSAVE_AREA.header));
  const compaction = r.let(area.load(8, XSAVE_AREA.compaction));
  const isCompacted = r.let(r.ltS(compaction, r.i64(0)));
  const xcr0 = r.let(state.get('xcr0'));
  // Sections 13.8 to 13.8.2: what would be an exception.
  const allowed = r.let(r.select(isCompacted, r.and(compaction, r.i64(COMPACTED - 1n)), xcr0));
  const isOdd = r.select(isCompacted, r.and(allowed, r.not(xcr0)), compaction);
  const [first, ...others] = HEADER_RESERVED;
  const rest = others.reduce<Expression>((all, at) => r.or(all, area.load(8, at)), r.i64(0));
  const reserved = r.or(area.load(8, first), r.select(isCompacted, rest, r.i64(0)));
  giveUp(r, r.ne(r.or(r.or(isOdd, r.and(present, r.not(allowed))), reserved), r.i64(0)));
  const loads = r.let(r.and(asked, r.wrap(present)));
  const loadsMxcsr = r.select(isCompacted, has(r, loads, SSE), has(r, asked, SSE | AVX));
  const kept = r.let(mxcsrCode(r, parts));
  const other = r.select(has(r, asked, SSE), r.i32(USUAL_MXCSR), kept);
  const mxcsr = r.let(r.select(loadsMxcsr, area.load(4, AREA.mxcsr), other));
  giveUp(r, r.and(mxcsr, r.i32(~MXCSR_MASK)));

  // From here on it is done.
  r.when(r.ne(mxcsr, kept), () => setMxcsrCode(r, parts, mxcsr));
  either(r, { asked, loads, which: X87 }, () => restoreX87(r, parts, area), () => resetX87(r, parts)); // prettier-ignore
  const vectors = (field: 'xmm' | 'ymmHigh', at: number, which: number) => {
    const load = () => {
      for (let register = 0; register < REGISTERS; register++)
        r.store(16, r.i32(0), area.load(16, at + 16 * register), state.address(field) + 16 * register);
    };
    either(r, { asked, loads, which }, load, () => r.fill(r.i32(state.address(field)), r.i32(0), r.i32(16 * REGISTERS)));
  };
  vectors('xmm', AREA.xmm, SSE);
  vectors('ymmHigh', XSAVE_AREA.avx, AVX);
  state.set(r, 'pc', state.get('nextPc'));
  enterFloatMode(r, parts, quick);
  run.set(r, 'event', r.i32(events.refetch));
  r.return(r.i32(1));
}

/** What is asked for is loaded where the area has it, and is as after a reset otherwise. */
function either(
  r: Routine,
  { asked, loads, which }: { readonly asked: Expression; readonly loads: Expression; readonly which: number },
  load: () => void,
  reset: () => void,
): void {
  r.when(has(r, loads, which), load, () => r.when(has(r, asked, which), reset));
}
function restoreX87(r: Routine, { state }: CoreParts, area: Area): void {
  const word = (at: number, mask: number) => r.and(area.load(2, at), r.i32(mask));
  state.set(r, 'fpuControl', r.or(word(AREA.fcw, 0x1f7f), r.i32(0x40)));
  state.set(r, 'fpuStatus', area.load(2, AREA.fsw));
  state.set(r, 'fpuTags', word(AREA.ftw, 0xff));
  state.set(r, 'fpuOpcode', word(AREA.fop, 0x7ff));
  const pointer = (at: number) => r.and(area.load(8, at), r.select(areWide(r), r.i64(-1), r.i64(0xffff_ffff)));
  state.set(r, 'fpuInstruction', pointer(AREA.fip));
  state.set(r, 'fpuData', pointer(AREA.fdp));
  r.when(r.eqz(areWide(r)), () => {
    state.set(r, 'fpuInstructionSelector', area.load(2, AREA.fip + 4));
    state.set(r, 'fpuDataSelector', area.load(2, AREA.fdp + 4));
  });
  const top = topOf(r, state.get('fpuStatus'));
  for (let register = 0; register < 8; register++) {
    const to = r.let(physical(r, top, register));
    r.store(8, r.shl(to, r.i32(3)), area.load(8, AREA.st + 16 * register), state.address('x87'));
    r.store(4, r.shl(to, r.i32(2)), area.load(2, AREA.st + 16 * register + 8), state.address('x87Exponent'));
  }
}
function resetX87(r: Routine, { state }: CoreParts): void {
  state.set(r, 'fpuControl', r.i32(0x37f));
  for (const field of ['fpuStatus', 'fpuTags', 'fpuOpcode', 'fpuInstructionSelector', 'fpuDataSelector'] as const)
    state.set(r, field, r.i32(0));
  for (const field of ['fpuInstruction', 'fpuData'] as const) state.set(r, field, r.i64(0));
  r.fill(r.i32(state.address('x87')), r.i32(0), r.i32(8 * 8));
  r.fill(r.i32(state.address('x87Exponent')), r.i32(0), r.i32(4 * 8));
}
/** As mode.ts works out how floating point stands; all else of the mode stays. */
function enterFloatMode(r: Routine, { state, run }: CoreParts, quick: QuickState): void {
  const called = r.or(state.get('sseFlush'), state.get('sseUnmasked'));
  const isFast = r.and(r.and(state.get('sseFlags'), r.i32(SSE_FLAG.inexact)), r.eqz(state.get('sseRounding')));
  const plain = r.select(isFast, r.i32(FLOAT_MODE.fast), r.i32(FLOAT_MODE.exact));
  const float = r.let(r.select(called, r.i32(FLOAT_MODE.called), plain));
  r.when(r.ne(float, run.get('floatMode')), () => {
    const bank = r.let(r.remU(r.divU(run.get('mode'), r.i32(FLOAT_STATES)), r.i32(DATA_BANKS)));
    quick.enter(bank, r.eq(bank, r.i32(BANK.user)), float);
  });
}
