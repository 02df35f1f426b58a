/** Modes of execution: how code is decoded, whose memory it sees, how floating point stands. */
import { ALL_FLOAT_STATES as FLOAT_STATES, type ExecutionMode, FLOAT_MODE, type FloatMode, type Modes, WATCH } from '../../architecture.ts';
import { BANK, DATA_BANKS, FETCH_BANKS, fetchBankOf } from './banks.ts';
import { watchesData } from './breakpoints.ts';
import { DECODING, DECODINGS } from '../prefixes.ts';
import { ATTRIBUTE, CR0, CR4, FLAG, SEGMENT } from '../state.ts';
import { at, type CoreState, is64, isProtected, isVirtual8086, wide } from './context.ts';

export const modes: Modes = {
  count: DECODINGS * DATA_BANKS * FLOAT_STATES,
  banks: FETCH_BANKS,
  decodings: DECODINGS,
  facets: (key) => ({
    bank: Math.floor(key / FLOAT_STATES) % DATA_BANKS,
    float: (key % FLOAT_STATES) as FloatMode,
    decoding: Math.floor(key / (FLOAT_STATES * DATA_BANKS)),
  }),
};

const PE = 1;

function floatOf({ cr0, cr4, sseFlush, sseUnmasked, sseRounding, sseFlags }: CoreState): FloatMode {
  if (cr0 & (CR0.EM | CR0.TS) || !(cr4 & CR4.OSFXSR)) return FLOAT_MODE.off;
  if (sseFlush !== 0 || sseUnmasked !== 0) return FLOAT_MODE.called;
  return sseFlags & PE && sseRounding === 0 ? FLOAT_MODE.fast : FLOAT_MODE.exact;
}

/** Segments that flat code may leave out of account. */
const FLAT_SEGMENTS = [SEGMENT.ES, SEGMENT.CS, SEGMENT.SS, SEGMENT.DS] as const;
/** Bits of `segmentsChecked` for reading and writing there; a code segment is never written. */
const CHECKED_WHEN_FLAT = FLAT_SEGMENTS.reduce<number>(
  (all, segment) => all | (1 << segment) | (segment === SEGMENT.CS ? 0 : 0x100 << segment),
  0,
);
/** Whether code, stack and data are the whole address space of 4 GiB, as systems of today set it up: then nothing is to be checked. */
const isFlat = (state: CoreState): boolean =>
  (state.segmentsChecked & CHECKED_WHEN_FLAT) === 0 &&
  (at(state.segmentAttributes, SEGMENT.SS) & ATTRIBUTE.DB) !== 0 &&
  FLAT_SEGMENTS.every((segment) => wide(state.segmentBase, segment) === 0n);

function decodingOf(state: CoreState): number {
  if (is64(state)) return DECODING.bits64;
  if (!(at(state.segmentAttributes, SEGMENT.CS) & ATTRIBUTE.DB)) return DECODING.bits16;
  return isFlat(state) ? DECODING.flat32 : DECODING.bits32;
}

/** The mode that the state asks for, once what rows read of segments is described. */
export function modeOf(state: CoreState): ExecutionMode {
  const decoding = decodingOf(state);
  const implicit = state.implicitSupervisor !== 0;
  const user = state.cpl === 3 && !implicit;
  const access = (state.cr4 & CR4.SMAP) !== 0 && (state.rflags & FLAG.AC) !== 0 && !implicit;
  const aligned = user && (state.cr0 & CR0.AM) !== 0 && (state.rflags & FLAG.AC) !== 0;
  const watch = (aligned ? WATCH.aligned : 0) | (watchesData(state) && !implicit ? WATCH.told : 0);
  const bank = watch ? BANK.watched : user ? BANK.user : access ? BANK.supervisorAccess : BANK.supervisor;
  return {
    key: (decoding * DATA_BANKS + bank) * FLOAT_STATES + floatOf(state),
    fetchBank: fetchBankOf(decoding, user),
    facts: 0,
    watch,
  };
}

/** Brings what rows read of the stack up to date. */
export function describeStack(state: CoreState): void {
  const long = is64(state);
  const wideStack = (at(state.segmentAttributes, SEGMENT.SS) & ATTRIBUTE.DB) !== 0;
  state.stackMask = long ? 0xffff_ffff_ffff_ffffn : wideStack ? 0xffff_ffffn : 0xffffn;
  state.stackBase = long ? 0n : wide(state.segmentBase, SEGMENT.SS);
}

const NEVER = 1n << 63n;
const LAST = 0xffff_ffffn;
/** The first and last offset that a segment lets pass, for reading and for writing. */
function boundsOf(state: CoreState, segment: number): readonly [bigint, bigint, bigint, bigint] {
  const attributes = at(state.segmentAttributes, segment);
  const limit = wide(state.segmentLimit, segment);
  // Real and virtual-8086 mode know limits only.
  if (!isProtected(state) || isVirtual8086(state)) return [0n, limit, 0n, limit];
  if (attributes & ATTRIBUTE.unusable) return [NEVER, 0n, NEVER, 0n];
  const isCode = (attributes & ATTRIBUTE.code) !== 0;
  const mayWrite = !isCode && (attributes & ATTRIBUTE.writable) !== 0;
  const mayRead = !isCode || (attributes & ATTRIBUTE.writable) !== 0;
  const down = !isCode && (attributes & ATTRIBUTE.expandDown) !== 0;
  const first = down ? limit + 1n : 0n;
  const last = down ? (attributes & ATTRIBUTE.DB ? LAST : 0xffffn) : limit;
  return [mayRead ? first : NEVER, last, mayWrite ? first : NEVER, last];
}
/** Brings what rows read of segments up to date: in 64-bit mode nothing is checked. */
export function describeSegments(state: CoreState): void {
  state.segmentsChecked = 0;
  if (is64(state)) return;
  for (let segment = 0; segment <= SEGMENT.GS; segment++) {
    const bounds = boundsOf(state, segment);
    bounds.forEach((bound, index) => (state.segmentBounds[4 * segment + index] = bound));
    const free = (from: number) => bounds[from] === 0n && (bounds[from + 1] ?? 0n) >= LAST;
    state.segmentsChecked |= (free(0) ? 0 : 1 << segment) | (free(2) ? 0 : 0x100 << segment);
  }
}
