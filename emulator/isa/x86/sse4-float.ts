/** Floating point of SSE4.1: rounding to integers and dot products (SDM, volume 1, section 5.10). */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { arithmetic, bitsOf, type Format, fromLanes, laneBits, LANES } from './float-lanes.ts';
import { flushedLanes, nanLanes, noticeInexact, noticeNan, quieted } from './float-vectors.ts';
import type { VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** MXCSR's modes as the immediate numbers them, by the engine's numbers (nearest, towards zero, down, up). */
const BY_ENGINE = [0, 3, 1, 2] as const;
const MODES = ['nearest', 'floor', 'ceil', 'trunc'] as const;
const BY_MXCSR = 4;
const SILENT = 8;

/** Lanes rounded to integers. Bits of the control: the mode, whether it is MXCSR's, whether inexact is not raised. */
export function roundedVectors(cpu: Cpu, format: Format, given: Value, control: Value): Value {
  const bits = cpu.let(cpu.wrap(control));
  const vector = cpu.let(flushedLanes(cpu, format, given));
  const mode = cpu.variable(cpu.and(bits, cpu.i32(3)));
  cpu.when(cpu.and(bits, cpu.i32(BY_MXCSR)), () => {
    const shift = cpu.shl(cpu.field('sseRounding'), cpu.i32(2));
    mode.set(cpu.and(cpu.shrU(cpu.i32(BY_ENGINE.reduce<number>((all, number, engine) => all | (number << (4 * engine)), 0)), shift), cpu.i32(3)));
  });
  const shape = format === 'f32' ? 'f32x4' : 'f64x2';
  const rounded = cpu.variable(vector);
  MODES.forEach((name, number) => {
    const by = () => rounded.set(cpu.simd(`${shape}.${name}` as VectorName, vector));
    cpu.when(cpu.eq(mode.get(), cpu.i32(number)), by);
  });
  noticeNan(cpu, format, cpu.i32(0), vector);
  cpu.when(cpu.eqz(cpu.and(bits, cpu.i32(SILENT))), () => noticeInexact(cpu, format, rounded.get(), vector));
  return cpu.simd('v128.bitselect', quieted(cpu, format, vector), rounded.get(), nanLanes(cpu, format, vector));
}
const lowest = (cpu: Cpu, format: Format): Value => cpu.vector(cpu.i64(format === 'f64' ? -1n : 0xffff_ffffn), cpu.i64(0));

export const roundPacked = (format: Format) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const result = cpu.let(roundedVectors(cpu, format, cpu.let(from.get()), control));
  cpu.checkFloat();
  to.set(result);
};
export const roundScalar = (format: Format) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const alone = cpu.let(cpu.vectorAnd(from.get(), lowest(cpu, format)));
  const result = cpu.let(roundedVectors(cpu, format, alone, control));
  cpu.checkFloat();
  if (format === 'f64') to.setLane(0, cpu.lane(result, 0));
  else to.setLow32(cpu.zero32(cpu.lane(result, 0)));
};

/** Products of the lanes that bits 7:4 choose, added in pairs; the sum goes to the lanes that bits 3:0 choose, others are 0. */
export const dotProduct = (format: Format) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const [b, a] = [cpu.let(from.get()), cpu.let(to.get())];
  const bits = cpu.let(cpu.wrap(control));
  const zero = () => bitsOf(cpu, format, format === 'f32' ? cpu.f32(0) : cpu.f64(0));
  const chosen = (bit: number) => cpu.and(bits, cpu.i32(1 << bit));
  const products = Array.from({ length: LANES[format] }, (_, lane) => {
    const product = cpu.variable(zero());
    cpu.when(chosen(4 + lane), () => product.set(arithmetic('mul')(cpu, format, laneBits(cpu, format, a, lane), laneBits(cpu, format, b, lane))));
    return product.get();
  });
  // Each stage raises what it has to before the next one begins.
  cpu.stageFloat();
  const add = (x: Value, y: Value) => cpu.let(arithmetic('add')(cpu, format, x, y));
  const [first, second, third, fourth] = products as [Value, Value, Value, Value];
  const pairs = format === 'f64' ? [add(first, second)] : [add(first, second), add(third, fourth)];
  cpu.stageFloat();
  const [low, high] = pairs as [Value, Value?];
  const sum = high ? add(low, high) : low;
  const lanes = products.map((_, lane) => cpu.let(cpu.select(chosen(lane), sum, zero())));
  const result = cpu.let(fromLanes(cpu, format, lanes));
  cpu.checkFloat();
  to.set(result);
};

const float: X86Traits = { float: true, rare: true };
const writes: X86Traits = { ...float, first: 'write' };
export const vectorRounding: readonly X86Row[] = [
  instruction('roundps', '66 0F 3A 08 /r ib | xmm, xmm/m128, uimm', roundPacked('f32'), writes),
  instruction('roundpd', '66 0F 3A 09 /r ib | xmm, xmm/m128, uimm', roundPacked('f64'), writes),
  instruction('roundss', '66 0F 3A 0A /r ib | xmm, xmm/m32, uimm',  roundScalar('f32'), float),
  instruction('roundsd', '66 0F 3A 0B /r ib | xmm, xmm/m64, uimm',  roundScalar('f64'), float),
  instruction('dpps',    '66 0F 3A 40 /r ib | xmm, xmm/m128, uimm', dotProduct('f32'), float),
  instruction('dppd',    '66 0F 3A 41 /r ib | xmm, xmm/m128, uimm', dotProduct('f64'), float),
];
