/**
 * Instruction words to rows: derived from the tables. Answers are remembered by word, since a program uses few
 * different ones; a word is decoded the same at every address.
 */
import { operandOf } from '../notation/riscv.ts';
import type { Decoded, Row } from '../row.ts';
import { rowNamed, rows } from './rows.ts';

// Rows by the bits every encoding fixes: the major opcode and funct3 of full rows, quadrant and funct3 of compressed.
const bucketOf = (word: number) => ((word & 3) === 3 ? (word & 0x7f) | ((word >>> 5) & 0x380) : 0x400 | (word & 3) | ((word >>> 11) & 0x1c));
const buckets: (readonly Row[])[] = [];
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

const remembered = new Map<number, Decoded | undefined>();
/** Bounds what hostile code can make us remember. */
const MOST_REMEMBERED = 1 << 14;

/**
 * Decodes the instruction at the low end of `word` (16 bits are enough for a compressed one).
 * @returns undefined for an illegal instruction
 */
export function decode(word: number): Decoded | undefined {
  const exact = (word & 3) === 3 ? word >>> 0 : word & 0xffff;
  if (remembered.has(exact)) return remembered.get(exact);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const decoded = decodeOnce(exact);
  remembered.set(exact, decoded);
  return decoded;
}

/** The same without remembering, for a caller that remembers something of its own. */
export function decodeOnce(word: number): Decoded | undefined {
  const exact = (word & 3) === 3 ? word >>> 0 : word & 0xffff;
  for (const row of buckets[bucketOf(exact)] as readonly Row[]) {
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
