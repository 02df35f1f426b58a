/** SSE4.1, and the comparison of quadwords of SSE4.2 (SDM, volume 1, sections 5.10 and 5.11); strings are string-compare.ts. */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { Place, VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const rare: X86Traits = { rare: true };
const writes: X86Traits = { first: 'write', rare: true };
type Make = (cpu: Cpu, a: Value, b: Value) => Value;
const both = (make: Make) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  to.set(make(cpu, cpu.let(to.get()), b));
};
const row = (name: string, opcode: string, make: Make | VectorName): X86Row =>
  instruction(name, `66 0F 38 ${opcode} /r | xmm, xmm/m128`, both(typeof make === 'string' ? (cpu, a, b) => cpu.simd(make, a, b) : make), rare);

/** Saturates signed dwords to unsigned words. */
const packUnsigned: Make = (cpu, a, b) => cpu.simd('i16x8.narrow_i32x4_u', a, b);
const evenSigned: Make = (cpu, a, b) => {
  const even = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];
  return cpu.simd('i64x2.extmul_low_i32x4_s', cpu.shuffle(a, a, even), cpu.shuffle(b, b, even));
};

/** The low elements of the source, made wider step by step. */
const widen = (...steps: readonly VectorName[]) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const given = from.size === 128 ? from.get() : from.inMemory ? from.get() : cpu.vector(from.lane(0), cpu.i64(0));
  to.set(steps.reduce((value, step) => cpu.simd(step, value), cpu.let(given)));
};
const EXTENSIONS = { 'bw': ['i16x8.extend_low_i8x16'], 'bd': ['i16x8.extend_low_i8x16', 'i32x4.extend_low_i16x8'],
  'bq': ['i16x8.extend_low_i8x16', 'i32x4.extend_low_i16x8', 'i64x2.extend_low_i32x4'], 'wd': ['i32x4.extend_low_i16x8'],
  'wq': ['i32x4.extend_low_i16x8', 'i64x2.extend_low_i32x4'], 'dq': ['i64x2.extend_low_i32x4'] } as const;
/** PMOVSX and PMOVZX. */
function widenings(sign: 's' | 'u', first: number): X86Row[] {
  const name = sign === 's' ? 'pmovsx' : 'pmovzx';
  return Object.entries(EXTENSIONS).map(([kind, steps], index) => {
    const meaning = widen(...steps.map((step) => `${step}_${sign}` as VectorName));
    const opcode = (first + index).toString(16);
    if (kind === 'bq') return instruction(`${name}${kind}`, `66 0F 38 ${opcode} /r | xmm, xmm/m16`, meaning, writes);
    if (kind === 'bd' || kind === 'wq') return instruction(`${name}${kind}`, `66 0F 38 ${opcode} /r | xmm, xmm/m32`, meaning, writes);
    return instruction(`${name}${kind}`, `66 0F 38 ${opcode} /r | xmm, xmm/m64`, meaning, writes);
  });
}

/** Chooses by the top bit of each element of XMM0. */
const blendBy = (shift: VectorName, width: number) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  const mask = cpu.let(cpu.simd(shift, cpu.getVector(cpu.register('xmm', 0)), cpu.i32(width - 1)));
  blend(cpu, to, b, mask);
};
function blend(cpu: Cpu, to: VectorPlace, b: Value, mask: Value): void {
  to.set(cpu.vectorOr(cpu.vectorAnd(b, mask), cpu.simd('v128.andnot', cpu.let(to.get()), mask)));
}
/** A vector of all ones in each element whose bit is set. */
function spreadBits(cpu: Cpu, bits: Value, lanes: 2 | 4 | 8): Value {
  if (lanes === 8) {
    const each = cpu.vector(cpu.i64(0x0008_0004_0002_0001n), cpu.i64(0x0080_0040_0020_0010n));
    return cpu.simd('i16x8.eq', cpu.vectorAnd(cpu.simd('i16x8.splat', cpu.wrap(bits)), each), each);
  }
  if (lanes === 4) {
    const each = cpu.vector(cpu.i64(0x0000_0002_0000_0001n), cpu.i64(0x0000_0008_0000_0004n));
    return cpu.simd('i32x4.eq', cpu.vectorAnd(cpu.simd('i32x4.splat', cpu.wrap(bits)), each), each);
  }
  const each = cpu.vector(cpu.i64(1), cpu.i64(2));
  return cpu.simd('i64x2.eq', cpu.vectorAnd(cpu.simd('i64x2.splat', bits), each), each);
}
const blendImmediate = (lanes: 2 | 4 | 8) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const b = cpu.let(from.get());
  blend(cpu, to, b, cpu.let(spreadBits(cpu, cpu.let(control), lanes)));
};

/** ZF: no bit in common; CF: none beyond the first operand's. */
const testBits = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  const a = cpu.let(to.get());
  const ZF = cpu.eqz(cpu.simd('v128.any_true', cpu.vectorAnd(a, b)));
  const CF = cpu.eqz(cpu.simd('v128.any_true', cpu.simd('v128.andnot', b, a)));
  cpu.flags.all(cpu.let(cpu.flags.join({ ZF, CF })));
};

/** An element by the low bits of an immediate, zero-extended in an i64. */
function element(cpu: Cpu, vector: Value, number: Value, bits: 8 | 16 | 32 | 64): Value {
  const perHalf = 64 / bits;
  const half = cpu.select(cpu.wrap(cpu.and(number, cpu.i64(perHalf))), cpu.lane(vector, 1), cpu.lane(vector, 0));
  if (bits === 64) return half;
  const mask = (1n << BigInt(bits)) - 1n;
  return cpu.and(cpu.shrU(half, cpu.mul(cpu.and(number, cpu.i64(perHalf - 1)), cpu.i64(bits))), cpu.i64(mask));
}
function withElement(cpu: Cpu, vector: Value, number: Value, value: Value, bits: 8 | 16 | 32 | 64): Value {
  const perHalf = 64 / bits;
  const upper = cpu.let(cpu.wrap(cpu.and(number, cpu.i64(perHalf))));
  const half = cpu.select(upper, cpu.lane(vector, 1), cpu.lane(vector, 0));
  const at = cpu.let(cpu.mul(cpu.and(number, cpu.i64(perHalf - 1)), cpu.i64(bits)));
  const mask = bits === 64 ? -1n : (1n << BigInt(bits)) - 1n;
  const placed = cpu.shl(cpu.and(value, cpu.i64(mask)), at);
  const changed = cpu.let(cpu.or(cpu.and(half, cpu.not(cpu.shl(cpu.i64(mask), at))), placed));
  return cpu.vector(cpu.select(upper, cpu.lane(vector, 0), changed), cpu.select(upper, changed, cpu.lane(vector, 1)));
}
/** To memory an element is written in its own size, to a register zero-extended. */
const extract = (bits: 8 | 16) => (cpu: Cpu, to: Place, from: VectorPlace, number: Value) => {
  const value = cpu.let(element(cpu, cpu.let(from.get()), cpu.let(number), bits));
  if (to.inMemory) cpu.write(to.address(), (bits / 8) as 1 | 2, value);
  else to.set(value);
};
const extractWide = (cpu: Cpu, to: Place, from: VectorPlace, number: Value) =>
  to.set(cpu.let(element(cpu, cpu.let(from.get()), cpu.let(number), to.size as 32 | 64)));
const insertByte = (cpu: Cpu, to: VectorPlace, from: Place, number: Value) => {
  const value = cpu.let(from.raw());
  to.set(withElement(cpu, cpu.let(to.get()), cpu.let(number), value, 8));
};
const insertWide = (cpu: Cpu, to: VectorPlace, from: Place, number: Value) => {
  const value = cpu.let(from.get());
  to.set(withElement(cpu, cpu.let(to.get()), cpu.let(number), value, from.size as 32 | 64));
};
/** Bits 7:6 choose the source's element, 5:4 where it goes, 3:0 what becomes 0. */
const insertSingle = (cpu: Cpu, to: VectorPlace, from: VectorPlace, given: Value) => {
  const control = cpu.let(given);
  const source = from.inMemory ? from.low32() : element(cpu, cpu.let(from.get()), cpu.shrU(control, cpu.i64(6)), 32);
  const value = cpu.let(source);
  const placed = cpu.let(withElement(cpu, cpu.let(to.get()), cpu.and(cpu.shrU(control, cpu.i64(4)), cpu.i64(3)), value, 32));
  to.set(cpu.simd('v128.andnot', placed, spreadBits(cpu, control, 4)));
};

/** Sums of absolute differences of four bytes of the source with those at eight places of the destination. */
const multipleSums = (cpu: Cpu, to: VectorPlace, from: VectorPlace, given: Value) => {
  const control = cpu.let(given);
  const b = cpu.let(from.get());
  const a = cpu.let(to.get());
  const four = cpu.let(element(cpu, b, cpu.and(control, cpu.i64(3)), 32));
  const start = cpu.let(cpu.and(control, cpu.i64(4)));
  let sum: Value | undefined;
  for (let byte = 0; byte < 4; byte++) {
    const indices = cpu.simd('i8x16.add', cpu.vector(cpu.i64(0x0706_0504_0302_0100n), cpu.i64(0)), cpu.simd('i8x16.splat', cpu.add(cpu.wrap(start), cpu.i32(byte))));
    const window = cpu.let(cpu.simd('i16x8.extend_low_i8x16_u', cpu.simd('i8x16.swizzle', a, indices)));
    const one = cpu.let(cpu.simd('i16x8.splat', cpu.wrap(cpu.and(cpu.shrU(four, cpu.i64(8 * byte)), cpu.i64(0xff)))));
    const apart = cpu.let(cpu.simd('i16x8.abs', cpu.simd('i16x8.sub', window, one)));
    sum = sum ? cpu.let(cpu.simd('i16x8.add', sum, apart)) : apart;
  }
  if (sum) to.set(sum);
};
/** The least word and where it is. */
const leastWord = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const words = cpu.let(from.get());
  const least = cpu.variable(cpu.i64(0xffff));
  const place = cpu.variable(cpu.i64(0));
  for (let word = 7; word >= 0; word--) {
    const value = cpu.let(element(cpu, words, cpu.i64(word), 16));
    cpu.when(cpu.leU(value, least.get()), () => {
      least.set(value);
      place.set(cpu.i64(word));
    });
  }
  to.set(cpu.vector(cpu.or(least.get(), cpu.shl(place.get(), cpu.i64(16))), cpu.i64(0)));
};
const load = (_cpu: Cpu, to: VectorPlace, from: VectorPlace) => to.set(from.get());
const blends: X86Traits = { rare: true, usesVectors: [0] };

export const vectorExtras: readonly X86Row[] = [
  row('pminsb', '38', 'i8x16.min_s'), row('pminsd', '39', 'i32x4.min_s'), row('pminuw', '3A', 'i16x8.min_u'), row('pminud', '3B', 'i32x4.min_u'),
  row('pmaxsb', '3C', 'i8x16.max_s'), row('pmaxsd', '3D', 'i32x4.max_s'), row('pmaxuw', '3E', 'i16x8.max_u'), row('pmaxud', '3F', 'i32x4.max_u'),
  row('pmulld', '40', 'i32x4.mul'), row('pmuldq', '28', evenSigned), row('pcmpeqq', '29', 'i64x2.eq'), row('packusdw', '2B', packUnsigned),
  row('pcmpgtq', '37', 'i64x2.gt_s'),
  instruction('movntdqa',   '66 0F 38 2A /r | xmm, m128', load, writes),
  instruction('phminposuw', '66 0F 38 41 /r | xmm, xmm/m128', leastWord, writes),
  ...widenings('s', 0x20), ...widenings('u', 0x30),
  instruction('pblendvb', '66 0F 38 10 /r | xmm, xmm/m128', blendBy('i8x16.shr_s', 8), blends),
  instruction('blendvps', '66 0F 38 14 /r | xmm, xmm/m128', blendBy('i32x4.shr_s', 32), blends),
  instruction('blendvpd', '66 0F 38 15 /r | xmm, xmm/m128', blendBy('i64x2.shr_s', 64), blends),
  instruction('blendps', '66 0F 3A 0C /r ib | xmm, xmm/m128, uimm', blendImmediate(4), rare),
  instruction('blendpd', '66 0F 3A 0D /r ib | xmm, xmm/m128, uimm', blendImmediate(2), rare),
  instruction('pblendw', '66 0F 3A 0E /r ib | xmm, xmm/m128, uimm', blendImmediate(8), rare),
  instruction('ptest',   '66 0F 38 17 /r | xmm, xmm/m128', testBits, { rare: true, first: 'read', flags: 'write' }),
  instruction('pextrb',  '66 0F 3A 14 /r ib | r/m32, xmm, uimm', extract(8), writes),
  instruction('pextrw',  '66 0F 3A 15 /r ib | r/m32, xmm, uimm', extract(16), writes),
  instruction('pextrd',  '66 0F 3A 16 /r ib | r/my, xmm, uimm', extractWide, { ...writes, spelling: { 64: 'pextrq' } }),
  instruction('extractps', '66 0F 3A 17 /r ib | r/m32, xmm, uimm', extractWide, writes),
  instruction('pinsrb',  '66 0F 3A 20 /r ib | xmm, r/m32, uimm', insertByteOf, rare),
  instruction('insertps', '66 0F 3A 21 /r ib | xmm, xmm/m32, uimm', insertSingle, rare),
  instruction('pinsrd',  '66 0F 3A 22 /r ib | xmm, r/my, uimm', insertWide, { ...rare, spelling: { 64: 'pinsrq' } }),
  instruction('mpsadbw', '66 0F 3A 42 /r ib | xmm, xmm/m128, uimm', multipleSums, rare),
];

/** A register's low byte, or a byte of memory. */
function insertByteOf(cpu: Cpu, to: VectorPlace, from: Place, number: Value): void {
  if (!from.inMemory) return insertByte(cpu, to, from, number);
  const value = cpu.let(cpu.read(from.address(), 1, false));
  to.set(withElement(cpu, cpu.let(to.get()), cpu.let(number), value, 8));
}
