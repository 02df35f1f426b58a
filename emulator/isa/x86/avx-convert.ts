/** Comparisons by all predicates, conversions that change the number of elements, and F16C (SDM, volume 1, sections 14.1 and 14.4). */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { comparedVectors } from './float-compare.ts';
import { type Format, fromDword, laneBits, narrowed, toDword, TOWARDS_ZERO, widened } from './float-lanes.ts';
import { halfFromSingle, singleFromHalf } from './half-floats.ts';
import { pairOf, setHalves, upper } from './half-places.ts';
import type { WidePlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

type Convert = (cpu: Cpu, bits: Value) => Value;
const pair = (cpu: Cpu, low: Value, high: Value): Value => cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32)));

const PREDICATES = 31;
const compare = (format: Format) => (cpu: Cpu, to: WidePlace, first: WidePlace, second: WidePlace, control: Value) => {
  const [b, a] = [pairOf(cpu, second), pairOf(cpu, first)];
  const predicate = cpu.let(cpu.and(control, cpu.i64(PREDICATES)));
  setHalves(cpu, to, (half) => comparedVectors(cpu, format, { a: a[half], b: b[half], one: false }, predicate), () => cpu.checkFloat());
};
const compareScalar = (format: Format) => (cpu: Cpu, to: WidePlace, first: WidePlace, second: WidePlace, control: Value) => {
  const b = cpu.let(cpu.vector(second.lane(), cpu.i64(0)));
  const a = cpu.let(first.low());
  const predicate = cpu.let(cpu.and(control, cpu.i64(PREDICATES)));
  const found = cpu.let(comparedVectors(cpu, format, { a, b, one: true }, predicate));
  cpu.checkFloat();
  const bytes = format === 'f64' ? 8 : 4;
  to.set(cpu.let(cpu.shuffle(found, a, [...Array(16).keys()].map((byte) => (byte < bytes ? byte : 16 + byte)))));
};

/** Each half of the result from a quarter of a vector. */
const widening = (convert: Convert) => (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const given = cpu.let(from.low());
  const made = (lane: Value): Value => {
    const each = (shift: number) => cpu.let(convert(cpu, cpu.let(cpu.wrap(cpu.shrU(lane, cpu.i64(shift))))));
    const low = each(0);
    return cpu.vector(low, each(32));
  };
  setHalves(cpu, to, (half) => made(cpu.let(cpu.lane(given, half === 'low' ? 0 : 1))), () => cpu.checkFloat());
};
const narrowing = (convert: Convert) => (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const { low, high } = pairOf(cpu, from);
  const made = (vector: Value): Value => {
    const [first, second] = [0, 1].map((lane) => cpu.let(convert(cpu, laneBits(cpu, 'f64', vector, lane)))) as [Value, Value];
    return pair(cpu, first, second);
  };
  const below = cpu.let(made(low));
  const above = upper(cpu, () => cpu.vector(made(high), cpu.i64(0)));
  cpu.checkFloat();
  to.set(cpu.let(cpu.vector(below, cpu.lane(above, 0))));
};

const toSingles = (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const given = cpu.let(from.low());
  const made = (lane: Value): Value => {
    const each = [0, 16, 32, 48].map((shift) => cpu.let(singleFromHalf(cpu, cpu.let(cpu.and(cpu.wrap(cpu.shrU(lane, cpu.i64(shift))), cpu.i32(0xffff))))));
    const [a, b, c, d] = each as [Value, Value, Value, Value];
    return cpu.vector(pair(cpu, a, b), pair(cpu, c, d));
  };
  setHalves(cpu, to, (half) => made(cpu.let(cpu.lane(given, half === 'low' ? 0 : 1))), () => cpu.checkFloat());
};
const toHalves = (cpu: Cpu, to: WidePlace, from: WidePlace, control: Value) => {
  const given = pairOf(cpu, from);
  const bits = cpu.let(cpu.wrap(control));
  const made = (vector: Value): Value =>
    [0, 1, 2, 3]
      .map((lane) => cpu.shl(cpu.extendU(cpu.let(halfFromSingle(cpu, laneBits(cpu, 'f32', vector, lane), bits))), cpu.i64(16 * lane)))
      .reduce((a, b) => cpu.or(a, b));
  const below = cpu.let(made(given.low));
  const above = upper(cpu, () => cpu.vector(made(given.high), cpu.i64(0)));
  cpu.checkFloat();
  to.set(cpu.let(cpu.vector(below, cpu.lane(above, 0))));
};

const float: X86Traits = { float: true, rare: true };
export const vexConversions: readonly X86Row[] = [
  instruction('vcmpps', 'VEX.L.NP.0F.WIG C2 /r ib | ymm, vymm, ymm/m*, uimm', compare('f32'), float),
  instruction('vcmppd', 'VEX.L.66.0F.WIG C2 /r ib | ymm, vymm, ymm/m*, uimm', compare('f64'), float),
  instruction('vcmpss', 'VEX.LIG.F3.0F.WIG C2 /r ib | xmm, vxmm, xmm/m32, uimm', compareScalar('f32'), float),
  instruction('vcmpsd', 'VEX.LIG.F2.0F.WIG C2 /r ib | xmm, vxmm, xmm/m64, uimm', compareScalar('f64'), float),
  instruction('vcvtps2pd', 'VEX.L.NP.0F.WIG 5A /r | ymm, xmm/m*/2', widening(widened), float),
  instruction('vcvtdq2pd', 'VEX.L.F3.0F.WIG E6 /r | ymm, xmm/m*/2', widening(fromDword('f64')), float),
  instruction('vcvtpd2ps', 'VEX.L.66.0F.WIG 5A /r | xmm, ymm/m*', narrowing(narrowed), float),
  instruction('vcvtpd2dq', 'VEX.L.F2.0F.WIG E6 /r | xmm, ymm/m*', narrowing(toDword('f64')), float),
  instruction('vcvttpd2dq', 'VEX.L.66.0F.WIG E6 /r | xmm, ymm/m*', narrowing(toDword('f64', TOWARDS_ZERO)), float),
  instruction('vcvtph2ps', 'VEX.L.66.0F38.W0 13 /r | ymm, xmm/m*/2', toSingles, float),
  instruction('vcvtps2ph', 'VEX.L.66.0F3A.W0 1D /r ib | xmm/m*/2, ymm, uimm', toHalves, float),
];
