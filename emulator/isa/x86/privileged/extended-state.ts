/** XSAVE and its kin (SDM, volume 1, chapter 13): x87, SSE and AVX as state components that XCR0 enables. */
import { CR0, CR4 } from '../state.ts';
import { type Context, type CoreState, isProtected, isVirtual8086, wide } from './context.ts';
import { forSupervisor } from './control-registers.ts';
import { Fault, VECTOR } from './fault.ts';
import {
  AREA,
  MXCSR_MASK,
  type Put,
  readMxcsr,
  resetUnit,
  restoreUnit,
  restoreVectors,
  saveUnit,
  saveVectors,
  USUAL_MXCSR,
  vectorHalves,
  type Word,
  writeMxcsr,
} from './float-save.ts';

/** State components, by their bits in XCR0. */
export const COMPONENT = { x87: 1n, sse: 2n, avx: 4n } as const;
const ALL = COMPONENT.x87 | COMPONENT.sse | COMPONENT.avx;
/** Bytes: of the area of FXSAVE, the header behind it, and the upper halves of the vectors behind that. */
export const XSAVE_AREA = { header: 512, compaction: 520, avx: 576, end: 832 } as const;
/** XCOMP_BV of an area in compacted format has this bit. */
export const COMPACTED = 1n << 63n;
/** Words of the header that are 0: the first in either format, all of them in the compacted one. */
export const HEADER_RESERVED = [528, 536, 544, 552, 560, 568] as const;

/** Works out whether AVX and SSE may be used: `avxUsable`, `sseUsable`. */
export function describeVectors(state: CoreState): void {
  const isThere = !(state.cr0 & CR0.TS);
  state.avxUsable = isThere && isEnabled(state) ? 1 : 0;
  state.sseUsable = isThere && hasSse(state) ? 1 : 0;
}
const hasSse = ({ cr0, cr4 }: CoreState): boolean => !(cr0 & CR0.EM) && (cr4 & CR4.OSFXSR) !== 0;
const isEnabled = (state: CoreState): boolean =>
  isProtected(state) && !isVirtual8086(state) && (state.cr4 & CR4.OSXSAVE) !== 0 && (state.xcr0 & ALL) === ALL;
/** Whoever uses AVX while that is 0. @throws Fault */
export function refuseVectors({ state }: Context): never {
  throw new Fault(isEnabled(state) ? VECTOR.NM : VECTOR.UD);
}

/** The same of SSE. */
export function refuseSse({ state }: Context): never {
  throw new Fault(hasSse(state) ? VECTOR.NM : VECTOR.UD);
}

const forExtended = ({ state }: Context): void => {
  if (!(state.cr4 & CR4.OSXSAVE)) throw new Fault(VECTOR.UD);
};
/** XGETBV: XCR0, and what of it is in use. */
export function readExtendedControl(core: Context, number: number): bigint {
  forExtended(core);
  if (number > 1) throw new Fault(VECTOR.GP);
  return number === 0 ? core.state.xcr0 : core.state.xcr0 & inUse(core.state);
}
/** XSETBV. */
export function writeExtendedControl(core: Context, number: number, value: bigint): void {
  forExtended(core);
  forSupervisor(core);
  const avxAlone = (value & COMPONENT.avx) !== 0n && !(value & COMPONENT.sse);
  if (number !== 0 || value & ~ALL || !(value & COMPONENT.x87) || avxAlone) throw new Fault(VECTOR.GP);
  core.state.xcr0 = value;
  core.engine.modeChanged();
}

/** Components that are not as reset leaves them; x87 and SSE count as used in any case, which the manual allows. */
function inUse({ ymmHigh }: CoreState): bigint {
  return ymmHigh.some((half) => half !== 0n) ? ALL : COMPONENT.x87 | COMPONENT.sse;
}

function check(core: Context, address: bigint): void {
  forExtended(core);
  if (core.state.cr0 & CR0.TS) throw new Fault(VECTOR.NM);
  if (address & 63n) throw new Fault(VECTOR.GP);
}

export type SaveForm = 'whole' | 'optimized' | 'compacted';

/**
 * XSAVE, XSAVEOPT, XSAVEC. As AVX is the only component behind the header, it lies at the same place in both formats.
 * @param wanted EDX:EAX @throws Fault, or Again
 */
export function saveExtended(core: Context, address: bigint, wanted: bigint, form: SaveForm, widePointers: boolean): void {
  check(core, address);
  const { state, memory } = core;
  const put: Put = memory.writer(address, XSAVE_AREA.end);
  const asked = wanted & state.xcr0;
  const used = asked & inUse(state);
  const writes = form === 'whole' ? asked : used;
  const last = BigInt((writes & COMPONENT.avx ? XSAVE_AREA.end : XSAVE_AREA.avx) - 1);
  memory.write(address + last, 1, memory.read(address + last, 1));
  const before = form === 'compacted' ? 0n : memory.read(address + BigInt(XSAVE_AREA.header), 8) & ~asked;
  if (writes & COMPONENT.x87) saveUnit(core, put, widePointers);
  const mxcsrGoes = form === 'compacted' ? writes & COMPONENT.sse : asked & (COMPONENT.sse | COMPONENT.avx);
  if (mxcsrGoes) {
    put(AREA.mxcsr, 4, readMxcsr(state));
    put(AREA.mask, 4, MXCSR_MASK);
  }
  if (writes & COMPONENT.sse) saveVectors(core, put);
  if (writes & COMPONENT.avx)
    for (let half = 0; half < vectorHalves(state); half++) put(XSAVE_AREA.avx + 8 * half, 8, wide(state.ymmHigh, half));
  put(XSAVE_AREA.header, 8, before | used);
  if (form === 'compacted') put(XSAVE_AREA.compaction, 8, asked | COMPACTED);
}

/** XRSTOR, of either format. @param wanted EDX:EAX @throws Fault, or Again */
export function restoreExtended(core: Context, address: bigint, wanted: bigint, widePointers: boolean): void {
  check(core, address);
  const { state, memory } = core;
  const words = new Map<number, bigint>();
  const read = memory.reader(address, XSAVE_AREA.end);
  const word: Word = (offset) => {
    const at = offset & ~7;
    const known = words.get(at) ?? read(at);
    words.set(at, known);
    return known >> BigInt(8 * (offset & 7));
  };
  const present = word(XSAVE_AREA.header);
  const compaction = word(XSAVE_AREA.compaction);
  checkHeader(state, present, compaction, word);
  const asked = wanted & state.xcr0;
  const loads = asked & present;
  const compacted = (compaction & COMPACTED) !== 0n;
  const loadsMxcsr = compacted ? loads & COMPONENT.sse : asked & (COMPONENT.sse | COMPONENT.avx);
  const mxcsr = loadsMxcsr ? Number(word(AREA.mxcsr) & 0xffff_ffffn) : asked & COMPONENT.sse ? USUAL_MXCSR : undefined;
  // Everything is read before anything changes.
  readAhead(loads, word);
  if (mxcsr !== undefined) writeMxcsr(state, mxcsr);
  if (loads & COMPONENT.x87) restoreUnit(core, word, widePointers);
  else if (asked & COMPONENT.x87) resetUnit(state);
  if (loads & COMPONENT.sse) restoreVectors(core, word);
  else if (asked & COMPONENT.sse) clearVectors(core, state.xmm);
  if (loads & COMPONENT.avx) for (let half = 0; half < vectorHalves(state); half++) state.ymmHigh[half] = word(XSAVE_AREA.avx + 8 * half);
  else if (asked & COMPONENT.avx) clearVectors(core, state.ymmHigh);
  core.engine.modeChanged();
}
/** Sections 13.8 to 13.8.2. @throws Fault */
function checkHeader({ xcr0 }: CoreState, present: bigint, compaction: bigint, word: Word): void {
  const compacted = (compaction & COMPACTED) !== 0n;
  const allowed = compacted ? compaction & ~COMPACTED : xcr0;
  const reserved = compacted ? HEADER_RESERVED : HEADER_RESERVED.slice(0, 1);
  const wrong = (compacted && allowed & ~xcr0) || present & ~allowed || (!compacted && compaction);
  if (wrong || reserved.some((offset) => word(offset) !== 0n)) throw new Fault(VECTOR.GP);
}
function readAhead(loads: bigint, word: Word): void {
  if (loads & COMPONENT.x87) for (let offset = 0; offset < 160; offset += 8) word(offset);
  if (loads & COMPONENT.sse) for (let offset = 160; offset < 416; offset += 8) word(offset);
  if (loads & COMPONENT.avx) for (let offset: number = XSAVE_AREA.avx; offset < XSAVE_AREA.end; offset += 8) word(offset);
}
/** Outside 64-bit mode the upper eight registers are left alone. */
function clearVectors({ state }: Context, halves: BigUint64Array): void {
  halves.fill(0n, 0, vectorHalves(state));
}
