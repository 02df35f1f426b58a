/** Instruction words of every row: operands at their ends and at random, from a seed. */
import { operandOf, type OperandBits } from '../../../emulator/isa/riscv/notation.ts';
import { csrNumbers } from '../../../emulator/isa/riscv/privileged/csr.ts';
import type { RiscvRow } from '../../../emulator/isa/riscv/row.ts';
import { encodeRow } from '../../../emulator/isa/riscv/assembly/encode.ts';

/** xorshift32: the same numbers everywhere for a seed. */
export function randomBits(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Fields that have no place in the text because software must leave them zero. */
const UNWRITTEN: Readonly<Record<string, readonly string[]>> = { fence: ['fm', 'rs1', 'rd'], 'fence.i': ['imm', 'rs1', 'rd'] };

/** `count` different words of a row that it does not refuse, the extreme operands first. */
export function wordsOf(row: RiscvRow, count: number, random: () => number): number[] {
  const words = new Set<number>();
  for (let attempt = 0; attempt < count * 20 && words.size < count; attempt++) {
    const bits = attempt === 0 ? 0 : attempt === 1 ? 0xffff_ffff : random();
    const values: Record<string, number> = {};
    for (const operand of row.encoding.operands)
      values[operand.name] = UNWRITTEN[row.name]?.includes(operand.name) ? 0 : valueFrom(operand, bits, random);
    try {
      words.add(encodeRow(row, values));
    } catch {
      // Refused operands (reserved encodings) are no samples.
    }
  }
  return [...words];
}

function valueFrom(operand: OperandBits, bits: number, random: () => number): number {
  if (operand.name === 'csr') return [...csrNumbers.values()][random() % csrNumbers.size]!;
  // Rounding modes 5 and 6 are reserved.
  if (operand.name === 'rm') return [0, 1, 2, 3, 4, 7][random() % 6]!;
  return operandOf(operand, bits);
}
