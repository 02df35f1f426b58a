/**
 * Random instructions from the rows. RBX points into the data and R14 is a small index, neither is ever written; the stack
 * lies in the data, too.
 */
import { encode, type EncodedOperand, type MemoryOperand } from '../../../emulator/isa/x86/encoder.ts';
import type { OperandSpec } from '../../../emulator/isa/x86/notation.ts';
import type { Size } from '../../../emulator/isa/x86/place.ts';
import type { X86Row } from '../../../emulator/isa/x86/row.ts';
import { rows } from '../../../emulator/isa/x86/rows.ts';
import { operandSize } from '../../../emulator/isa/x86/variants.ts';
import { Random } from '../random.ts';
import { makePattern } from './patterns.ts';
import { type Case, DATA, DATA_BYTES } from './native.ts';

const RSP = 4;
const POINTER = 3;
const INDEX = 14;
const KEPT = new Set([RSP, POINTER, INDEX]);
const MIDDLE = DATA + DATA_BYTES / 2;
const MAX_INDEX = 15;

/** What a program cannot do, what depends on the processor, and what needs more around it than a stream gives. */
const LEFT_OUT =
  /^(in|out|ins|outs|hlt|cli|sti|iret|int|int1|int3|into|ud2|sys.*|swapgs|rdtsc.*|serialize|rdmsr|wrmsr|cpuid|clts|invd|wbinvd|invlpg|invpcid|[sl][gi]dt|smsw|lmsw|s?ldt|l?ldt|str|ltr|xgetbv|xsetbv|xsave.*|xrstor|v(ld|st)mxcsr|v(rcp|rsqrt).*|ver[rw]|lar|lsl|push .*|pop .*|jmp.*|call.*|ret.*|l[sfged]s|[rw]r?[fg]sbase|rd[fg]sbase|wr[fg]sbase|rdrand|rdseed|rdpid|f.*|ldmxcsr|stmxcsr|enter|leave|pause|popf|cmpxchg16b|movs|stos|lods|scas|cmps|xlat|loop.*|jrcxz|j.*|s..0|r(cp|sqrt).*)$/;

/** Flags that an instruction leaves open, by what hardware shows and manuals do not promise. */
const ALL = 0x8d5;
const [PF, AF, ZF, SF, OF] = [4, 0x10, 0x40, 0x80, 0x800];
const OPEN: Readonly<Record<string, number>> = {
  mul: SF | ZF | AF | PF,
  imul: SF | ZF | AF | PF,
  div: ALL,
  idiv: ALL,
  shl: AF | OF,
  shr: AF | OF,
  sar: AF | OF,
  shld: AF | OF,
  shrd: AF | OF,
  rol: OF,
  ror: OF,
  rcl: OF,
  rcr: OF,
  bsf: ALL & ~ZF,
  bsr: ALL & ~ZF,
  tzcnt: OF | SF | AF | PF,
  lzcnt: OF | SF | AF | PF,
  bt: OF | SF | AF | PF,
  bts: OF | SF | AF | PF,
  btr: OF | SF | AF | PF,
  btc: OF | SF | AF | PF,
  andn: AF | PF,
  blsr: AF | PF,
  blsi: AF | PF,
  blsmsk: AF | PF,
  bzhi: AF | PF,
  bextr: SF | AF | PF,
  and: AF,
  or: AF,
  xor: AF,
  test: AF,
};

export interface Instruction {
  readonly name: string;
  readonly bytes: readonly number[];
}
export interface Stream {
  readonly seed: number;
  readonly instructions: readonly Instruction[];
  readonly given: Case;
}

/** Operands that only systems use, or that hold an address which no register gives. */
const SYSTEM = new Set(['cr', 'dr', 'sreg']);
const usable = rows.filter(
  ({ name, traits, encoding }) =>
    !LEFT_OUT.test(name) &&
    !traits.not64 &&
    !encoding.immediates.includes('moffs') &&
    !encoding.operands.some(({ kind }) => SYSTEM.has(kind)),
);

/** PUSHF; AND to the stack; POPF: makes open flags 0. */
const clearing = (open: number): number[] => [0x9c, 0x48, 0x81, 0x24, 0x24, ...[0, 8, 16, 24].map((at) => (~open >> at) & 0xff), 0x9d];

/** MOVQ of all eight MMX registers from the data at RBX, and to them. */
const mmxMoves = (opcode: number, distance: number): number[] =>
  Array.from({ length: 8 }, (_, register) => [0x0f, opcode, 0x43 | (register << 3), distance + 8 * register]).flat();
const LOAD_MMX = mmxMoves(0x6f, 0);
const STORE_MMX = mmxMoves(0x7f, 0);

/** VPSRLD or VPSRLQ of a whole register, so that each element is below 256. */
const smallIndices = (register: number, bits: 32 | 64): number[] => [
  0xc4,
  register & 8 ? 0xc1 : 0xe1,
  ((register ^ 15) << 3) | 5,
  bits === 32 ? 0x72 : 0x73,
  0xd0 | (register & 7),
  bits - 8,
];

class Maker {
  readonly #random: Random;
  constructor(random: Random) {
    this.#random = random;
  }
  #register(): number {
    for (;;) {
      const number = this.#random.below(16);
      if (!KEPT.has(number)) return number;
    }
  }
  #memory(bytes: number, aligned: boolean): MemoryOperand {
    const random = this.#random;
    const room = DATA_BYTES / 2 - (MAX_INDEX << 3) - 16 - bytes - 256;
    const grain = aligned ? 32 : 1;
    const within = Math.floor((random.below(2 * room) - room) / grain) * grain;
    const kind = random.below(4);
    // Close displacements are encoded in one byte.
    const disp = kind === 0 ? (within >> 5) & ~(grain - 1) : within;
    if (kind < 3 || aligned) return { base: POINTER, disp };
    return { base: POINTER, index: INDEX, scale: random.below(4), disp };
  }
  #operand(row: X86Row, spec: OperandSpec, size: Size, memory: boolean, high: boolean): EncodedOperand {
    const random = this.#random;
    const { traits } = row;
    if (spec.kind === 'imm' || spec.kind === 'uimm' || spec.kind === 'rel') return { immediate: random.integer() };
    if (spec.kind === 'vsib') return this.#addresses();
    if (spec.slot === 'rm' && memory) {
      const vector = spec.kind === 'xmm/m' || spec.text === 'm128';
      return { memory: this.#memory(32, vector || traits.aligned === true) };
    }
    if (spec.kind === 'mm' || spec.kind === 'mm/m') return { register: random.below(8) };
    if (spec.kind === 'xmm' || spec.kind === 'xmm/m' || spec.wide) return { register: random.below(16) };
    if (high && operandSize(spec, size) === 8) {
      // Not BH: its register is the pointer.
      return { high: random.below(3) };
    }
    return { register: this.#register() };
  }
  /** Indices of a gathering load are made small by an instruction before it. */
  #addresses(): EncodedOperand {
    const random = this.#random;
    return { memory: { base: POINTER, index: random.below(16), vector: true, scale: random.below(4), disp: -random.below(1024) } };
  }
  instruction(row: X86Row): Instruction | undefined {
    const random = this.#random;
    const { encoding, traits, sizes } = row;
    const possible = traits.defaults === 'stack' ? sizes.filter((size) => size !== 32) : sizes;
    const size = random.pick(possible);
    const memory = encoding.modrm && (encoding.mod === 'memory' || (encoding.mod === 'both' && random.below(2) === 0));
    const high = random.below(6) === 0;
    const operands = encoding.operands.map((spec) => this.#operand(row, spec, size, memory, high));
    if (/^bt[src]?$/.test(row.name) && memory && encoding.digit === undefined) operands[1] = { register: INDEX };
    if (/^sh[lr]d$/.test(row.name) && size === 16 && encoding.immediates.length > 0) operands[2] = { immediate: random.below(17) };
    if (/^sh[lr]d$/.test(row.name) && size === 16 && encoding.immediates.length === 0) return undefined;
    if (row.name === 'bswap' && size === 16) return undefined;
    const locked = traits.lockable === true && memory && random.below(4) === 0;
    let bytes: number[];
    try {
      bytes = encode(row, { operands, size, locked, long: random.below(2) === 0 });
    } catch {
      // AH and its like beside a register that needs REX.
      return undefined;
    }
    // LEA RDI, [RBX + distance]: what they write to by nature.
    if (/^v?maskmov(q|dqu)$/.test(row.name)) bytes = [0x48, 0x8d, 0xbb, random.below(256), random.below(4), 0, 0, ...bytes];
    // Its registers are not among those compared: they come from the data and go back there.
    if (encoding.operands.some(({ kind }) => kind.startsWith('mm')))
      return { name: `mmx ${row.name}${size}`, bytes: [...LOAD_MMX, ...bytes, ...STORE_MMX] };
    const indices = encoding.operands.findIndex(({ kind }) => kind === 'vsib');
    const gathered = operands[indices];
    if (gathered && 'memory' in gathered)
      bytes = [...smallIndices(gathered.memory.index ?? 0, encoding.operands[indices]?.wide?.index ?? 32), ...bytes];
    const open = OPEN[row.name] ?? 0;
    return { name: `${row.name}${size}`, bytes: open ? [...bytes, ...clearing(open)] : bytes };
  }
}

/** Eight bytes of few kinds, sometimes with an end, for what compares strings. */
const text = (random: Random): bigint =>
  Array.from({ length: 8 }, () => BigInt(random.pick([0x61, 0x62, 0x63, 0x80, random.chance(0.3) ? 0 : 0x64]))).reduce(
    (all, byte) => (all << 8n) | byte,
  );
/** A double, two singles, text, or anything. */
function vectorHalf(random: Random): bigint {
  const kind = random.below(4);
  const single = () => BigInt.asUintN(32, random.boxedSingle());
  return kind === 0 ? random.double() : kind === 1 ? (single() << 32n) | single() : kind === 2 ? text(random) : random.bits64();
}
const MASKED = 0x1f80;
/** As programs have it, or with another rounding mode, flushing, or exceptions that are not masked. */
function mxcsr(random: Random): number {
  const kind = random.below(8);
  if (kind < 4) return 0x1f80;
  if (kind === 4) return 0x1fa0;
  const rounding = random.below(4) << 13;
  if (kind === 5) return 0x1f80 | rounding;
  if (kind === 6) return 0x1f80 | rounding | (random.below(4) === 0 ? 0 : 0x40) | (random.below(4) === 0 ? 0 : 0x8000);
  return rounding | (random.below(0x40) << 7) | (random.below(4) === 0 ? 0x8040 : 0);
}
/** How many instructions are whole patterns. */
const PATTERN_PART = 0.15;

/** @param length instructions */
export function makeStream(seed: number, length: number, only?: RegExp): Stream {
  const random = new Random(seed);
  const maker = new Maker(random);
  const from = only ? usable.filter(({ name }) => only.test(name)) : usable;
  const instructions: Instruction[] = [];
  while (instructions.length < length) {
    const made = random.chance(PATTERN_PART) && !only ? makePattern(random) : maker.instruction(random.pick(from));
    if (made) instructions.push(made);
  }
  const gpr = Array.from({ length: 16 }, () => random.integer());
  gpr[POINTER] = BigInt(MIDDLE);
  gpr[RSP] = BigInt(MIDDLE + 128);
  gpr[INDEX] = BigInt(random.below(MAX_INDEX + 1));
  const xmm = Array.from({ length: 32 }, () => vectorHalf(random));
  const upper = Array.from({ length: 32 }, () => vectorHalf(random));
  const rflags = (BigInt(random.below(0x1000)) & BigInt(ALL)) | 2n | 0x200n;
  // Which half of it raises its exceptions first is the processor's affair.
  const masks = instructions.some(({ name }) => name.startsWith('vdpps')) ? MASKED : 0;
  const state = { gpr, rflags, xmm, upper, mxcsr: BigInt(mxcsr(random) | masks) };
  return { seed, instructions, given: caseOf(instructions, { state, seed: seed >>> 0 }) };
}
/** A jump to the next instruction: code is compiled where it is jumped to from what has been decoded already. */
const START = [0xeb, 0];
export const caseOf = (instructions: readonly Instruction[], { state, seed }: Pick<Case, 'state' | 'seed'>): Case => ({
  state,
  seed,
  code: Uint8Array.from([START, ...instructions.map(({ bytes }) => bytes)].flat()),
});
