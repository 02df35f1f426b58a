/**
 * Instruction words to rows: derived from the tables. Answers are remembered by word, since a program uses few
 * different ones; a word is decoded the same at every address and in every mode.
 */
import { operandOf } from './notation.ts';
import type { RiscvDecoded, RiscvRow } from './row.ts';
import { rowNamed, rows } from './rows.ts';

// Rows by the bits every encoding fixes: the major opcode and funct3 of full rows, quadrant and funct3 of compressed.
const bucketOf = (word: number) => ((word & 3) === 3 ? (word & 0x7f) | ((word >>> 5) & 0x380) : 0x400 | (word & 3) | ((word >>> 11) & 0x1c));
const buckets: (readonly RiscvRow[])[] = [];
for (let bucket = 0; bucket < 0x420; bucket++) {
  buckets.push(
    rows.filter(({ encoding: { mask, match, length } }) => {
      if ((bucket >= 0x400) !== (length === 2)) return false;
      const word = bucket >= 0x400 ? (bucket & 3) | ((bucket & 0x1c) << 11) : (bucket & 0x7f) | ((bucket & 0x380) << 5);
      const significant = mask & (length === 2 ? 0xe003 : 0x707f);
      return (word & significant) === (match & significant);
    }),
  );
}

const remembered = new Map<number, RiscvDecoded | undefined>();
/** Bounds what hostile code can make us remember. */
const MAX_REMEMBERED = 1 << 14;

/** An instruction's word, as it is remembered and as traps tell it. */
const exactWord = (word: number): number => ((word & 3) === 3 ? word >>> 0 : word & 0xffff);

/**
 * Decodes the instruction at the low end of `word` (16 bits are enough for a compressed one).
 * @returns undefined for an illegal instruction
 */
export function decode(word: number): RiscvDecoded | undefined {
  const exact = exactWord(word);
  const known = remembered.get(exact);
  if (known || remembered.has(exact)) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const decoded = decodeOnce(exact);
  remembered.set(exact, decoded);
  return decoded;
}

/** The word of the instruction at a place where `there` bytes can be read; undefined where it goes on beyond them. */
export function wordAt(view: DataView, at: number, there: number): number | undefined {
  const low = view.getUint16(at, true);
  if ((low & 3) !== 3) return low;
  return there < 4 ? undefined : (low | (view.getUint16(at + 2, true) << 16)) >>> 0;
}
/** See Architecture.decode. */
export function decodeAt(view: DataView, at: number, there: number, _decoding: number, once = false): RiscvDecoded | 'illegal' | 'more' {
  const word = wordAt(view, at, there);
  if (word === undefined) return 'more';
  return (once ? decodeOnce(word) : decode(word)) ?? 'illegal';
}
/** See Architecture.illegalValue. */
export const illegalValue = (view: DataView, at: number, there: number): number => wordAt(view, at, there) ?? 0;

function decodeOnce(exact: number): RiscvDecoded | undefined {
  for (const row of buckets[bucketOf(exact)] as readonly RiscvRow[]) {
    const { mask, match, length, operands } = row.encoding;
    if ((exact & mask) >>> 0 !== match) continue;
    const numbers: Record<string, number> = {};
    for (const bits of operands) numbers[bits.name] = operandOf(bits, exact);
    if (row.refuses?.(numbers)) continue;
    if (!row.expandsTo) return { row, length, operands: numbers, written: row };
    return { row: rowNamed(row.expandsTo.name), length, operands: row.expandsTo.operands(numbers), written: row };
  }
  return undefined;
}
