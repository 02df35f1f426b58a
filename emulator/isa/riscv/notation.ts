/**
 * Reads an instruction row as the RISC-V unprivileged manual prints it ("Instruction Set Listings"): fields from the
 * most significant bit down, each either bits (`0110011`) or a name with the immediate bits it carries
 * (`imm[12|10:5]`, `rs1`, `rd`). The operands' types follow from the row's text, so naming an operand the row does
 * not have does not compile.
 */
import type { Value } from '../value.ts';
import type { Register } from '../cpu.ts';

/** Widths of the named fields that have a fixed one; immediates carry their own bit list. */
const FIELD_WIDTH: Record<string, number> = {
  rd: 5,
  rs1: 5,
  rs2: 5,
  rs3: 5,
  rm: 3,
  aq: 1,
  rl: 1,
  pred: 4,
  succ: 4,
  fm: 4,
  csr: 12,
  zimm: 5,
  shamt: 6,
  shamt5: 5,
  "rd'": 3,
  "rs1'": 3,
  "rs2'": 3,
  "fd'": 3,
  "fs2'": 3,
};

type RegisterName = 'rd' | 'rs1' | 'rs2' | 'rs3';
type Base<T extends string> = T extends `${infer N}[${string}`
  ? N
  : T extends `${infer N}'`
    ? N
    : T extends `fd` | `fs1` | `fs2` | `fs3`
      ? T
      : T extends 'shamt5'
        ? 'shamt'
        : T;
type Names<P extends string> = P extends `${infer H} ${infer R}` ? NameOf<H> | Names<R> : NameOf<P>;
type NameOf<T extends string> = T extends '' ? never : T extends `${'0' | '1'}${string}` ? never : Base<T>;
/** The operands of a row: registers, immediates and shift amounts (i64), and control fields like rm, csr, aq (i32). */
export type Operands<P extends string> = {
  readonly [K in Names<P>]: K extends RegisterName | 'fd' | 'fs1' | 'fs2' | 'fs3' ? Register : Value;
};

/** Where one operand's bits lie: `from` is the bit in the instruction, `to` the bit in the operand. */
export interface OperandBits {
  readonly name: string;
  readonly register: 'x' | 'f' | undefined;
  /** Added to the number: 8 for the three-bit register fields of compressed rows. */
  readonly base: number;
  readonly signed: boolean;
  readonly width: number;
  readonly pieces: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

export interface Encoding {
  readonly length: 2 | 4;
  readonly mask: number;
  readonly match: number;
  readonly operands: readonly OperandBits[];
}

/** `imm[12|10:5]` to its bit ranges, most significant first. */
function ranges(list: string): { high: number; low: number }[] {
  return list.split('|').map((part) => {
    const [high, low] = part.split(':').map(Number) as [number, number | undefined];
    return { high, low: low ?? high };
  });
}

const FLOAT_REGISTER: Record<string, string> = { fd: 'rd', fs1: 'rs1', fs2: 'rs2', fs3: 'rs3' };

/**
 * Parses a row. Besides the manual's fields it knows `fd fs1 fs2 fs3` (the same bits as rd... naming the
 * floating-point file), `rd'` (three bits, registers 8 to 15) and `uimm[...]` (an immediate that is not
 * sign-extended).
 * @throws Error when the fields do not cover 16 or 32 bits exactly: a mistake in the table
 */
export function parseRow(pattern: string): Encoding {
  const collected = new Map<
    string,
    { base: number; register: 'x' | 'f' | undefined; pieces: { from: number; to: number; count: number }[] }
  >();
  const operand = (name: string, register: 'x' | 'f' | undefined, base: number) => {
    const entry = collected.get(name) ?? { base, register, pieces: [] };
    collected.set(name, entry);
    return entry.pieces;
  };
  const fields = pattern.trim().split(/\s+/);
  const widths = fields.map((field) => {
    if (/^[01]+$/.test(field)) return field.length;
    const list = /\[(.*)\]/.exec(field)?.[1];
    if (list) return ranges(list).reduce((sum, { high, low }) => sum + high - low + 1, 0);
    const width = FIELD_WIDTH[field] ?? FIELD_WIDTH[FLOAT_REGISTER[field] ?? ''];
    if (!width) throw new Error(`unknown field "${field}" in "${pattern}"`);
    return width;
  });
  const total = widths.reduce((a, b) => a + b, 0);
  if (total !== 16 && total !== 32) throw new Error(`"${pattern}" covers ${total} bits`);
  let at = total;
  let mask = 0;
  let match = 0;
  fields.forEach((field, index) => {
    const width = widths[index] as number;
    at -= width;
    if (/^[01]+$/.test(field)) {
      mask |= (2 ** width - 1) << at;
      match |= parseInt(field, 2) << at;
      return;
    }
    const list = /\[(.*)\]/.exec(field)?.[1];
    if (list) {
      const pieces = operand(field.slice(0, field.indexOf('[')), undefined, 0);
      let top = at + width;
      for (const { high, low } of ranges(list)) {
        top -= high - low + 1;
        pieces.push({ from: top, to: low, count: high - low + 1 });
      }
      return;
    }
    const name = field.replace("'", '').replace('shamt5', 'shamt');
    const register = name in FLOAT_REGISTER ? 'f' : /^r[ds]\d?$/.test(name) ? 'x' : undefined;
    operand(name, register, field.endsWith("'") ? 8 : 0).push({ from: at, to: 0, count: width });
  });
  const operands = [...collected].map(([name, { base, register, pieces }]) => ({
    name,
    register,
    base,
    pieces,
    signed: name === 'imm' || name === 'nzimm',
    width: Math.max(...pieces.map(({ to, count }) => to + count)),
  }));
  return { length: total === 16 ? 2 : 4, mask: mask >>> 0, match: match >>> 0, operands };
}

/** The value of one operand in an instruction word: a register number, or the immediate, sign-extended if it is signed. */
export function operandOf(bits: OperandBits, word: number): number {
  let value = 0;
  for (const { from, to, count } of bits.pieces) value |= ((word >>> from) & (2 ** count - 1)) << to;
  if (bits.signed && bits.width < 32) value = (value << (32 - bits.width)) >> (32 - bits.width);
  return bits.base + value;
}
