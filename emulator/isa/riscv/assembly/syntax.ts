/**
 * How a row is written in assembly text: which operands, in which order and form. Derived from the row's fields and
 * major opcode (RISC-V Assembly Programmer's Manual), so that a new row needs nothing here.
 */
import type { OperandBits } from '../notation.ts';
import type { RiscvRow } from '../row.ts';

export type Term =
  | { readonly kind: 'register'; readonly operand: string; readonly file: 'x' | 'f' }
  /** `offset(base)`; without offset `(base)`; without base operand the stack pointer. */
  | { readonly kind: 'memory'; readonly offset?: string; readonly base?: string }
  | { readonly kind: 'number'; readonly operand: string }
  /** Upper 20 bits, written without the low twelve. */
  | { readonly kind: 'upper'; readonly operand: string }
  /** An address, encoded relative to the instruction. */
  | { readonly kind: 'target'; readonly operand: string }
  | { readonly kind: 'csr'; readonly operand: string }
  | { readonly kind: 'fence'; readonly operand: string }
  /** Last, and left out when it is the default. */
  | { readonly kind: 'rounding'; readonly operand: string; readonly usual: number }
  /** A register that the row implies but the text names. */
  | { readonly kind: 'fixed'; readonly text: string };

const OPCODE = { load: 0x03, loadFp: 0x07, miscMem: 0x0f, auipc: 0x17, store: 0x23, storeFp: 0x27, amo: 0x2f, lui: 0x37, branch: 0x63, jalr: 0x67, jal: 0x6f, system: 0x73 } as const;
/** Conversions that are always exact; assemblers write rounding mode 0 there. */
const EXACT = new Set(['fcvt.d.w', 'fcvt.d.wu', 'fcvt.d.s']);
const DYNAMIC = 7;

const known = new Map<RiscvRow, readonly Term[]>();

/** The terms of a row, in the order in which they are written. */
export function syntaxOf(row: RiscvRow): readonly Term[] {
  let terms = known.get(row);
  if (!terms) known.set(row, (terms = row.encoding.length === 2 ? compressedTerms(row) : fullTerms(row)));
  return terms;
}

function fullTerms(row: RiscvRow): Term[] {
  const { operands, match } = row.encoding;
  const registers = inOrder(operands);
  const has = (name: string) => operands.some((operand) => operand.name === name);
  const register = (...names: string[]) => registers.filter(({ operand }) => names.includes(operand));
  switch (match & 0x7f) {
    case OPCODE.lui:
    case OPCODE.auipc:
      return [...registers, { kind: 'upper', operand: 'imm' }];
    case OPCODE.jal:
      return [...registers, { kind: 'target', operand: 'imm' }];
    case OPCODE.branch:
      return [...registers, { kind: 'target', operand: 'imm' }];
    case OPCODE.jalr:
    case OPCODE.load:
    case OPCODE.loadFp:
      return [...register('rd', 'fd'), { kind: 'memory', offset: 'imm', base: 'rs1' }];
    case OPCODE.store:
    case OPCODE.storeFp:
      return [...register('rs2', 'fs2'), { kind: 'memory', offset: 'imm', base: 'rs1' }];
    case OPCODE.amo:
      return [...register('rd'), ...register('rs2'), { kind: 'memory', base: 'rs1' }];
    case OPCODE.miscMem:
      if (has('pred')) return [{ kind: 'fence', operand: 'pred' }, { kind: 'fence', operand: 'succ' }];
      // fence.i has fields that the manual reserves and tells software to leave zero.
      return has('rd') ? [] : [{ kind: 'memory', base: 'rs1' }];
    case OPCODE.system:
      if (!has('csr')) return registers;
      return [...register('rd'), { kind: 'csr', operand: 'csr' }, ...(has('zimm') ? [{ kind: 'number', operand: 'zimm' } as const] : register('rs1'))];
    default:
      return [...registers, ...numbersOf(operands), ...(has('rm') ? [{ kind: 'rounding', operand: 'rm', usual: EXACT.has(row.name) ? 0 : DYNAMIC } as const] : [])];
  }
}

/** Compressed rows name their stack pointer, where they imply it. */
function compressedTerms({ name, encoding: { operands } }: RiscvRow): Term[] {
  const registers = inOrder(operands);
  if (/^c\.f?[ls][wd]sp$/.test(name)) return [...registers, { kind: 'memory', offset: 'uimm' }];
  if (/^c\.f?[ls][wd]$/.test(name)) return [...registers.filter(({ operand }) => operand !== 'rs1'), { kind: 'memory', offset: 'uimm', base: 'rs1' }];
  if (/^c\.(j|beqz|bnez)$/.test(name)) return [...registers, { kind: 'target', operand: 'imm' }];
  if (name === 'c.lui') return [...registers, { kind: 'upper', operand: 'imm' }];
  const stack: Term[] = /^c\.addi(4spn|16sp)$/.test(name) ? [{ kind: 'fixed', text: 'sp' }] : [];
  return [...registers, ...stack, ...numbersOf(operands)];
}

/** Register operands as they are written: the destination, then the sources by number. */
function inOrder(operands: readonly OperandBits[]): (Term & { kind: 'register' })[] {
  const order = ['rd', 'fd', 'rs1', 'fs1', 'rs2', 'fs2', 'rs3', 'fs3'];
  return operands
    .flatMap(({ name, register }) => (register ? [{ kind: 'register' as const, operand: name, file: register }] : []))
    .sort((one, other) => order.indexOf(one.operand) - order.indexOf(other.operand));
}
const numbersOf = (operands: readonly OperandBits[]): Term[] => operands.filter(({ name }) => /^(imm|uimm|nzimm|shamt)$/.test(name)).map(({ name }) => ({ kind: 'number', operand: name }));

/** Whether the row has acquire and release bits, written as `.aq`, `.rl` or `.aqrl` behind the name. */
export const isOrdered = (row: RiscvRow): boolean => row.encoding.operands.some(({ name }) => name === 'aq');
