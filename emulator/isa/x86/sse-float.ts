/**
 * Floating point of the vector registers: SSE, SSE2 and SSE3 (SDM, volume 1, sections 5.5, 5.6 and 5.7). Lane by lane, with the
 * engine's exact arithmetic; what is NaN follows volume 1, table 4-7: the first operand's, else the second's, made quiet.
 */
import type { Value, Variable } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { Place, VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

type Format = 'f32' | 'f64';
/** The bits of a number, as an i32 or i64 by its format. */
const BITS = {
  f32: { type: 'i32', quiet: 0x0040_0000n, indefinite: 0xffc0_0000n },
  f64: { type: 'i64', quiet: 0x0008_0000_0000_0000n, indefinite: 0xfff8_0000_0000_0000n },
} as const;
const INVALID = 16;

const bitsOf = (cpu: Cpu, format: Format, bits: bigint): Value => (format === 'f32' ? cpu.i32(Number(BigInt.asIntN(32, bits))) : cpu.i64(bits));
const isNaN = (cpu: Cpu, format: Format, bits: Value): Value =>
  format === 'f32'
    ? cpu.gtU(cpu.and(bits, cpu.i32(0x7fff_ffff)), cpu.i32(0x7f80_0000))
    : cpu.gtU(cpu.and(bits, cpu.i64(0x7fff_ffff_ffff_ffffn)), cpu.i64(0x7ff0_0000_0000_0000n));
const asNumber = (cpu: Cpu, format: Format, bits: Value): Value => cpu.reinterpret(format, bits);
/** The rounding mode that MXCSR says. */
const current = (cpu: Cpu): Value => cpu.i32(7);
const TOWARDS_ZERO = 1;

/** The result's bits where it is a number, else the NaN that x86 gives. */
function withNaN(cpu: Cpu, format: Format, result: Value, a: Value, b?: Value): Value {
  const { type, quiet, indefinite } = BITS[format];
  const bits = cpu.let(cpu.reinterpret(type, result));
  const found = cpu.variable(bits);
  cpu.when(isNaN(cpu, format, bits), () => {
    const quieted = (value: Value) => cpu.or(value, bitsOf(cpu, format, quiet));
    const second = b ? cpu.select(isNaN(cpu, format, b), quieted(b), bitsOf(cpu, format, indefinite)) : bitsOf(cpu, format, indefinite);
    found.set(cpu.select(isNaN(cpu, format, a), quieted(a), second));
  });
  return found.get();
}

type Binary = (cpu: Cpu, format: Format, a: Value, b: Value) => Value;
const arithmetic =
  (operation: 'add' | 'sub' | 'mul' | 'div'): Binary =>
  (cpu, format, a, b) =>
    withNaN(cpu, format, cpu.float[operation](current(cpu), asNumber(cpu, format, a), asNumber(cpu, format, b)), a, b);
/** Of two zeros, and where either is NaN, it is the second. */
const least: Binary = (cpu, format, a, b) => cpu.select(cpu.float.lt(asNumber(cpu, format, a), asNumber(cpu, format, b)), a, b);
const greatest: Binary = (cpu, format, a, b) => cpu.select(cpu.float.lt(asNumber(cpu, format, b), asNumber(cpu, format, a)), a, b);
const root: Binary = (cpu, format, _a, b) => withNaN(cpu, format, cpu.float.sqrt(current(cpu), asNumber(cpu, format, b)), b);

/** One lane's bits. */
function laneBits(cpu: Cpu, format: Format, vector: Value, lane: number): Value {
  if (format === 'f64') return cpu.let(cpu.lane(vector, lane as 0 | 1));
  const half = cpu.lane(vector, (lane >> 1) as 0 | 1);
  return cpu.let(cpu.wrap(lane & 1 ? cpu.shrU(half, cpu.i64(32)) : half));
}
function fromLanes(cpu: Cpu, format: Format, lanes: readonly Value[]): Value {
  const [a, b, c, d] = lanes as readonly [Value, Value, Value, Value];
  if (format === 'f64') return cpu.vector(a, b);
  const join = (low: Value, high: Value) => cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32)));
  return cpu.vector(join(a, b), join(c, d));
}
const LANES = { f32: 4, f64: 2 } as const;

const packed = (format: Format, operation: Binary) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  const a = cpu.let(to.get());
  const lanes = Array.from({ length: LANES[format] }, (_, lane) =>
    cpu.let(operation(cpu, format, laneBits(cpu, format, a, lane), laneBits(cpu, format, b, lane))),
  );
  to.set(fromLanes(cpu, format, lanes));
};
/** The lowest lane of an operand. */
const scalarOf = (cpu: Cpu, format: Format, place: VectorPlace): Value => cpu.let(format === 'f64' ? place.lane(0) : cpu.wrap(place.low32()));
const setScalar = (cpu: Cpu, format: Format, to: VectorPlace, bits: Value) =>
  format === 'f64' ? to.setLane(0, bits) : to.setLow32(cpu.extendU(bits));
const scalar = (format: Format, operation: Binary) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = scalarOf(cpu, format, from);
  setScalar(cpu, format, to, cpu.let(operation(cpu, format, scalarOf(cpu, format, to), b)));
};

/** Comparisons by the immediate's low bits: 4 negates. Those with "less" complain of every NaN. */
const compared =
  (control: Value): Binary =>
  (cpu, format, given, other) => {
    const [a, b] = [asNumber(cpu, format, given), asNumber(cpu, format, other)];
    const kind = cpu.let(cpu.wrap(cpu.and(control, cpu.i64(3))));
    const found = cpu.variable(cpu.i32(0));
    const where = (number: number, answer: () => Value) => cpu.when(cpu.eq(kind, cpu.i32(number)), () => found.set(answer()));
    where(0, () => cpu.float.eq(a, b));
    where(1, () => cpu.float.lt(a, b));
    where(2, () => cpu.float.le(a, b));
    where(3, () => {
      complain(cpu, a, b);
      return cpu.or(isNaN(cpu, format, given), isNaN(cpu, format, other));
    });
    const negated = cpu.xor(found.get(), cpu.wrap(cpu.and(cpu.shrU(control, cpu.i64(2)), cpu.i64(1))));
    const spread = cpu.sub(cpu.i32(0), negated);
    return format === 'f32' ? spread : cpu.extendS(spread);
  };
/** Raises the invalid flag where either is a signalling NaN. */
const complain = (cpu: Cpu, a: Value, b: Value) => void cpu.let(cpu.float.eq(a, b));

/** COMIS and UCOMIS: ZF, PF and CF by how two numbers compare. */
const compareScalars = (format: Format, quiet: boolean) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = scalarOf(cpu, format, to);
  const other = scalarOf(cpu, format, from);
  const [a, b] = [asNumber(cpu, format, given), asNumber(cpu, format, other)];
  const unordered = cpu.let(cpu.or(isNaN(cpu, format, given), isNaN(cpu, format, other)));
  const [equal, less] = [cpu.variable(cpu.i32(1)), cpu.variable(cpu.i32(1))];
  cpu.when(
    unordered,
    () => (quiet ? complain(cpu, a, b) : void cpu.let(cpu.float.lt(a, b))),
    () => {
      equal.set(cpu.float.eq(a, b));
      less.set(cpu.float.lt(a, b));
    },
  );
  cpu.flags.all(cpu.let(cpu.flags.join({ ZF: equal.get(), PF: unordered, CF: less.get() })));
};

/** To an integer of 32 or 64 bits, in an i64; what does not fit is the most negative one, and invalid. */
function toInteger(cpu: Cpu, format: Format, bits: Value, size: number, rounding: Value): Value {
  const number = asNumber(cpu, format, bits);
  const before = cpu.let(cpu.field('sseFlags'));
  const whole = cpu.let(cpu.float.toInteger(rounding, number, 'i64'));
  const found = cpu.variable(whole);
  const refuse = (minimum: bigint) => () => {
    found.set(cpu.i64(minimum));
    cpu.setField('sseFlags', cpu.or(before, cpu.i32(INVALID)));
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
const integerFrom = (format: Format, rounding?: number) => (cpu: Cpu, to: Place, from: VectorPlace) => {
  const mode = rounding === undefined ? current(cpu) : cpu.i32(rounding);
  to.set(cpu.let(toInteger(cpu, format, scalarOf(cpu, format, from), to.size, mode)));
};
const fromInteger = (format: Format) => (cpu: Cpu, to: VectorPlace, from: Place) => {
  const number = cpu.float.fromInteger(current(cpu), cpu.let(from.signed()), from.size === 64 ? 'i64' : 'i32', format);
  setScalar(cpu, format, to, cpu.let(cpu.reinterpret(BITS[format].type, number)));
};

/** Between formats, NaNs with as much of their digits as fit. */
function narrowed(cpu: Cpu, bits: Value): Value {
  const found = cpu.variable(cpu.i32(0));
  cpu.when(
    isNaN(cpu, 'f64', bits),
    () => {
      complain(cpu, asNumber(cpu, 'f64', bits), asNumber(cpu, 'f64', bits));
      const sign = cpu.and(cpu.wrap(cpu.shrU(bits, cpu.i64(32))), cpu.i32(0x8000_0000 | 0));
      const digits = cpu.and(cpu.wrap(cpu.shrU(bits, cpu.i64(29))), cpu.i32(0x003f_ffff));
      found.set(cpu.or(cpu.or(sign, cpu.i32(0x7fc0_0000)), digits));
    },
    () => found.set(cpu.reinterpret('i32', cpu.float.convert(current(cpu), asNumber(cpu, 'f64', bits), 'f32'))),
  );
  return found.get();
}
function widened(cpu: Cpu, bits: Value): Value {
  const found = cpu.variable(cpu.i64(0));
  cpu.when(
    isNaN(cpu, 'f32', bits),
    () => {
      complain(cpu, asNumber(cpu, 'f32', bits), asNumber(cpu, 'f32', bits));
      const wide = cpu.let(cpu.extendU(bits));
      const sign = cpu.shl(cpu.and(wide, cpu.i64(0x8000_0000)), cpu.i64(32));
      const digits = cpu.shl(cpu.and(wide, cpu.i64(0x003f_ffff)), cpu.i64(29));
      found.set(cpu.or(cpu.or(sign, cpu.i64(0x7ff8_0000_0000_0000n)), digits));
    },
    () => found.set(cpu.reinterpret('i64', cpu.float.convert(current(cpu), asNumber(cpu, 'f32', bits), 'f64'))),
  );
  return found.get();
}

/** All lanes of a conversion between dwords and singles. */
const lanewise = (convert: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = cpu.let(from.get());
  to.set(fromLanes(cpu, 'f32', [0, 1, 2, 3].map((lane) => cpu.let(convert(cpu, laneBits(cpu, 'f32', given, lane))))));
};
/** The low two dwords or singles become doubles. */
const widening = (convert: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = cpu.let(from.lane(0));
  const half = (shift: number) => cpu.let(convert(cpu, cpu.let(cpu.wrap(cpu.shrU(given, cpu.i64(shift))))));
  const low = half(0);
  to.set(cpu.vector(low, half(32)));
};
/** Two doubles become dwords or singles, zeros above. */
const narrowing = (convert: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = cpu.let(from.get());
  const [low, high] = ([0, 1] as const).map((lane) => cpu.let(convert(cpu, laneBits(cpu, 'f64', given, lane)))) as [Value, Value];
  to.set(cpu.vector(cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32))), cpu.i64(0)));
};
const dwordToSingle = (cpu: Cpu, bits: Value) => cpu.reinterpret('i32', cpu.float.fromInteger(current(cpu), cpu.extendS(bits), 'i32', 'f32'));
const dwordToDouble = (cpu: Cpu, bits: Value) => cpu.reinterpret('i64', cpu.float.fromInteger(current(cpu), cpu.extendS(bits), 'i32', 'f64'));
const toDword = (format: Format, rounding?: number) => (cpu: Cpu, bits: Value) =>
  cpu.wrap(toInteger(cpu, format, bits, 32, rounding === undefined ? current(cpu) : cpu.i32(rounding)));

/** Reciprocals, which hardware gives to 12 bits; ours are exact to the last, and raise nothing. */
const reciprocal = (ofRoot: boolean): Binary => (cpu, format, _a, b) => {
  const before = cpu.let(cpu.field('sseFlags'));
  const nearest = cpu.i32(0);
  const number = asNumber(cpu, format, b);
  const by = ofRoot ? cpu.float.sqrt(nearest, number) : number;
  const result = withNaN(cpu, format, cpu.float.div(nearest, cpu.f32(1), by), b);
  cpu.setField('sseFlags', before);
  return result;
};

const float: X86Traits = { float: true, rare: true };
const writes: X86Traits = { ...float, first: 'write' };
const hot: X86Traits = { float: true };
function all(name: string, opcode: string, operation: Binary): X86Row[] {
  const doubles = /^(add|sub|mul|div)$/.test(name) ? hot : float;
  return [
    instruction(`${name}ps`, `NP 0F ${opcode} /r | xmm, xmm/m128`, packed('f32', operation), float),
    instruction(`${name}pd`, `66 0F ${opcode} /r | xmm, xmm/m128`, packed('f64', operation), float),
    instruction(`${name}ss`, `F3 0F ${opcode} /r | xmm, xmm/m32`,  scalar('f32', operation), float),
    instruction(`${name}sd`, `F2 0F ${opcode} /r | xmm, xmm/m64`,  scalar('f64', operation), doubles),
  ];
}
type Compare = (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => void;
const comparePacked = (format: Format): Compare => (cpu, to, from, control) => packed(format, compared(cpu.let(control)))(cpu, to, from);
const compareScalar = (format: Format): Compare => (cpu, to, from, control) => scalar(format, compared(cpu.let(control)))(cpu, to, from);
const compares: X86Traits = { float: true, first: 'read', flags: 'write' };

/** ADDSUB subtracts in even lanes; the horizontal ones join neighbours. */
const alternate = (format: Format) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [b, a] = [cpu.let(from.get()), cpu.let(to.get())];
  const lanes = Array.from({ length: LANES[format] }, (_, lane) =>
    cpu.let(arithmetic(lane & 1 ? 'add' : 'sub')(cpu, format, laneBits(cpu, format, a, lane), laneBits(cpu, format, b, lane))));
  to.set(fromLanes(cpu, format, lanes));
};
const horizontal = (format: Format, operation: Binary) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [b, a] = [cpu.let(from.get()), cpu.let(to.get())];
  const pairs = Array.from({ length: LANES[format] / 2 }, (_, pair) => 2 * pair);
  const join = (vector: Value, lane: number) => cpu.let(operation(cpu, format, laneBits(cpu, format, vector, lane), laneBits(cpu, format, vector, lane + 1)));
  to.set(fromLanes(cpu, format, [...pairs.map((lane) => join(a, lane)), ...pairs.map((lane) => join(b, lane))]));
};

export const vectorFloats: readonly X86Row[] = [
  ...all('add', '58', arithmetic('add')), ...all('mul', '59', arithmetic('mul')), ...all('sub', '5C', arithmetic('sub')), ...all('div', '5E', arithmetic('div')),
  ...all('min', '5D', least), ...all('max', '5F', greatest), ...all('sqrt', '51', root),
  instruction('rsqrtps', 'NP 0F 52 /r | xmm, xmm/m128', packed('f32', reciprocal(true)), float),
  instruction('rsqrtss', 'F3 0F 52 /r | xmm, xmm/m32',  scalar('f32', reciprocal(true)), float),
  instruction('rcpps',   'NP 0F 53 /r | xmm, xmm/m128', packed('f32', reciprocal(false)), float),
  instruction('rcpss',   'F3 0F 53 /r | xmm, xmm/m32',  scalar('f32', reciprocal(false)), float),
  instruction('cmpps', 'NP 0F C2 /r ib | xmm, xmm/m128, uimm', comparePacked('f32'), float),
  instruction('cmppd', '66 0F C2 /r ib | xmm, xmm/m128, uimm', comparePacked('f64'), float),
  instruction('cmpss', 'F3 0F C2 /r ib | xmm, xmm/m32, uimm',  compareScalar('f32'), float),
  instruction('cmpsd', 'F2 0F C2 /r ib | xmm, xmm/m64, uimm',  compareScalar('f64'), float),
  instruction('ucomiss', 'NP 0F 2E /r | xmm, xmm/m32', compareScalars('f32', true),  { ...compares, rare: true }),
  instruction('ucomisd', '66 0F 2E /r | xmm, xmm/m64', compareScalars('f64', true),  { ...compares, rare: true }),
  instruction('comiss',  'NP 0F 2F /r | xmm, xmm/m32', compareScalars('f32', false), { ...compares, rare: true }),
  instruction('comisd',  '66 0F 2F /r | xmm, xmm/m64', compareScalars('f64', false), { ...compares, rare: true }),
  instruction('cvtsi2ss',  'F3 0F 2A /r | xmm, r/my',   fromInteger('f32'), float),
  instruction('cvtsi2sd',  'F2 0F 2A /r | xmm, r/my',   fromInteger('f64'), float),
  instruction('cvttss2si', 'F3 0F 2C /r | ry, xmm/m32', integerFrom('f32', TOWARDS_ZERO), writes),
  instruction('cvttsd2si', 'F2 0F 2C /r | ry, xmm/m64', integerFrom('f64', TOWARDS_ZERO), writes),
  instruction('cvtss2si',  'F3 0F 2D /r | ry, xmm/m32', integerFrom('f32'), writes),
  instruction('cvtsd2si',  'F2 0F 2D /r | ry, xmm/m64', integerFrom('f64'), writes),
  instruction('cvtss2sd',  'F3 0F 5A /r | xmm, xmm/m32', (cpu, to, from) => to.setLane(0, cpu.let(widened(cpu, scalarOf(cpu, 'f32', from)))), float),
  instruction('cvtsd2ss',  'F2 0F 5A /r | xmm, xmm/m64', (cpu, to, from) => to.setLow32(cpu.extendU(narrowed(cpu, scalarOf(cpu, 'f64', from)))), float),
  instruction('cvtps2pd',  'NP 0F 5A /r | xmm, xmm/m64', widening(widened), writes),
  instruction('cvtpd2ps',  '66 0F 5A /r | xmm, xmm/m128', narrowing(narrowed), writes),
  instruction('cvtdq2ps',  'NP 0F 5B /r | xmm, xmm/m128', lanewise(dwordToSingle), writes),
  instruction('cvtps2dq',  '66 0F 5B /r | xmm, xmm/m128', lanewise(toDword('f32')), writes),
  instruction('cvttps2dq', 'F3 0F 5B /r | xmm, xmm/m128', lanewise(toDword('f32', TOWARDS_ZERO)), writes),
  instruction('cvtdq2pd',  'F3 0F E6 /r | xmm, xmm/m64',  widening(dwordToDouble), writes),
  instruction('cvtpd2dq',  'F2 0F E6 /r | xmm, xmm/m128', narrowing(toDword('f64')), writes),
  instruction('cvttpd2dq', '66 0F E6 /r | xmm, xmm/m128', narrowing(toDword('f64', TOWARDS_ZERO)), writes),
  instruction('addsubps', 'F2 0F D0 /r | xmm, xmm/m128', alternate('f32'), float),
  instruction('addsubpd', '66 0F D0 /r | xmm, xmm/m128', alternate('f64'), float),
  instruction('haddps',   'F2 0F 7C /r | xmm, xmm/m128', horizontal('f32', arithmetic('add')), float),
  instruction('haddpd',   '66 0F 7C /r | xmm, xmm/m128', horizontal('f64', arithmetic('add')), float),
  instruction('hsubps',   'F2 0F 7D /r | xmm, xmm/m128', horizontal('f32', arithmetic('sub')), float),
  instruction('hsubpd',   '66 0F 7D /r | xmm, xmm/m128', horizontal('f64', arithmetic('sub')), float),
];
