/** Where a row's operands lie in its decoded records, for whoever writes records and whoever reads them. */
import type { Operand, Row } from '../../isa/row.ts';
import { RECORD } from '../layout.ts';

export interface OperandPlace {
  readonly operand: Operand;
  /** Byte offset in the record. A register takes 16 bits (its place from the core's state on), an immediate 32. */
  readonly at: number;
  /** Bytes. */
  readonly width: 1 | 2 | 4;
}

/** 16-bit fields in the order in which they are given away, and the byte that small controls take first. */
const FIELDS = [2, 4, 6, 12];
const SMALL = 14;
const SMALL_BITS = 8;

const placed = new WeakMap<Row, readonly OperandPlace[]>();

/** @throws Error for a row with more operands than a record holds: a mistake in the tables */
export function operandPlaces(row: Row): readonly OperandPlace[] {
  const known = placed.get(row);
  if (known) return known;
  const fields = [...FIELDS];
  let smallIsFree = true;
  let immediateIsFree = true;
  const full = () => new Error(`${row.name}: a record does not hold so many operands`);
  const field = (): number => {
    const at = fields.shift();
    if (at === undefined) throw full();
    return at;
  };
  const place = (operand: Operand): OperandPlace => {
    if (operand.kind === 'register') return { operand, at: field(), width: 2 };
    if (operand.kind === 'control') {
      const fits = (operand.bits ?? SMALL_BITS) <= SMALL_BITS;
      if (!fits || !smallIsFree) return { operand, at: field(), width: 2 };
      smallIsFree = false;
      return { operand, at: SMALL, width: 1 };
    }
    if (!immediateIsFree) throw full();
    immediateIsFree = false;
    return { operand, at: RECORD.immediate, width: 4 };
  };
  // Registers first: whatever else a row has takes what they leave.
  const inOrder = [...row.operands].sort((a, b) => Number(b.kind === 'register') - Number(a.kind === 'register'));
  const places = inOrder.map(place);
  placed.set(row, places);
  return places;
}
