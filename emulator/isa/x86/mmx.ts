/**
 * MMX: the low halves of what SSE2 does, in registers that are the significands of the x87 unit (SDM, volume 1, chapter 9, and
 * volume 3A, section 12.2). Whatever touches them makes all of that unit's registers valid and its top 0.
 */
import type { Value, VectorName } from '../value.ts';
import { type Cpu, VECTOR } from './cpu.ts';
import type { Place } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';
import { vectorIntegers } from './sse-integer.ts';

const rare: X86Traits = { rare: true, mayTrap: true };
const writes: X86Traits = { ...rare, first: 'write' };
const TOP = 7 << 11;
const EMULATED_OR_SWITCHED = (1 << 2) | (1 << 3);

/** The unit as an instruction leaves it, or the exception that says it is not there. */
export function enterMmx(cpu: Cpu): void {
  cpu.raiseWhen(cpu.and(cpu.field('cr0'), cpu.i32(EMULATED_OR_SWITCHED)), VECTOR.deviceNotAvailable);
  cpu.setField('fpuStatus', cpu.and(cpu.field('fpuStatus'), cpu.i32(~TOP)));
  cpu.setField('fpuTags', cpu.i32(0xff));
}
const whole = (cpu: Cpu, place: Place): Value => cpu.let(cpu.vector(cpu.let(place.get()), cpu.i64(0)));
type Make = (cpu: Cpu, a: Value, b: Value) => Value;
/** Two operands as the low halves of vectors; of the result the low half counts. */
const both = (make: Make, half: 0 | 1 = 0) => (cpu: Cpu, to: Place, from: Place) => {
  enterMmx(cpu);
  const b = whole(cpu, from);
  to.set(cpu.let(cpu.lane(make(cpu, whole(cpu, to), b), half)));
};
const row = (name: string, opcode: string, make: Make | VectorName, half: 0 | 1 = 0): X86Row =>
  instruction(name, `NP 0F ${opcode} /r | mm, mm/m64`, both(typeof make === 'string' ? (cpu, a, b) => cpu.simd(make, a, b) : make, half), rare);

/** Interleaves groups of bytes of two low halves; the upper half of that is what the high forms give. */
function interleave(bytes: number): Make {
  const lanes: number[] = [];
  for (let group = 0; group < 8 / bytes; group++) for (const vector of [0, 16]) for (let byte = 0; byte < bytes; byte++) lanes.push(vector + group * bytes + byte);
  return (cpu, a, b) => cpu.shuffle(a, b, lanes);
}
/** Each operand's results lie in the lower part of a half. */
const pack =
  (name: VectorName): Make =>
  (cpu, a, b) => {
    const packed = cpu.let(cpu.simd(name, a, b));
    return cpu.shuffle(packed, packed, [0, 1, 2, 3, 8, 9, 10, 11, 0, 0, 0, 0, 0, 0, 0, 0]);
  };
function shift(cpu: Cpu, value: Value, count: Value, name: VectorName, width: number): Value {
  const tooFar = cpu.let(cpu.gtU(count, cpu.i64(width - 1)));
  if (name.endsWith('shr_s')) return cpu.simd(name, value, cpu.select(tooFar, cpu.i32(width - 1), cpu.wrap(count)));
  return cpu.select(tooFar, cpu.vector(cpu.i64(0), cpu.i64(0)), cpu.let(cpu.simd(name, value, cpu.wrap(count))));
}
function shiftRows(name: string, opcode: string, [immediate, digit]: readonly [string, number], operation: VectorName, width: number): X86Row[] {
  const by = (cpu: Cpu, to: Place, count: Value) => {
    enterMmx(cpu);
    to.set(cpu.let(cpu.lane(shift(cpu, whole(cpu, to), count, operation, width), 0)));
  };
  return [
    instruction(name, `NP 0F ${opcode} /r | mm, mm/m64`, (cpu, to, from) => by(cpu, to, cpu.let(from.get())), rare),
    instruction(name, `NP 0F ${immediate} /${digit as 2} ib | mm, uimm`, by, rare),
  ];
}
/** Moves: with registers of the unit on one side or both. */
const move = (cpu: Cpu, to: Place, from: Place) => {
  enterMmx(cpu);
  to.set(cpu.let(from.get()));
};
const shuffleWords = (cpu: Cpu, to: Place, from: Place, control: Value) => {
  enterMmx(cpu);
  const source = cpu.let(from.get());
  let words: Value = cpu.i64(0);
  for (let word = 0; word < 4; word++) {
    const number = cpu.and(cpu.shrU(control, cpu.i64(2 * word)), cpu.i64(3));
    words = cpu.or(words, cpu.shl(cpu.and(cpu.shrU(source, cpu.shl(number, cpu.i64(4))), cpu.i64(0xffff)), cpu.i64(16 * word)));
  }
  to.set(cpu.let(words));
};
const wordAt = (cpu: Cpu, number: Value) => cpu.let(cpu.shl(cpu.and(number, cpu.i64(3)), cpu.i64(4)));
const insertWord = (cpu: Cpu, to: Place, from: Place, number: Value) => {
  enterMmx(cpu);
  const at = wordAt(cpu, number);
  const word = cpu.let(cpu.and(from.get(), cpu.i64(0xffff)));
  to.set(cpu.let(cpu.or(cpu.and(to.get(), cpu.not(cpu.shl(cpu.i64(0xffff), at))), cpu.shl(word, at))));
};
const extractWord = (cpu: Cpu, to: Place, from: Place, number: Value) => {
  enterMmx(cpu);
  to.set(cpu.let(cpu.and(cpu.shrU(from.get(), wordAt(cpu, number)), cpu.i64(0xffff))));
};

/** Rows of SSE2 and SSSE3 whose low half is MMX's whole, by name; those that pack, or shift by a count, are not among them. */
const SHARED = /^p(add|sub|mul|madd|sad|avg|min|max|cmp|sign|abs)/;
const fromVectors = (): X86Row[] =>
  vectorIntegers
    .filter(({ name, text }) => SHARED.test(name) && /\| xmm, xmm\/m128$/.test(text))
    .map((given) => {
      const meaning = given.meaning as unknown as (cpu: Cpu, to: VectorHalf, from: VectorHalf) => void;
      const text = given.text.replace(/^66/, 'NP').replace('xmm, xmm/m128', 'mm, mm/m64');
      return instruction(given.name, text as '| mm, mm/m64', (cpu, to, from) => {
        enterMmx(cpu);
        meaning(cpu, half(cpu, to), half(cpu, from));
      }, rare);
    });
/** As much of a vector's place as those rows use. */
interface VectorHalf {
  get(): Value;
  set(value: Value): void;
}
const half = (cpu: Cpu, place: Place): VectorHalf => ({
  get: () => whole(cpu, place),
  set: (value) => place.set(cpu.let(cpu.lane(value, 0))),
});

export const mmx: readonly X86Row[] = [
  instruction('emms', 'NP 0F 77 |', (cpu) => {
    enterMmx(cpu);
    cpu.setField('fpuTags', cpu.i32(0));
  }, rare),
  ...fromVectors(),
  row('punpcklbw', '60', interleave(1)), row('punpcklwd', '61', interleave(2)), row('punpckldq', '62', interleave(4)),
  row('punpckhbw', '68', interleave(1), 1), row('punpckhwd', '69', interleave(2), 1), row('punpckhdq', '6A', interleave(4), 1),
  row('packsswb', '63', pack('i8x16.narrow_i16x8_s')), row('packssdw', '6B', pack('i16x8.narrow_i32x4_s')), row('packuswb', '67', pack('i8x16.narrow_i16x8_u')),
  row('pand', 'DB', 'v128.and'), row('pandn', 'DF', (cpu, a, b) => cpu.simd('v128.andnot', b, a)), row('por', 'EB', 'v128.or'), row('pxor', 'EF', 'v128.xor'),
  row('pshufb', '38 00', (cpu, a, b) => cpu.simd('i8x16.swizzle', a, cpu.vectorAnd(b, cpu.simd('i8x16.splat', cpu.i32(0x87))))),
  ...shiftRows('psllw', 'F1', ['71', 6], 'i16x8.shl', 16), ...shiftRows('pslld', 'F2', ['72', 6], 'i32x4.shl', 32), ...shiftRows('psllq', 'F3', ['73', 6], 'i64x2.shl', 64),
  ...shiftRows('psrlw', 'D1', ['71', 2], 'i16x8.shr_u', 16), ...shiftRows('psrld', 'D2', ['72', 2], 'i32x4.shr_u', 32), ...shiftRows('psrlq', 'D3', ['73', 2], 'i64x2.shr_u', 64),
  ...shiftRows('psraw', 'E1', ['71', 4], 'i16x8.shr_s', 16), ...shiftRows('psrad', 'E2', ['72', 4], 'i32x4.shr_s', 32),
  instruction('movd', 'NP 0F 6E /r | mm, r/my', move, { ...writes, spelling: { 64: 'movq' } }),
  instruction('movd', 'NP 0F 7E /r | r/my, mm', move, { ...writes, spelling: { 64: 'movq' } }),
  instruction('movq', 'NP 0F 6F /r | mm, mm/m64', move, writes),
  instruction('movq', 'NP 0F 7F /r | mm/m64, mm', move, writes),
  instruction('movntq', 'NP 0F E7 /r | m64, mm', move, writes),
  instruction('pshufw', 'NP 0F 70 /r ib | mm, mm/m64, uimm', shuffleWords, writes),
  instruction('pinsrw', 'NP 0F C4 /r ib | mm, r/m16, uimm', insertWord, rare),
  instruction('pextrw', 'NP 0F C5 /r ib | r32, mm, uimm', extractWord, writes),
  instruction('pmovmskb', 'NP 0F D7 /r | r32, mm', (cpu, to, from) => {
    enterMmx(cpu);
    to.set(cpu.extendU(cpu.and(cpu.simd('i8x16.bitmask', whole(cpu, from)), cpu.i32(0xff))));
  }, writes),
  instruction('movdq2q', 'F2 0F D6 /r | mm, xmm', (cpu, to, from) => {
    enterMmx(cpu);
    to.set(cpu.let(from.lane(0)));
  }, writes),
  instruction('movq2dq', 'F3 0F D6 /r | xmm, mm', (cpu, to, from) => {
    enterMmx(cpu);
    to.set(cpu.vector(cpu.let(from.get()), cpu.i64(0)));
  }, writes),
];
