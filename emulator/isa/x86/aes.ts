/** AES-NI (SDM, volume 1, section 5.12): rounds of the cipher (FIPS 197), sixteen bytes at a time. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';

/** Multiplication by x in the field of bytes, modulo x^8 + x^4 + x^3 + x + 1. */
const doubled = (value: number): number => ((value << 1) ^ (value & 0x80 ? 0x11b : 0)) & 0xff;
function product(a: number, b: number): number {
  let sum = 0;
  for (let bit = 0, power = a; bit < 8; bit++, power = doubled(power)) if ((b >> bit) & 1) sum ^= power;
  return sum;
}
/** The affine transformation of an inverse (FIPS 197, section 5.1.1). */
function substitution(): number[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let inverse = 0;
    for (let candidate = 1; candidate < 256 && inverse === 0; candidate++) if (product(byte, candidate) === 1) inverse = candidate;
    let bits = 0x63;
    for (let turn = 0; turn < 5; turn++) bits ^= ((inverse << turn) | (inverse >> (8 - turn))) & 0xff;
    return bits;
  });
}
let boxes: { readonly forward: readonly number[]; readonly inverse: readonly number[] } | undefined;
function made() {
  if (boxes) return boxes;
  const forward = substitution();
  const inverse = Array.from({ length: 256 }, () => 0);
  forward.forEach((to, from) => (inverse[to] = from));
  return (boxes = { forward, inverse });
}

const constant = (cpu: Cpu, bytes: readonly number[]): Value => {
  const half = (from: number) => bytes.slice(from, from + 8).reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  return cpu.vector(cpu.i64(half(0)), cpu.i64(half(8)));
};
const same = (cpu: Cpu, byte: number): Value => constant(cpu, Array.from({ length: 16 }, () => byte));

/** Each byte by a table of 256: sixteen at a time, of which a byte's index fits into one. */
export function substitute(cpu: Cpu, bytes: Value, direction: 'forward' | 'inverse'): Value {
  const table = made()[direction];
  let found: Value | undefined;
  for (let part = 0; part < 16; part++) {
    const index = part === 0 ? bytes : cpu.simd('i8x16.sub', bytes, same(cpu, 16 * part));
    const chosen = cpu.simd('i8x16.swizzle', constant(cpu, table.slice(16 * part, 16 * part + 16)), index);
    found = cpu.let(found ? cpu.vectorOr(found, chosen) : chosen);
  }
  return found as Value;
}

const arrange = (cpu: Cpu, value: Value, lanes: readonly number[]): Value => cpu.let(cpu.shuffle(value, value, lanes));
const places = Array.from({ length: 16 }, (_, byte) => byte);
/** Row r of the state (each fourth byte) turned by r columns. */
const ROWS = places.map((byte) => (byte + 4 * (byte & 3)) & 15);
const ROWS_BACK = places.map((byte) => (byte - 4 * (byte & 3)) & 15);
/** The bytes of each column, so many places on. */
const turned = (by: number) => places.map((byte) => (byte & ~3) | ((byte + by) & 3));

const twice = (cpu: Cpu, value: Value): Value => {
  const reduced = cpu.vectorAnd(cpu.simd('i8x16.shr_s', value, cpu.i32(7)), same(cpu, 0x1b));
  return cpu.let(cpu.vectorXor(cpu.simd('i8x16.shl', value, cpu.i32(1)), reduced));
};
/** Each column times 3x^3 + x^2 + x + 2. */
function mixColumns(cpu: Cpu, state: Value): Value {
  const next = arrange(cpu, state, turned(1));
  const both = cpu.let(cpu.vectorXor(state, next));
  const others = cpu.vectorXor(next, arrange(cpu, both, turned(2)));
  return cpu.let(cpu.vectorXor(twice(cpu, both), others));
}
/** Times the inverse of that, which is it times 4x^2 + 5. */
export function unmixColumns(cpu: Cpu, state: Value): Value {
  const across = cpu.let(cpu.vectorXor(state, arrange(cpu, state, turned(2))));
  return mixColumns(cpu, cpu.let(cpu.vectorXor(state, twice(cpu, twice(cpu, across)))));
}

/** AESENC and AESENCLAST of a state and a round's key. */
export const encryptRound = (last: boolean) => (cpu: Cpu, state: Value, key: Value): Value => {
  const bytes = substitute(cpu, arrange(cpu, state, ROWS), 'forward');
  return cpu.vectorXor(last ? bytes : mixColumns(cpu, bytes), key);
};
/** AESDEC and AESDECLAST. */
export const decryptRound = (last: boolean) => (cpu: Cpu, state: Value, key: Value): Value => {
  const bytes = substitute(cpu, arrange(cpu, state, ROWS_BACK), 'inverse');
  return cpu.vectorXor(last ? bytes : unmixColumns(cpu, bytes), key);
};
/** AESKEYGENASSIST: the second and fourth dwords substituted, as they are, and turned with the round's constant. */
export function assistKey(cpu: Cpu, value: Value, round: Value): Value {
  const bytes = substitute(cpu, arrange(cpu, value, [4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15]), 'forward');
  const words = arrange(cpu, bytes, [0, 1, 2, 3, 5, 6, 7, 4, 8, 9, 10, 11, 13, 14, 15, 12]);
  const constants = cpu.shl(cpu.and(round, cpu.i64(0xff)), cpu.i64(32));
  return cpu.vectorXor(words, cpu.simd('i64x2.splat', constants));
}
