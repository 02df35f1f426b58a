/** Comparisons, minimum and maximum, classification: nothing here rounds. */
import { type Expression, i32, i64 } from '../wasm/expression.ts';
import type { Callable, Routine } from '../wasm/routine.ts';
import { flag, FLAG, raise } from './environment.ts';
import { bitsOf, type Format, isNan, isSignalling, signOf } from './format.ts';
import { type Context, defaultNan, arithmeticOperands } from './operation.ts';

/** (a, b): minimumNumber or maximumNumber (IEEE 754-2019, section 9.6): a NaN gives way to a number. */
export function writeExtremum(context: Context, name: 'fmin' | 'fmax'): Callable {
  const { module, state, format } = context;
  const { type } = format;
  const target = module.function([type, type], [type]);
  const r = target.routine;
  const [a, b] = arithmeticOperands(r, context, format, 0, 1) as [Expression, Expression];
  const value = r.let(r[name](a, b));
  r.when(r.eqz(isNan(r, value)), () => r.return(value));
  r.when(r.or(isSignalling(r, a), isSignalling(r, b)), () => raise(r, state, flag(state, FLAG.invalid)));
  r.when(r.eqz(isNan(r, a)), () => r.return(a));
  r.when(r.eqz(isNan(r, b)), () => r.return(b));
  r.return(defaultNan(r, context, format));
  return target;
}

/** (a, b): the comparison as 0 or 1. `eq` minds only signalling NaNs, the others every NaN. */
export function writeCompare(context: Context, name: 'eq' | 'lt' | 'le'): Callable {
  const { module, state, format } = context;
  const { type } = format;
  const target = module.function([type, type], ['i32']);
  const r = target.routine;
  const [a, b] = arithmeticOperands(r, context, format, 0, 1) as [Expression, Expression];
  const isInvalid = (x: Expression) => (name === 'eq' ? isSignalling(r, x) : isNan(r, x));
  r.when(r.or(isNan(r, a), isNan(r, b)), () => {
    r.when(r.or(isInvalid(a), isInvalid(b)), () => raise(r, state, flag(state, FLAG.invalid)));
    r.return(i32(0));
  });
  r.return(r[name](a, b));
  return target;
}

/** (a): the mask of `fclass` (manual, table "Format of result of FCLASS instruction"). */
export function writeClassify({ module, format }: Context): Callable {
  const target = module.function([format.type], ['i64']);
  const r = target.routine;
  r.return(classify(r, format, r.parameter(0).get()));
  return target;
}

/** The class mask as an i64; `a` is evaluated several times. */
export function classify(r: Routine, format: Format, a: Expression): Expression {
  const magnitude = r.let(r.and(bitsOf(r, a), i64((1n << BigInt(format.width - 1)) - 1n)));
  const atLeast = (bound: bigint) => r.geU(magnitude, i64(bound));
  // Zero, subnormal, normal, infinite: 0 to 3; the bits of the positive ones lie at 4 to 7, of the negative at 3 to 0.
  const rank = r.let(r.add(r.add(r.ne(magnitude, i64(0)), atLeast(1n << BigInt(format.precision - 1))), atLeast(format.infinity)));
  const bit = r.select(signOf(r, format, a), r.sub(i32(3), rank), r.add(i32(4), rank));
  const ofNumber = r.shl(i64(1), r.extendU(bit));
  const ofNan = r.select(atLeast(format.canonicalNan), i64(1 << 9), i64(1 << 8));
  return r.let(r.select(r.gtU(magnitude, i64(format.infinity)), ofNan, ofNumber));
}
