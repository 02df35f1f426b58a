/**
 * Instructions that have been decoded before, but for displacement and immediates: what prefixes, opcode, ModRM and SIB make of
 * them. A kernel's start decodes half a million instructions of some ten thousand outlines.
 */
import { immediates, readDisplacement, readImmediate } from './immediates.ts';
import { LONGEST, type Prefixes } from './prefixes.ts';
import type { Variant, X86Decoded, X86Row } from './row.ts';
import type { OperandNumbers } from '../row.ts';

/** An immediate as an operand: its name, and whether it is a distance, which counts from behind the instruction. */
export interface Taken {
  readonly name: string;
  readonly distance: boolean;
}
/** Stands for all instructions that begin with the same bytes up to SIB, and are as this one is. */
export interface Outline {
  readonly row: Variant;
  /** The manual's row: encodings that do the same share a variant. */
  readonly source: X86Row;
  /** With what varies as it was at first. */
  readonly operands: Readonly<Record<string, number>>;
  readonly varies: readonly string[];
  /** Bytes of the displacement, and of each immediate. */
  readonly dispBytes: number;
  readonly immediateBytes: readonly number[];
  /** What the immediates are, in order; one of eight bytes is two. */
  readonly takes: readonly Taken[];
  packed?: unknown;
}

/** The bytes behind an instruction's prefixes as one number; those that it has not are 0. */
export const headOf = (map: number, opcode: number, modrm: number, sib: number): number => opcode | (modrm << 8) | (sib << 16) | (map << 24);

const SIZE_BITS = 14;

/** Each outline has one place, from which it drives out whoever had it: that bounds what hostile code can make us remember. */
export class Outlines {
  readonly #codes = new Int32Array(1 << SIZE_BITS).fill(-1);
  readonly #rests = new Int32Array(1 << SIZE_BITS);
  readonly #found: (Outline | undefined)[] = Array.from({ length: 1 << SIZE_BITS }, () => undefined);
  /** The head in hand: two numbers that tell heads apart, and its place. */
  #code = 0;
  #rest = 0;
  #place = 0;

  /** Takes the head of an instruction without VEX in hand. @returns its outline, if it is known */
  open({ length, rex, operandSize, addressSize, locked, repeat, segment }: Prefixes, head: number, decoding: number): Outline | undefined {
    const repeats = repeat === 0 ? 0 : repeat === 0xf2 ? 1 : 2;
    this.#code = head;
    // A REX without any bit set is one, too: it makes AH another register. Prefixes that say nothing make it longer all the same.
    this.#rest =
      (rex & 0xf) | (rex ? 1 << 4 : 0) | (operandSize ? 1 << 5 : 0) | (repeats << 6) | ((segment + 1) << 8) | (addressSize ? 1 << 11 : 0) |
      (locked ? 1 << 12 : 0) | (decoding << 13) | (length << 15);
    this.#place = Math.imul(this.#code ^ Math.imul(this.#rest, 0x85eb_ca6b), 0x9e37_79b1) >>> (32 - SIZE_BITS);
    const same = this.#codes[this.#place] === this.#code && this.#rests[this.#place] === this.#rest;
    return same ? this.#found[this.#place] : undefined;
  }
  /** Remembers that of the head in hand. */
  remember(outline: Outline): void {
    this.#codes[this.#place] = this.#code;
    this.#rests[this.#place] = this.#rest;
    this.#found[this.#place] = outline;
  }
}

/**
 * The instruction of a known outline.
 * @param length of its head in bytes
 * @param once it is wanted only until the next one is asked for: nothing is made for it then
 * @returns undefined where it must be decoded: it does not end where it may, or is another because of its immediate
 */
export function fillOutline(outline: Outline, view: DataView, at: number, there: number, length: number, rexB: boolean, once: boolean): X86Decoded | undefined {
  const { row, source, dispBytes, immediateBytes, takes } = outline;
  let end = length + dispBytes;
  let read = 0;
  if (there < end) return undefined;
  for (const bytes of immediateBytes) {
    if (there < end + bytes) return undefined;
    read = readImmediate(view, at + end, bytes, source, read);
    end += bytes;
  }
  const { refuses } = source.traits;
  if (end > LONGEST || refuses?.({ rexB, size: row.size, immediate: read > 0 ? (immediates[0] as number) : 0, alike: false })) return undefined;
  const outlined = once ? passing : new Outlined();
  outlined.become(outline, end);
  const { values } = outlined;
  let count = 0;
  if (dispBytes > 0) values[count++] = readDisplacement(view, at + length, dispBytes);
  for (let index = 0; index < takes.length; index++) values[count++] = (immediates[index] as number) + (takes[index]?.distance ? end : 0);
  return outlined;
}

/** An instruction of a known outline; most are only made records, for which what varies is enough. */
class Outlined implements X86Decoded {
  row!: Variant;
  length = 0;
  outline!: Outline;
  /** Of what varies; one that was used before may have more behind. */
  readonly values: number[] = [];
  #operands: Record<string, number> | undefined;
  /** Becomes an instruction of an outline; its values are to be set. */
  become(outline: Outline, length: number): void {
    this.row = outline.row;
    this.length = length;
    this.outline = outline;
    this.#operands = undefined;
  }
  get operands(): OperandNumbers {
    if (this.#operands) return this.#operands;
    const operands: Record<string, number> = { ...this.outline.operands };
    const { varies } = this.outline;
    for (let index = 0; index < varies.length; index++) operands[varies[index] as string] = this.values[index] as number;
    return (this.#operands = operands);
  }
}

/** The one that is wanted only until the next. */
const passing = new Outlined();

/** What varies of an instruction that has been decoded; undefined where more than displacement and immediates would. */
export function outlineOf({ row, operands }: X86Decoded, source: X86Row, dispBytes: number, immediateBytes: readonly number[]): Outline | undefined {
  const takes: Taken[] = [];
  for (const [index, { slot }] of source.encoding.operands.entries()) {
    const is = row.concrete[index]?.is;
    if (slot !== 'immediate') continue;
    // Operands are called by their positions (operand-names.ts).
    if (is === 'moffs' || (index === 0 && source.traits.numbered)) return undefined;
    takes.push({ name: `o${index}`, distance: is === 'distance' });
    if (is === 'immediate64') takes.push({ name: 'above', distance: false });
  }
  const varies = [...(dispBytes > 0 ? ['disp'] : []), ...takes.map(({ name }) => name)];
  return { row, source, operands, varies, dispBytes, immediateBytes, takes };
}
