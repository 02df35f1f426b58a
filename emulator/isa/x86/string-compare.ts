/**
 * PCMPISTRI and its kin (SDM, volume 2, section 4.1): two strings in vector registers compared element by element. Which
 * elements of the second match is worked out as a mask of bits, one an element.
 */
import type { Value, VectorName } from '../value.ts';
import { type Cpu, GPR } from './cpu.ts';
import type { VectorPlace } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** Elements are bytes or words. */
interface Elements {
  readonly count: 16 | 8;
  readonly equal: VectorName;
  readonly greater: VectorName;
  readonly splat: VectorName;
  readonly bitmask: VectorName;
  readonly sign: number;
}
const BYTES: Elements = { count: 16, equal: 'i8x16.eq', greater: 'i8x16.gt_s', splat: 'i8x16.splat', bitmask: 'i8x16.bitmask', sign: 0x80 };
const WORDS: Elements = { count: 8, equal: 'i16x8.eq', greater: 'i16x8.gt_s', splat: 'i16x8.splat', bitmask: 'i16x8.bitmask', sign: 0x8000 };

/** The immediate's fields, i32. */
const field = (cpu: Cpu, control: Value, at: number, mask: number) => cpu.and(cpu.shrU(control, cpu.i32(at)), cpu.i32(mask));
/** The bits below a number. */
const below = (cpu: Cpu, count: Value) => cpu.sub(cpu.shl(cpu.i32(1), count), cpu.i32(1));

interface Strings {
  readonly a: Value;
  readonly b: Value;
  /** Valid elements. */
  readonly lengthA: Value;
  readonly lengthB: Value;
}

/** All elements of a vector like one of another's. */
function repeated({ count }: Elements, cpu: Cpu, vector: Value, element: number): Value {
  const bytes = 16 / count;
  return cpu.shuffle(vector, vector, Array.from({ length: 16 }, (_, byte) => element * bytes + (byte % bytes)));
}

function matches(cpu: Cpu, elements: Elements, { a, b, lengthA, lengthB }: Strings, control: Value): Value {
  const { count, equal, greater, splat, bitmask, sign } = elements;
  const found = cpu.variable(cpu.i32(0));
  const kind = cpu.let(field(cpu, control, 2, 3));
  const valid = cpu.let(below(cpu, lengthB));
  const each = Array.from({ length: count }, (_, element) => element);
  const same = (element: number) => cpu.simd(bitmask, cpu.simd(equal, b, repeated(elements, cpu, a, element)));
  const within = (element: number) => cpu.gtS(lengthA, cpu.i32(element));
  const where = (number: number, body: () => void) => cpu.when(cpu.eq(kind, cpu.i32(number)), body);
  where(0, () => {
    for (const element of each) cpu.when(within(element), () => found.set(cpu.or(found.get(), same(element))));
    found.set(cpu.and(found.get(), valid));
  });
  where(1, () => {
    // Signed comparisons serve for unsigned elements whose signs are turned.
    const turn = cpu.let(cpu.simd(splat, cpu.select(field(cpu, control, 1, 1), cpu.i32(0), cpu.i32(sign))));
    const [low, high] = [cpu.let(cpu.vectorXor(a, turn)), cpu.let(cpu.vectorXor(b, turn))];
    for (const element of each.filter((number) => number % 2 === 0))
      cpu.when(within(element + 1), () => {
        const outside = cpu.vectorOr(
          cpu.simd(greater, repeated(elements, cpu, low, element), high),
          cpu.simd(greater, high, repeated(elements, cpu, low, element + 1)),
        );
        found.set(cpu.or(found.get(), cpu.not(cpu.simd(bitmask, outside))));
      });
    found.set(cpu.and(found.get(), valid));
  });
  where(2, () => {
    const validA = cpu.let(below(cpu, lengthA));
    const equals = cpu.and(cpu.simd(bitmask, cpu.simd(equal, a, b)), cpu.and(valid, validA));
    found.set(cpu.or(equals, cpu.and(cpu.not(cpu.or(valid, validA)), cpu.i32(2 ** count - 1))));
  });
  where(3, () => {
    found.set(cpu.i32(2 ** count - 1));
    for (const element of each) {
      // What would lie beyond the register is not compared.
      const beyond = cpu.i32(2 ** count - 2 ** (count - element));
      const equals = () => cpu.or(cpu.shrU(cpu.and(same(element), valid), cpu.i32(element)), beyond);
      cpu.when(within(element), () => found.set(cpu.and(found.get(), equals())));
    }
  });
  const polarity = cpu.let(field(cpu, control, 4, 3));
  const turned = cpu.select(cpu.eq(polarity, cpu.i32(1)), cpu.i32(2 ** count - 1), cpu.select(cpu.eq(polarity, cpu.i32(3)), valid, cpu.i32(0)));
  return cpu.let(cpu.xor(found.get(), turned));
}

/** Up to the first element that is 0. */
function implicitLength(cpu: Cpu, { count, equal, bitmask }: Elements, vector: Value): Value {
  const zeros = cpu.simd(bitmask, cpu.simd(equal, vector, cpu.vector(cpu.i64(0), cpu.i64(0))));
  return cpu.let(cpu.ctz(cpu.or(zeros, cpu.i32(1 << count))));
}
/** The magnitude of EAX or EDX (of RAX or RDX with REX.W), at most all elements. */
function explicitLength(cpu: Cpu, { count }: Elements, register: number): Value {
  const value = cpu.let(cpu.instance.size === 64 ? cpu.gpr(register) : cpu.extend32S(cpu.gpr(register)));
  const magnitude = cpu.let(cpu.select(cpu.ltS(value, cpu.i64(0)), cpu.sub(cpu.i64(0), value), value));
  return cpu.let(cpu.select(cpu.gtU(magnitude, cpu.i64(count)), cpu.i32(count), cpu.wrap(magnitude)));
}

/** The mask itself in XMM0, or spread over elements. */
function setMask(cpu: Cpu, { count }: Elements, mask: Value, spread: Value): void {
  const xmm0 = cpu.register('xmm', 0);
  cpu.when(
    spread,
    () => {
      const bits =
        count === 8
          ? [cpu.i64(0x0008_0004_0002_0001n), cpu.i64(0x0080_0040_0020_0010n)]
          : [cpu.i64(0x8040_2010_0804_0201n), cpu.i64(0x8040_2010_0804_0201n)];
      const each = cpu.let(cpu.vector(bits[0] as Value, bits[1] as Value));
      const given = cpu.simd(count === 8 ? 'i16x8.splat' : 'i64x2.splat', count === 8 ? mask : cpu.extendU(mask));
      const placed = count === 8 ? given : cpu.shuffle(given, given, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
      cpu.setVector(xmm0, cpu.simd(count === 8 ? 'i16x8.eq' : 'i8x16.eq', cpu.vectorAnd(placed, each), each));
    },
    () => cpu.setVector(xmm0, cpu.vector(cpu.extendU(mask), cpu.i64(0))),
  );
}

const compare = (explicit: boolean, index: boolean) => (cpu: Cpu, to: VectorPlace, from: VectorPlace, immediate: Value) => {
  const b = cpu.let(from.getUnaligned());
  const a = cpu.let(to.get());
  const control = cpu.let(cpu.wrap(immediate));
  const chosen = cpu.let(field(cpu, control, 6, 1));
  const by = (elements: Elements) => () => {
    const { count } = elements;
    const lengthA = explicit ? explicitLength(cpu, elements, GPR.RAX) : implicitLength(cpu, elements, a);
    const lengthB = explicit ? explicitLength(cpu, elements, GPR.RDX) : implicitLength(cpu, elements, b);
    const found = matches(cpu, elements, { a, b, lengthA, lengthB }, control);
    const full = cpu.i32(count);
    cpu.flags.all(
      cpu.let(
        cpu.flags.join({
          CF: cpu.ne(found, cpu.i32(0)),
          ZF: cpu.ltS(lengthB, full),
          SF: cpu.ltS(lengthA, full),
          OF: cpu.and(found, cpu.i32(1)),
        }),
      ),
    );
    if (!index) return setMask(cpu, elements, found, chosen);
    const last = cpu.sub(cpu.i32(31), cpu.clz(found));
    const place = cpu.select(chosen, last, cpu.ctz(found));
    cpu.setGpr(GPR.RCX, cpu.extendU(cpu.select(cpu.eqz(found), full, place)));
  };
  cpu.when(cpu.and(control, cpu.i32(1)), by(WORDS), by(BYTES));
};
const common: X86Traits = { rare: true, first: 'read', flags: 'write' };
const sizes = (name: string) => ({ sizes: [32, 64], spelling: { 64: `${name}q` } }) as const;

export const stringComparisons: readonly X86Row[] = [
  instruction('pcmpestrm', '66 0F 3A 60 /r ib | xmm, xmm/m128, uimm', compare(true, false), { ...common, ...sizes('pcmpestrm'), uses: [GPR.RAX, GPR.RDX], usesVectors: [0] }),
  instruction('pcmpestri', '66 0F 3A 61 /r ib | xmm, xmm/m128, uimm', compare(true, true), { ...common, ...sizes('pcmpestri'), uses: [GPR.RAX, GPR.RDX, GPR.RCX] }),
  instruction('pcmpistrm', '66 0F 3A 62 /r ib | xmm, xmm/m128, uimm', compare(false, false), { ...common, usesVectors: [0] }),
  instruction('pcmpistri', '66 0F 3A 63 /r ib | xmm, xmm/m128, uimm', compare(false, true), { ...common, uses: [GPR.RCX] }),
];
