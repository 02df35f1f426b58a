/**
 * Floating-point numbers in the lanes of vectors, with the engine's exact arithmetic, whose NaN are x86's by its policy (SDM,
 * volume 1, table 4-7: the first operand's, else the second's, made quiet).
 */
import type { Value, Variable } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { SSE_FLAG } from './float-policy.ts';
import type { VectorPlace } from './place.ts';

export type Format = 'f32' | 'f64';
/** The bits of a number are an i32 or i64 by its format. */
const TYPE = { f32: 'i32', f64: 'i64' } as const;

export const isNaN = (cpu: Cpu, format: Format, bits: Value): Value =>
  format === 'f32'
    ? cpu.gtU(cpu.and(bits, cpu.i32(0x7fff_ffff)), cpu.i32(0x7f80_0000))
    : cpu.gtU(cpu.and(bits, cpu.i64(0x7fff_ffff_ffff_ffffn)), cpu.i64(0x7ff0_0000_0000_0000n));
export const asNumber = (cpu: Cpu, format: Format, bits: Value): Value => cpu.reinterpret(format, bits);
export const bitsOf = (cpu: Cpu, format: Format, number: Value): Value => cpu.reinterpret(TYPE[format], number);
/** The rounding mode that MXCSR says. */
export const current = (cpu: Cpu): Value => cpu.i32(7);
export const TOWARDS_ZERO = 1;

/** Of two numbers, by their bits. */
export type Binary = (cpu: Cpu, format: Format, a: Value, b: Value) => Value;
export const arithmetic =
  (operation: 'add' | 'sub' | 'mul' | 'div'): Binary =>
  (cpu, format, a, b) =>
    bitsOf(cpu, format, cpu.float[operation](current(cpu), asNumber(cpu, format, a), asNumber(cpu, format, b)));
/** Subnormal numbers are zeros of their sign where MXCSR.DAZ is set. */
export function flushed(cpu: Cpu, format: Format, bits: Value): Value {
  if (!cpu.float.anyMode) return bits;
  const [exponent, sign] = format === 'f32' ? [cpu.i32(0x7f80_0000), cpu.i32(0x8000_0000 | 0)] : [cpu.i64(0x7ff0_0000_0000_0000n), cpu.i64(1n << 63n)];
  const flushes = cpu.and(cpu.field('sseFlush'), cpu.i32(1));
  const isSmall = cpu.eqz(cpu.and(bits, exponent));
  return cpu.let(cpu.select(cpu.and(flushes, isSmall), cpu.and(bits, sign), bits));
}
/** Of two zeros, and where either is NaN, it is the second. */
export const least: Binary = (cpu, format, a, b) =>
  cpu.select(cpu.float.lt(asNumber(cpu, format, a), asNumber(cpu, format, b)), flushed(cpu, format, a), flushed(cpu, format, b));
export const greatest: Binary = (cpu, format, a, b) =>
  cpu.select(cpu.float.lt(asNumber(cpu, format, b), asNumber(cpu, format, a)), flushed(cpu, format, a), flushed(cpu, format, b));
export const root: Binary = (cpu, format, _a, b) => bitsOf(cpu, format, cpu.float.sqrt(current(cpu), asNumber(cpu, format, b)));

/** One lane's bits. */
export function laneBits(cpu: Cpu, format: Format, vector: Value, lane: number): Value {
  if (format === 'f64') return cpu.let(cpu.lane(vector, lane as 0 | 1));
  const half = cpu.lane(vector, (lane >> 1) as 0 | 1);
  return cpu.let(cpu.wrap(lane & 1 ? cpu.shrU(half, cpu.i64(32)) : half));
}
export function fromLanes(cpu: Cpu, format: Format, lanes: readonly Value[]): Value {
  const [a, b, c, d] = lanes as readonly [Value, Value, Value, Value];
  if (format === 'f64') return cpu.vector(a, b);
  const join = (low: Value, high: Value) => cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32)));
  return cpu.vector(join(a, b), join(c, d));
}
export const LANES = { f32: 4, f64: 2 } as const;

/** The lowest lane of an operand. */
export const scalarOf = (cpu: Cpu, format: Format, place: VectorPlace): Value =>
  cpu.let(format === 'f64' ? place.lane(0) : cpu.wrap(place.low32()));
export const setScalar = (cpu: Cpu, format: Format, to: VectorPlace, bits: Value): void =>
  format === 'f64' ? to.setLane(0, bits) : to.setLow32(cpu.extendU(bits));

/** Raises what a comparison for equality does: invalid where either is a signalling NaN. */
export const complain = (cpu: Cpu, a: Value, b: Value): void => void cpu.let(cpu.float.eq(a, b));

/** To an integer of 32 or 64 bits, in an i64; what does not fit is the most negative one, and invalid. */
export function toInteger(cpu: Cpu, format: Format, bits: Value, size: number, rounding: Value): Value {
  const number = asNumber(cpu, format, bits);
  const before = cpu.let(cpu.field('sseFlags'));
  const whole = cpu.let(cpu.float.toInteger(rounding, number, 'i64'));
  const found = cpu.variable(whole);
  const refuse = (minimum: bigint) => () => {
    found.set(cpu.i64(minimum));
    cpu.setField('sseFlags', cpu.or(before, cpu.i32(SSE_FLAG.invalid)));
  };
  if (size === 32) cpu.when(cpu.ne(cpu.extend32S(whole), whole), refuse(-(1n << 31n)));
  else {
    const limit = format === 'f32' ? cpu.f32(2 ** 63) : cpu.f64(2 ** 63);
    // What saturated to the largest is 2^63 and above, or NaN.
    cpu.when(cpu.eq(whole, cpu.i64((1n << 63n) - 1n)), () => {
      const fits: Variable = cpu.variable(cpu.i32(0));
      cpu.when(cpu.eqz(isNaN(cpu, format, bits)), () => fits.set(cpu.float.lt(number, limit)));
      cpu.when(cpu.eqz(fits.get()), refuse(-(1n << 63n)));
    });
  }
  return found.get();
}
/** Between formats, NaNs with as much of their digits as fit. */
export const narrowed = (cpu: Cpu, bits: Value): Value => cpu.reinterpret('i32', cpu.float.convert(current(cpu), asNumber(cpu, 'f64', bits), 'f32'));
export const widened = (cpu: Cpu, bits: Value): Value => cpu.reinterpret('i64', cpu.float.convert(current(cpu), asNumber(cpu, 'f32', bits), 'f64'));
export const fromDword =
  (format: Format) =>
  (cpu: Cpu, bits: Value): Value =>
    bitsOf(cpu, format, cpu.float.fromInteger(current(cpu), cpu.extendS(bits), 'i32', format));
export const toDword =
  (format: Format, rounding?: number) =>
  (cpu: Cpu, bits: Value): Value =>
    cpu.wrap(toInteger(cpu, format, bits, 32, rounding === undefined ? current(cpu) : cpu.i32(rounding)));

/** Reciprocals, which hardware gives to 12 bits; ours are exact to the last, and raise nothing. */
export const reciprocal =
  (ofRoot: boolean): Binary =>
  (cpu, format, _a, b) => {
    const before = cpu.let(cpu.field('sseFlags'));
    const nearest = cpu.i32(0);
    const number = asNumber(cpu, format, b);
    const by = ofRoot ? cpu.float.sqrt(nearest, number) : number;
    const result = cpu.let(bitsOf(cpu, format, cpu.float.div(nearest, cpu.f32(1), by)));
    cpu.setField('sseFlags', before);
    return result;
  };
