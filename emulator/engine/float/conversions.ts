/** Between floating point and integers, and between the two formats. */
import type { IntegerKind } from '../../isa/cpu.ts';
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { effectiveMode, flag, FLAG, isAwayFromZero, MODE, raise } from './environment.ts';
import { bitsOf, FORMATS, fromBits, isInfinite, isNan, isSignalling, isZero, takeApart } from './format.ts';
import { fitsFormat, fromIntegerNative, integerRange, truncateNative } from './native-conversions.ts';
import { arithmeticOperands, type Context, isSafelyNormal, operandsOf, returnIfNan, returnNative } from './operation.ts';

const LIMIT: Readonly<Record<IntegerKind, { min: bigint; max: bigint }>> = {
  i32: { min: -(1n << 31n), max: (1n << 31n) - 1n },
  u32: { min: 0n, max: (1n << 32n) - 1n },
  i64: { min: -(1n << 63n), max: (1n << 63n) - 1n },
  u64: { min: 0n, max: (1n << 64n) - 1n },
};
/** As it lies in a register: 32-bit kinds sign-extended, u32 too. */
const inRegister = (kind: IntegerKind, value: bigint) => i64(kind === 'u32' ? BigInt.asIntN(32, value) : value);

/** (rm, a): a rounded to an integer; saturating, invalid where it does not fit (manual, table "Domains of..."). */
export function writeToInteger(context: Context, kind: IntegerKind): Callable {
  const { module, state, format } = context;
  const { min, max } = LIMIT[kind];
  const target = module.function(['i32', format.type], ['i64']);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const [a] = operandsOf(r, context, format, 1) as [Expression];

  // Most are integers already, or are to be truncated (casts): the host can do that.
  const isInteger = r.let(r.eq(r.trunc(a), a));
  r.when(r.and(r.or(isInteger, r.eq(mode, i32(MODE.zero))), integerRange(r, format, kind, a)), () => {
    r.when(r.eqz(isInteger), () => raise(r, state, flag(state, FLAG.inexact)));
    r.return(truncateNative(r, kind, a));
  });
  const magnitude = r.variable(i64(0));
  const { sign, exponent, significand } = takeApart(r, format, a);
  const fits = r.variable(i32(0));
  const fraction = r.variable(i64(0)); // of 2^64
  r.when(r.ltS(exponent, i32(64)), () => {
    r.when(
      r.ltS(exponent, i32(-1)),
      () => fraction.set(i64(1)),
      () => {
        // exponent -1 and 63 would shift by 64, which WebAssembly takes for 0
        const places = r.let(r.extendS(r.add(exponent, i32(1))));
        r.when(r.ne(places, i64(0)), () => magnitude.set(r.shrU(significand, r.sub(i64(64), places))));
        r.when(r.ne(places, i64(64)), () => fraction.set(r.shl(significand, places)));
      },
    );
    const half = i64(1n << 63n);
    const isOdd = r.wrap(r.and(magnitude.get(), i64(1)));
    const nearest = r.or(r.gtU(fraction.get(), half), r.and(r.eq(fraction.get(), half), r.or(isOdd, r.eq(mode, i32(MODE.nearestAway)))));
    const away = r.and(isAwayFromZero(r, mode, sign), r.ne(fraction.get(), i64(0)));
    const isUp = r.select(r.eqz(r.and(mode, i32(3))), nearest, away);
    magnitude.set(r.add(magnitude.get(), r.extendU(isUp)));
    fits.set(r.select(sign, r.leU(magnitude.get(), i64(-min)), r.leU(magnitude.get(), i64(max))));
  });
  r.when(r.or(r.eqz(fits.get()), isNan(r, a)), () => {
    raise(r, state, flag(state, FLAG.invalid));
    r.return(r.select(r.and(sign, r.eqz(isNan(r, a))), inRegister(kind, min), inRegister(kind, max)));
  });
  r.when(r.ne(fraction.get(), i64(0)), () => raise(r, state, flag(state, FLAG.inexact)));
  const value = r.let(r.select(sign, r.sub(i64(0), magnitude.get()), magnitude.get()));
  r.return(kind === 'u32' ? r.extend32S(value) : value);
  return target;
}

/** An integer operand at its full 64 bits: the low 32 bits extended for the narrow kinds. */
export const widen = (r: Routine, kind: IntegerKind, a: Expression): Expression =>
  kind === 'i32' ? r.extend32S(a) : kind === 'u32' ? r.zero32(a) : a;

/** (rm, a): the integer in the context's format. */
export function writeFromInteger({ module, state, format, pack }: Context, kind: IntegerKind): Callable {
  const target = module.function(['i32', 'i64'], [format.type]);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const a = r.let(widen(r, kind, r.parameter(1).get()));
  const isSigned = kind === 'i32' || kind === 'i64';
  r.when(fitsFormat(r, format, isSigned, a), () => r.return(fromIntegerNative(r, kind, a, format.type)));
  const sign = r.let(isSigned ? r.ltS(a, i64(0)) : i32(0));
  const magnitude = r.let(r.select(sign, r.sub(i64(0), a), a));
  const shift = r.let(r.clz(magnitude));
  r.return(r.call(pack, sign, r.sub(i32(63), r.wrap(shift)), r.shl(magnitude, shift), mode));
  return target;
}

/** The same as `returnIfNan` for an operand of the other format: sign and the topmost bits of its payload are kept. */
function returnIfNanOf(r: Routine, context: Context, a: Expression): void {
  const { state, format } = context;
  if (!state.rules?.nan) return returnIfNan(r, context, a);
  r.when(isNan(r, a), () => {
    r.when(isSignalling(r, a), () => raise(r, state, flag(state, FLAG.invalid)));
    const from = FORMATS[format.type === 'f32' ? 'f64' : 'f32'];
    const bits = r.let(bitsOf(r, a));
    const by = format.precision - from.precision;
    const fraction = r.and(bits, i64((1n << BigInt(from.precision - 1)) - 1n));
    const moved = by > 0 ? r.shl(fraction, i64(by)) : r.shrU(fraction, i64(-by));
    const sign = r.shl(r.shrU(bits, i64(from.width - 1)), i64(format.width - 1));
    r.return(fromBits(r, format, r.or(r.or(sign, moved), i64(format.infinity | format.quietBit))));
  });
}

/** (rm, a): a double as a single. The context is the single's. */
export function writeDemote(context: Context): Callable {
  const { module, state, format, pack } = context;
  const target = module.function(['i32', 'f64'], ['f32']);
  const r = target.routine;
  const mode = effectiveMode(r, state, r.parameter(0).get());
  const [a] = arithmeticOperands(r, context, FORMATS.f64, 1) as [Expression];
  returnNative(r, context, mode, {
    value: r.convert('f32_demote_f64', a),
    safe: (value) => isSafelyNormal(r, format, value),
    exact: (value) => r.eq(r.convert('f64_promote_f32', value), a),
  });
  returnIfNanOf(r, context, a);
  r.when(r.or(isZero(r, FORMATS.f64, a), isInfinite(r, FORMATS.f64, a)), () => r.return(r.convert('f32_demote_f64', a)));
  const { sign, exponent, significand } = takeApart(r, FORMATS.f64, a);
  r.return(r.call(pack, sign, exponent, significand, mode));
  return target;
}

/** (rm, a): a single as a double: always exact. The context is the double's. */
export function writePromote(context: Context): Callable {
  const target = context.module.function(['i32', 'f32'], ['f64']);
  const r = target.routine;
  const [a] = arithmeticOperands(r, context, FORMATS.f32, 1) as [Expression];
  returnIfNanOf(r, context, a);
  r.return(r.convert('f64_promote_f32', a));
  return target;
}
