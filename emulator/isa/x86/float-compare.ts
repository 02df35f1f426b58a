/** Comparisons of vectors by a predicate (SDM, volume 2, "CMPPD", table 3-1). */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { Format } from './float-lanes.ts';
import { flushedLanes, noticeNan, noticeSubnormal } from './float-vectors.ts';

const SHAPE = { f32: 'f32x4', f64: 'f64x2' } as const;
/** For each predicate whether it holds of equal (1), less (2), greater (4), unordered (8); those from 16 on are the same. */
const HOLDS = [1, 2, 3, 8, 14, 13, 12, 7, 9, 10, 11, 0, 6, 5, 4, 15] as const;
/** A bit for each predicate that minds quiet NaN; from 16 on it is the others. */
const SIGNALS = [1, 2, 5, 6, 9, 10, 13, 14].reduce((bits, predicate) => bits | (1 << predicate), 0);
const TABLE = HOLDS.reduce((bits, holds, predicate) => bits | (BigInt(holds) << BigInt(4 * predicate)), 0n);

export interface Compared {
  readonly a: Value;
  readonly b: Value;
  /** Only the lowest lane counts. */
  readonly one: boolean;
}
/** All ones in each lane for which the predicate (i64, below 32) holds. */
export function comparedVectors(cpu: Cpu, format: Format, { a, b, one }: Compared, predicate: Value): Value {
  const low = cpu.vector(cpu.i64(format === 'f64' ? -1n : 0xffff_ffffn), cpu.i64(0));
  const prepared = (vector: Value) => cpu.let(flushedLanes(cpu, format, one ? cpu.let(cpu.vectorAnd(vector, low)) : vector));
  const [x, y] = [prepared(a), prepared(b)];
  const number = cpu.let(cpu.wrap(predicate));
  const mindsNan = cpu.and(cpu.xor(cpu.shrU(cpu.i32(SIGNALS), cpu.and(number, cpu.i32(15))), cpu.shrU(number, cpu.i32(4))), cpu.i32(1));
  noticeNan(cpu, format, mindsNan, x, y);
  noticeSubnormal(cpu, format, x, y);
  const holds = cpu.let(cpu.and(cpu.wrap(cpu.shrU(cpu.i64(TABLE), cpu.shl(cpu.and(predicate, cpu.i64(15)), cpu.i64(2)))), cpu.i32(15)));
  const found = cpu.variable(cpu.vector(cpu.i64(0), cpu.i64(0)));
  const where = (bit: number, lanes: () => Value) => cpu.when(cpu.and(holds, cpu.i32(bit)), () => found.set(cpu.vectorOr(found.get(), lanes())));
  const by = (name: 'eq' | 'lt' | 'ne', first: Value, second: Value) => cpu.simd(`${SHAPE[format]}.${name}` as VectorName, first, second);
  where(1, () => by('eq', x, y));
  where(2, () => by('lt', x, y));
  where(4, () => by('lt', y, x));
  where(8, () => cpu.vectorOr(by('ne', x, x), by('ne', y, y)));
  return found.get();
}
