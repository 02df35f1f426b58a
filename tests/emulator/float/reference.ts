/**
 * IEEE 754 arithmetic by definition, on rationals of unbounded integers: the oracle. It shares nothing with the
 * emulator and is as slow as it looks. Numbers come and go as bits.
 */
export type Type = 'f32' | 'f64';
export interface Result {
  readonly bits: bigint;
  readonly flags: number;
}
/** Exception flags as in `fflags`. */
export const FLAGS = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;
/** Rounding modes by number. */
export const MODES = { RNE: 0, RTZ: 1, RDN: 2, RUP: 3, RMM: 4 } as const;
export type Mode = 0 | 1 | 2 | 3 | 4;

const SHAPE = {
  f32: { precision: 24, exponentBits: 8 },
  f64: { precision: 53, exponentBits: 11 },
} as const;
const shape = (type: Type) => {
  const { precision, exponentBits } = SHAPE[type];
  const bias = 2 ** (exponentBits - 1) - 1;
  const fieldOnes = (1n << BigInt(exponentBits)) - 1n;
  return { precision, bias, fieldOnes, least: 1 - bias - (precision - 1), width: precision + exponentBits };
};
export const nanBits = (type: Type): bigint => (type === 'f32' ? 0x7fc00000n : 0x7ff8000000000000n);
export const infinityBits = (type: Type, sign: boolean): bigint =>
  signBit(type, sign) | (shape(type).fieldOnes << BigInt(shape(type).precision - 1));
export const signBit = (type: Type, sign: boolean): bigint => (sign ? 1n << BigInt(shape(type).width - 1) : 0n);

type Decoded =
  | { kind: 'nan'; signalling: boolean; sign: boolean }
  | { kind: 'infinite'; sign: boolean }
  /** n * 2^e, n >= 0. */
  | { kind: 'finite'; sign: boolean; n: bigint; e: number };

export function decode(type: Type, bits: bigint): Decoded {
  const { precision, fieldOnes, least, width } = shape(type);
  const sign = bits >> BigInt(width - 1) === 1n;
  const fraction = bits & ((1n << BigInt(precision - 1)) - 1n);
  const field = (bits >> BigInt(precision - 1)) & fieldOnes;
  if (field === fieldOnes) {
    if (fraction === 0n) return { kind: 'infinite', sign };
    return { kind: 'nan', signalling: fraction >> BigInt(precision - 2) === 0n, sign };
  }
  if (field === 0n) return { kind: 'finite', sign, n: fraction, e: least };
  return { kind: 'finite', sign, n: fraction | (1n << BigInt(precision - 1)), e: least + Number(field) - 1 };
}

const bitLength = (n: bigint) => n.toString(2).length;
const scale = (n: bigint, by: number) => (by >= 0 ? n << BigInt(by) : n);

/** num/den * 2^e against the grid of multiples of 2^quantum: the multiple below, and how it compares with the middle. */
function onGrid(num: bigint, den: bigint, e: number, quantum: number) {
  const top = scale(num, e - quantum);
  const bottom = scale(den, quantum - e);
  const whole = top / bottom;
  const rest = top - whole * bottom;
  const doubled = 2n * rest;
  return { whole, inexact: rest !== 0n, half: doubled === bottom ? 0 : doubled < bottom ? -1 : 1 };
}
function roundUp(mode: Mode, sign: boolean, { whole, inexact, half }: ReturnType<typeof onGrid>): bigint {
  const up =
    mode === MODES.RNE
      ? half > 0 || (half === 0 && (whole & 1n) === 1n)
      : mode === MODES.RMM
        ? half >= 0
        : mode === MODES.RUP
          ? inexact && !sign
          : mode === MODES.RDN
            ? inexact && sign
            : false;
  return up && inexact ? whole + 1n : whole;
}

/** (-1)^sign * num/den * 2^e, which is not zero, rounded. */
export function round(type: Type, mode: Mode, sign: boolean, num: bigint, den: bigint, e: number): Result {
  const { precision, bias, least } = shape(type);
  let log = bitLength(num) - bitLength(den) + e; // floor of the logarithm, or one more
  if (scale(num, e - log) < scale(den, log - e)) log--;
  const unbounded = onGrid(num, den, e, log - precision + 1);
  const tiny = log < 1 - bias && !(log === -bias && roundUp(mode, sign, unbounded) === 1n << BigInt(precision));
  const quantum = Math.max(log - precision + 1, least);
  const grid = onGrid(num, den, e, quantum);
  const whole = roundUp(mode, sign, grid);
  const bits = whole + (BigInt(quantum - least) << BigInt(precision - 1));
  const infinity = infinityBits(type, false);
  if (bits >= infinity) {
    const stays = mode === MODES.RTZ || (mode === MODES.RUP && sign) || (mode === MODES.RDN && !sign);
    return { bits: signBit(type, sign) | (stays ? infinity - 1n : infinity), flags: FLAGS.OF | FLAGS.NX };
  }
  const flags = grid.inexact ? FLAGS.NX | (tiny ? FLAGS.UF : 0) : 0;
  return { bits: signBit(type, sign) | bits, flags };
}

const invalid = (type: Type): Result => ({ bits: nanBits(type), flags: FLAGS.NV });
function nanOf(type: Type, ...operands: Decoded[]): Result | undefined {
  if (!operands.some(({ kind }) => kind === 'nan')) return undefined;
  const signalling = operands.some((operand) => operand.kind === 'nan' && operand.signalling);
  return { bits: nanBits(type), flags: signalling ? FLAGS.NV : 0 };
}
const exact = (bits: bigint): Result => ({ bits, flags: 0 });

/** a * b + c as IEEE 754 defines it; sums and products are special cases of it only where said. */
export function fma(type: Type, mode: Mode, aBits: bigint, bBits: bigint, cBits: bigint): Result {
  const [a, b, c] = [decode(type, aBits), decode(type, bBits), decode(type, cBits)];
  const zeroTimesInfinity =
    (a.kind === 'infinite' && b.kind === 'finite' && b.n === 0n) || (b.kind === 'infinite' && a.kind === 'finite' && a.n === 0n);
  if (zeroTimesInfinity) return invalid(type);
  const nan = nanOf(type, a, b, c);
  if (nan) return nan;
  const sign = a.sign !== b.sign;
  if (a.kind === 'infinite' || b.kind === 'infinite') {
    return c.kind === 'infinite' && c.sign !== sign ? invalid(type) : exact(infinityBits(type, sign));
  }
  if (c.kind === 'infinite') return exact(cBits);
  if (a.kind !== 'finite' || b.kind !== 'finite' || c.kind !== 'finite') throw new Error('not reached');
  return sum(type, mode, { sign, n: a.n * b.n, e: a.e + b.e }, c);
}
interface Dyadic {
  readonly sign: boolean;
  readonly n: bigint;
  readonly e: number;
}
function sum(type: Type, mode: Mode, x: Dyadic, y: Dyadic): Result {
  const e = Math.min(x.e, y.e);
  const signed = ({ sign, n, e: own }: Dyadic) => (sign ? -1n : 1n) * (n << BigInt(own - e));
  const total = signed(x) + signed(y);
  if (total !== 0n) return round(type, mode, total < 0n, total < 0n ? -total : total, 1n, e);
  const sameSign = x.n === 0n && y.n === 0n && x.sign === y.sign;
  return exact(signBit(type, sameSign ? x.sign : mode === MODES.RDN));
}
export function add(type: Type, mode: Mode, aBits: bigint, bBits: bigint): Result {
  const [a, b] = [decode(type, aBits), decode(type, bBits)];
  const nan = nanOf(type, a, b);
  if (nan) return nan;
  if (a.kind === 'infinite') return b.kind === 'infinite' && a.sign !== b.sign ? invalid(type) : exact(aBits);
  if (b.kind === 'infinite') return exact(bBits);
  if (a.kind !== 'finite' || b.kind !== 'finite') throw new Error('not reached');
  return sum(type, mode, a, b);
}
export const sub = (type: Type, mode: Mode, a: bigint, b: bigint): Result => add(type, mode, a, b ^ signBit(type, true));
export function mul(type: Type, mode: Mode, aBits: bigint, bBits: bigint): Result {
  const [a, b] = [decode(type, aBits), decode(type, bBits)];
  const nan = nanOf(type, a, b);
  if (nan) return nan;
  const sign = a.sign !== b.sign;
  const zero = (a.kind === 'finite' && a.n === 0n) || (b.kind === 'finite' && b.n === 0n);
  if (a.kind !== 'finite' || b.kind !== 'finite') return zero ? invalid(type) : exact(infinityBits(type, sign));
  return zero ? exact(signBit(type, sign)) : round(type, mode, sign, a.n * b.n, 1n, a.e + b.e);
}
export function div(type: Type, mode: Mode, aBits: bigint, bBits: bigint): Result {
  const [a, b] = [decode(type, aBits), decode(type, bBits)];
  const nan = nanOf(type, a, b);
  if (nan) return nan;
  const sign = a.sign !== b.sign;
  if (a.kind === 'infinite') return b.kind === 'infinite' ? invalid(type) : exact(infinityBits(type, sign));
  if (b.kind === 'infinite') return exact(signBit(type, sign));
  if (a.kind !== 'finite' || b.kind !== 'finite') throw new Error('not reached');
  if (b.n === 0n) return a.n === 0n ? invalid(type) : { bits: infinityBits(type, sign), flags: FLAGS.DZ };
  return a.n === 0n ? exact(signBit(type, sign)) : round(type, mode, sign, a.n, b.n, a.e - b.e);
}

/** The integer square root, by Newton's iteration. */
function integerRoot(n: bigint): bigint {
  let x = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}
export function sqrt(type: Type, mode: Mode, aBits: bigint): Result {
  const a = decode(type, aBits);
  const nan = nanOf(type, a);
  if (nan) return nan;
  if (a.kind === 'finite' && a.n === 0n) return exact(aBits);
  if (a.sign) return invalid(type);
  if (a.kind !== 'finite') return exact(aBits);
  const even = 200 + (a.e & 1); // far more bits than are kept
  const n = a.n << BigInt(even);
  const root = integerRoot(n);
  const sticky = root * root === n ? 0n : 1n; // what is left over lies strictly between root and root + 1
  return round(type, mode, false, 2n * root + sticky, 1n, (a.e - even) / 2 - 1);
}

export function convert(from: Type, to: Type, mode: Mode, bits: bigint): Result {
  const a = decode(from, bits);
  if (a.kind === 'nan') return { bits: nanBits(to), flags: a.signalling ? FLAGS.NV : 0 };
  if (a.kind === 'infinite') return exact(infinityBits(to, a.sign));
  return a.n === 0n ? exact(signBit(to, a.sign)) : round(to, mode, a.sign, a.n, 1n, a.e);
}

export type Kind = 'i32' | 'u32' | 'i64' | 'u64';
const range = (kind: Kind) => {
  const width = kind.endsWith('32') ? 32n : 64n;
  return kind.startsWith('u') ? { min: 0n, max: (1n << width) - 1n } : { min: -(1n << (width - 1n)), max: (1n << (width - 1n)) - 1n };
};
/** The integer as the 64 bits of a register: 32-bit kinds sign-extended. */
export function toInteger(type: Type, mode: Mode, aBits: bigint, kind: Kind): Result {
  const { min, max } = range(kind);
  const register = (value: bigint) => BigInt.asUintN(64, kind.endsWith('32') ? BigInt.asIntN(32, value) : value);
  const a = decode(type, aBits);
  if (a.kind === 'nan') return { bits: register(max), flags: FLAGS.NV };
  if (a.kind === 'infinite') return { bits: register(a.sign ? min : max), flags: FLAGS.NV };
  const grid = onGrid(a.n, 1n, a.e, 0);
  const magnitude = roundUp(mode, a.sign, grid);
  const value = a.sign ? -magnitude : magnitude;
  if (value < min || value > max) return { bits: register(a.sign ? min : max), flags: FLAGS.NV };
  return { bits: register(value), flags: grid.inexact ? FLAGS.NX : 0 };
}
export function fromInteger(kind: Kind, type: Type, mode: Mode, register: bigint): Result {
  const width = kind.endsWith('32') ? 32 : 64;
  const value = kind.startsWith('u') ? BigInt.asUintN(width, register) : BigInt.asIntN(width, register);
  return value === 0n ? exact(0n) : round(type, mode, value < 0n, value < 0n ? -value : value, 1n, 0);
}

/** -1, 0, 1, or undefined where unordered. */
function order(type: Type, aBits: bigint, bBits: bigint): number | undefined {
  const [a, b] = [decode(type, aBits), decode(type, bBits)];
  if (a.kind === 'nan' || b.kind === 'nan') return undefined;
  const rank = (bits: bigint, sign: boolean) => (sign ? -(bits ^ signBit(type, true)) : bits); // bits order magnitudes
  const [x, y] = [rank(aBits, a.sign), rank(bBits, b.sign)];
  return x < y ? -1 : x > y ? 1 : 0;
}
const isSignalling = (type: Type, bits: bigint) => {
  const a = decode(type, bits);
  return a.kind === 'nan' && a.signalling;
};
export function compare(name: 'eq' | 'lt' | 'le', type: Type, a: bigint, b: bigint): Result {
  const found = order(type, a, b);
  if (found === undefined) {
    const raises = name !== 'eq' || isSignalling(type, a) || isSignalling(type, b);
    return { bits: 0n, flags: raises ? FLAGS.NV : 0 };
  }
  return exact((name === 'eq' ? found === 0 : name === 'lt' ? found < 0 : found <= 0) ? 1n : 0n);
}
export function extremum(name: 'min' | 'max', type: Type, a: bigint, b: bigint): Result {
  const flags = isSignalling(type, a) || isSignalling(type, b) ? FLAGS.NV : 0;
  const isNan = (bits: bigint) => decode(type, bits).kind === 'nan';
  if (isNan(a)) return { bits: isNan(b) ? nanBits(type) : b, flags };
  if (isNan(b)) return { bits: a, flags };
  const found = order(type, a, b) as number;
  // Equal are only +0 and -0 (or the same bits): the negative one is the smaller.
  const aIsSmaller = found < 0 || (found === 0 && decode(type, a).sign);
  return { bits: aIsSmaller === (name === 'min') ? a : b, flags };
}
export function classify(type: Type, bits: bigint): Result {
  const a = decode(type, bits);
  if (a.kind === 'nan') return exact(a.signalling ? 1n << 8n : 1n << 9n);
  if (a.kind === 'infinite') return exact(a.sign ? 1n : 1n << 7n);
  if (a.n === 0n) return exact(a.sign ? 1n << 3n : 1n << 4n);
  const isSubnormal = bitLength(a.n) < shape(type).precision;
  if (isSubnormal) return exact(a.sign ? 1n << 2n : 1n << 5n);
  return exact(a.sign ? 1n << 1n : 1n << 6n);
}
