/**
 * An x86-64 core's state: everything a guest can see of it, and nothing else but a few operands on their way from a row to
 * the privileged half. Names and numbers follow Intel's manual (SDM), volume 3A, chapter 2.
 */
import { schema, since, u32, u32s, u64, u64s } from '../../snapshot/schema.ts';

/** Numbers of segment registers as instructions encode them, then the two system segments: indexes into the segment arrays. */
export const SEGMENT = { ES: 0, CS: 1, SS: 2, DS: 3, FS: 4, GS: 5, LDTR: 6, TR: 7 } as const;
export const SEGMENTS = 8;

/** General registers by their encoding. */
export const GPR = { RAX: 0, RCX: 1, RDX: 2, RBX: 3, RSP: 4, RBP: 5, RSI: 6, RDI: 7 } as const;

/** Bits of RFLAGS. `rflags` of the state holds all but the six arithmetic ones, which are described lazily. */
export const FLAG = {
  CF: 1 << 0,
  fixed: 1 << 1,
  PF: 1 << 2,
  AF: 1 << 4,
  ZF: 1 << 6,
  SF: 1 << 7,
  TF: 1 << 8,
  IF: 1 << 9,
  DF: 1 << 10,
  OF: 1 << 11,
  IOPL: 3 << 12,
  NT: 1 << 14,
  RF: 1 << 16,
  VM: 1 << 17,
  AC: 1 << 18,
  VIF: 1 << 19,
  VIP: 1 << 20,
  ID: 1 << 21,
} as const;
/** The arithmetic flags. */
export const STATUS_FLAGS = FLAG.CF | FLAG.PF | FLAG.AF | FLAG.ZF | FLAG.SF | FLAG.OF;

export const CR0 = { PE: 1, MP: 2, EM: 4, TS: 8, ET: 16, NE: 32, WP: 1 << 16, AM: 1 << 18, NW: 1 << 29, CD: 1 << 30, PG: 1 << 31 } as const;
export const CR4 = {
  VME: 1 << 0,
  PVI: 1 << 1,
  TSD: 1 << 2,
  DE: 1 << 3,
  PSE: 1 << 4,
  PAE: 1 << 5,
  MCE: 1 << 6,
  PGE: 1 << 7,
  PCE: 1 << 8,
  OSFXSR: 1 << 9,
  OSXMMEXCPT: 1 << 10,
  UMIP: 1 << 11,
  LA57: 1 << 12,
  FSGSBASE: 1 << 16,
  PCIDE: 1 << 17,
  OSXSAVE: 1 << 18,
  SMEP: 1 << 20,
  SMAP: 1 << 21,
} as const;
export const EFER = { SCE: 1 << 0, LME: 1 << 8, LMA: 1 << 10, NXE: 1 << 11 } as const;

/**
 * Attributes of a segment as in the upper half of its descriptor, shifted right by 8: type 0 to 3, S 4, DPL 5 to 6, P 7,
 * AVL 12, L 13, D/B 14, G 15. `unusable`: a null selector was loaded.
 */
export const ATTRIBUTE = {
  accessed: 1,
  writable: 2,
  expandDown: 4,
  code: 8,
  S: 1 << 4,
  DPL: 3 << 5,
  P: 1 << 7,
  L: 1 << 13,
  DB: 1 << 14,
  G: 1 << 15,
  unusable: 1 << 16,
} as const;

/** Bits of `events[0]`, which other threads set atomically and the core takes away. */
export const EVENT_BIT = { NMI: 1, INIT: 2, SIPI: 4 } as const;
/** Interrupt lines of a core, as bits of `EngineCore.lines`. */
export const LINE = { externalInterrupt: 1, NMI: 2 } as const;

/** What `activity` may hold (SDM, section "Guest Non-Register State"). */
export const ACTIVITY = { active: 0, halted: 1, shutdown: 2, waitForSipi: 3 } as const;
/** What holds events off until the next instruction is done, in `shadow` (same section). */
export const SHADOW = { sti: 1, movSs: 2 } as const;

/** Registers of variable and fixed memory type ranges that are kept. */
const MTRR_VARIABLE = 16;
const MTRR_FIXED = 11;

export const coreState = schema('x86-core', 2, {
  /** RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 to R15; then storage that is never written and reads 0. */
  gpr: u64s(17),
  /** Two halves each, the lower first; bits 128 to 255 of the YMM registers apart from them. */
  xmm: u64s(32),
  ymmHigh: u64s(32),
  /** Linear address of the instruction: in 64-bit mode RIP, otherwise the base of CS and EIP. */
  pc: u64(0xffff_fff0n),
  /** Instructions retired, as of the last time the core left generated code. */
  retired: u64(),

  /** What the arithmetic flags follow from, see flags.ts. */
  flags: u64s(3),
  /** The other bits of RFLAGS; see FLAG. */
  rflags: u32(FLAG.fixed),

  /** Hidden parts too; by SEGMENT. Limits are in bytes, the last that may be touched. */
  segmentBase: u64s(SEGMENTS),
  segmentLimit: u64s(SEGMENTS),
  segmentSelector: u64s(SEGMENTS),
  segmentAttributes: u32s(SEGMENTS),
  /** The current privilege level. */
  cpl: u32(),
  gdtBase: u64(),
  gdtLimit: u32(0xffff),
  idtBase: u64(),
  idtLimit: u32(0xffff),

  /** CR0, CR4 and EFER have no bits above 31 that may be set. */
  cr0: u32(0x6000_0010),
  cr2: u64(),
  cr3: u64(),
  cr4: u32(),
  /** The four page-directory-pointer entries that PAE paging holds. */
  pdpte: u64s(4),
  efer: u32(),
  xcr0: u64(1n),
  dr: u64s(4),
  dr6: u32(0xffff_0ff0),
  dr7: u32(0x400),

  /** SYSENTER_CS, ESP and EIP; STAR, LSTAR, CSTAR, FMASK; KERNEL_GS_BASE; TSC_AUX. */
  sysenterCs: u64(),
  sysenterEsp: u64(),
  sysenterEip: u64(),
  star: u64(),
  lstar: u64(),
  cstar: u64(),
  fmask: u32(),
  kernelGsBase: u64(),
  tscAux: u64(),
  /** What the time-stamp counter shows beyond the machine's time, in nanoseconds; TSC_ADJUST is kept apart as software sees it. */
  tscOffset: u64(),
  tscAdjust: u64(),
  tscDeadline: u64(),
  miscEnable: u64(1n),
  microcode: u64(),
  pat: u64(0x0007_0406_0007_0406n),
  mtrrDefault: u64(),
  mtrrFixed: u64s(MTRR_FIXED),
  mtrrVariable: u64s(MTRR_VARIABLE),

  /** Significands by physical register, which are the MMX registers too; sign (bit 15) and exponent. */
  x87: u64s(8),
  x87Exponent: u32s(8),
  /** FCW, FSW with TOP, and for each physical register a bit that says it is not empty. */
  fpuControl: u32(0x40),
  fpuStatus: u32(),
  fpuTags: u32(0xff),
  fpuOpcode: u32(),
  fpuInstruction: u64(),
  fpuInstructionSelector: u32(),
  fpuData: u64(),
  fpuDataSelector: u32(),
  /**
   * MXCSR in three: its control bits and masks as they stand in it; the rounding mode as the engine numbers it; the flags by
   * SSE_FLAG (privileged/float-save.ts joins them).
   */
  mxcsr: u32(0x1f80),
  sseRounding: u32(),
  sseFlags: u32(),

  /** Whether AVX, and SSE, may be used now, which follows from XCR0 and control registers. */
  avxUsable: since(2, u32()),
  sseUsable: since(2, u32()),

  /** What follows from MXCSR: FLUSH in float-policy.ts, and the exceptions that are not masked, as `sseFlags` numbers them. */
  sseFlush: since(2, u32()),
  sseUnmasked: since(2, u32()),
  /** Flags of earlier instructions, while one that may raise an exception is done (float-exceptions.ts). */
  sseHeld: since(2, u32()),

  /** See ACTIVITY and SHADOW. */
  activity: u32(),
  shadow: u32(),
  /** The address of the instruction for which `shadow` holds. */
  shadowPc: u64(),
  /** An interrupt was pending when the core last looked, deliverable or not. */
  interruptPending: u32(),
  nmiBlocked: u32(),
  /** See EVENT_BIT; and the vector of the last SIPI. */
  events: u32s(2),

  /** The local APIC, by its registers' names (SDM, table "Local APIC Register Address Map"). IRR is set by other threads. */
  apicBase: u64(0xfee0_0900n),
  apicId: u32(),
  apicTpr: u32(),
  apicLdr: u32(),
  apicDfr: u32(0xffff_ffff),
  apicSpurious: u32(0xff),
  apicIsr: u32s(8),
  apicTmr: u32s(8),
  apicIrr: u32s(8),
  apicError: u32(),
  apicErrorPending: u32(),
  apicIcrLow: u32(),
  apicIcrHigh: u32(),
  /** CMCI, timer, thermal, performance, LINT0, LINT1, error. */
  apicLvt: u32s(7),
  apicInitialCount: u32(),
  apicDivide: u32(),
  /** When the timer was started, in nanoseconds of the machine's time. */
  apicTimerStart: u64(),

  /** How far the stack pointer reaches, and where its segment begins: what SS and the mode come down to (`X86Core.mode`). */
  stackMask: u64(),
  stackBase: u64(),
  /**
   * What the six segments let pass, outside 64-bit mode: for each the first and last offset that may be read, and the same of
   * writing; and a bit for each that does not let everything pass, from bit 8 on for writing.
   */
  segmentBounds: since(2, u64s(24)),
  segmentsChecked: since(2, u32()),
  /** Bits that DR6 gets by the debug trap which is due behind the instruction. */
  debugPending: since(2, u32()),
  /** What rows tell the privileged half besides an operation's operands: where they end, and their operand size in bits. */
  nextPc: u64(),
  operandSize: u32(),
  /** Nonzero: the access in the making is the core's own (descriptor tables, stacks of handlers), not the program's. */
  implicitSupervisor: u32(),
});
