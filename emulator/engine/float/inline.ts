/**
 * Floating-point operations for compiled code: the host's own arithmetic and the cheapest check that it is also what
 * the guest must see. In `fast` mode, where the check fails, the region is left before anything was written, and the
 * interpreter redoes the instruction. Otherwise a result proved exact is kept and the function called for the rest.
 */
import type { IntegerKind } from '../../isa/cpu.ts';
import type { Expression } from '../wasm/expression.ts';
import type { Routine } from '../wasm/routine.ts';
import { FloatCalls, typeOf } from './calls.ts';
import { classify } from './comparisons.ts';
import { widen } from './conversions.ts';
import { MODE } from './environment.ts';
import { exactMultiplyAdd, isExactInteger, isExactProduct, isExactSingle, isExactSum } from './exactness.ts';
import { type Format, type FloatType, FORMATS, isNan, isSignalling } from './format.ts';
import type { FloatFunctions } from './functions.ts';
import { detectFused, type Fused, multiplyAdd } from './fused.ts';
import { fitsFormat, fromIntegerNative, integerRange, roundNative, truncateNative } from './native-conversions.ts';
import { isFinite, isSafelyNormal } from './operation.ts';

type E = Expression;

export interface InlineOptions {
  readonly routine: Routine;
  /** The core module's functions, imported into the module being written. */
  readonly functions: FloatFunctions;
  /** `fast` promises that NX is raised in `fflags` and that `frm` is 0, for as long as the routine runs. */
  readonly mode: 'fast' | 'exact';
  /** Leaves the region, when the condition is not zero, to have this instruction interpreted. */
  readonly sideExit: (condition: E) => void;
  readonly fused?: Fused;
  /** Told of operands found not to be subnormal, and never asked about those of which it is known (`Expression.normal`). */
  readonly normal?: (operand: E) => void;
  /** Whether a subnormal operand raises what is not raised yet (i32, evaluated where there is one); absent: it never does. */
  readonly subnormalMatters?: () => E;
}

export class InlineFloat extends FloatCalls {
  readonly #isFast: boolean;
  readonly #sideExit: (condition: E) => void;
  readonly #fused: Fused;
  readonly #subnormalMatters: (() => E) | undefined;
  readonly #foundNormal: (operand: E) => void;
  override readonly anyMode = false;
  leaveWhen?(condition: E): void;
  constructor({ routine, functions, mode, sideExit, fused = detectFused(), subnormalMatters, normal = () => undefined }: InlineOptions) {
    super(routine, functions);
    this.#foundNormal = normal;
    this.#subnormalMatters = subnormalMatters;
    if (mode === 'fast') this.leaveWhen = sideExit;
    this.#isFast = mode === 'fast';
    this.#sideExit = sideExit;
    this.#fused = fused;
  }

  /** Whether the host rounds as the instruction wants and NX needs no thought. */
  #isNative(rm: E): boolean {
    return this.#isFast && (rm.constant === MODE.nearest || rm.constant === MODE.dynamic);
  }
  /** Pins operands, and leaves if one is subnormal where that matters. */
  #operands(...given: E[]): E[] {
    const r = this.routine;
    const operands = given.map((operand) => r.let(operand));
    const matters = this.#subnormalMatters;
    if (!matters) return operands;
    for (const operand of operands.filter(({ normal, type }) => normal !== type && normal !== 'both')) {
      r.when(r.lt(r.abs(operand), formatOf(operand).constant(formatOf(operand).minNormal)), () =>
        this.#sideExit(r.and(r.eqz(this.#isZero(operand)), matters())),
      );
      this.#foundNormal(operand);
    }
    return operands;
  }
  /** Leaves unless the value is finite. */
  #finite(value: E): E {
    const r = this.routine;
    const result = r.let(value);
    this.#sideExit(r.eqz(isFinite(r, formatOf(result), result)));
    return result;
  }
  /** A sum. Below the normal numbers it is exact, but where they matter as operands it is better to know that there are none. */
  #sum(value: E): E {
    return this.#subnormalMatters ? this.#normal(value, () => this.routine.i32(1)) : this.#finite(value);
  }
  #known(value: E): E {
    value.normal = typeOf(value);
    return value;
  }
  /** Leaves unless the value is a normal number, or zero and exactly so. */
  #normal(value: E, isExactZero: () => E): E {
    const r = this.routine;
    const result = r.let(value);
    const format = formatOf(result);
    r.when(r.eqz(isSafelyNormal(r, format, result)), () => {
      this.#sideExit(r.eqz(r.and(r.eq(result, format.constant(0)), isExactZero())));
    });
    return this.#known(result);
  }
  /** The native value where it is proved exact, which makes the mode irrelevant; else the function's. */
  #proved(value: E, isExact: (value: E) => E, called: () => E): E {
    const r = this.routine;
    const result = r.variable(value);
    r.when(r.eqz(isExact(result.get())), () => result.set(called()));
    return result.get();
  }
  #isZero(value: E): E {
    return this.routine.eq(value, formatOf(value).constant(0));
  }

  // Sums do not underflow: below the normal numbers they are exact.
  override add(rm: E, a: E, b: E): E {
    const r = this.routine;
    const [x, y] = this.#operands(a, b) as [E, E];
    if (this.#isNative(rm)) return this.#sum(r.add(x, y));
    return this.#proved(
      r.add(x, y),
      (sum) => isExactSum(r, x, y, sum),
      () => super.add(rm, x, y),
    );
  }
  override sub(rm: E, a: E, b: E): E {
    const r = this.routine;
    const [x, y] = this.#operands(a, b) as [E, E];
    if (this.#isNative(rm)) return this.#sum(r.sub(x, y));
    return this.#proved(
      r.sub(x, y),
      (sum) => isExactSum(r, x, r.neg(y), sum),
      () => super.sub(rm, x, y),
    );
  }
  override mul(rm: E, a: E, b: E): E {
    const r = this.routine;
    const [x, y] = this.#operands(a, b) as [E, E];
    if (!this.#isNative(rm)) {
      const isExact = (product: E) => isExactProduct(r, this.#fused, x, y, product);
      return this.#proved(r.mul(x, y), isExact, () => super.mul(rm, x, y));
    }
    return this.#normal(r.mul(x, y), () => r.or(this.#isZero(x), this.#isZero(y)));
  }
  override div(rm: E, a: E, b: E): E {
    const r = this.routine;
    const [x, y] = this.#operands(a, b) as [E, E];
    if (!this.#isNative(rm)) {
      const isExact = (quotient: E) => isExactProduct(r, this.#fused, quotient, y, x);
      return this.#proved(r.fdiv(x, y), isExact, () => super.div(rm, x, y));
    }
    return this.#normal(r.fdiv(x, y), () => this.#isZero(x)); // by zero: infinite or NaN, so not normal
  }
  override sqrt(rm: E, a: E): E {
    const r = this.routine;
    const [x] = this.#operands(a) as [E];
    if (!this.#isNative(rm)) {
      const isExact = (root: E) => isExactProduct(r, this.#fused, root, root, x);
      return this.#proved(r.sqrt(x), isExact, () => super.sqrt(rm, x));
    }
    return this.#known(this.#finite(r.sqrt(x))); // never subnormal; NaN where invalid
  }
  override fma(rm: E, a: E, b: E, c: E): E {
    const r = this.routine;
    const [x, y, z] = this.#operands(a, b, c) as [E, E, E];
    if (!this.#isNative(rm)) {
      const { value, isExact } = exactMultiplyAdd(r, this.#fused, x, y, z);
      return this.#proved(
        value,
        () => isExact,
        () => super.fma(rm, x, y, z),
      );
    }
    const format = formatOf(x);
    const { value, isValid } = multiplyAdd(r, this.#fused, x, y, z);
    const result = r.variable(value);
    const isNormal = isSafelyNormal(r, format, result.get());
    r.when(r.eqz(isValid.constant === 1 ? isNormal : r.and(isValid, isNormal)), () => {
      const hasZero = r.let(r.or(this.#isZero(x), this.#isZero(y)));
      // With an addend this large a product that cancels it to zero does so exactly.
      const cancels = r.and(this.#isZero(result.get()), r.gt(r.abs(z), format.constant(CANCELS[format.type])));
      this.#sideExit(r.eqz(r.or(hasZero, r.and(isValid, cancels))));
      r.when(hasZero, () => {
        result.set(r.add(r.mul(x, y), z));
        this.#finite(result.get());
      });
    });
    return result.get();
  }

  // What follows down to `classify` never rounds: the same in both modes.
  override min(a: E, b: E): E {
    return this.#number(this.routine.fmin(a, b));
  }
  override max(a: E, b: E): E {
    return this.#number(this.routine.fmax(a, b));
  }
  /** Leaves if the value is NaN. */
  #number(value: E): E {
    const result = this.routine.let(value);
    this.#sideExit(isNan(this.routine, result));
    return result;
  }
  override eq(a: E, b: E): E {
    const r = this.routine;
    const [x, y] = this.#operands(a, b) as [E, E];
    const result = r.let(r.eq(x, y));
    r.when(r.eqz(result), () => {
      r.when(r.or(isNan(r, x), isNan(r, y)), () => this.#sideExit(r.or(isSignalling(r, x), isSignalling(r, y))));
    });
    return result;
  }
  override lt(a: E, b: E): E {
    return this.#ordered('lt', 'ge', a, b);
  }
  override le(a: E, b: E): E {
    return this.#ordered('le', 'gt', a, b);
  }
  /** A comparison of which either it or its opposite must hold. */
  #ordered(name: 'lt' | 'le', opposite: 'ge' | 'gt', a: E, b: E): E {
    const r = this.routine;
    const [x, y] = this.#operands(a, b) as [E, E];
    const result = r.let(r[name](x, y));
    r.when(r.eqz(result), () => this.#sideExit(r.eqz(r[opposite](x, y))));
    return result;
  }
  override classify(a: E): E {
    return classify(this.routine, formatOf(a), this.routine.let(a));
  }

  override toInteger(rm: E, a: E, kind: IntegerKind): E {
    const r = this.routine;
    const mode = rm.constant === MODE.dynamic ? MODE.nearest : rm.constant;
    if (!this.#isFast || typeof mode !== 'number' || mode > MODE.up) {
      const x = r.let(a);
      const isExact = () => isExactInteger(r, formatOf(x), kind, x);
      return this.#proved(truncateNative(r, kind, x), isExact, () => super.toInteger(rm, x, kind));
    }
    const rounded = r.let(roundNative(r, mode, a));
    this.#sideExit(r.eqz(integerRange(r, formatOf(a), kind, rounded)));
    return truncateNative(r, kind, rounded);
  }
  override fromInteger(rm: E, a: E, kind: IntegerKind, to: FloatType): E {
    const r = this.routine;
    const isAlwaysExact = to === 'f64' && (kind === 'i32' || kind === 'u32');
    if (isAlwaysExact || this.#isNative(rm)) return this.#known(fromIntegerNative(r, kind, a, to));
    const x = r.let(widen(r, kind, a));
    const isExact = () => fitsFormat(r, FORMATS[to], kind === 'i32' || kind === 'i64', x);
    return this.#proved(fromIntegerNative(r, kind, x, to), isExact, () => super.fromInteger(rm, x, kind, to));
  }
  override convert(rm: E, a: E, to: FloatType): E {
    const r = this.routine;
    const [x] = this.#operands(a) as [E];
    if (to === 'f64') return this.#known(this.#number(r.convert('f64_promote_f32', x)));
    if (!this.#isNative(rm)) {
      const isExact = (single: E) => isExactSingle(r, single, x);
      return this.#proved(r.convert('f32_demote_f64', x), isExact, () => super.convert(rm, x, to));
    }
    return this.#normal(r.convert('f32_demote_f64', x), () => this.#isZero(x));
  }
}

const formatOf = (value: E): Format => FORMATS[typeOf(value)];

/**
 * c above this: a product near it is a multiple of 2^(-960 - 107), or 2^(-100 - 49), which no rounding takes to zero.
 */
const CANCELS: Readonly<Record<FloatType, number>> = { f32: 2 ** -100, f64: 2 ** -960 };
