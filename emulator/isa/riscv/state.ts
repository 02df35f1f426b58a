/** A RISC-V core's architectural state: everything a guest can see of it, and nothing else. */
import { schema, u32, u64, u64s } from '../../snapshot/schema.ts';

/** Privilege levels as encoded in mstatus.MPP (privileged manual, table "RISC-V privilege levels"). */
export const PRIVILEGE = { U: 0, S: 1, M: 3 } as const;

/** Bits of mstatus (privileged manual, section "Machine Status"); sstatus is a view of it. */
export const STATUS = {
  SIE: 1n << 1n, MIE: 1n << 3n, SPIE: 1n << 5n, MPIE: 1n << 7n, SPP: 1n << 8n, MPP: 3n << 11n, FS: 3n << 13n,
  MPRV: 1n << 17n, SUM: 1n << 18n, MXR: 1n << 19n, TVM: 1n << 20n, TW: 1n << 21n, TSR: 1n << 22n,
  UXL: 3n << 32n, SXL: 3n << 34n, SD: 1n << 63n,
} as const;

/** Number of PMP entries offered; OpenSBI and QEMU's `virt` both live with 16. */
export const PMP_ENTRIES = 16;

/** What `hartState` may hold (SBI specification 2.0, table "HSM Hart States"). */
export const HART = { started: 0, stopped: 1, suspended: 4 } as const;

export const coreState = schema('riscv-core', 1, {
  /** x0 is storage never written; index 32 takes writes to x0 so that the interpreter need not ask. */
  x: u64s(33),
  /** NaN-boxed. */
  f: u64s(32),
  pc: u64(),
  privilege: u32(PRIVILEGE.M),
  /** Waiting for an interrupt after WFI. */
  waiting: u32(),
  /** See HART; firmware of a guest's own does not know it. */
  hartState: u32(),
  frm: u32(),
  fflags: u32(),
  /** Reservation of LR: 1 in `reserved` while it holds; the value read, to be compared by SC. */
  reserved: u32(),
  reservedAddress: u64(),
  reservedValue: u64(),
  mstatus: u64(0xa_0000_0000n),
  medeleg: u64(),
  mideleg: u64(),
  mie: u64(),
  /** The software-writable bits of mip; lines from devices are or-ed in when read. */
  mip: u64(),
  mtvec: u64(),
  mepc: u64(),
  mcause: u64(),
  mtval: u64(),
  mscratch: u64(),
  mcounteren: u64(),
  mcountinhibit: u64(),
  menvcfg: u64(),
  stvec: u64(),
  sepc: u64(),
  scause: u64(),
  stval: u64(),
  sscratch: u64(),
  scounteren: u64(),
  senvcfg: u64(),
  satp: u64(),
  stimecmp: u64(0xffff_ffff_ffff_ffffn),
  /** Instructions retired, as of the last time the core left generated code. */
  retired: u64(),
  /** What mcycle and minstret show beyond `retired`, after a guest wrote them. */
  cycleOffset: u64(),
  instretOffset: u64(),
  pmpcfg: u64s(PMP_ENTRIES / 8),
  pmpaddr: u64s(PMP_ENTRIES),
});
