/** Integer arithmetic of the vector registers: SSE2 and SSSE3 (SDM, volume 1, sections 5.6.3, 5.8 and 5.9). */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const cold: X86Traits = { rare: true };
type Make = (cpu: Cpu, a: Value, b: Value) => Value;
const both = (make: Make) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  to.set(make(cpu, cpu.let(to.get()), b));
};
const row = (name: string, opcode: string, make: Make | VectorName, traits: X86Traits = cold): X86Row =>
  instruction(name, `66 0F ${opcode} /r | xmm, xmm/m128`, both(typeof make === 'string' ? (cpu, a, b) => cpu.simd(make, a, b) : make), traits);

/** The high or low words of products of words. */
const highWords =
  (sign: 's' | 'u'): Make =>
  (cpu, a, b) => {
    const low = cpu.simd(`i32x4.extmul_low_i16x8_${sign}`, a, b);
    const high = cpu.simd(`i32x4.extmul_high_i16x8_${sign}`, a, b);
    return cpu.shuffle(low, high, [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31]);
  };
/** Products of the even dwords, as quadwords. */
const evenProducts: Make = (cpu, a, b) => {
  const even = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];
  return cpu.simd('i64x2.extmul_low_i32x4_u', cpu.shuffle(a, a, even), cpu.shuffle(b, b, even));
};
/** Sums of absolute differences of the bytes in each half. */
const absoluteDifferences: Make = (cpu, a, b) => {
  const apart = cpu.vectorOr(cpu.simd('i8x16.sub_sat_u', a, b), cpu.simd('i8x16.sub_sat_u', b, a));
  const fours = cpu.let(cpu.simd('i32x4.extadd_pairwise_i16x8_u', cpu.simd('i16x8.extadd_pairwise_i8x16_u', apart)));
  const low = cpu.simd('v128.and', fours, cpu.simd('i64x2.splat', cpu.i64(0xffff_ffff)));
  return cpu.vectorAdd(low, cpu.simd('i64x2.shr_u', fours, cpu.i32(32)), 64);
};
/** Unsigned bytes times signed, adjacent products added with saturation. */
const multiplyAddBytes: Make = (cpu, a, b) => {
  const product = (half: 'low' | 'high') =>
    cpu.let(cpu.simd('i16x8.mul', cpu.simd(`i16x8.extend_${half}_i8x16_u`, a), cpu.simd(`i16x8.extend_${half}_i8x16_s`, b)));
  const [low, high] = [product('low'), product('high')];
  const even = cpu.shuffle(low, high, [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29]);
  const odd = cpu.shuffle(low, high, [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31]);
  return cpu.simd('i16x8.add_sat_s', even, odd);
};
/** WebAssembly saturates the one product that overflows, x86 lets it wrap. */
const roundedHigh: Make = (cpu, a, b) => {
  const result = cpu.let(cpu.simd('i16x8.q15mulr_sat_s', a, b));
  return cpu.vectorXor(result, cpu.simd('i16x8.eq', result, cpu.simd('i16x8.splat', cpu.i32(0x7fff))));
};
const EVEN_WORDS = [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29];
const ODD_WORDS = EVEN_WORDS.map((byte) => byte + 2);
const EVEN_DWORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const ODD_DWORDS = EVEN_DWORDS.map((byte) => byte + 4);
const horizontal =
  (name: VectorName, even: readonly number[], odd: readonly number[]): Make =>
  (cpu, a, b) =>
    cpu.simd(name, cpu.shuffle(a, b, even), cpu.shuffle(a, b, odd));
/** Takes over the sign of the second operand: negated, kept or 0. */
const sign =
  (lanes: 8 | 16 | 32, shape: 'i8x16' | 'i16x8' | 'i32x4'): Make =>
  (cpu, a, b) => {
    const negative = cpu.let(cpu.simd(`${shape}.shr_s`, b, cpu.i32(lanes - 1)));
    const turned = cpu.vectorSub(cpu.vectorXor(a, negative), negative, lanes);
    return cpu.simd('v128.andnot', turned, cpu.simd(`${shape}.eq`, b, cpu.vector(cpu.i64(0), cpu.i64(0))));
  };
const absolute = (name: VectorName) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => to.set(cpu.simd(name, from.get()));

/** Counts beyond the width shift everything out; arithmetic ones then as far as they go. */
function shift(cpu: Cpu, value: Value, count: Value, name: VectorName, width: number): Value {
  const tooFar = cpu.let(cpu.gtU(count, cpu.i64(width - 1)));
  if (name.endsWith('shr_s')) return cpu.simd(name, value, cpu.select(tooFar, cpu.i32(width - 1), cpu.wrap(count)));
  const shifted = cpu.let(cpu.simd(name, value, cpu.wrap(count)));
  return cpu.select(tooFar, cpu.vector(cpu.i64(0), cpu.i64(0)), shifted);
}
function shiftRows(name: string, opcode: string, [immediate, digit]: readonly [string, number], operation: VectorName, width: number): X86Row[] {
  return [
    instruction(name, `66 0F ${opcode} /r | xmm, xmm/m128`, (cpu, to, from) => {
      const count = cpu.let(cpu.lane(from.get(), 0));
      to.set(shift(cpu, cpu.let(to.get()), count, operation, width));
    }, cold),
    instruction(name, `66 0F ${immediate} /${digit as 2} ib | xmm, uimm`, (cpu, to, count) =>
      to.set(shift(cpu, cpu.let(to.get()), count, operation, width))),
  ];
}

export const vectorIntegers: readonly X86Row[] = [
  row('paddb', 'FC', 'i8x16.add'), row('paddw', 'FD', 'i16x8.add'), row('paddd', 'FE', 'i32x4.add', {}), row('paddq', 'D4', 'i64x2.add', {}),
  row('psubb', 'F8', 'i8x16.sub', {}), row('psubw', 'F9', 'i16x8.sub'), row('psubd', 'FA', 'i32x4.sub'), row('psubq', 'FB', 'i64x2.sub'),
  row('paddsb', 'EC', 'i8x16.add_sat_s'), row('paddsw', 'ED', 'i16x8.add_sat_s'), row('paddusb', 'DC', 'i8x16.add_sat_u'), row('paddusw', 'DD', 'i16x8.add_sat_u'),
  row('psubsb', 'E8', 'i8x16.sub_sat_s'), row('psubsw', 'E9', 'i16x8.sub_sat_s'), row('psubusb', 'D8', 'i8x16.sub_sat_u'), row('psubusw', 'D9', 'i16x8.sub_sat_u'),
  row('pmullw', 'D5', 'i16x8.mul'), row('pmulhw', 'E5', highWords('s')), row('pmulhuw', 'E4', highWords('u')),
  row('pmuludq', 'F4', evenProducts), row('pmaddwd', 'F5', 'i32x4.dot_i16x8_s'), row('psadbw', 'F6', absoluteDifferences),
  row('pavgb', 'E0', 'i8x16.avgr_u'), row('pavgw', 'E3', 'i16x8.avgr_u'),
  row('pminub', 'DA', 'i8x16.min_u', {}), row('pmaxub', 'DE', 'i8x16.max_u'), row('pminsw', 'EA', 'i16x8.min_s'), row('pmaxsw', 'EE', 'i16x8.max_s'),
  row('pcmpeqb', '74', 'i8x16.eq', {}), row('pcmpeqw', '75', 'i16x8.eq'), row('pcmpeqd', '76', 'i32x4.eq', {}),
  row('pcmpgtb', '64', 'i8x16.gt_s'), row('pcmpgtw', '65', 'i16x8.gt_s'), row('pcmpgtd', '66', 'i32x4.gt_s'),
  row('packsswb', '63', 'i8x16.narrow_i16x8_s'), row('packssdw', '6B', 'i16x8.narrow_i32x4_s'), row('packuswb', '67', 'i8x16.narrow_i16x8_u'),
  ...shiftRows('psllw', 'F1', ['71', 6], 'i16x8.shl', 16), ...shiftRows('pslld', 'F2', ['72', 6], 'i32x4.shl', 32), ...shiftRows('psllq', 'F3', ['73', 6], 'i64x2.shl', 64),
  ...shiftRows('psrlw', 'D1', ['71', 2], 'i16x8.shr_u', 16), ...shiftRows('psrld', 'D2', ['72', 2], 'i32x4.shr_u', 32), ...shiftRows('psrlq', 'D3', ['73', 2], 'i64x2.shr_u', 64),
  ...shiftRows('psraw', 'E1', ['71', 4], 'i16x8.shr_s', 16), ...shiftRows('psrad', 'E2', ['72', 4], 'i32x4.shr_s', 32),

  row('phaddw', '38 01', horizontal('i16x8.add', EVEN_WORDS, ODD_WORDS)), row('phaddd', '38 02', horizontal('i32x4.add', EVEN_DWORDS, ODD_DWORDS)),
  row('phaddsw', '38 03', horizontal('i16x8.add_sat_s', EVEN_WORDS, ODD_WORDS)), row('phsubw', '38 05', horizontal('i16x8.sub', EVEN_WORDS, ODD_WORDS)),
  row('phsubd', '38 06', horizontal('i32x4.sub', EVEN_DWORDS, ODD_DWORDS)), row('phsubsw', '38 07', horizontal('i16x8.sub_sat_s', EVEN_WORDS, ODD_WORDS)),
  row('pmaddubsw', '38 04', multiplyAddBytes), row('pmulhrsw', '38 0B', roundedHigh),
  row('psignb', '38 08', sign(8, 'i8x16')), row('psignw', '38 09', sign(16, 'i16x8')), row('psignd', '38 0A', sign(32, 'i32x4')),
  instruction('pabsb', '66 0F 38 1C /r | xmm, xmm/m128', absolute('i8x16.abs'), { first: 'write', rare: true }),
  instruction('pabsw', '66 0F 38 1D /r | xmm, xmm/m128', absolute('i16x8.abs'), { first: 'write', rare: true }),
  instruction('pabsd', '66 0F 38 1E /r | xmm, xmm/m128', absolute('i32x4.abs'), { first: 'write', rare: true }),
];
