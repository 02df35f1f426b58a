/** Whole vectors with the host's arithmetic, and the checks that the result is also what the guest must see. */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { Format } from './float-lanes.ts';
import { SSE_FLAG } from './float-policy.ts';

const SHAPE = { f32: 'f32x4', f64: 'f64x2' } as const;
const INTEGERS = { f32: 'i32x4', f64: 'i64x2' } as const;
/** As bits: the smallest normal number, twice that, infinity, the quiet bit. */
const BITS = {
  f32: { normal: 0x0080_0000, twice: 0x0100_0000, infinity: 0x7f80_0000, quiet: 0x0040_0000 },
  f64: { normal: 0x0010_0000_0000_0000n, twice: 0x0020_0000_0000_0000n, infinity: 0x7ff0_0000_0000_0000n, quiet: 0x0008_0000_0000_0000n },
} as const;

/** A vector of the same bits in every lane. */
const everywhere = (cpu: Cpu, format: Format, bits: number | bigint): Value => {
  const half = format === 'f64' ? BigInt(bits) : BigInt(bits) | (BigInt(bits) << 32n);
  return cpu.vector(cpu.i64(half), cpu.i64(half));
};
const zeros = (cpu: Cpu): Value => cpu.vector(cpu.i64(0), cpu.i64(0));
const by = (cpu: Cpu, format: Format, name: string, ...operands: Value[]): Value =>
  cpu.simd(`${SHAPE[format]}.${name}` as VectorName, ...operands);
const any = (cpu: Cpu, vector: Value): Value => cpu.simd('v128.any_true', vector);
const all = (cpu: Cpu, format: Format, vector: Value): Value => cpu.simd(`${INTEGERS[format]}.all_true`, vector);

const raise = (cpu: Cpu, flags: number): void => cpu.setField('sseFlags', cpu.or(cpu.field('sseFlags'), cpu.i32(flags)));

/** Lanes that are NaN, and those of them that signal. */
export const nanLanes = (cpu: Cpu, format: Format, vector: Value): Value => by(cpu, format, 'ne', vector, vector);
const signallingLanes = (cpu: Cpu, format: Format, vector: Value): Value => {
  const quiet = everywhere(cpu, format, BITS[format].quiet);
  const isQuiet = cpu.simd(`${INTEGERS[format]}.eq`, cpu.vectorAnd(vector, quiet), quiet);
  return cpu.simd('v128.andnot', nanLanes(cpu, format, vector), isQuiet);
};
/** Lanes whose magnitude is below the normal numbers, zeros among them. */
const smallLanes = (cpu: Cpu, format: Format, vector: Value): Value =>
  by(cpu, format, 'lt', by(cpu, format, 'abs', vector), everywhere(cpu, format, BITS[format].normal));

/** Raises what a subnormal number in a lane does where none of the lane's operands is NaN. */
export function noticeSubnormal(cpu: Cpu, format: Format, ...operands: Value[]): void {
  const joined = (lanes: (vector: Value) => Value) => operands.map(lanes).reduce((a, b) => cpu.vectorOr(a, b));
  const isSmall = joined((vector) => smallLanes(cpu, format, vector));
  cpu.when(any(cpu, isSmall), () => {
    const subnormal = joined((vector) => cpu.vectorAnd(smallLanes(cpu, format, vector), by(cpu, format, 'ne', vector, zeros(cpu))));
    const found = cpu.simd('v128.andnot', subnormal, joined((vector) => nanLanes(cpu, format, vector)));
    cpu.when(any(cpu, found), () => raise(cpu, SSE_FLAG.subnormal));
  });
}
/** Raises invalid for NaN: for all of them where `every` (i32) holds, else for those that signal. */
export function noticeNan(cpu: Cpu, format: Format, every: Value, ...operands: Value[]): void {
  const joined = (lanes: (vector: Value) => Value) => operands.map(lanes).reduce((a, b) => cpu.vectorOr(a, b));
  cpu.when(any(cpu, joined((vector) => nanLanes(cpu, format, vector))), () => {
    const signals = any(cpu, joined((vector) => signallingLanes(cpu, format, vector)));
    cpu.when(cpu.or(every, signals), () => raise(cpu, SSE_FLAG.invalid));
  });
}
/** NaNs made quiet; other lanes as they are. */
export const quieted = (cpu: Cpu, format: Format, vector: Value): Value =>
  cpu.vectorOr(vector, cpu.vectorAnd(nanLanes(cpu, format, vector), everywhere(cpu, format, BITS[format].quiet)));
/** Where MXCSR.DAZ is set, subnormal lanes as zeros. */
export function flushedLanes(cpu: Cpu, format: Format, vector: Value): Value {
  if (!cpu.float.anyMode) return vector;
  const found = cpu.variable(vector);
  cpu.when(cpu.and(cpu.field('sseFlush'), cpu.i32(1)), () => {
    const digits = cpu.simd('v128.andnot', smallLanes(cpu, format, vector), by(cpu, format, 'neg', zeros(cpu)));
    found.set(cpu.simd('v128.andnot', vector, digits));
  });
  return found.get();
}
/** Raises inexact where a lane is not what another vector has, which is no NaN. */
export function noticeInexact(cpu: Cpu, format: Format, result: Value, exact: Value): void {
  const differs = cpu.simd('v128.andnot', by(cpu, format, 'ne', result, exact), nanLanes(cpu, format, exact));
  cpu.when(any(cpu, differs), () => raise(cpu, SSE_FLAG.inexact));
}

/** For compiled code (`FloatOperations.leaveWhen`): leaves where a result may need care. */
export function packedArithmetic(
  cpu: Cpu,
  format: Format,
  name: 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'min' | 'max',
  a: Value,
  b: Value,
): Value {
  const { twice, infinity } = BITS[format];
  const leaveWhen = (condition: Value) => cpu.float.leaveWhen?.(condition);
  // Behind what leaves: a root or quotient that is no number raises only that.
  const notice = () => noticeSubnormal(cpu, format, ...(name === 'sqrt' ? [b] : [a, b]));
  if (name === 'min' || name === 'max') {
    leaveWhen(any(cpu, cpu.vectorOr(nanLanes(cpu, format, a), nanLanes(cpu, format, b))));
    notice();
    // Of equals it is the second.
    const chooses = name === 'min' ? by(cpu, format, 'lt', a, b) : by(cpu, format, 'lt', b, a);
    return cpu.simd('v128.bitselect', a, b, chooses);
  }
  const result = cpu.let(name === 'sqrt' ? by(cpu, format, 'sqrt', b) : by(cpu, format, name, a, b));
  const magnitude = cpu.let(by(cpu, format, 'abs', result));
  const finite = by(cpu, format, 'lt', magnitude, everywhere(cpu, format, infinity));
  if (name === 'add' || name === 'sub' || name === 'sqrt') {
    // Sums do not underflow, and no root does.
    leaveWhen(cpu.eqz(all(cpu, format, finite)));
    notice();
    return result;
  }
  const fine = cpu.let(cpu.vectorAnd(finite, by(cpu, format, 'le', everywhere(cpu, format, twice), magnitude)));
  cpu.when(cpu.eqz(all(cpu, format, fine)), () => {
    const zero = (vector: Value) => by(cpu, format, 'eq', vector, zeros(cpu));
    const factors = name === 'mul' ? cpu.vectorOr(zero(a), zero(b)) : zero(a);
    leaveWhen(cpu.eqz(all(cpu, format, cpu.vectorOr(fine, cpu.vectorAnd(zero(result), factors)))));
  });
  notice();
  return result;
}
