/**
 * Where a core's engine-private data lies in the machine's shared memory, beside its architectural state: lookaside
 * buffers, the jump cache, decoded records. All of it is derived and may be dropped at any moment; none is saved.
 */
import type { CodeShape } from '../isa/code-shape.ts';
import type { RamRange } from '../memory/ram-ranges.ts';
import { Shootdown } from '../memory/shootdown.ts';
import { schema, u32, u64 } from '../snapshot/schema.ts';

/**
 * Entries a bank, which cover 16 MiB. What a program uses fits in a quarter of that, but two pages that it uses in turn may share
 * an entry, by its addresses' chance, and then each use is a slow one.
 */
export const TLB_ENTRIES = 4096;
/** Read tag i64, write tag i64, addend i32 (host = low half of address + addend), kind i32, pad. */
export const TLB_ENTRY = { size: 32, read: 0, write: 8, addend: 16, kind: 20 } as const;
/** A tag no address has: page tags have bits 11 to 3 clear. */
export const NO_TAG = -1n;

export const FETCH_ENTRIES = 256;
/** Tag i64, address of the decoded page i32, kind i32. */
export const FETCH_ENTRY = { size: 16, tag: 0, records: 8, kind: 12 } as const;

/**
 * An entry's `kind`: whether its translation is global, and in which of the two lists of entries in use it stands (each
 * at most once in each, so the lists are long enough). Dropping what a fence names then costs what was filled since.
 */
export const KIND = { listedLocal: 1, listedGlobal: 2, global: 8 } as const;
/** The lists of one buffer, local before global: each a count and then addresses of entries, all i32. */
export const listSize = (entries: number): number => 4 + 4 * entries;

/**
 * Entries a mode. A kernel's everyday path alone has thousands of fragments: with too few entries they push each other
 * out at every pass, which costs more than interpreting.
 */
export const JUMP_ENTRIES = 1 << 15;
/** Target address i64 (0: empty), table slot i32, pad. */
export const JUMP_ENTRY = { size: 16, pc: 0, slot: 8 } as const;
/** A target has two places: by its low bits, and by its low half times this, taken from the top. */
export const JUMP_HASH = { multiplier: 0x9e3779b1, shift: Math.clz32(JUMP_ENTRIES - 1) } as const;

export const COUNTERS = 1 << 16;
/** Spreads the same address in different modes over the counters; a multiple of 4, as it is xor-ed into a byte offset. */
export const counterMix = (mode: number): number => (mode * COUNTER_STEP) & ((COUNTERS - 1) * 4);
export const COUNTER_STEP = 0x9e34;

/** Counters, by low bits of the virtual page, of compiled fragments that the jump cache leads to. */
export const FRAGMENT_PAGES = 1 << 14;

/** What every decoded record has: the handler's number (u16), and where an illegal instruction's record has its bytes. */
export const RECORD = { handler: 0, immediate: 8 } as const;

/** How a record is laid out: byte offsets of what operands may take (see core/record-shape.ts), and of the length in bytes. */
export interface RecordShape {
  readonly size: 16 | 32;
  /** Of 16 bits, in the order in which they are given away. */
  readonly fields: readonly number[];
  /** Of 8. */
  readonly small: readonly number[];
  /** Where an immediate of 32 bits may be, and where one of 64. */
  readonly immediates: readonly number[];
  readonly wide: readonly number[];
  readonly length: number;
}
const RECORD_SHAPES: Readonly<Record<16 | 32, RecordShape>> = {
  16: { size: 16, fields: [2, 4, 6, 12], small: [14], immediates: [8], wide: [], length: 15 },
  32: { size: 32, fields: [2, 4, 6, 20, 22, 24], small: [26, 27, 28], immediates: [8, 16], wide: [8], length: 29 },
};

/**
 * Records that lie in order: the index of a page (u16 by place: the record's number, from 1, or 0), then as many records as
 * densely packed code needs, each with its place in the page. The record of number 0 would begin at `first`.
 */
export const DENSE = { size: 32, shift: 5, at: 30, indexBytes: 8192, first: 8192 - 32, records: 1536 } as const;

/** How a page's decoded records lie: in order (DENSE), or one for each place where an instruction may begin, and some behind that catch running off its end. */
export interface RecordLayout {
  readonly record: RecordShape;
  readonly dense: boolean;
  /** Records of a page; where they lie in order, at most. */
  readonly slots: number;
  /** Bytes of a decoded page. */
  readonly size: number;
  /** A distance in code shifted left by this is the distance of the records. */
  readonly shift: number;
  /** Bits of an address that say where in its page an instruction begins. */
  readonly mask: number;
}
export function recordLayout({ grain, longest, record: bytes = 16 }: CodeShape): RecordLayout {
  const record = RECORD_SHAPES[bytes];
  // Those of 32 bytes have room for their place.
  if (bytes === DENSE.size)
    return { record, dense: true, slots: DENSE.records, size: DENSE.indexBytes + DENSE.records * bytes, shift: 0, mask: 0 };
  const slots = 4096 / grain;
  return {
    record,
    dense: false,
    slots,
    size: (slots + Math.ceil(longest / grain)) * bytes,
    shift: Math.log2(bytes / grain),
    mask: 4096 - grain,
  };
}

/**
 * Bits of a RAM page's flags. Generated code looks at them where the lookaside buffer has no entry, and nowhere else: a
 * write tag is given only for a page without any flag, so every reason to notice a write (translated code, a watch, a
 * snapshot that needs the old content, "not written since the last snapshot point") costs the fast path nothing; no entry at
 * all exists for an absent page. Whoever sets a flag while a core may hold a write tag has it drop that (shootdown.ts).
 */
export { PAGE } from '../memory/page-flags.ts';

/**
 * Why the interpreter must look up: nothing, a trap to take, a changed mode or address space, leave to TypeScript, or
 * leave and do the same instruction again (it has waited for an absent page, and something else wants the core).
 */
export const EVENT = { none: 0, trap: 1, refetch: 2, leave: 3, again: 4 } as const;

/** The engine's working words of one core. Not guest state. */
export const runState = schema('core-run', 1, {
  event: u32(),
  cause: u32(),
  trapValue: u64(),
  mode: u32(),
  /** Absolute addresses of the current mode's bank and jump cache. */
  tlb: u32(),
  fetchTlb: u32(),
  jumpCache: u32(),
  /** Instructions left of the budget when generated code last reported. */
  left: u32(),
  /** Instructions retired by the interpreter; all others were retired in compiled fragments. */
  interpreted: u64(),
  floatMode: u32(),
  counterMix: u32(),
  /**
   * An interrupt is pending and enabled but could not be taken when the run loop last looked. Whoever enables
   * interrupts must then ask for attention: a guest may enable them for two instructions only, between two waits.
   */
  interruptWaiting: u32(),
  /** ExecutionMode.facts. */
  facts: u32(),
  /** Address of the index of decoded pages for the present decoding. */
  decodedIndex: u32(),
  /** Fragments taken in since the start. */
  fragments: u32(),
  /** Physical address of the last access that was not RAM. */
  physical: u64(),
  /** The leaf PTE's permissions as the walk left them, see translate.ts. */
  walkFlags: u32(),
  /** The privilege it was made for. */
  walkPrivilege: u32(),
  /** Physical memory is protected by more than its translation: every fill asks TypeScript. */
  protection: u32(),
  /** Set while the core stands still: its state and memory are those of another snapshot point, so nothing it remembers holds. */
  returnRequested: u32(),
  /** Operands of an operation, and the operand and answer of what is asked. */
  operand: u64(),
  operand2: u64(),
  /** The next instruction is to be executed by itself (`Core.step`). */
  single: u32(),
  /** ExecutionMode.watch. */
  watch: u32(),
  /** Where a rare row's handler has jumped. */
  target: u64(),
});

export interface CoreLayout {
  readonly state: number;
  readonly run: number;
  /** Address of the core's `core-signals` word `attention`. */
  readonly attention: number;
  /** Addresses of the machine's count of changes to code and of what of it this core has answered (shootdown.ts). */
  readonly codeChanges: number;
  readonly codeChangesSeen: number;
  /** Address of the machine's lock of accesses that no instruction of the host does as one (core/apart.ts). */
  readonly accessLock: number;
  /** One u32 a RAM page: the generation plus one of the code this core has translated, or 0. */
  readonly held: number;
  readonly tlb: number;
  readonly fetchTlb: number;
  /** Lists of the entries in use, see KIND. */
  readonly tlbLists: number;
  readonly fetchLists: number;
  readonly jumpCache: number;
  readonly counters: number;
  /** FRAGMENT_PAGES bytes. */
  readonly fragmentPages: number;
  /** For each decoding one i32 a RAM page: address of its decoded page, or 0. */
  readonly decodedIndex: number;
  /** A decoded page of one record, for an instruction that lies across two pages. */
  readonly scratchPage: number;
  readonly pool: number;
  readonly poolPages: number;
  readonly records: RecordLayout;
  readonly banks: number;
  readonly end: number;
}

/** Guest RAM in the machine's memory. */
export interface RamLayout {
  /** Where it answers in the physical address space; the ranges lie one behind the other in memory 0. */
  readonly ranges: readonly RamRange[];
  /** Bytes in all. */
  readonly size: number;
  /** Address of its first byte in memory 0. */
  readonly host: number;
  /** One byte a page. */
  readonly pageFlags: number;
  /** One u32 a page, counted up whenever its translated code is dropped: tells a compiler that it read old code. */
  readonly generations: number;
}

const align = (value: number, to: number) => Math.ceil(value / to) * to;

/** What one core's layout depends on. */
export interface CoreLayoutRequest {
  readonly base: number;
  /** Bytes of its state, how many modes, banks and ways of decoding it has, the shape of its code. */
  readonly architecture: {
    readonly state: { readonly size: number };
    readonly modes: { readonly count: number; readonly banks: number; readonly decodings: number };
    readonly code: CodeShape;
  };
  /** Which of the machine's cores this is. */
  readonly core: number;
  /** Addresses of what belongs to others: the core's attention word, the area of `Shootdown`. */
  readonly attention: number;
  readonly shootdown: number;
  readonly ramPages: number;
  readonly poolPages: number;
}

/** Lays out one core's data from `base` on. */
export function coreLayout({ base, architecture, core, attention, shootdown, ramPages, poolPages }: CoreLayoutRequest): CoreLayout {
  const { state, modes, code } = architecture;
  const records = recordLayout(code);
  let at = align(base, 4096);
  const take = (size: number) => {
    const here = at;
    at = align(at + size, 64);
    return here;
  };
  return {
    state: take(state.size),
    run: take(runState.size),
    attention,
    codeChanges: Shootdown.changedAt(shootdown),
    accessLock: Shootdown.accessLockAt(shootdown),
    codeChangesSeen: Shootdown.changedSeenAt(shootdown, core),
    held: take(ramPages * 4),
    tlb: take(modes.banks * TLB_ENTRIES * TLB_ENTRY.size),
    fetchTlb: take(modes.banks * FETCH_ENTRIES * FETCH_ENTRY.size),
    tlbLists: take(2 * listSize(modes.banks * TLB_ENTRIES)),
    fetchLists: take(2 * listSize(modes.banks * FETCH_ENTRIES)),
    jumpCache: take(modes.count * JUMP_ENTRIES * JUMP_ENTRY.size),
    counters: take(COUNTERS * 4),
    fragmentPages: take(FRAGMENT_PAGES),
    decodedIndex: take(modes.decodings * ramPages * 4),
    scratchPage: take(records.size),
    pool: take(poolPages * records.size),
    poolPages,
    records,
    banks: modes.banks,
    end: at,
  };
}
