/** SHA-1 and SHA-256 (SDM, volume 1, section 5.20 "SHA"; FIPS 180-4): rounds and the message's schedule. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** Four dwords as i32, from the lowest. */
function words(cpu: Cpu, vector: Value): [Value, Value, Value, Value] {
  const [low, high] = [cpu.let(cpu.lane(vector, 0)), cpu.let(cpu.lane(vector, 1))];
  const upper = (half: Value) => cpu.let(cpu.wrap(cpu.shrU(half, cpu.i64(32))));
  return [cpu.let(cpu.wrap(low)), upper(low), cpu.let(cpu.wrap(high)), upper(high)];
}
function joined(cpu: Cpu, [a, b, c, d]: readonly [Value, Value, Value, Value]): Value {
  const pair = (low: Value, high: Value) => cpu.or(cpu.extendU(low), cpu.shl(cpu.extendU(high), cpu.i64(32)));
  return cpu.vector(pair(a, b), pair(c, d));
}
const left = (cpu: Cpu, value: Value, by: number): Value => cpu.rotl(value, cpu.i32(by));
const right = (cpu: Cpu, value: Value, by: number): Value => cpu.rotr(value, cpu.i32(by));

/** By the immediate: which function and constant of SHA-1's four (FIPS 180-4, sections 4.1.1 and 4.2.1). */
const CONSTANTS = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6] as const;
function mixed(cpu: Cpu, kind: Value, b: Value, c: Value, d: Value): Value {
  const choice = cpu.xor(d, cpu.and(b, cpu.xor(c, d)));
  const parity = cpu.xor(cpu.xor(b, c), d);
  const majority = cpu.or(cpu.and(b, c), cpu.and(d, cpu.or(b, c)));
  const later = cpu.select(cpu.eq(kind, cpu.i32(2)), majority, parity);
  return cpu.select(cpu.eqz(kind), choice, later);
}
const fourRounds = (cpu: Cpu, to: VectorPlace, from: VectorPlace, immediate: Value) => {
  const message = words(cpu, cpu.let(from.get()));
  const state = words(cpu, cpu.let(to.get()));
  const kind = cpu.let(cpu.and(cpu.wrap(immediate), cpu.i32(3)));
  const is = (number: number) => cpu.eq(kind, cpu.i32(number));
  const [k0, k1, k2, k3] = CONSTANTS.map((value) => cpu.i32(value | 0)) as [Value, Value, Value, Value];
  const k = cpu.let(cpu.select(is(0), k0, cpu.select(is(1), k1, cpu.select(is(2), k2, k3))));
  let [d, c, b, a] = state;
  // The first dword of the message has the fifth variable added already.
  let e: Value = cpu.i32(0);
  for (const w of message.toReversed()) {
    const sum = cpu.add(cpu.add(mixed(cpu, kind, b, c, d), left(cpu, a, 5)), cpu.add(cpu.add(w, e), k));
    [a, b, c, d, e] = [cpu.let(sum), a, cpu.let(left(cpu, b, 30)), c, d];
  }
  to.set(joined(cpu, [d, c, b, a]));
};
const nextE = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [w0, w1, w2, w3] = words(cpu, cpu.let(from.get()));
  const [, , , a] = words(cpu, cpu.let(to.get()));
  to.set(joined(cpu, [w0, w1, w2, cpu.add(w3, left(cpu, a, 30))]));
};
const message1 = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const b = cpu.let(from.get());
  const a = cpu.let(to.get());
  to.set(cpu.vectorXor(a, cpu.shuffle(a, b, [24, 25, 26, 27, 28, 29, 30, 31, 0, 1, 2, 3, 4, 5, 6, 7])));
};
const message2 = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [w15, w14, w13] = words(cpu, cpu.let(from.get()));
  const [a0, a1, a2, a3] = words(cpu, cpu.let(to.get()));
  const w16 = cpu.let(left(cpu, cpu.xor(a3, w13), 1));
  const w17 = left(cpu, cpu.xor(a2, w14), 1);
  const w18 = left(cpu, cpu.xor(a1, w15), 1);
  const w19 = left(cpu, cpu.xor(a0, w16), 1);
  to.set(joined(cpu, [w19, w18, w17, w16]));
};

/** Two rounds of SHA-256: the first operand has C, D, G, H, the second A, B, E, F, XMM0 two words with their constants. */
const twoRounds = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [f0, e0, b0, a0] = words(cpu, cpu.let(from.get()));
  const [h0, g0, d0, c0] = words(cpu, cpu.let(to.get()));
  const [w0, w1] = words(cpu, cpu.getVector(cpu.register('xmm', 0)));
  let [a, b, c, d, e, f, g, h]: Value[] = [a0, b0, c0, d0, e0, f0, g0, h0];
  for (const w of [w0, w1]) {
    const [A, B, C, D, E, F, G, H] = [a, b, c, d, e, f, g, h] as [Value, Value, Value, Value, Value, Value, Value, Value];
    const choice = cpu.xor(G, cpu.and(E, cpu.xor(F, G)));
    const majority = cpu.or(cpu.and(A, B), cpu.and(C, cpu.or(A, B)));
    const ofE = cpu.xor(cpu.xor(right(cpu, E, 6), right(cpu, E, 11)), right(cpu, E, 25));
    const ofA = cpu.xor(cpu.xor(right(cpu, A, 2), right(cpu, A, 13)), right(cpu, A, 22));
    const t = cpu.let(cpu.add(cpu.add(choice, ofE), cpu.add(w, H)));
    [a, b, c, d, e, f, g, h] = [cpu.let(cpu.add(t, cpu.add(majority, ofA))), A, B, C, cpu.let(cpu.add(t, D)), E, F, G];
  }
  to.set(joined(cpu, [f, e, b, a] as [Value, Value, Value, Value]));
};
const small = (cpu: Cpu, value: Value, first: number, second: number, shifted: number): Value =>
  cpu.xor(cpu.xor(right(cpu, value, first), right(cpu, value, second)), cpu.shrU(value, cpu.i32(shifted)));
const schedule1 = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [w4] = words(cpu, cpu.let(from.get()));
  const [w0, w1, w2, w3] = words(cpu, cpu.let(to.get()));
  const with0 = (word: Value, next: Value) => cpu.add(word, small(cpu, next, 7, 18, 3));
  to.set(joined(cpu, [with0(w0, w1), with0(w1, w2), with0(w2, w3), with0(w3, w4)]));
};
const schedule2 = (cpu: Cpu, to: VectorPlace, from: VectorPlace) => {
  const [, , w14, w15] = words(cpu, cpu.let(from.get()));
  const [a0, a1, a2, a3] = words(cpu, cpu.let(to.get()));
  const with1 = (word: Value, before: Value) => cpu.let(cpu.add(word, small(cpu, before, 17, 19, 10)));
  const [w16, w17] = [with1(a0, w14), with1(a1, w15)];
  to.set(joined(cpu, [w16, w17, with1(a2, w16), with1(a3, w17)]));
};

const rare: X86Traits = { rare: true };
export const hashes: readonly X86Row[] = [
  instruction('sha1rnds4',   'NP 0F 3A CC /r ib | xmm, xmm/m128, uimm', fourRounds, rare),
  instruction('sha1nexte',   'NP 0F 38 C8 /r | xmm, xmm/m128', nextE,     rare),
  instruction('sha1msg1',    'NP 0F 38 C9 /r | xmm, xmm/m128', message1,  rare),
  instruction('sha1msg2',    'NP 0F 38 CA /r | xmm, xmm/m128', message2,  rare),
  instruction('sha256rnds2', 'NP 0F 38 CB /r | xmm, xmm/m128', twoRounds, { ...rare, usesVectors: [0] }),
  instruction('sha256msg1',  'NP 0F 38 CC /r | xmm, xmm/m128', schedule1, rare),
  instruction('sha256msg2',  'NP 0F 38 CD /r | xmm, xmm/m128', schedule2, rare),
];
