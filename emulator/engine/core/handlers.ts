/**
 * The interpreter's handlers and their numbers: three of its own, then one for each row that has a meaning, then the
 * two-byte forms of rows that have a compressed encoding (a handler knows by how much to move on).
 */
import type { Decoded } from '../../isa/riscv/decoder.ts';
import type { Row } from '../../isa/riscv/row.ts';
import { rows } from '../../isa/riscv/rows.ts';
import { RECORD } from '../layout.ts';

/** The interpreter's own records. `decode` is zero, so that a cleared page decodes itself. */
export const OWN_HANDLER = { decode: 0, pageEnd: 1, illegal: 2, straddle: 3 } as const;
const OWN = Object.keys(OWN_HANDLER).length;

export interface Handler {
  readonly row: Row;
  readonly length: 2 | 4;
}
const meant = rows.filter((row) => row.meaning);
const short = new Set(rows.map((row) => row.expandsTo?.name));
export const handlers: readonly Handler[] = [
  ...meant.map((row) => ({ row, length: 4 as const })),
  ...meant.filter((row) => short.has(row.name)).map((row) => ({ row, length: 2 as const })),
];
const numbers = new Map(handlers.map(({ row, length }, index) => [`${row.name}/${length}`, OWN + index]));

/** Byte offsets of the register files from the core's state. */
export interface RegisterOffsets {
  readonly x: number;
  readonly f: number;
}

/** Writes a decoded instruction (or an illegal word) as a record. */
export function writeRecord(view: DataView, at: number, word: number, decoded: Decoded | undefined, offsets: RegisterOffsets): void {
  const number = decoded && numbers.get(`${decoded.row.name}/${decoded.length}`);
  if (!decoded || number === undefined) {
    view.setInt32(at + RECORD.immediate, (word & 3) === 3 ? word : word & 0xffff, true);
    view.setUint16(at + RECORD.handler, OWN_HANDLER.illegal, true);
    return;
  }
  const { operands } = decoded;
  const { x, f } = offsets;
  // x0 as destination goes to the spare place behind the registers.
  if (operands['rd'] !== undefined) view.setUint16(at + RECORD.rd, x + (operands['rd'] || 32) * 8, true);
  if (operands['fd'] !== undefined) view.setUint16(at + RECORD.rd, f + operands['fd'] * 8, true);
  if (operands['rs1'] !== undefined) view.setUint16(at + RECORD.rs1, x + operands['rs1'] * 8, true);
  if (operands['fs1'] !== undefined) view.setUint16(at + RECORD.rs1, f + operands['fs1'] * 8, true);
  if (operands['rs2'] !== undefined) view.setUint16(at + RECORD.rs2, x + operands['rs2'] * 8, true);
  if (operands['fs2'] !== undefined) view.setUint16(at + RECORD.rs2, f + operands['fs2'] * 8, true);
  if (operands['fs3'] !== undefined) view.setUint16(at + RECORD.third, f + operands['fs3'] * 8, true);
  if (operands['csr'] !== undefined) view.setUint16(at + RECORD.third, operands['csr'], true);
  if (operands['rm'] !== undefined) view.setUint8(at + RECORD.mode, operands['rm']);
  const immediate = operands['imm'] ?? operands['shamt'] ?? operands['zimm'];
  if (immediate !== undefined) view.setInt32(at + RECORD.immediate, immediate, true);
  // Last, because another reader of a half-written record would take it for decoded.
  view.setUint16(at + RECORD.handler, number, true);
}
