/** Permutations, blends and tests of AVX and AVX2, and their shifts by as many places as another vector says (SDM, volume 1, chapter 14). */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { HalfPlace, pairOf, resultOf, setHalves, upper } from './half-places.ts';
import type { VectorPlace, WidePlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';
import { vectorMoves } from './sse-moves.ts';
import { vectorExtras } from './sse4.ts';

const rare: X86Traits = { rare: true };
const same = (cpu: Cpu, half: bigint): Value => cpu.vector(cpu.i64(half), cpu.i64(half));
const all32 = (cpu: Cpu, value: number): Value => same(cpu, BigInt(value) | (BigInt(value) << 32n));

/** A quarter of two vectors for each half, or 0. */
const permuteHalves = (cpu: Cpu, to: WidePlace, first: WidePlace, second: WidePlace, control: Value) => {
  const [b, a] = [pairOf(cpu, second), pairOf(cpu, first)];
  const chosen = (at: number) => {
    const bit = (place: number) => cpu.wrap(cpu.and(cpu.shrU(control, cpu.i64(at + place)), cpu.i64(1)));
    const quarter = cpu.select(bit(1), cpu.let(cpu.select(bit(0), b.high, b.low)), cpu.let(cpu.select(bit(0), a.high, a.low)));
    return cpu.let(cpu.select(bit(3), same(cpu, 0n), cpu.let(quarter)));
  };
  const low = chosen(0);
  to.set(low, chosen(4));
};

/** Byte indices of the dwords that the low bits of each dword name. */
const dwordIndices = (cpu: Cpu, control: Value, mask: number): Value => {
  const four = cpu.simd('i32x4.mul', cpu.vectorAnd(control, all32(cpu, mask)), all32(cpu, 0x0404_0404));
  return cpu.let(cpu.simd('i8x16.add', four, all32(cpu, 0x0302_0100)));
};
const permuteWithin32 = (cpu: Cpu, to: WidePlace, first: WidePlace, control: WidePlace) => {
  const [c, a] = [pairOf(cpu, control), pairOf(cpu, first)];
  setHalves(cpu, to, (half) => cpu.simd('i8x16.swizzle', a[half], dwordIndices(cpu, c[half], 3)));
};
/** By bit 1 of each quadword. */
const permuteWithin64 = (cpu: Cpu, to: WidePlace, first: WidePlace, control: WidePlace) => {
  const [c, a] = [pairOf(cpu, control), pairOf(cpu, first)];
  const twice = (value: Value, from: number) => cpu.shuffle(value, value, [...Array(16).keys()].map((byte) => from + (byte % 8)));
  setHalves(cpu, to, (half) => {
    const isHigh = cpu.simd('i64x2.shr_s', cpu.simd('i64x2.shl', c[half], cpu.i32(62)), cpu.i32(63));
    return cpu.simd('v128.bitselect', twice(a[half], 8), twice(a[half], 0), isHigh);
  });
};
/** Dwords of all eight, by the low three bits of the first source's. */
const permute32 = (cpu: Cpu, to: WidePlace, control: WidePlace, from: WidePlace) => {
  const [a, c] = [pairOf(cpu, from), pairOf(cpu, control)];
  setHalves(cpu, to, (half) => {
    const index = dwordIndices(cpu, c[half], 7);
    const beyond = cpu.simd('i8x16.sub', index, same(cpu, 0x1010_1010_1010_1010n));
    return cpu.vectorOr(cpu.simd('i8x16.swizzle', a.low, index), cpu.simd('i8x16.swizzle', a.high, beyond));
  });
};
const permute64 = (cpu: Cpu, to: WidePlace, from: WidePlace, control: Value) => {
  const { low, high } = pairOf(cpu, from);
  const bits = cpu.let(control);
  const chosen = (at: number) => {
    const bit = (place: number) => cpu.wrap(cpu.and(cpu.shrU(bits, cpu.i64(at + place)), cpu.i64(1)));
    const half = cpu.let(cpu.select(bit(1), high, low));
    return cpu.let(cpu.select(bit(0), cpu.lane(half, 1), cpu.lane(half, 0)));
  };
  const lanes = [0, 2, 4, 6].map(chosen) as [Value, Value, Value, Value];
  to.set(cpu.let(cpu.vector(lanes[0], lanes[1])), cpu.let(cpu.vector(lanes[2], lanes[3])));
};

/** By the sign of each element of a fourth vector. */
const blend = (shift: VectorName, width: number) => (cpu: Cpu, to: WidePlace, first: WidePlace, second: WidePlace, mask: WidePlace) => {
  const [b, a, m] = [pairOf(cpu, second), pairOf(cpu, first), pairOf(cpu, mask)];
  setHalves(cpu, to, (half) => cpu.simd('v128.bitselect', b[half], a[half], cpu.simd(shift, m[half], cpu.i32(width - 1))));
};

/** ZF: nothing in common; CF: nothing beyond the first. Of all bits, or of signs. */
const test = (signs: bigint) => (cpu: Cpu, first: WidePlace, second: WidePlace) => {
  const [b, a] = [pairOf(cpu, second), pairOf(cpu, first)];
  const some = (of: (half: 'low' | 'high') => Value) =>
    cpu.simd('v128.any_true', cpu.vectorAnd(cpu.vectorOr(of('low'), of('high')), same(cpu, signs)));
  const ZF = cpu.eqz(some((half) => cpu.vectorAnd(a[half], b[half])));
  const CF = cpu.eqz(some((half) => cpu.simd('v128.andnot', b[half], a[half])));
  cpu.flags.all(cpu.let(cpu.flags.join({ ZF, CF })));
};

/** Shifts of each element by its own count: a step for each bit of the counts. */
const shiftEach = (shape: 'i32x4' | 'i64x2', name: 'shl' | 'shr_u' | 'shr_s') => (cpu: Cpu, to: WidePlace, first: WidePlace, counts: WidePlace) => {
  const [c, a] = [pairOf(cpu, counts), pairOf(cpu, first)];
  const width = shape === 'i32x4' ? 32 : 64;
  const steps = Math.log2(width);
  const by = (operation: VectorName, value: Value, count: number) => cpu.simd(operation, value, cpu.i32(count));
  setHalves(cpu, to, (half) => {
    const tooFar = cpu.let(cpu.simd('v128.not', cpu.simd(`${shape}.eq`, by(`${shape}.shr_u`, c[half], steps), same(cpu, 0n))));
    // Arithmetic shifts then go as far as they can.
    const count = name === 'shr_s' ? cpu.let(cpu.vectorOr(c[half], tooFar)) : c[half];
    let value = a[half];
    for (let step = 0; step < steps; step++) {
      const applies = by(`${shape}.shr_s`, by(`${shape}.shl`, count, width - 1 - step), width - 1);
      value = cpu.let(cpu.simd('v128.bitselect', by(`${shape}.${name}`, value, 2 ** step), value, applies));
    }
    return name === 'shr_s' ? value : cpu.simd('v128.andnot', value, tooFar);
  });
};

/** Meanings of SSE for the immediate's forms of VPERMIL and for VPBLENDD. */
type WithControl = (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => void;
const meaningOf = (name: string): WithControl =>
  [...vectorMoves, ...vectorExtras].find((row) => row.name === name)?.meaning as unknown as WithControl;
/** A form of one source whose control's bits for the upper half lie higher. */
const byImmediate = (name: string, perHalf: number) => (cpu: Cpu, to: WidePlace, from: WidePlace, control: Value) => {
  const a = pairOf(cpu, from);
  const mean = meaningOf(name);
  setHalves(cpu, to, (half) =>
    resultOf(cpu, a[half], (place) => mean(cpu, place, new HalfPlace(cpu, () => a[half]), half === 'low' ? control : cpu.shrU(control, cpu.i64(perHalf)))));
};
const blendDwords = (cpu: Cpu, to: WidePlace, first: WidePlace, second: WidePlace, control: Value) => {
  const [b, a] = [pairOf(cpu, second), pairOf(cpu, first)];
  const mean = meaningOf('blendps');
  setHalves(cpu, to, (half) =>
    resultOf(cpu, a[half], (place) => mean(cpu, place, new HalfPlace(cpu, () => b[half]), half === 'low' ? control : cpu.shrU(control, cpu.i64(4)))));
};

/** The low elements of the source made wider: the upper half's are those behind the lower's. */
const widen = (steps: readonly VectorName[], part: number) => (cpu: Cpu, to: WidePlace, from: WidePlace) => {
  const given = cpu.let(from.low());
  const made = (value: Value) => steps.reduce((wider, step) => cpu.simd(step, wider), value);
  const above = () => cpu.vector(part === 2 ? cpu.lane(given, 1) : cpu.shrU(cpu.lane(given, 0), cpu.i64(128 / part)), cpu.i64(0));
  to.set(cpu.let(made(given)), upper(cpu, () => made(above())));
};
const [BYTES, WORDS, DWORDS] = ['i16x8.extend_low_i8x16', 'i32x4.extend_low_i16x8', 'i64x2.extend_low_i32x4'];
const EXTENSIONS = [['bw', [BYTES], 2], ['bd', [BYTES, WORDS], 4], ['bq', [BYTES, WORDS, DWORDS], 8], ['wd', [WORDS], 2], ['wq', [WORDS, DWORDS], 4], ['dq', [DWORDS], 2]] as const;
const extensions = (['s', 'u'] as const).flatMap((sign) =>
  EXTENSIONS.map(([kind, steps, part], index) =>
    instruction(
      `vpmov${sign === 's' ? 'sx' : 'zx'}${kind}`,
      `VEX.L.66.0F38.WIG ${((sign === 's' ? 0x20 : 0x30) + index).toString(16)} /r | ymm, xmm/m*/${part}` as 'VEX. | ymm, xmm/m*/2',
      widen(steps.map((step) => `${step}_${sign}` as VectorName), part),
      rare,
    )));

const tests: X86Traits = { rare: true, first: 'read', flags: 'write' };
export const vexPermutations: readonly X86Row[] = [
  instruction('vperm2f128', 'VEX.256.66.0F3A.W0 06 /r ib | ymm, vymm, ymm/m*, uimm', permuteHalves, rare),
  instruction('vperm2i128', 'VEX.256.66.0F3A.W0 46 /r ib | ymm, vymm, ymm/m*, uimm', permuteHalves, rare),
  instruction('vpermilps', 'VEX.L.66.0F38.W0 0C /r | ymm, vymm, ymm/m*', permuteWithin32, rare),
  instruction('vpermilpd', 'VEX.L.66.0F38.W0 0D /r | ymm, vymm, ymm/m*', permuteWithin64, rare),
  instruction('vpermilps', 'VEX.L.66.0F3A.W0 04 /r ib | ymm, ymm/m*, uimm', byImmediate('pshufd', 0), rare),
  instruction('vpermilpd', 'VEX.L.66.0F3A.W0 05 /r ib | ymm, ymm/m*, uimm', byImmediate('shufpd', 2), rare),
  instruction('vpermps', 'VEX.256.66.0F38.W0 16 /r | ymm, vymm, ymm/m*', permute32, rare),
  instruction('vpermd',  'VEX.256.66.0F38.W0 36 /r | ymm, vymm, ymm/m*', permute32, rare),
  instruction('vpermq',  'VEX.256.66.0F3A.W1 00 /r ib | ymm, ymm/m*, uimm', permute64, rare),
  instruction('vpermpd', 'VEX.256.66.0F3A.W1 01 /r ib | ymm, ymm/m*, uimm', permute64, rare),
  instruction('vblendvps', 'VEX.L.66.0F3A.W0 4A /r ib | ymm, vymm, ymm/m*, iymm', blend('i32x4.shr_s', 32), rare),
  instruction('vblendvpd', 'VEX.L.66.0F3A.W0 4B /r ib | ymm, vymm, ymm/m*, iymm', blend('i64x2.shr_s', 64), rare),
  instruction('vpblendvb', 'VEX.L.66.0F3A.W0 4C /r ib | ymm, vymm, ymm/m*, iymm', blend('i8x16.shr_s', 8), rare),
  instruction('vpblendd',  'VEX.L.66.0F3A.W0 02 /r ib | ymm, vymm, ymm/m*, uimm', blendDwords, rare),
  instruction('vtestps', 'VEX.L.66.0F38.W0 0E /r | ymm, ymm/m*', test(0x8000_0000_8000_0000n), tests),
  instruction('vtestpd', 'VEX.L.66.0F38.W0 0F /r | ymm, ymm/m*', test(1n << 63n), tests),
  instruction('vptest',  'VEX.L.66.0F38.WIG 17 /r | ymm, ymm/m*', test(-1n), tests),
  instruction('vpsllvd', 'VEX.L.66.0F38.W0 47 /r | ymm, vymm, ymm/m*', shiftEach('i32x4', 'shl'), rare),
  instruction('vpsllvq', 'VEX.L.66.0F38.W1 47 /r | ymm, vymm, ymm/m*', shiftEach('i64x2', 'shl'), rare),
  instruction('vpsrlvd', 'VEX.L.66.0F38.W0 45 /r | ymm, vymm, ymm/m*', shiftEach('i32x4', 'shr_u'), rare),
  instruction('vpsrlvq', 'VEX.L.66.0F38.W1 45 /r | ymm, vymm, ymm/m*', shiftEach('i64x2', 'shr_u'), rare),
  instruction('vpsravd', 'VEX.L.66.0F38.W0 46 /r | ymm, vymm, ymm/m*', shiftEach('i32x4', 'shr_s'), rare),
  ...extensions,
];
