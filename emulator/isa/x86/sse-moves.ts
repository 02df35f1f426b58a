/** Moves, shuffles and logic of the vector registers: SSE to SSSE3 (SDM, volume 1, sections 5.5 to 5.9). */
import type { Value, VectorName } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { Place, VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const writes: X86Traits = { first: 'write' };
const cold: X86Traits = { rare: true };
const coldWrites: X86Traits = { first: 'write', rare: true };

const aligned = (_cpu: Cpu, to: VectorPlace, from: VectorPlace) => to.set(from.get());
const unaligned = (_cpu: Cpu, to: VectorPlace, from: VectorPlace) => to.setUnaligned(from.getUnaligned());
/** From memory a scalar clears the rest of the register; between registers it leaves it. */
const single = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  if (from.inMemory) to.set(from.get());
  else to.setLow32(cpu.let(from.low32()));
};
const double = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  if (from.inMemory) to.set(from.get());
  else to.setLane(0, cpu.let(from.lane(0)));
};
const zeroAbove = (cpu: Cpu, to: VectorPlace, value: Value) => to.set(cpu.vector(value, cpu.i64(0)));

/** Both operands are vectors; the result goes to the first. */
const both = (make: (cpu: Cpu, a: Value, b: Value) => Value) => (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  to.set(make(cpu, cpu.let(to.get()), b));
};
const simd = (name: VectorName) => both((cpu, a, b) => cpu.simd(name, a, b));
const shuffled = (lanes: readonly number[]) => both((cpu, a, b) => cpu.shuffle(a, b, lanes));
/** Interleaves groups of bytes from the halves of two vectors. */
function interleave(bytes: number, high: boolean): number[] {
  const lanes: number[] = [];
  for (let group = 0; group < 8 / bytes; group++)
    for (const vector of [0, 16]) for (let byte = 0; byte < bytes; byte++) lanes.push(vector + (high ? 8 : 0) + group * bytes + byte);
  return lanes;
}

/** Picks dwords by an immediate, which is known where the row is compiled and computed by a table of bytes elsewhere. */
function pick(cpu: Cpu, source: Value, control: Value, fields: readonly number[], bytes: number): Value {
  // Byte by byte: four (or two) bits of the control choose each element.
  const mask = bytes === 8 ? 1 : 3;
  let [low, high] = [cpu.i64(0), cpu.i64(0)] as [Value, Value];
  fields.forEach((field, element) => {
    const number = cpu.and(cpu.shrU(control, cpu.i64(field)), cpu.i64(mask));
    for (let byte = 0; byte < bytes; byte++) {
      const at = element * bytes + byte;
      const index = cpu.add(cpu.mul(number, cpu.i64(bytes)), cpu.i64(byte));
      const placed = cpu.shl(index, cpu.i64((at % 8) * 8));
      if (at < 8) low = cpu.or(low, placed);
      else high = cpu.or(high, placed);
    }
  });
  return cpu.simd('i8x16.swizzle', source, cpu.vector(low, high));
}
const FOUR = [0, 2, 4, 6];
const shuffleDwords = (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) =>
  to.set(pick(cpu, cpu.let(from.get()), cpu.let(control), FOUR, 4));
/** Two dwords of the destination, then two of the source. */
const shuffleSingles = (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const second = cpu.let(from.get());
  const chosen = cpu.let(control);
  const low = pick(cpu, cpu.let(to.get()), chosen, FOUR, 4);
  const high = pick(cpu, second, chosen, FOUR, 4);
  to.set(cpu.shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31]));
};
const shuffleDoubles = (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const second = cpu.let(from.get());
  const chosen = cpu.let(control);
  const first = cpu.let(to.get());
  const bit = (at: number) => cpu.wrap(cpu.and(cpu.shrU(chosen, cpu.i64(at)), cpu.i64(1)));
  const low = cpu.select(bit(0), cpu.lane(first, 1), cpu.lane(first, 0));
  to.set(cpu.vector(low, cpu.select(bit(1), cpu.lane(second, 1), cpu.lane(second, 0))));
};
/** Words within one half, by the same kind of control. */
const shuffleWords = (half: 0 | 1) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, control: Value) => {
  const value = cpu.let(from.get());
  const chosen = cpu.let(control);
  const source = cpu.let(cpu.lane(value, half));
  let words: Value = cpu.i64(0);
  for (let word = 0; word < 4; word++) {
    const number = cpu.and(cpu.shrU(chosen, cpu.i64(2 * word)), cpu.i64(3));
    const picked = cpu.and(cpu.shrU(source, cpu.shl(number, cpu.i64(4))), cpu.i64(0xffff));
    words = cpu.or(words, cpu.shl(picked, cpu.i64(16 * word)));
  }
  to.set(half === 0 ? cpu.vector(words, cpu.lane(value, 1)) : cpu.vector(cpu.lane(value, 0), words));
};

const mask = (name: VectorName) => (cpu: Cpu, to: Place, from: VectorPlace) => to.set(cpu.extendU(cpu.simd(name, from.get())));
/** A word of a vector, by the low bits of an immediate. */
const extractWord = (cpu: Cpu, to: Place, from: VectorPlace, number: Value) => {
  const value = cpu.let(from.get());
  const half = cpu.select(cpu.wrap(cpu.and(number, cpu.i64(4))), cpu.lane(value, 1), cpu.lane(value, 0));
  to.set(cpu.and(cpu.shrU(half, cpu.shl(cpu.and(number, cpu.i64(3)), cpu.i64(4))), cpu.i64(0xffff)));
};
const insertWord = (cpu: Cpu, to: VectorPlace, from: Place, number: Value) => {
  const word = cpu.let(cpu.and(from.raw(), cpu.i64(0xffff)));
  const value = cpu.let(to.get());
  const upper = cpu.let(cpu.wrap(cpu.and(number, cpu.i64(4))));
  const at = cpu.let(cpu.shl(cpu.and(number, cpu.i64(3)), cpu.i64(4)));
  const half = cpu.select(upper, cpu.lane(value, 1), cpu.lane(value, 0));
  const changed = cpu.let(cpu.or(cpu.and(half, cpu.not(cpu.shl(cpu.i64(0xffff), at))), cpu.shl(word, at)));
  to.set(cpu.vector(cpu.select(upper, cpu.lane(value, 0), changed), cpu.select(upper, changed, cpu.lane(value, 1))));
};

/** PALIGNR and the shifts by bytes: sixteen bytes from a place in two vectors, with zeros beyond. */
function window(cpu: Cpu, low: Value, high: Value, from: Value): Value {
  const indices = cpu.vector(cpu.i64(0x0706_0504_0302_0100n), cpu.i64(0x0f0e_0d0c_0b0a_0908n));
  const at = cpu.let(cpu.simd('i8x16.add_sat_u', indices, cpu.simd('i8x16.splat', cpu.wrap(from))));
  const sixteen = cpu.simd('i8x16.splat', cpu.i32(16));
  return cpu.vectorOr(cpu.simd('i8x16.swizzle', low, at), cpu.simd('i8x16.swizzle', high, cpu.simd('i8x16.sub', at, sixteen)));
}
const ZERO = (cpu: Cpu) => cpu.vector(cpu.i64(0), cpu.i64(0));
/** A count beyond what a byte's index can reach does the same as the largest that can. */
const most = (cpu: Cpu, count: Value, limit: number) => cpu.let(cpu.select(cpu.gtU(count, cpu.i64(limit)), cpu.i64(limit), count));
const shiftBytesRight = (cpu: Cpu, to: VectorPlace, count: Value) => to.set(window(cpu, cpu.let(to.get()), ZERO(cpu), most(cpu, count, 16)));
const shiftBytesLeft = (cpu: Cpu, to: VectorPlace, count: Value) =>
  to.set(window(cpu, ZERO(cpu), cpu.let(to.get()), cpu.sub(cpu.i64(16), most(cpu, count, 16))));
const alignRight = (cpu: Cpu, to: VectorPlace, from: VectorPlace, count: Value) => {
  const low = cpu.let(from.get());
  to.set(window(cpu, low, cpu.let(to.get()), most(cpu, count, 32)));
};

const logic = (name: string, opcode: string, operation: VectorName): X86Row[] => {
  const swap = operation === 'v128.andnot';
  const meaning = both((cpu, a, b) => (swap ? cpu.simd(operation, b, a) : cpu.simd(operation, a, b)));
  return [
    instruction(`${name}ps`, `NP 0F ${opcode} /r | xmm, xmm/m128`, meaning),
    instruction(`${name}pd`, `66 0F ${opcode} /r | xmm, xmm/m128`, meaning, cold),
  ];
};
const storeHalf = (half: 0 | 1) => (cpu: Cpu, to: Place, from: VectorPlace) => to.set(cpu.let(from.lane(half)));
const loadHalf = (half: 0 | 1) => (cpu: Cpu, to: VectorPlace, from: Place) => to.setLane(half, cpu.let(from.get()));

export const vectorMoves: readonly X86Row[] = [
  instruction('movups', 'NP 0F 10 /r | xmm, xmm/m128', unaligned, writes),
  instruction('movupd', '66 0F 10 /r | xmm, xmm/m128', unaligned, coldWrites),
  instruction('movups', 'NP 0F 11 /r | xmm/m128, xmm', unaligned, writes),
  instruction('movupd', '66 0F 11 /r | xmm/m128, xmm', unaligned, coldWrites),
  instruction('movss',  'F3 0F 10 /r | xmm, xmm/m32',  single),
  instruction('movss',  'F3 0F 11 /r | xmm/m32, xmm',  single),
  instruction('movsd',  'F2 0F 10 /r | xmm, xmm/m64',  double),
  instruction('movsd',  'F2 0F 11 /r | xmm/m64, xmm',  double),
  instruction('movlps', 'NP 0F 12 /r | xmm, m64',      loadHalf(0), cold),
  instruction('movlpd', '66 0F 12 /r | xmm, m64',      loadHalf(0), cold),
  instruction('movhlps', 'NP 0F 12 /r | xmm, xmm',     (cpu, to, from) => to.setLane(0, cpu.let(from.lane(1))), cold),
  instruction('movlps', 'NP 0F 13 /r | m64, xmm',      storeHalf(0), coldWrites),
  instruction('movlpd', '66 0F 13 /r | m64, xmm',      storeHalf(0), coldWrites),
  instruction('movhps', 'NP 0F 16 /r | xmm, m64',      loadHalf(1)),
  instruction('movhpd', '66 0F 16 /r | xmm, m64',      loadHalf(1), cold),
  instruction('movlhps', 'NP 0F 16 /r | xmm, xmm',     (cpu, to, from) => to.setLane(1, cpu.let(from.lane(0))), cold),
  instruction('movhps', 'NP 0F 17 /r | m64, xmm',      storeHalf(1), coldWrites),
  instruction('movhpd', '66 0F 17 /r | m64, xmm',      storeHalf(1), coldWrites),
  instruction('movaps', 'NP 0F 28 /r | xmm, xmm/m128', aligned, writes),
  instruction('movapd', '66 0F 28 /r | xmm, xmm/m128', aligned, coldWrites),
  instruction('movaps', 'NP 0F 29 /r | xmm/m128, xmm', aligned, writes),
  instruction('movapd', '66 0F 29 /r | xmm/m128, xmm', aligned, coldWrites),
  instruction('movntps', 'NP 0F 2B /r | m128, xmm',    aligned, coldWrites),
  instruction('movntpd', '66 0F 2B /r | m128, xmm',    aligned, coldWrites),
  instruction('movntdq', '66 0F E7 /r | m128, xmm',    aligned, coldWrites),
  instruction('movdqa', '66 0F 6F /r | xmm, xmm/m128', aligned, writes),
  instruction('movdqa', '66 0F 7F /r | xmm/m128, xmm', aligned, writes),
  instruction('movdqu', 'F3 0F 6F /r | xmm, xmm/m128', unaligned, writes),
  instruction('movdqu', 'F3 0F 7F /r | xmm/m128, xmm', unaligned, writes),
  instruction('lddqu',  'F2 0F F0 /r | xmm, m128',     unaligned, coldWrites),
  instruction('movd',   '66 0F 6E /r | xmm, r/my',     (cpu, to, from) => zeroAbove(cpu, to, cpu.let(from.get())), { ...writes, spelling: { 64: 'movq' } }),
  instruction('movd',   '66 0F 7E /r | r/my, xmm',     (cpu, to, from) => to.set(cpu.let(from.lane(0))), { ...writes, spelling: { 64: 'movq' } }),
  instruction('movq',   'F3 0F 7E /r | xmm, xmm/m64',  (cpu, to, from) => zeroAbove(cpu, to, cpu.let(from.lane(0))), writes),
  instruction('movq',   '66 0F D6 /r | xmm/m64, xmm',  (cpu, to, from) => (to.inMemory ? to.setLane(0, cpu.let(from.lane(0))) : zeroAbove(cpu, to, cpu.let(from.lane(0)))), writes),
  instruction('movmskps', 'NP 0F 50 /r | r32, xmm',    mask('i32x4.bitmask'), coldWrites),
  instruction('movmskpd', '66 0F 50 /r | r32, xmm',    mask('i64x2.bitmask'), coldWrites),
  instruction('pmovmskb', '66 0F D7 /r | r32, xmm',    mask('i8x16.bitmask'), writes),
  instruction('unpcklps', 'NP 0F 14 /r | xmm, xmm/m128', shuffled(interleave(4, false)), cold),
  instruction('unpckhps', 'NP 0F 15 /r | xmm, xmm/m128', shuffled(interleave(4, true)), cold),
  instruction('unpcklpd', '66 0F 14 /r | xmm, xmm/m128', shuffled(interleave(8, false)), cold),
  instruction('unpckhpd', '66 0F 15 /r | xmm, xmm/m128', shuffled(interleave(8, true)), cold),
  instruction('punpcklbw', '66 0F 60 /r | xmm, xmm/m128', shuffled(interleave(1, false))),
  instruction('punpcklwd', '66 0F 61 /r | xmm, xmm/m128', shuffled(interleave(2, false))),
  instruction('punpckldq', '66 0F 62 /r | xmm, xmm/m128', shuffled(interleave(4, false))),
  instruction('punpcklqdq', '66 0F 6C /r | xmm, xmm/m128', shuffled(interleave(8, false))),
  instruction('punpckhbw', '66 0F 68 /r | xmm, xmm/m128', shuffled(interleave(1, true)), cold),
  instruction('punpckhwd', '66 0F 69 /r | xmm, xmm/m128', shuffled(interleave(2, true)), cold),
  instruction('punpckhdq', '66 0F 6A /r | xmm, xmm/m128', shuffled(interleave(4, true)), cold),
  instruction('punpckhqdq', '66 0F 6D /r | xmm, xmm/m128', shuffled(interleave(8, true)), cold),
  instruction('pshufd',  '66 0F 70 /r ib | xmm, xmm/m128, uimm', shuffleDwords, writes),
  instruction('pshufhw', 'F3 0F 70 /r ib | xmm, xmm/m128, uimm', shuffleWords(1), coldWrites),
  instruction('pshuflw', 'F2 0F 70 /r ib | xmm, xmm/m128, uimm', shuffleWords(0), coldWrites),
  instruction('shufps',  'NP 0F C6 /r ib | xmm, xmm/m128, uimm', shuffleSingles, cold),
  instruction('shufpd',  '66 0F C6 /r ib | xmm, xmm/m128, uimm', shuffleDoubles, cold),
  instruction('pinsrw',  '66 0F C4 /r ib | xmm, r/m16, uimm',    insertWord, cold),
  instruction('pextrw',  '66 0F C5 /r ib | r32, xmm, uimm',      extractWord, coldWrites),
  instruction('psrldq',  '66 0F 73 /3 ib | xmm, uimm', shiftBytesRight, cold),
  instruction('pslldq',  '66 0F 73 /7 ib | xmm, uimm', shiftBytesLeft, cold),
  instruction('palignr', '66 0F 3A 0F /r ib | xmm, xmm/m128, uimm', alignRight, cold),
  instruction('pshufb',  '66 0F 38 00 /r | xmm, xmm/m128', both((cpu, a, b) => cpu.simd('i8x16.swizzle', a, cpu.vectorAnd(b, cpu.simd('i8x16.splat', cpu.i32(0x8f))))), cold),
  instruction('movddup',  'F2 0F 12 /r | xmm, xmm/m64',  (cpu, to, from) => { const value = cpu.let(from.lane(0)); to.set(cpu.vector(value, value)); }, coldWrites),
  instruction('movsldup', 'F3 0F 12 /r | xmm, xmm/m128', (cpu, to, from) => { const value = cpu.let(from.get()); to.set(cpu.shuffle(value, value, [0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11])); }, coldWrites),
  instruction('movshdup', 'F3 0F 16 /r | xmm, xmm/m128', (cpu, to, from) => { const value = cpu.let(from.get()); to.set(cpu.shuffle(value, value, [4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15])); }, coldWrites),
  ...logic('and', '54', 'v128.and'), ...logic('andn', '55', 'v128.andnot'), ...logic('or', '56', 'v128.or'), ...logic('xor', '57', 'v128.xor'),
  instruction('pand',  '66 0F DB /r | xmm, xmm/m128', simd('v128.and')),
  instruction('pandn', '66 0F DF /r | xmm, xmm/m128', both((cpu, a, b) => cpu.simd('v128.andnot', b, a))),
  instruction('por',   '66 0F EB /r | xmm, xmm/m128', simd('v128.or')),
  instruction('pxor',  '66 0F EF /r | xmm, xmm/m128', simd('v128.xor')),
];
