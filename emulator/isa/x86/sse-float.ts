/** Floating point of the vector registers: SSE, SSE2 and SSE3 (SDM, volume 1, sections 5.5, 5.6 and 5.7). */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { comparedVectors } from './float-compare.ts';
import {
  arithmetic, asNumber, type Binary, bitsOf, complain, current, type Format, fromDword, fromLanes, greatest, isNaN, laneBits, LANES, least,
  narrowed, reciprocal, root, scalarOf, setScalar, toDword, toInteger, TOWARDS_ZERO, widened,
} from './float-lanes.ts';
import { packedArithmetic } from './float-vectors.ts';
import type { Place, VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** Both operands' lanes; the result goes to the first. */
export const packed = (format: Format, operation: Binary) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  const a = cpu.let(to.get());
  const lanes = Array.from({ length: LANES[format] }, (_, lane) =>
    cpu.let(operation(cpu, format, laneBits(cpu, format, a, lane), laneBits(cpu, format, b, lane))),
  );
  cpu.checkFloat();
  to.set(fromLanes(cpu, format, lanes));
};
/** The same with the host's arithmetic on whole vectors where that may be. */
const whole = (format: Format, name: 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'min' | 'max', operation: Binary) => {
  const byLanes = packed(format, operation);
  return (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
    if (!cpu.float.leaveWhen) return byLanes(cpu, to, from);
    const b = cpu.let(from.get());
    to.set(packedArithmetic(cpu, format, name, name === 'sqrt' ? b : cpu.let(to.get()), b));
  };
};
export const scalar = (format: Format, operation: Binary) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = scalarOf(cpu, format, from);
  const result = cpu.let(operation(cpu, format, scalarOf(cpu, format, to), b));
  cpu.checkFloat();
  setScalar(cpu, format, to, result);
};

/** COMIS and UCOMIS: ZF, PF and CF by how two numbers compare. */
export const compareScalars = (format: Format, quiet: boolean) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
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
  cpu.checkFloat();
  cpu.flags.all(cpu.let(cpu.flags.join({ ZF: equal.get(), PF: unordered, CF: less.get() })));
};

export const integerFrom = (format: Format, rounding?: number) => (cpu: Cpu, to: Place, from: VectorPlace) => {
  const mode = rounding === undefined ? current(cpu) : cpu.i32(rounding);
  const result = cpu.let(toInteger(cpu, format, scalarOf(cpu, format, from), to.size, mode));
  cpu.checkFloat();
  to.set(result);
};
export const fromInteger = (format: Format) => (cpu: Cpu, to: VectorPlace, from: Place) => {
  const number = cpu.float.fromInteger(current(cpu), cpu.let(from.signed()), from.size === 64 ? 'i64' : 'i32', format);
  const result = cpu.let(bitsOf(cpu, format, number));
  cpu.checkFloat();
  setScalar(cpu, format, to, result);
};

/** All lanes of a conversion between dwords and singles. */
export const lanewise = (convert: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = cpu.let(from.get());
  const lanes = [0, 1, 2, 3].map((lane) => cpu.let(convert(cpu, laneBits(cpu, 'f32', given, lane))));
  cpu.checkFloat();
  to.set(fromLanes(cpu, 'f32', lanes));
};
/** The low two dwords or singles become doubles. */
export const widening = (convert: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = cpu.let(from.lane(0));
  const half = (shift: number) => cpu.let(convert(cpu, cpu.let(cpu.wrap(cpu.shrU(given, cpu.i64(shift))))));
  const [low, high] = [half(0), half(32)];
  cpu.checkFloat();
  to.set(cpu.vector(low, high));
};
/** Two doubles become dwords or singles, zeros above. */
export const narrowing = (convert: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = cpu.let(from.get());
  const [low, high] = ([0, 1] as const).map((lane) => cpu.let(convert(cpu, laneBits(cpu, 'f64', given, lane)))) as [Value, Value];
  cpu.checkFloat();
  to.set(cpu.vector(cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32))), cpu.i64(0)));
};
const widenScalar = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const result = cpu.let(widened(cpu, scalarOf(cpu, 'f32', from)));
  cpu.checkFloat();
  to.setLane(0, result);
};
const narrowScalar = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const result = cpu.let(narrowed(cpu, scalarOf(cpu, 'f64', from)));
  cpu.checkFloat();
  to.setLow32(cpu.extendU(result));
};

const float: X86Traits = { float: true, rare: true };
const writes: X86Traits = { ...float, first: 'write' };
const hot: X86Traits = { float: true };
function all(name: string, opcode: string, operation: Binary): X86Row[] {
  const doubles = /^(add|sub|mul|div)$/.test(name) ? hot : float;
  return [
    instruction(`${name}ps`, `NP 0F ${opcode} /r | xmm, xmm/m128`, whole('f32', name as 'add', operation), float),
    instruction(`${name}pd`, `66 0F ${opcode} /r | xmm, xmm/m128`, whole('f64', name as 'add', operation), float),
    instruction(`${name}ss`, `F3 0F ${opcode} /r | xmm, xmm/m32`,  scalar('f32', operation), float),
    instruction(`${name}sd`, `F2 0F ${opcode} /r | xmm, xmm/m64`,  scalar('f64', operation), doubles),
  ];
}
const compare = (format: Format, one: boolean) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const b = cpu.let(from.get());
  const a = cpu.let(to.get());
  const found = cpu.let(comparedVectors(cpu, format, { a, b, one }, cpu.let(cpu.and(control, cpu.i64(7)))));
  cpu.checkFloat();
  if (!one) to.set(found);
  else if (format === 'f64') to.setLane(0, cpu.lane(found, 0));
  else to.setLow32(cpu.zero32(cpu.lane(found, 0)));
};
const compares: X86Traits = { float: true, first: 'read', flags: 'write' };

/** ADDSUB subtracts in even lanes; the horizontal ones join neighbours. */
const alternate = (format: Format) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [b, a] = [cpu.let(from.get()), cpu.let(to.get())];
  const lanes = Array.from({ length: LANES[format] }, (_, lane) =>
    cpu.let(arithmetic(lane & 1 ? 'add' : 'sub')(cpu, format, laneBits(cpu, format, a, lane), laneBits(cpu, format, b, lane))));
  cpu.checkFloat();
  to.set(fromLanes(cpu, format, lanes));
};
const horizontal = (format: Format, operation: Binary) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [b, a] = [cpu.let(from.get()), cpu.let(to.get())];
  const pairs = Array.from({ length: LANES[format] / 2 }, (_, pair) => 2 * pair);
  const join = (vector: Value, lane: number) => cpu.let(operation(cpu, format, laneBits(cpu, format, vector, lane), laneBits(cpu, format, vector, lane + 1)));
  const lanes = [...pairs.map((lane) => join(a, lane)), ...pairs.map((lane) => join(b, lane))];
  cpu.checkFloat();
  to.set(fromLanes(cpu, format, lanes));
};

export const vectorFloats: readonly X86Row[] = [
  ...all('add', '58', arithmetic('add')), ...all('mul', '59', arithmetic('mul')), ...all('sub', '5C', arithmetic('sub')), ...all('div', '5E', arithmetic('div')),
  ...all('min', '5D', least), ...all('max', '5F', greatest), ...all('sqrt', '51', root),
  instruction('rsqrtps', 'NP 0F 52 /r | xmm, xmm/m128', packed('f32', reciprocal(true)), float),
  instruction('rsqrtss', 'F3 0F 52 /r | xmm, xmm/m32',  scalar('f32', reciprocal(true)), float),
  instruction('rcpps',   'NP 0F 53 /r | xmm, xmm/m128', packed('f32', reciprocal(false)), float),
  instruction('rcpss',   'F3 0F 53 /r | xmm, xmm/m32',  scalar('f32', reciprocal(false)), float),
  instruction('cmpps', 'NP 0F C2 /r ib | xmm, xmm/m128, uimm', compare('f32', false), float),
  instruction('cmppd', '66 0F C2 /r ib | xmm, xmm/m128, uimm', compare('f64', false), float),
  instruction('cmpss', 'F3 0F C2 /r ib | xmm, xmm/m32, uimm',  compare('f32', true), float),
  instruction('cmpsd', 'F2 0F C2 /r ib | xmm, xmm/m64, uimm',  compare('f64', true), float),
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
  instruction('cvtss2sd',  'F3 0F 5A /r | xmm, xmm/m32', widenScalar, float),
  instruction('cvtsd2ss',  'F2 0F 5A /r | xmm, xmm/m64', narrowScalar, float),
  instruction('cvtps2pd',  'NP 0F 5A /r | xmm, xmm/m64', widening(widened), writes),
  instruction('cvtpd2ps',  '66 0F 5A /r | xmm, xmm/m128', narrowing(narrowed), writes),
  instruction('cvtdq2ps',  'NP 0F 5B /r | xmm, xmm/m128', lanewise(fromDword('f32')), writes),
  instruction('cvtps2dq',  '66 0F 5B /r | xmm, xmm/m128', lanewise(toDword('f32')), writes),
  instruction('cvttps2dq', 'F3 0F 5B /r | xmm, xmm/m128', lanewise(toDword('f32', TOWARDS_ZERO)), writes),
  instruction('cvtdq2pd',  'F3 0F E6 /r | xmm, xmm/m64',  widening(fromDword('f64')), writes),
  instruction('cvtpd2dq',  'F2 0F E6 /r | xmm, xmm/m128', narrowing(toDword('f64')), writes),
  instruction('cvttpd2dq', '66 0F E6 /r | xmm, xmm/m128', narrowing(toDword('f64', TOWARDS_ZERO)), writes),
  instruction('addsubps', 'F2 0F D0 /r | xmm, xmm/m128', alternate('f32'), float),
  instruction('addsubpd', '66 0F D0 /r | xmm, xmm/m128', alternate('f64'), float),
  instruction('haddps',   'F2 0F 7C /r | xmm, xmm/m128', horizontal('f32', arithmetic('add')), float),
  instruction('haddpd',   '66 0F 7C /r | xmm, xmm/m128', horizontal('f64', arithmetic('add')), float),
  instruction('hsubps',   'F2 0F 7D /r | xmm, xmm/m128', horizontal('f32', arithmetic('sub')), float),
  instruction('hsubpd',   '66 0F 7D /r | xmm, xmm/m128', horizontal('f64', arithmetic('sub')), float),
];
