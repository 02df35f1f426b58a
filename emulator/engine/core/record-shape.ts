/** Where a row's operands lie in its decoded records, for whoever writes records and whoever reads them. */
import type { Operand, Row } from '../../isa/row.ts';
import type { RecordShape } from '../layout.ts';

export interface OperandPlace {
  readonly operand: Operand;
  /** Byte offset in the record. A register takes 16 bits (its place from the core's state on), an immediate 32 or 64. */
  readonly at: number;
  /** Bytes. */
  readonly width: 1 | 2 | 4 | 8;
}

const SMALL_BITS = 8;
const NARROW_BITS = 32;

const placed = new Map<RecordShape, WeakMap<Row, readonly OperandPlace[]>>();

/** @throws Error for a row with more operands than a record holds: a mistake in the tables */
export function operandPlaces(row: Row, shape: RecordShape): readonly OperandPlace[] {
  const known = placed.get(shape) ?? new WeakMap<Row, readonly OperandPlace[]>();
  placed.set(shape, known);
  const before = known.get(row);
  if (before) return before;
  const free = { fields: [...shape.fields], small: [...shape.small], narrow: [...shape.immediates], wide: [...shape.wide] };
  const take = (from: number[]): number => {
    const at = from.shift();
    if (at === undefined) throw new Error(`${row.name}: a record does not hold so many operands`);
    return at;
  };
  const place = (operand: Operand): OperandPlace => {
    if (operand.kind === 'register') return { operand, at: take(free.fields), width: 2 };
    if (operand.kind === 'control') {
      const fits = (operand.bits ?? SMALL_BITS) <= SMALL_BITS && free.small.length > 0;
      return fits ? { operand, at: take(free.small), width: 1 } : { operand, at: take(free.fields), width: 2 };
    }
    const wide = isWide(operand);
    const at = take(wide ? free.wide : free.narrow);
    free.wide = free.wide.filter((each) => each !== at);
    free.narrow = free.narrow.filter((each) => each !== at);
    return { operand, at, width: wide ? 8 : 4 };
  };
  // Registers first, and wide immediates before narrow ones: whatever else a row has takes what they leave.
  const rank = (operand: Operand) => (operand.kind === 'register' ? 0 : isWide(operand) ? 1 : 2);
  const own = row.operands.filter(({ beside }) => beside === undefined);
  const places = own.sort((a, b) => rank(a) - rank(b)).map(place);
  known.set(row, places);
  return places;
}
const isWide = ({ kind, bits = NARROW_BITS }: Operand): boolean => kind === 'immediate' && bits > NARROW_BITS;
