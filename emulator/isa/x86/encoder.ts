/** Rows to bytes, for 64-bit mode: an assembler's last step, by row and operands. */
import { MAPS } from './notation.ts';
import type { Size } from './place.ts';
import type { X86Row } from './row.ts';
import { operandSize } from './variants.ts';

/** A memory operand as an instruction can hold it. */
export interface MemoryOperand {
  /** `rip`: the displacement is from the next instruction. */
  readonly base?: number | 'rip';
  readonly index?: number;
  /** As a power of two: 0 to 3. */
  readonly scale?: number;
  readonly disp?: number;
  /** The index is a register of vectors, which may be number 4, too. */
  readonly vector?: boolean;
  /** A segment override: 4 for FS, 5 for GS. */
  readonly segment?: 4 | 5;
}
/** `high`: AH, CH, DH or BH, by 0 to 3. */
export type EncodedOperand =
  | { readonly register: number }
  | { readonly high: number }
  | { readonly memory: MemoryOperand }
  | { readonly immediate: number | bigint };

export interface Encoded {
  readonly operands: readonly EncodedOperand[];
  readonly size?: Size;
  readonly locked?: boolean;
  readonly repeat?: 0xf2 | 0xf3;
  /** With VEX: L is set. */
  readonly long?: boolean;
}

const SEGMENT_PREFIX = { 4: 0x64, 5: 0x65 } as const;

function littleEndian(value: number | bigint, bytes: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  return Array.from({ length: bytes }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}

/** ModRM, SIB and displacement of a memory operand, with the low bits of its registers. */
function memoryBytes({ base, index, scale = 0, disp = 0 }: MemoryOperand, reg: number): number[] {
  const field = (reg & 7) << 3;
  if (base === 'rip') return [field | 5, ...littleEndian(disp, 4)];
  const sib = (low: number) => (scale << 6) | (((index ?? 4) & 7) << 3) | low;
  if (base === undefined) return [field | 4, sib(5), ...littleEndian(disp, 4)];
  const low = base & 7;
  const [mod, bytes] = disp === 0 && low !== 5 ? [0, 0] : disp >= -128 && disp < 128 ? [1, 1] : [2, 4];
  const needsSib = index !== undefined || low === 4;
  const first = (mod << 6) | field | (needsSib ? 4 : low);
  return [first, ...(needsSib ? [sib(low)] : []), ...littleEndian(disp, bytes)];
}

const IMMEDIATE_BYTES = { ib: 1, cb: 1, iw: 2, id: 4, moffs: 8 } as const;

const PP = new Map<number | undefined, number>([[0, 0], [0x66, 1], [0xf3, 2], [0xf2, 3]]);
/** A VEX prefix, of two bytes where they say it all. */
function vexBytes({ map, prefix, vex }: X86Row['encoding'], rex: number, vvvv: number, long: boolean): number[] {
  const l = vex === 'long' || (vex !== 'short' && long) ? 4 : 0;
  const last = ((vvvv ^ 15) << 3) | l | (PP.get(prefix) ?? 0);
  const inverted = (rex & 7) ^ 7;
  if (map === MAPS.vex0F && (rex & 0xb) === 0) return [0xc5, ((inverted & 4) << 5) | last];
  return [0xc4, (inverted << 5) | (map - MAPS.vex0F + 1), ((rex & 8) << 4) | last];
}

/** The bytes of an instruction. Distances are from its end. @throws Error for operands that the row does not take */
export function encode(row: X86Row, { operands, size = row.sizes[0] as Size, locked, repeat, long = false }: Encoded): number[] {
  const { encoding, traits } = row;
  const bytes: number[] = [];
  let rex = 0;
  let highByte = false;
  let reg = encoding.digit ?? 0;
  let rm: EncodedOperand | undefined;
  let vvvv = 0;
  let opcode = encoding.opcode;
  const immediates: (number | bigint)[] = [];
  const numberOf = (operand: EncodedOperand, index: number): number => {
    if ('high' in operand) {
      highByte = true;
      return operand.high + 4;
    }
    if (!('register' in operand)) throw new Error(`${row.name}: operand ${index} is no register`);
    const spec = encoding.operands[index];
    if (spec && (spec.kind === 'gpr' || spec.kind === 'gpr/m') && operandSize(spec, size) === 8 && operand.register >= 4) rex |= 0x40;
    return operand.register;
  };
  encoding.operands.forEach((spec, index) => {
    const operand = operands[index];
    if (spec.slot === 'fixed') return;
    if (!operand) throw new Error(`${row.name}: operand ${index} is missing`);
    if (spec.slot === 'reg') reg = numberOf(operand, index);
    else if (spec.slot === 'vvvv') vvvv = numberOf(operand, index);
    else if (spec.slot === 'is4') immediates.push(numberOf(operand, index) << 4);
    else if (spec.slot === 'opcode') {
      const number = numberOf(operand, index);
      opcode += number & 7;
      if (number & 8) rex |= 0x41;
    } else if (spec.slot === 'rm') rm = 'memory' in operand ? operand : { register: numberOf(operand, index) };
    else if ('immediate' in operand) immediates.push(operand.immediate);
  });
  if (reg & 8) rex |= 0x44;
  const memory = rm && 'memory' in rm ? rm.memory : undefined;
  if (memory) {
    if (typeof memory.base === 'number' && memory.base & 8) rex |= 0x41;
    if ((memory.index ?? 0) & 8) rex |= 0x42;
  } else if (rm && 'register' in rm && rm.register & 8) rex |= 0x41;
  const hasSizes = row.sizes.length > 1;
  if ((size === 64 && hasSizes && !traits.defaults) || encoding.w === 1) rex |= 0x48;
  if (rex && highByte) throw new Error(`${row.name}: AH and its like cannot stand beside REX`);

  const pushPrefixes = () => {
    if (size === 16 && hasSizes && traits.defaults !== 'near') bytes.push(0x66);
    if (encoding.prefix) bytes.push(encoding.prefix);
    else if (repeat) bytes.push(repeat);
    if (rex) bytes.push(rex);
    if (encoding.map !== MAPS.one) bytes.push(0x0f);
    if (encoding.map === MAPS['0F38']) bytes.push(0x38);
    if (encoding.map === MAPS['0F3A']) bytes.push(0x3a);
  };
  if (locked) bytes.push(0xf0);
  if (memory?.segment) bytes.push(SEGMENT_PREFIX[memory.segment]);
  if (encoding.vex) bytes.push(...vexBytes(encoding, rex, vvvv, long));
  else pushPrefixes();
  bytes.push(opcode);
  if (encoding.fixed !== undefined) bytes.push(encoding.fixed);
  else if (memory) bytes.push(...memoryBytes(memory, reg));
  else if (encoding.modrm) bytes.push(0xc0 | ((reg & 7) << 3) | (rm && 'register' in rm ? rm.register & 7 : 0));
  encoding.immediates.forEach((code, index) => {
    const length = code === 'iv' ? size / 8 : code === 'iz' || code === 'cz' ? (size === 16 && traits.defaults !== 'near' ? 2 : 4) : IMMEDIATE_BYTES[code];
    bytes.push(...littleEndian(immediates[index] ?? 0, length));
  });
  return bytes;
}
