/** How a row of the RISC-V tables is declared; everything else (decoder, assembler, engines) is derived from it. */
import type { Decoded, Operand, OperandNumbers, Row, RowTraits } from '../row.ts';
import type { Cpu } from './cpu.ts';
import { type Encoding, type OperandBits, type Operands, parseRow } from './notation.ts';

export interface RiscvTraits extends RowTraits {
  /** Operand values that make this row a different, or an illegal, instruction. */
  readonly refuses?: (operands: OperandNumbers) => boolean;
}

/** One instruction of the manual. */
export interface RiscvRow extends Row, RiscvTraits {
  readonly pattern: string;
  readonly encoding: Encoding;
  lengths: readonly number[];
  /** A compressed row: the row it stands for, and that row's operands from its own. */
  readonly expandsTo?: { readonly name: string; readonly operands: (own: OperandNumbers) => OperandNumbers };
}

export interface RiscvDecoded extends Decoded {
  readonly row: RiscvRow;
  readonly length: 2 | 4;
  /** The row as written, where it is a compressed form of `row`. */
  readonly written: RiscvRow;
}

/** The operands that reach a row as i64 values; other fields that are no registers control it. */
const IMMEDIATES = new Set(['imm', 'shamt', 'zimm']);

function operandOf({ name, register, width }: OperandBits): Operand {
  if (register) return { name, kind: 'register', file: register, access: name === 'rd' || name === 'fd' ? 'write' : 'read' };
  return IMMEDIATES.has(name) ? { name, kind: 'immediate' } : { name, kind: 'control', bits: width };
}
const shapeOf = (pattern: string) => {
  const encoding = parseRow(pattern);
  return { pattern, encoding, operands: encoding.operands.map(operandOf), lengths: [encoding.length] as readonly number[] };
};

/**
 * An instruction with its meaning, the pattern in the manual's notation.
 * @param compiled what it means in compiled code, where that is not the same
 */
export function instruction<const P extends string>(
  name: string,
  pattern: P,
  meaning: (cpu: Cpu, operands: Operands<P>) => void,
  traits: RiscvTraits = {},
  compiled?: (cpu: never, operands: Operands<P>) => void,
): RiscvRow {
  return { name, ...shapeOf(pattern), meaning: meaning as Row['meaning'] & object, ...(compiled ? { compiled } : {}), ...traits };
}

/** A compressed instruction: another row with some operands fixed. */
export function compressed<const P extends string>(
  name: string,
  pattern: P,
  target: string,
  operands: (own: Readonly<Record<Exclude<keyof Operands<P>, symbol>, number>>) => OperandNumbers,
  traits: RiscvTraits = {},
): RiscvRow {
  return { name, ...shapeOf(pattern), expandsTo: { name: target, operands: operands as (own: OperandNumbers) => OperandNumbers }, ...traits };
}
