/** Numbers of 16 bits (IEEE 754-2019, binary16): five bits of exponent, ten of digits. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { flushed, isNaN } from './float-lanes.ts';
import { SSE_FLAG } from './float-policy.ts';

const HALF = { infinity: 0x7c00, quiet: 0x200, digits: 10, sign: 0x8000 } as const;
const SINGLE = { quiet: 0x0040_0000, infinity: 0x7f80_0000, digits: 23 } as const;
const raise = (cpu: Cpu, flags: number): void => cpu.setField('sseFlags', cpu.or(cpu.field('sseFlags'), cpu.i32(flags)));

/** The bits of a single with a half's value, which every half has; subnormal halves are never taken for zero. i32 */
export function singleFromHalf(cpu: Cpu, half: Value): Value {
  const sign = cpu.let(cpu.shl(cpu.and(half, cpu.i32(HALF.sign)), cpu.i32(16)));
  const magnitude = cpu.let(cpu.and(half, cpu.i32(0x7fff)));
  const shift = cpu.i32(SINGLE.digits - HALF.digits);
  const found = cpu.variable(cpu.add(cpu.shl(magnitude, shift), cpu.i32((127 - 15) << SINGLE.digits)));
  cpu.when(cpu.geU(magnitude, cpu.i32(HALF.infinity)), () => {
    const bits = cpu.let(cpu.or(cpu.shl(magnitude, shift), cpu.i32(SINGLE.infinity)));
    found.set(bits);
    cpu.when(cpu.ne(magnitude, cpu.i32(HALF.infinity)), () => {
      cpu.when(cpu.eqz(cpu.and(magnitude, cpu.i32(HALF.quiet))), () => raise(cpu, SSE_FLAG.invalid));
      found.set(cpu.or(bits, cpu.i32(SINGLE.quiet)));
    });
  });
  // Below the normal halves the digits count in 2^-24.
  cpu.when(cpu.ltU(magnitude, cpu.i32(1 << HALF.digits)), () => {
    const leading = cpu.let(cpu.sub(cpu.i32(31), cpu.clz(magnitude)));
    const digits = cpu.and(cpu.shl(magnitude, cpu.sub(cpu.i32(SINGLE.digits), leading)), cpu.i32((1 << SINGLE.digits) - 1));
    const exponent = cpu.shl(cpu.add(leading, cpu.i32(127 - 24)), cpu.i32(SINGLE.digits));
    found.set(cpu.select(magnitude, cpu.or(exponent, digits), cpu.i32(0)));
  });
  return cpu.or(found.get(), sign);
}

/** MXCSR's rounding modes as the immediate numbers them, by the engine's numbers. */
const BY_ENGINE = 0x2130;
/** As roundings go: nearest even, down, up, towards zero. */
const MODE = { nearest: 0, down: 1, up: 2, zero: 3 } as const;

/** A single's bits rounded to a half: bits 1:0 of the control say how, bit 2 that MXCSR does. i32 */
export function halfFromSingle(cpu: Cpu, given: Value, control: Value): Value {
  const bits = flushed(cpu, 'f32', given);
  const sign = cpu.let(cpu.and(cpu.shrU(bits, cpu.i32(16)), cpu.i32(HALF.sign)));
  const found = cpu.variable(cpu.i32(0));
  cpu.when(
    isNaN(cpu, 'f32', bits),
    () => {
      cpu.when(cpu.eqz(cpu.and(bits, cpu.i32(SINGLE.quiet))), () => raise(cpu, SSE_FLAG.invalid));
      const digits = cpu.and(cpu.shrU(bits, cpu.i32(SINGLE.digits - HALF.digits)), cpu.i32((1 << HALF.digits) - 1));
      found.set(cpu.or(digits, cpu.i32(HALF.infinity | HALF.quiet)));
    },
    () => found.set(roundedMagnitude(cpu, bits, sign, control)),
  );
  return cpu.or(found.get(), sign);
}
function roundedMagnitude(cpu: Cpu, bits: Value, sign: Value, control: Value): Value {
  const byMxcsr = cpu.and(cpu.shrU(cpu.i32(BY_ENGINE), cpu.shl(cpu.field('sseRounding'), cpu.i32(2))), cpu.i32(3));
  const mode = cpu.let(cpu.select(cpu.and(control, cpu.i32(4)), byMxcsr, cpu.and(control, cpu.i32(3))));
  const is = (number: number) => cpu.eq(mode, cpu.i32(number));
  const magnitude = cpu.let(cpu.and(bits, cpu.i32(0x7fff_ffff)));
  const exponent = cpu.let(cpu.shrU(magnitude, cpu.i32(SINGLE.digits)));
  // A subnormal operand is noticed as by arithmetic.
  cpu.when(cpu.and(cpu.eqz(exponent), cpu.ne(magnitude, cpu.i32(0))), () => raise(cpu, SSE_FLAG.subnormal));
  const hidden = cpu.shl(cpu.ne(exponent, cpu.i32(0)), cpu.i32(SINGLE.digits));
  const significand = cpu.let(cpu.extendU(cpu.or(cpu.and(magnitude, cpu.i32((1 << SINGLE.digits) - 1)), hidden)));
  /** The significand in units of the half's last place, as if its least exponent were another. */
  const rounded = (least: number) => {
    const dropped = cpu.add(cpu.sub(cpu.i32(least + 127), cpu.select(exponent, exponent, cpu.i32(1))), cpu.i32(0));
    const subnormal = cpu.select(cpu.gtS(dropped, cpu.i32(0)), dropped, cpu.i32(0));
    const far = cpu.add(subnormal, cpu.i32(SINGLE.digits - HALF.digits));
    const by = cpu.let(cpu.extendU(cpu.select(cpu.gtS(far, cpu.i32(40)), cpu.i32(40), far)));
    const kept = cpu.let(cpu.shrU(significand, by));
    const rest = cpu.let(cpu.sub(significand, cpu.shl(kept, by)));
    const half = cpu.let(cpu.shl(cpu.i64(1), cpu.sub(by, cpu.i64(1))));
    const nearest = cpu.or(cpu.gtU(rest, half), cpu.and(cpu.eq(rest, half), cpu.wrap(cpu.and(kept, cpu.i64(1)))));
    const some = cpu.ne(rest, cpu.i64(0));
    const away = cpu.or(cpu.and(is(MODE.up), cpu.eqz(sign)), cpu.and(is(MODE.down), cpu.ne(sign, cpu.i32(0))));
    const up = cpu.or(cpu.and(is(MODE.nearest), nearest), cpu.and(away, some));
    return { value: cpu.let(cpu.wrap(cpu.add(kept, cpu.extendU(up)))), inexact: cpu.let(some), away: cpu.let(away), subnormal: cpu.let(subnormal) };
  };
  const LEAST = -14;
  const { value, inexact, away, subnormal } = rounded(LEAST);
  // The hidden bit adds one to the exponent's field; of subnormal halves there is none.
  const field = cpu.select(subnormal, cpu.i32(0), cpu.shl(cpu.sub(exponent, cpu.i32(127 + LEAST)), cpu.i32(HALF.digits)));
  const result = cpu.variable(cpu.add(field, value));
  const isInfinite = cpu.let(cpu.eq(magnitude, cpu.i32(SINGLE.infinity)));
  cpu.when(cpu.geU(magnitude, cpu.i32((127 + 16) << SINGLE.digits)), () => result.set(cpu.i32(HALF.infinity)));
  cpu.when(
    isInfinite,
    () => result.set(cpu.i32(HALF.infinity)),
    () =>
      cpu.when(
        cpu.geU(result.get(), cpu.i32(HALF.infinity)),
        () => {
          raise(cpu, SSE_FLAG.overflow | SSE_FLAG.inexact);
          // Towards zero it is the largest number.
          cpu.when(cpu.eqz(cpu.or(is(MODE.nearest), away)), () => result.set(cpu.i32(HALF.infinity - 1)));
        },
        () => {
          cpu.when(inexact, () => raise(cpu, SSE_FLAG.inexact));
          noticeTiny(cpu, { magnitude, subnormal, inexact, result: result.get(), wide: () => rounded(LEAST - 1).value });
        },
      ),
  );
  return result.get();
}
interface Tiny {
  readonly magnitude: Value;
  readonly subnormal: Value;
  readonly inexact: Value;
  readonly result: Value;
  readonly wide: () => Value;
}
/** Tiny after rounding: below the normal halves, were there more exponents. Exact ones raise underflow only where it is not masked. */
function noticeTiny(cpu: Cpu, { magnitude, subnormal, inexact, wide }: Tiny): void {
  cpu.when(cpu.and(cpu.ne(subnormal, cpu.i32(0)), cpu.ne(magnitude, cpu.i32(0))), () => {
    // Just below the least normal number it may round up to it.
    const reaches = cpu.and(cpu.eq(subnormal, cpu.i32(1)), cpu.geU(wide(), cpu.i32(2 << HALF.digits)));
    const traps = cpu.and(cpu.field('sseFlush'), cpu.i32(4));
    cpu.when(cpu.and(cpu.eqz(reaches), cpu.or(inexact, cpu.ne(traps, cpu.i32(0)))), () => raise(cpu, SSE_FLAG.underflow));
  });
}
