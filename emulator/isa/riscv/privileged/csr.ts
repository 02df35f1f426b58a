/** Control and status registers: one entry each, in the order of the manuals' tables "Currently allocated CSR addresses". */
import { PMP_ENTRIES, PRIVILEGE, STATUS } from '../state.ts';
import { SSTATUS_WRITABLE } from './compiled-csr.ts';
import type { CoreEnvironment, CoreState } from './core.ts';
import { granuleAddress } from './protection.ts';
import { interruptsPending, supervisorTimerEnabled } from './trap.ts';

interface Csr {
  readonly name: string;
  read(core: CoreEnvironment): bigint;
  /** Gets the whole new value; absent for registers that ignore writes. */
  write?(core: CoreEnvironment, value: bigint): void;
  /** Refuses the access (illegal instruction) beyond what the number's privilege bits say. */
  allowed?(core: CoreEnvironment): boolean;
}

type Wide = { [K in keyof CoreState]: CoreState[K] extends bigint ? K : never }[keyof CoreState];

const ALL = (1n << 64n) - 1n;
/** A register that just holds the writable bits. */
const holds = (name: Wide, writable: bigint = ALL, after?: (core: CoreEnvironment) => void): Csr => ({
  name,
  read: ({ state }) => state[name],
  write: (core, value) => {
    core.state[name] = (core.state[name] & ~writable) | (value & writable);
    after?.(core);
  },
});
const constant = (name: string, value: bigint | ((core: CoreEnvironment) => bigint)): Csr => ({
  name,
  read: typeof value === 'bigint' ? () => value : value,
});

/** mstatus bits a guest may write, and those that sstatus shows. */
const MSTATUS_WRITABLE =
  STATUS.SIE | STATUS.MIE | STATUS.SPIE | STATUS.MPIE | STATUS.SPP | STATUS.MPP | STATUS.FS | STATUS.MPRV | STATUS.SUM | STATUS.MXR | STATUS.TVM | STATUS.TW | STATUS.TSR;
const SSTATUS_SHOWN = SSTATUS_WRITABLE | STATUS.UXL;
const withDirty = (status: bigint) => ((status & STATUS.FS) === STATUS.FS ? status | STATUS.SD : status);

function writeStatus(core: CoreEnvironment, value: bigint, writable: bigint): void {
  const before = core.state.mstatus;
  let next = (before & ~writable) | (value & writable);
  // MPP is WARL: 2 names no privilege level.
  if ((next & STATUS.MPP) === 2n << 11n) next = (next & ~STATUS.MPP) | (before & STATUS.MPP);
  core.state.mstatus = next;
  if ((before ^ next) & (STATUS.MXR | STATUS.MPRV)) core.flush({ keepGlobal: false });
  if ((before ^ next) & ~(STATUS.SIE | STATUS.MIE)) core.modeChanged();
  core.interruptsChanged();
}

/** Interrupts that exist: software, timer and external for S and M. */
const INTERRUPTS = 0xaaan;
const SUPERVISOR_INTERRUPTS = 0x222n;
const COUNTERS = 7n;
const counterAllowed = (index: bigint) => ({ state }: CoreEnvironment) => {
  if (state.privilege === PRIVILEGE.M) return true;
  if (!((state.mcounteren >> index) & 1n)) return false;
  return state.privilege === PRIVILEGE.S || ((state.scounteren >> index) & 1n) === 1n;
};
const floatOn = ({ state }: CoreEnvironment) => (state.mstatus & STATUS.FS) !== 0n;
const floatWritten = (core: CoreEnvironment) => {
  core.state.mstatus |= STATUS.FS;
  core.modeChanged();
};

const cycle = (core: CoreEnvironment) => BigInt.asUintN(64, core.retired() + core.state.cycleOffset);
const instret = (core: CoreEnvironment) => BigInt.asUintN(64, core.retired() + core.state.instretOffset);

const SATP_MODES = [0n, 8n, 9n, 10n];
const satp: Csr = {
  name: 'satp',
  read: ({ state }) => state.satp,
  write: (core, value) => {
    // An unsupported mode leaves the whole register as it was (WARL).
    if (!SATP_MODES.includes(value >> 60n)) return;
    const before = core.state.satp;
    core.state.satp = value;
    // Global entries outlive a change of address space; turning translation on or off leaves none valid.
    if (before !== value) core.flush({ keepGlobal: before >> 60n === value >> 60n });
    core.modeChanged();
  },
  allowed: ({ state }) => state.privilege === PRIVILEGE.M || (state.mstatus & STATUS.TVM) === 0n,
};
const stimecmp: Csr = {
  ...holds('stimecmp', ALL, (core) => core.timerChanged()),
  allowed: ({ state }) => state.privilege === PRIVILEGE.M || (supervisorTimerEnabled(state) && ((state.mcounteren >> 1n) & 1n) === 1n),
};
const supervisorView = (name: string, of: 'mie' | 'mip', writable: bigint): Csr => ({
  name,
  read: (core) => (of === 'mip' ? interruptsPending(core) : core.state.mie) & core.state.mideleg & SUPERVISOR_INTERRUPTS,
  write: (core, value) => {
    const mask = core.state.mideleg & writable;
    core.state[of] = (core.state[of] & ~mask) | (value & mask);
    core.interruptsChanged();
  },
});

const interruptsChange = (core: CoreEnvironment) => core.interruptsChanged();
const table: Record<number, Csr> = {
  0x001: {
    name: 'fflags',
    read: ({ state }) => BigInt(state.fflags),
    write: (core, value) => {
      core.state.fflags = Number(value & 31n);
      floatWritten(core);
    },
    allowed: floatOn,
  },
  0x002: {
    name: 'frm',
    read: ({ state }) => BigInt(state.frm),
    write: (core, value) => {
      core.state.frm = Number(value & 7n);
      floatWritten(core);
    },
    allowed: floatOn,
  },
  0x003: {
    name: 'fcsr',
    read: ({ state }) => BigInt((state.frm << 5) | state.fflags),
    write: (core, value) => {
      core.state.fflags = Number(value & 31n);
      core.state.frm = Number((value >> 5n) & 7n);
      floatWritten(core);
    },
    allowed: floatOn,
  },
  0xc00: { ...constant('cycle', cycle), allowed: counterAllowed(0n) },
  0xc01: { ...constant('time', (core) => core.time()), allowed: counterAllowed(1n) },
  0xc02: { ...constant('instret', instret), allowed: counterAllowed(2n) },

  0x100: {
    name: 'sstatus',
    read: ({ state }) => withDirty(state.mstatus & SSTATUS_SHOWN),
    write: (core, value) => writeStatus(core, value, SSTATUS_WRITABLE),
  },
  0x104: supervisorView('sie', 'mie', SUPERVISOR_INTERRUPTS),
  0x105: holds('stvec', ~2n & ALL),
  0x106: holds('scounteren', COUNTERS),
  0x10a: holds('senvcfg', 0xf1n),
  0x140: holds('sscratch'),
  0x141: holds('sepc', ~1n & ALL),
  0x142: holds('scause'),
  0x143: holds('stval'),
  0x144: supervisorView('sip', 'mip', 2n),
  0x14d: stimecmp,
  0x180: satp,

  0xf11: constant('mvendorid', 0n),
  0xf12: constant('marchid', 0n),
  0xf13: constant('mimpid', 0n),
  0xf14: constant('mhartid', (core) => BigInt(core.hartId)),
  0xf15: constant('mconfigptr', 0n),
  0x300: {
    name: 'mstatus',
    read: ({ state }) => withDirty(state.mstatus),
    write: (core, value) => writeStatus(core, value, MSTATUS_WRITABLE),
  },
  // MXL 2 (64 bits) and the letters A, C, D, F, I, M, S, U.
  0x301: constant('misa', (2n << 62n) | [...'ACDFIMSU'].reduce((bits, letter) => bits | (1n << BigInt(letter.charCodeAt(0) - 65)), 0n)),
  // ecall from M is never delegated.
  0x302: holds('medeleg', 0xb3ffn),
  0x303: holds('mideleg', SUPERVISOR_INTERRUPTS, interruptsChange),
  0x304: holds('mie', INTERRUPTS, interruptsChange),
  0x305: holds('mtvec', ~2n & ALL),
  0x306: holds('mcounteren', COUNTERS),
  // FIOM, CBIE, CBCFE, CBZE and STCE.
  0x30a: holds('menvcfg', 0xf1n | (1n << 63n), interruptsChange),
  0x320: holds('mcountinhibit', 5n),
  0x340: holds('mscratch'),
  0x341: holds('mepc', ~1n & ALL),
  0x342: holds('mcause'),
  0x343: holds('mtval'),
  0x344: {
    name: 'mip',
    read: interruptsPending,
    // STIP is read-only while stimecmp drives it; MSIP, MTIP and MEIP belong to the CLINT and the PLIC.
    write: (core, value) => {
      const writable = supervisorTimerEnabled(core.state) ? 0x202n : 0x222n;
      core.state.mip = (core.state.mip & ~writable) | (value & writable);
      core.interruptsChanged();
    },
  },
  0xb00: { name: 'mcycle', read: cycle, write: (core, value) => (core.state.cycleOffset = BigInt.asUintN(64, value - core.retired())) },
  0xb02: { name: 'minstret', read: instret, write: (core, value) => (core.state.instretOffset = BigInt.asUintN(64, value - core.retired() - 1n)) },
  // No triggers: index 0 is all that tselect takes, and there tdata1 and tinfo say "none at this index" (debug
  // specification, sections "Enumeration" and "Trigger Info"); the data of a trigger that is not there is 0.
  0x7a0: { ...constant('tselect', 0n), write: () => undefined },
  0x7a1: { ...constant('tdata1', 0n), write: () => undefined },
  0x7a2: { ...constant('tdata2', 0n), write: () => undefined },
  0x7a3: { ...constant('tdata3', 0n), write: () => undefined },
  0x7a4: { ...constant('tinfo', 1n), write: () => undefined },
};
// Hardware performance counters exist and stay 0: firmware and kernels probe them.
for (let n = 3; n <= 31; n++) {
  table[0xc00 + n] = { ...constant(`hpmcounter${n}`, 0n), allowed: counterAllowed(BigInt(n)) };
  table[0xb00 + n] = { ...constant(`mhpmcounter${n}`, 0n), write: () => undefined };
  table[0x320 + n] = { ...constant(`mhpmevent${n}`, 0n), write: () => undefined };
}

/** pmpcfg bits: an entry is locked until reset; how it matches (NAPOT has both bits). */
const LOCKED = 0x80;
const NA4 = 0x10;
const NAPOT = 0x18;
const configurationOf = (state: CoreState, entry: number) => Number((state.pmpcfg[entry >> 3]! >> BigInt((entry & 7) * 8)) & 0xffn);
for (let n = 0; n < PMP_ENTRIES / 8; n++) {
  table[0x3a0 + n * 2] = {
    name: `pmpcfg${n * 2}`,
    read: ({ state }) => state.pmpcfg[n]!,
    write: (core, value) => {
      let next = 0n;
      for (let entry = 0; entry < 8; entry++) {
        const shift = BigInt(entry * 8);
        const before = configurationOf(core.state, n * 8 + entry);
        let wanted = Number((value >> shift) & 0x9fn);
        // W without R is reserved: drop both.
        if ((wanted & 3) === 2) wanted &= ~2;
        // Four bytes are less than the granule, so NA4 cannot be chosen.
        if ((wanted & NAPOT) === NA4) wanted |= NAPOT;
        next |= BigInt(before & LOCKED ? before : wanted) << shift;
      }
      core.state.pmpcfg[n] = next;
      core.protectionChanged();
    },
  };
}
for (let n = 0; n < PMP_ENTRIES; n++) {
  table[0x3b0 + n] = {
    name: `pmpaddr${n}`,
    read: ({ state }) => granuleAddress(state.pmpaddr[n]!, (configurationOf(state, n) & NA4) !== 0),
    write: (core, value) => {
      const { state } = core;
      const above = n + 1 < PMP_ENTRIES ? configurationOf(state, n + 1) : 0;
      // Also locked as the lower bound of a locked top-of-range entry.
      if (configurationOf(state, n) & LOCKED || (above & LOCKED && (above & 0x18) === 8)) return;
      state.pmpaddr[n] = value & ((1n << 54n) - 1n);
      core.protectionChanged();
    },
  };
}

/** The name of a CSR, or its number where there is none: for the disassembler and messages. */
export const csrName = (number: number): string => table[number]?.name ?? `0x${number.toString(16)}`;
/** Numbers by name: for the assembler. */
export const csrNumbers: ReadonlyMap<string, number> = new Map(Object.entries(table).map(([number, { name }]) => [name, Number(number)]));

/**
 * A CSR instruction's access.
 * @param change the new value from the old one; absent where nothing is written
 * @returns the old value, or undefined where the access is illegal
 */
export function accessCsr(core: CoreEnvironment, number: number, change?: (old: bigint) => bigint): bigint | undefined {
  const csr = table[number];
  const { privilege } = core.state;
  // Bits 9 and 8 of the number: least privilege; bits 11 and 10 both set: read-only.
  if (!csr || privilege < ((number >> 8) & 3) || (change && number >> 10 === 3) || csr.allowed?.(core) === false) return undefined;
  const old = csr.read(core);
  if (change) csr.write?.(core, BigInt.asUintN(64, change(csr.name === 'mip' || csr.name === 'sip' ? softwareBits(core, old, number) : old)));
  return old;
}

/** Set and clear of mip work on the bits software owns, not on what devices drive ("mip: SEIP"). */
function softwareBits(core: CoreEnvironment, old: bigint, number: number): bigint {
  return number === 0x344 ? core.state.mip : old & core.state.mip;
}
