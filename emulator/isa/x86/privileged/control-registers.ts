/** Control and debug registers (SDM, volume 3A, section 2.5 and 17.2; volume 2B, "MOV"). */
import { ATTRIBUTE, CR0, CR4, EFER, SEGMENT } from '../state.ts';
import { at, type Context, is64, isCanonical, isLong, wide } from './context.ts';
import { Fault, VECTOR } from './fault.ts';
import { PTE, RESERVED_ADDRESS } from './page-entry.ts';

const CR0_KNOWN = CR0.PE | CR0.MP | CR0.EM | CR0.TS | CR0.ET | CR0.NE | CR0.WP | CR0.AM | CR0.NW | CR0.CD | CR0.PG;
/** Bits of CR4 whose features CPUID announces, and those that are of no consequence. */
const CR4_KNOWN =
  CR4.TSD |
  CR4.DE |
  CR4.PSE |
  CR4.PAE |
  CR4.MCE |
  CR4.PGE |
  CR4.PCE |
  CR4.OSFXSR |
  CR4.OSXMMEXCPT |
  CR4.FSGSBASE |
  CR4.PCIDE |
  CR4.OSXSAVE |
  CR4.SMEP |
  CR4.SMAP |
  CR4.UMIP |
  CR4.LA57;
/** A change of these makes remembered translations void. */
const CR0_PAGING = CR0.PG | CR0.WP | CR0.PE;
const CR4_PAGING = CR4.PGE | CR4.PAE | CR4.PSE | CR4.PCIDE | CR4.SMEP | CR4.SMAP;
/** PWT and PCD, and the address, of PAE's page-directory-pointer entries. */
const PDPTE_RESERVED = 0x1e6n | RESERVED_ADDRESS | PTE.XD;

export const forSupervisor = ({ state }: Context): void => {
  if (state.cpl !== 0) throw new Fault(VECTOR.GP);
};

/** @throws Fault for registers that do not exist */
export function readControl(core: Context, number: number): bigint {
  forSupervisor(core);
  const { state } = core;
  switch (number) {
    case 0:
      return BigInt(state.cr0);
    case 2:
      return state.cr2;
    case 3:
      return state.cr3;
    case 4:
      return BigInt(state.cr4);
    case 8:
      return BigInt(state.apicTpr >> 4);
    default:
      throw new Fault(VECTOR.UD);
  }
}

export function writeControl(core: Context, number: number, value: bigint): void {
  forSupervisor(core);
  const { state } = core;
  switch (number) {
    case 0:
      if (value >> 32n) throw new Fault(VECTOR.GP);
      return writeCr0(core, Number(value) | 0);
    case 2:
      state.cr2 = value;
      return;
    case 3:
      return changeAddressSpace(core, value);
    case 4:
      if (value >> 32n) throw new Fault(VECTOR.GP);
      return writeCr4(core, Number(value));
    case 8:
      if (value > 15n) throw new Fault(VECTOR.GP);
      state.apicTpr = Number(value) << 4;
      return core.interruptsChanged();
    default:
      throw new Fault(VECTOR.UD);
  }
}

export function writeCr0(core: Context, value: number): void {
  const { state, engine } = core;
  const next = (value & CR0_KNOWN) | CR0.ET;
  const before = state.cr0;
  const paging = (next & CR0.PG) !== 0;
  if ((paging && !(next & CR0.PE)) || (next & (CR0.NW | CR0.CD)) === CR0.NW) throw new Fault(VECTOR.GP);
  if (paging && !(before & CR0.PG)) {
    if (state.efer & EFER.LME) {
      if (!(state.cr4 & CR4.PAE) || at(state.segmentAttributes, SEGMENT.CS) & ATTRIBUTE.L) throw new Fault(VECTOR.GP);
      state.efer |= EFER.LMA;
    } else if (state.cr4 & CR4.PAE) loadPointers(core, state.cr3);
  } else if (!paging && before & CR0.PG && isLong(state)) {
    if (is64(state) || state.cr4 & CR4.PCIDE) throw new Fault(VECTOR.GP);
    state.efer &= ~EFER.LMA;
  }
  state.cr0 = next;
  if ((before ^ next) & CR0_PAGING) engine.flush({ keepGlobal: false });
  engine.modeChanged();
}

/** LMSW: the low four bits of CR0, of which PE can only be set. */
export function loadMachineStatus(core: Context, value: bigint): void {
  forSupervisor(core);
  const { cr0 } = core.state;
  writeCr0(core, (cr0 & ~0xe) | (Number(value) & 0xf));
}
export function clearTaskSwitched(core: Context): void {
  forSupervisor(core);
  core.state.cr0 &= ~CR0.TS;
  core.engine.modeChanged();
}

/** Of CR3: the identifier of the address space, and with it what MOV says of its translations: they stay. */
const PCID = 0xfffn;
const KEEPS = 1n << 63n;

/** MOV to CR3, and a task switch. @throws Fault, or Again */
export function changeAddressSpace(core: Context, given: bigint): void {
  const { state, engine } = core;
  const identifies = (state.cr4 & CR4.PCIDE) !== 0;
  const value = identifies ? given & ~KEEPS : given;
  if (isLong(state)) {
    if (value & (RESERVED_ADDRESS | 0xfff0_0000_0000_0000n)) throw new Fault(VECTOR.GP);
  } else if (state.cr0 & CR0.PG && state.cr4 & CR4.PAE) loadPointers(core, value);
  // Only one address space is remembered at a time; the processor may forget whatever it likes (section 4.10.3).
  const stays = identifies && given !== value && value === state.cr3;
  state.cr3 = value;
  if (!stays) engine.flush({ keepGlobal: true });
  // Whoever patches code changes its address space before it runs it.
  engine.settle();
}

function writeCr4(core: Context, value: number): void {
  const { state, engine } = core;
  const before = state.cr4;
  if (value & ~CR4_KNOWN || (isLong(state) && (!(value & CR4.PAE) || (before ^ value) & CR4.LA57))) throw new Fault(VECTOR.GP);
  if (value & ~before & CR4.PCIDE && (!isLong(state) || state.cr3 & PCID)) throw new Fault(VECTOR.GP);
  if (value & CR4.PAE && !isLong(state) && state.cr0 & CR0.PG && (before ^ value) & (CR4.PAE | CR4.PGE | CR4.PSE | CR4.SMEP))
    loadPointers(core, state.cr3);
  state.cr4 = value;
  // Where PGE was clear nothing is remembered as global.
  if ((before ^ value) & CR4_PAGING & ~(value & (CR4.PGE | CR4.PCIDE))) engine.flush({ keepGlobal: false });
  engine.modeChanged();
}

const INVALIDATE = { address: 0n, context: 1n, all: 2n, allButGlobal: 3n } as const;
/**
 * INVPCID (SDM, volume 2A): forgets translations by address space. The others' are forgotten already, so theirs need nothing.
 * @param at linear address of the descriptor: the identifier, and the address to forget. @throws Fault
 */
export function invalidateContexts(core: Context, type: bigint, at: bigint): void {
  forSupervisor(core);
  const { state, engine, memory } = core;
  const [identifier, address] = [memory.read(at, 8), memory.read(at + 8n, 8)];
  if (type > INVALIDATE.allButGlobal || identifier & ~PCID) throw new Fault(VECTOR.GP);
  if (type === INVALIDATE.all || type === INVALIDATE.allButGlobal) return engine.flush({ keepGlobal: type !== INVALIDATE.all });
  if (identifier !== 0n && !(state.cr4 & CR4.PCIDE)) throw new Fault(VECTOR.GP);
  if (type === INVALIDATE.context) return engine.flush({ keepGlobal: true });
  if (!isCanonical(state, address)) throw new Fault(VECTOR.GP);
  engine.flush({ address, keepGlobal: true });
}

/** PAE paging holds its four topmost entries. @throws Fault for reserved bits in those that are present, or Again */
function loadPointers({ state, engine, memory }: Context, cr3: bigint): void {
  const { cr0 } = state;
  // Without paging linear addresses are physical ones; what that leaves in the lookaside buffer must not stay.
  state.cr0 &= ~CR0.PG;
  try {
    const entries = [0n, 8n, 16n, 24n].map((offset) => memory.read((cr3 & 0xffff_ffe0n) + offset, 8));
    if (entries.some((entry) => entry & 1n && entry & PDPTE_RESERVED)) throw new Fault(VECTOR.GP);
    entries.forEach((entry, index) => (state.pdpte[index] = entry));
  } finally {
    state.cr0 = cr0;
    engine.flush({ keepGlobal: false });
  }
}

/** Bits of DR7: general detect, and those that are always 0 or 1. */
const GD = 1 << 13;
const DR6_SET = 0xffff_0ff0;
const DR7_SET = 0x400;
const BD = 1 << 13;

/** DR4 and DR5 stand for DR6 and DR7 unless CR4.DE is set. @throws Fault */
function debugNumber(core: Context, number: number): number {
  const { state } = core;
  if (number > 7 || (number >= 4 && number < 6 && state.cr4 & CR4.DE)) throw new Fault(VECTOR.UD);
  forSupervisor(core);
  if (state.dr7 & GD) {
    state.dr6 |= BD;
    state.dr7 &= ~GD;
    throw new Fault(VECTOR.DB);
  }
  return number === 4 || number === 5 ? number + 2 : number;
}
export function readDebug(core: Context, given: number): bigint {
  const number = debugNumber(core, given);
  const { state } = core;
  return number === 6 ? BigInt(state.dr6) : number === 7 ? BigInt(state.dr7) : wide(state.dr, number);
}
export function writeDebug(core: Context, given: number, value: bigint): void {
  const number = debugNumber(core, given);
  const { state } = core;
  if (number >= 6 && value >> 32n) throw new Fault(VECTOR.GP);
  if (number === 6) state.dr6 = (Number(value) & 0x1e00f) | DR6_SET;
  else if (number === 7) {
    state.dr7 = (Number(value) & 0xffff_2bff) | DR7_SET;
    core.engine.modeChanged();
  } else state.dr[number] = value;
}
