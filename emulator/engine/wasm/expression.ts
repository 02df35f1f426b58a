/**
 * Expressions over WebAssembly's number types: built by rows, folded where operands are known, written out as
 * instructions. (Opcodes: WebAssembly core specification 2.0, section 5.4.)
 */
import type { Operations, ValueType, Variable, VectorName } from '../../isa/value.ts';
import { foldI32, foldI64, type Folded } from './fold.ts';
import { COMPARE, CONVERT, NUMERIC, opcodeFor, VECTOR } from './opcodes.ts';
import { load, vectorAccess } from './memory.ts';
import type { Sink } from './sink.ts';
import { Expression, type Near, type Origin } from './tree.ts';
import { isReduction, SHUFFLE, SIMD } from './vector-opcodes.ts';

export { Expression, load };

type E = Expression;

export const i32 = (value: number): E => new Expression('i32', (sink) => (sink.byte(0x41), sink.s32(value)), value | 0);
export const i64 = (value: bigint | number): E => {
  const exact = BigInt.asIntN(64, BigInt(value));
  return new Expression('i64', (sink) => (sink.byte(0x42), sink.s64(exact)), exact);
};
export const f32 = (value: number): E => new Expression('f32', (sink) => (sink.byte(0x43), sink.f32(value)));
export const f64 = (value: number): E => new Expression('f64', (sink) => (sink.byte(0x44), sink.f64(value)));

const folded = (type: ValueType, result: Folded): E => (type === 'i32' ? i32(Number(result)) : i64(BigInt(result)));

/** An instruction that takes the arguments from the stack, in order. */
export function apply(type: ValueType, opcode: number | readonly number[], ...args: E[]): E {
  const made = new Expression(type, (sink) => {
    for (const arg of args) arg.emit(sink);
    if (typeof opcode === 'number') sink.byte(opcode);
    else for (const byte of opcode) sink.byte(byte);
  });
  made.late = areLate(args);
  return made;
}
/** Of late values and constants come late values. */
const areLate = (args: readonly E[]): boolean =>
  args.some(({ late }) => late) && args.every(({ late, constant }) => late || constant !== undefined);

const binary = (name: keyof typeof NUMERIC, a: E, b: E): E => {
  if (a.type !== b.type) throw new Error(`${name}: ${a.type} with ${b.type}`);
  if (a.constant !== undefined && b.constant !== undefined) {
    const result = a.type === 'i32' ? foldI32(name, a.constant, b.constant) : foldI64(name, a.constant, b.constant);
    if (result !== undefined) return folded(a.type, result);
  }
  const made = apply(a.type, opcodeFor(name, NUMERIC[name], a.type), a, b);
  if (a.type !== 'i64' || !isJoining(name)) return made;
  const joined = new Expression('i64', made.emit, undefined, { is: 'joined', by: name, a, b });
  joined.late = made.late;
  return joined;
};
/** Operations whose low half is that of the low halves. */
const JOINING: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'and', 'or', 'xor']);
const isJoining = (name: string): name is 'add' => JOINING.has(name);
const raised = ({ type, emit, late }: E, of: E): E => {
  const made = new Expression(type, emit, undefined, { is: 'raised', of });
  made.late = late;
  return made;
};
/** The upper half of what has nothing below it, as an i32. */
function lowered(a: E): E | undefined {
  if (a.constant !== undefined) return BigInt(a.constant) & 0xffff_ffffn ? undefined : i32(Number(BigInt(a.constant) >> 32n));
  if (a.origin?.is !== 'raised') return undefined;
  const { of } = a.origin;
  const low = of.origin?.is === 'extended' ? of.origin.of : apply('i32', 0xa7, of);
  const made = new Expression('i32', low.emit, low.constant, low.origin);
  made.late = a.late;
  return made;
}
const compare = (name: keyof typeof COMPARE, a: E, b: E): E => {
  if (a.type !== b.type) throw new Error(`${name}: ${a.type} with ${b.type}`);
  if (a.origin?.is === 'raised' || b.origin?.is === 'raised') {
    const [x, y] = [lowered(a), lowered(b)];
    if (x && y) return compare(name, x, y);
  }
  if (a.constant !== undefined && b.constant !== undefined) {
    const result = a.type === 'i32' ? foldI32(name, a.constant, b.constant) : foldI64(name, a.constant, b.constant);
    if (result !== undefined) return i32(Number(result));
  }
  return apply('i32', opcodeFor(name, COMPARE[name], a.type), a, b);
};
const unary = (name: keyof typeof NUMERIC, a: E): E => apply(a.type, opcodeFor(name, NUMERIC[name], a.type), a);
/** Where a sum lies. */
function nearSum(a: E, b: E): Near | undefined {
  const { near } = a;
  if (b.constant !== undefined) return near && { ...near, displacement: near.displacement + Number(b.constant) };
  if (a.constant !== undefined) return nearSum(b, a);
  return near && b.near && { base: `${near.base}+${b.near.base}`, displacement: near.displacement + b.near.displacement };
}
const isZero = (a: E) => a.constant !== undefined && BigInt(a.constant) === 0n;

/** An instruction that fills all lanes of a vector, or one of them, or takes one out. */
const withLanes = (type: ValueType, opcode: number, operands: readonly E[], lane?: number, origin?: Origin): E => {
  const emit = (sink: Sink) => {
    for (const operand of operands) operand.emit(sink);
    sink.byte(0xfd);
    sink.u32(opcode);
    if (lane !== undefined) sink.byte(lane);
  };
  return new Expression(type, emit, undefined, origin);
};
const constantVector = (low: bigint, high: bigint): E =>
  new Expression('v128', (sink) => {
    sink.byte(0xfd);
    sink.u32(VECTOR.constant);
    for (const half of [low, high]) for (let shift = 0n; shift < 64n; shift += 8n) sink.byte(Number((half >> shift) & 0xffn));
  });
const zeroVector = (): E => {
  const zero = constantVector(0n, 0n);
  zero.normal = 'both';
  return zero;
};
const vectorBinary = (opcode: number, a: E, b: E): E =>
  new Expression('v128', (sink) => {
    a.emit(sink);
    b.emit(sink);
    sink.byte(0xfd);
    sink.u32(opcode);
  });

/** The operations without statements; `Routine` adds `let`, `variable` and `when`. */
export abstract class Expressions implements Operations {
  i32 = i32;
  i64 = i64;
  f32 = f32;
  f64 = f64;
  add(a: E, b: E): E {
    if (isZero(b)) return a;
    if (isZero(a)) return b;
    const made = binary('add', a, b);
    made.near = nearSum(a, b);
    return made;
  }
  sub(a: E, b: E): E {
    if (isZero(b)) return a;
    const made = binary('sub', a, b);
    if (a.near && b.constant !== undefined) made.near = { ...a.near, displacement: a.near.displacement - Number(b.constant) };
    return made;
  }
  mul = (a: E, b: E): E => binary('mul', a, b);
  divS = (a: E, b: E): E => binary('divS', a, b);
  divU = (a: E, b: E): E => binary('divU', a, b);
  remS = (a: E, b: E): E => binary('remS', a, b);
  remU = (a: E, b: E): E => binary('remU', a, b);
  and = (a: E, b: E): E => binary('and', a, b);
  or(a: E, b: E): E {
    return isZero(b) ? a : isZero(a) ? b : binary('or', a, b);
  }
  xor(a: E, b: E): E {
    return isZero(b) ? a : isZero(a) ? b : binary('xor', a, b);
  }
  not(a: E): E {
    return binary('xor', a, a.type === 'i32' ? i32(-1) : i64(-1));
  }
  shl(a: E, b: E): E {
    if (isZero(b)) return a;
    const made = binary('shl', a, b);
    if (a.near && b.constant !== undefined) made.near = { base: `${a.near.base}<<${b.constant}`, displacement: 0 };
    return b.constant === 32n && made.constant === undefined ? raised(made, a) : made;
  }
  shrS(a: E, b: E): E {
    return isZero(b) ? a : binary('shrS', a, b);
  }
  shrU(a: E, b: E): E {
    if (isZero(b)) return a;
    const low = a.origin?.is === 'extended' ? a.origin.of : undefined;
    if (low && b.constant !== undefined && b.constant < 32) return this.extendU(binary('shrU', low, this.wrap(b)));
    return binary('shrU', a, b);
  }
  rotl = (a: E, b: E): E => binary('rotl', a, b);
  rotr = (a: E, b: E): E => binary('rotr', a, b);
  clz = (a: E): E => unary('clz', a);
  ctz = (a: E): E => unary('ctz', a);
  popcnt = (a: E): E => unary('popcnt', a);
  eqz(a: E): E {
    if (a.constant !== undefined) return i32(isZero(a) ? 1 : 0);
    const low = a.origin?.is === 'raised' ? lowered(a) : undefined;
    if (low) return this.eqz(low);
    return apply('i32', a.type === 'i32' ? 0x45 : 0x50, a);
  }
  eq = (a: E, b: E): E => compare('eq', a, b);
  ne = (a: E, b: E): E => compare('ne', a, b);
  ltS = (a: E, b: E): E => compare('ltS', a, b);
  ltU = (a: E, b: E): E => compare('ltU', a, b);
  gtS = (a: E, b: E): E => compare('gtS', a, b);
  gtU = (a: E, b: E): E => compare('gtU', a, b);
  leS = (a: E, b: E): E => compare('leS', a, b);
  leU = (a: E, b: E): E => compare('leU', a, b);
  geS = (a: E, b: E): E => compare('geS', a, b);
  geU = (a: E, b: E): E => compare('geU', a, b);

  select(condition: E, a: E, b: E): E {
    if (condition.constant !== undefined) return isZero(condition) ? b : a;
    return apply(a.type, 0x1b, a, b, condition);
  }
  wrap(a: E): E {
    if (a.constant !== undefined) return i32(Number(BigInt.asIntN(32, BigInt(a.constant))));
    const { origin } = a;
    if (origin?.is === 'extended') return origin.of;
    if (origin?.is === 'joined') return this.#low(origin);
    if (origin?.is === 'lane') {
      const lane = 2 * origin.lane;
      return withLanes('i32', VECTOR.extract.i32, [origin.of], lane, { ...origin, lane }).as(a);
    }
    const made = apply('i32', 0xa7, a);
    made.near = a.near;
    return made;
  }
  /** Hosts clear the upper half of a register with what they do to the lower. */
  #low({ by, a, b }: Extract<Origin, { is: 'joined' }>): E {
    const [x, y] = [this.wrap(a), this.wrap(b)];
    return by === 'mul' || by === 'and' ? binary(by, x, y) : this[by](x, y);
  }
  extendS(a: E): E {
    if (a.constant !== undefined) return i64(a.constant);
    return apply('i64', 0xac, a);
  }
  extendU(a: E): E {
    if (a.constant !== undefined) return i64(Number(a.constant) >>> 0);
    const emit = (sink: Sink) => {
      a.emit(sink);
      sink.byte(0xad);
    };
    const made = new Expression('i64', emit, undefined, { is: 'extended', of: a }).as(a);
    made.late = a.late;
    return made;
  }
  extend8S = (a: E): E => apply(a.type, a.type === 'i32' ? 0xc0 : 0xc2, a);
  extend16S = (a: E): E => apply(a.type, a.type === 'i32' ? 0xc1 : 0xc3, a);
  extend32S(a: E): E {
    if (a.constant !== undefined) return i64(BigInt.asIntN(32, BigInt(a.constant)));
    return apply('i64', 0xc4, a);
  }
  zero32(a: E): E {
    return this.extendU(this.wrap(a));
  }
  reinterpret(type: ValueType, a: E): E {
    if (type === a.type) return a;
    if (type === 'v128') throw new Error('a vector has the bits of no number');
    const { origin } = a;
    if (origin?.is === 'bits' && origin.of.type === type) return origin.of;
    if (origin?.is === 'load' && origin.bytes === 8) return load(type, 8, false, origin.address, origin.offset);
    const same = { is: 'bits', of: a } as const;
    if (origin?.is === 'lane' && (type === 'f32' || type === 'f64'))
      return withLanes(type, VECTOR.extract[type], [origin.of], origin.lane, same).as(a);
    const opcode = { i32: 0xbc, i64: 0xbd, f32: 0xbe, f64: 0xbf }[type];
    const emit = (sink: Sink) => {
      a.emit(sink);
      sink.byte(opcode);
    };
    return new Expression(type, emit, undefined, same).as(a);
  }

  // Floating point, as the hardware rounds it: to nearest, ties to even, no flags. Exactness is float/'s concern.
  abs = (a: E): E => unary('abs', a);
  neg = (a: E): E => unary('neg', a);
  sqrt = (a: E): E => unary('sqrt', a);
  ceil = (a: E): E => unary('ceil', a);
  floor = (a: E): E => unary('floor', a);
  trunc = (a: E): E => unary('trunc', a);
  nearest = (a: E): E => unary('nearest', a);
  fmin = (a: E, b: E): E => binary('min', a, b);
  fmax = (a: E, b: E): E => binary('max', a, b);
  fdiv = (a: E, b: E): E => binary('fdiv', a, b);
  copysign = (a: E, b: E): E => binary('copysign', a, b);
  lt = (a: E, b: E): E => compare('lt', a, b);
  gt = (a: E, b: E): E => compare('gt', a, b);
  le = (a: E, b: E): E => compare('le', a, b);
  ge = (a: E, b: E): E => compare('ge', a, b);
  /** A conversion named as in the specification without dots, e.g. `f64_convert_i64_s`, `i32_trunc_sat_f64_s`. */
  convert(name: keyof typeof CONVERT, a: E): E {
    const { type, opcode } = CONVERT[name];
    return apply(type, opcode, a);
  }

  vector(low: E, high: E): E {
    if (isZero(low) && isZero(high)) return zeroVector();
    if (low.constant !== undefined && high.constant !== undefined) return constantVector(BigInt(low.constant), BigInt(high.constant));
    if (!isZero(high)) return this.withLane(withLanes('v128', VECTOR.splat64, [low]).as(low), 1, high);
    const { origin } = low;
    // From memory, with zeros above.
    if (origin?.is === 'load' && origin.bytes === 8) return vectorAccess(VECTOR.load64, origin.address, origin.offset);
    if (origin?.is === 'load' && origin.bytes === 4) return vectorAccess(VECTOR.load32, origin.address, origin.offset);
    return this.withLane(zeroVector(), 0, low);
  }
  lane(a: E, lane: 0 | 1): E {
    const taken = withLanes('i64', VECTOR.extract.i64, [a], lane, { is: 'lane', of: a, lane });
    return lane === 0 ? taken.as(a) : taken;
  }
  withLane(a: E, lane: 0 | 1, value: E): E {
    const { origin } = value;
    const number = origin?.is === 'bits' && origin.of.type === 'f64' ? origin.of : value;
    const made = withLanes('v128', number.type === 'f64' ? VECTOR.replace.f64 : VECTOR.replace.i64, [a, number], lane);
    made.normal = (lane === 0 ? value : a).normal;
    return made;
  }
  withLow32(a: E, value: E): E {
    const low = this.wrap(value);
    const { origin } = low;
    const number = origin?.is === 'bits' && origin.of.type === 'f32' ? origin.of : low;
    const made = withLanes('v128', number.type === 'f32' ? VECTOR.replace.f32 : VECTOR.replace.i32, [a, number], 0);
    made.normal = low.normal;
    return made;
  }
  simd(name: VectorName, ...operands: E[]): E {
    const [first, second] = operands;
    if (name === 'v128.xor' && first?.reading && first.reading === second?.reading) return zeroVector();
    return new Expression(isReduction(name) ? 'i32' : 'v128', (sink) => {
      for (const operand of operands) operand.emit(sink);
      sink.byte(0xfd);
      sink.u32(SIMD[name]);
    });
  }
  shuffle(a: E, b: E, lanes: readonly number[]): E {
    return new Expression('v128', (sink) => {
      a.emit(sink);
      b.emit(sink);
      for (const byte of [0xfd, SHUFFLE, ...lanes]) sink.byte(byte);
    });
  }
  vectorAdd = (a: E, b: E, lanes: 8 | 16 | 32 | 64): E => vectorBinary(VECTOR.add[lanes], a, b);
  vectorSub = (a: E, b: E, lanes: 8 | 16 | 32 | 64): E => vectorBinary(VECTOR.sub[lanes], a, b);
  vectorAnd = (a: E, b: E): E => vectorBinary(VECTOR.and, a, b);
  vectorOr = (a: E, b: E): E => vectorBinary(VECTOR.or, a, b);
  vectorXor = (a: E, b: E): E => vectorBinary(VECTOR.xor, a, b);

  abstract let(a: E): E;
  abstract variable(initial: E): Variable;
  abstract when(condition: E, then: () => void, otherwise?: () => void): void;
}
