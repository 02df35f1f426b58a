/**
 * The arithmetic flags, described by what they follow from: three registers of the file `flags`. Operands lie with their
 * sign at bit 63, whatever their size, so that all but PF and AF are found alike for every size.
 *
 * | kind | a | b | result |
 * |---|---|---|---|
 * | explicit | the flags at their places in RFLAGS | - | - |
 * | add, sub | the operands | | a + b, a - b |
 * | mixed | CF, AF and OF at their places | the result: SF, ZF and PF follow from it | b |
 */
import type { EngineCpu } from '../cpu.ts';
import type { Value } from '../value.ts';
import type { Size } from './place.ts';

/** Numbers within the file `flags`. */
export const FLAGS_FILE = { kind: 0, a: 1, b: 2 } as const;
export const FLAG_KIND = { explicit: 0, add: 1, sub: 2, mixed: 3 } as const;
export const KIND_MASK = 3;
/** Where a kind has 64 less the operands' size. */
export const SHIFT_AT = 8;

/** Bits of RFLAGS. */
export const BIT = { CF: 0, PF: 2, AF: 4, ZF: 6, SF: 7, DF: 10, OF: 11 } as const;
export const AT = { CF: 1n << 0n, PF: 1n << 2n, AF: 1n << 4n, ZF: 1n << 6n, SF: 1n << 7n, OF: 1n << 11n } as const;
export const ARITHMETIC = AT.CF | AT.PF | AT.AF | AT.ZF | AT.SF | AT.OF;

const SIGN = 1n << 63n;
const parity = (byte: bigint): boolean => {
  let bits = byte & 0xffn;
  for (const by of [4n, 2n, 1n]) bits ^= bits >> by;
  return (bits & 1n) === 0n;
};

/** The flags that a description stands for, at their places in RFLAGS. @param flags the three registers */
export function flagsFrom(flags: ArrayLike<bigint>): bigint {
  const kind = Number(flags[FLAGS_FILE.kind]);
  const [a, b] = [flags[FLAGS_FILE.a] as bigint, flags[FLAGS_FILE.b] as bigint];
  const what = kind & KIND_MASK;
  if (what === FLAG_KIND.explicit) return a & ARITHMETIC;
  const r = what === FLAG_KIND.mixed ? b : BigInt.asUintN(64, what === FLAG_KIND.add ? a + b : a - b);
  const shift = BigInt(kind >> SHIFT_AT);
  let found = (r === 0n ? AT.ZF : 0n) | (r & SIGN ? AT.SF : 0n) | (parity(r >> shift) ? AT.PF : 0n);
  if (what === FLAG_KIND.mixed) return found | (a & (AT.CF | AT.AF | AT.OF));
  if (what === FLAG_KIND.add ? r < a : a < b) found |= AT.CF;
  if (((a ^ r) & (what === FLAG_KIND.add ? b ^ r : a ^ b)) & SIGN) found |= AT.OF;
  if (((a ^ b ^ r) >> shift) & 0x10n) found |= AT.AF;
  return found;
}
/** Describes given flags. */
export function describeFlags(flags: Record<number, bigint>, bits: bigint): void {
  flags[FLAGS_FILE.kind] = BigInt(FLAG_KIND.explicit);
  flags[FLAGS_FILE.a] = bits & ARITHMETIC;
  flags[FLAGS_FILE.b] = 0n;
}

/** Conditions by their number in opcodes (SDM, volume 1, appendix B); odd ones are the opposites of those before. */
export const CONDITIONS = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const;

/** The three registers as they are now. */
interface Description {
  readonly kind: Value;
  readonly a: Value;
  readonly b: Value;
}

/** Flags as rows set them and ask for them. */
export class FlagWords {
  readonly #cpu: EngineCpu;
  constructor(cpu: EngineCpu) {
    this.#cpu = cpu;
  }
  #set(kind: number, size: Size, a: Value, b: Value): void {
    const cpu = this.#cpu;
    const file = (number: number) => cpu.register('flags', number);
    cpu.set(file(FLAGS_FILE.kind), cpu.i64(kind | ((64 - size) << SHIFT_AT)));
    cpu.set(file(FLAGS_FILE.a), a);
    cpu.set(file(FLAGS_FILE.b), b);
  }
  #top(size: Size, value: Value): Value {
    return this.#cpu.shl(value, this.#cpu.i64(64 - size));
  }
  /** Those of a + b; operands as `Place.raw`, here and below. */
  add(size: Size, a: Value, b: Value): void {
    this.#set(FLAG_KIND.add, size, this.#top(size, a), this.#top(size, b));
  }
  /** Those of a - b. */
  sub(size: Size, a: Value, b: Value): void {
    this.#set(FLAG_KIND.sub, size, this.#top(size, a), this.#top(size, b));
  }
  /** SF, ZF and PF by a result, CF, AF and OF as given (see `join`); absent: all three clear. */
  result(size: Size, result: Value, given?: Value): void {
    this.#set(FLAG_KIND.mixed, size, given ?? this.#cpu.i64(0), this.#top(size, result));
  }
  /** All as given, at their places in RFLAGS. */
  all(bits: Value): void {
    this.#set(FLAG_KIND.explicit, 64, bits, this.#cpu.i64(0));
  }
  /** Flags given as i32 truth values to where they stand in RFLAGS, i64. */
  join(flags: Partial<Record<keyof typeof BIT, Value>>): Value {
    const cpu = this.#cpu;
    let joined: Value = cpu.i64(0);
    for (const [name, value] of Object.entries(flags))
      joined = cpu.or(joined, cpu.shl(cpu.extendU(value), cpu.i64(BIT[name as keyof typeof BIT])));
    return joined;
  }

  #description(): Description {
    const cpu = this.#cpu;
    const [kind, a, b] = [FLAGS_FILE.kind, FLAGS_FILE.a, FLAGS_FILE.b].map((number) => cpu.let(cpu.get(cpu.register('flags', number))));
    return { kind, a, b } as Description;
  }
  /** One of four answers (i32), by the kind of description. */
  #by(kind: Value, answers: { explicit: () => Value; add: () => Value; sub: () => Value; mixed: () => Value }): Value {
    const cpu = this.#cpu;
    if (kind.constant !== undefined) {
      const known = Number(kind.constant) & KIND_MASK;
      const name = (Object.keys(FLAG_KIND) as (keyof typeof FLAG_KIND)[]).find((each) => FLAG_KIND[each] === known);
      return answers[name as keyof typeof FLAG_KIND]();
    }
    const which = cpu.let(cpu.and(cpu.wrap(kind), cpu.i32(KIND_MASK)));
    const is = (number: number) => cpu.eq(which, cpu.i32(number));
    const rest = cpu.select(is(FLAG_KIND.explicit), answers.explicit(), answers.add());
    return cpu.select(is(FLAG_KIND.sub), answers.sub(), cpu.select(is(FLAG_KIND.mixed), answers.mixed(), rest));
  }
  #bit(value: Value, bit: number): Value {
    const cpu = this.#cpu;
    return cpu.and(cpu.wrap(cpu.shrU(value, cpu.i64(bit))), cpu.i32(1));
  }
  #negative(value: Value): Value {
    return this.#cpu.ltS(value, this.#cpu.i64(0));
  }

  carry(): Value {
    return this.#carry(this.#description());
  }
  #carry({ kind, a, b }: Description): Value {
    const cpu = this.#cpu;
    const bit = () => this.#bit(a, BIT.CF);
    return this.#by(kind, { explicit: bit, add: () => cpu.ltU(cpu.add(a, b), a), sub: () => cpu.ltU(a, b), mixed: bit });
  }
  zero(): Value {
    return this.#zero(this.#description());
  }
  #zero(described: Description): Value {
    const cpu = this.#cpu;
    const { kind, a, b } = described;
    if (kind.constant === undefined) return this.#unlessExplicit(kind, () => this.#bit(a, BIT.ZF), cpu.eqz(this.#result(described)));
    return this.#by(kind, {
      explicit: () => this.#bit(a, BIT.ZF),
      add: () => cpu.eqz(cpu.add(a, b)),
      sub: () => cpu.eq(a, b),
      mixed: () => cpu.eqz(b),
    });
  }
  #sign(described: Description): Value {
    const { kind, a } = described;
    return this.#unlessExplicit(kind, () => this.#bit(a, BIT.SF), this.#negative(this.#result(described)));
  }
  /** What follows from a result, where there is one. */
  #unlessExplicit(kind: Value, explicit: () => Value, otherwise: Value): Value {
    const cpu = this.#cpu;
    const has = cpu.and(cpu.wrap(kind), cpu.i32(KIND_MASK));
    return cpu.select(has, otherwise, explicit());
  }
  #overflow({ kind, a, b }: Description): Value {
    const cpu = this.#cpu;
    const bit = () => this.#bit(a, BIT.OF);
    const added = () => {
      const r = cpu.let(cpu.add(a, b));
      return this.#negative(cpu.and(cpu.xor(a, r), cpu.xor(b, r)));
    };
    const subtracted = () => this.#negative(cpu.and(cpu.xor(a, b), cpu.xor(a, cpu.sub(a, b))));
    return this.#by(kind, { explicit: bit, add: added, sub: subtracted, mixed: bit });
  }
  /** The result that a description has; of an explicit one, anything. */
  #result({ kind, a, b }: Description): Value {
    const cpu = this.#cpu;
    if (kind.constant !== undefined)
      return this.#by(kind, { explicit: () => b, add: () => cpu.add(a, b), sub: () => cpu.sub(a, b), mixed: () => b });
    const which = cpu.let(cpu.and(cpu.wrap(kind), cpu.i32(KIND_MASK)));
    const sum = cpu.select(cpu.eq(which, cpu.i32(FLAG_KIND.add)), cpu.add(a, b), b);
    return cpu.select(cpu.eq(which, cpu.i32(FLAG_KIND.sub)), cpu.sub(a, b), sum);
  }
  #shift(kind: Value): Value {
    return this.#cpu.shrU(kind, this.#cpu.i64(SHIFT_AT));
  }
  #parity(described: Description): Value {
    const cpu = this.#cpu;
    const { kind, a } = described;
    const byte = cpu.and(cpu.shrU(this.#result(described), this.#shift(kind)), cpu.i64(0xff));
    const even = () => cpu.eqz(cpu.and(cpu.wrap(cpu.popcnt(byte)), cpu.i32(1)));
    return this.#by(kind, { explicit: () => this.#bit(a, BIT.PF), add: even, sub: even, mixed: even });
  }
  #auxiliary({ kind, a, b }: Description): Value {
    const cpu = this.#cpu;
    const bit = () => this.#bit(a, BIT.AF);
    const changed = (r: Value) => this.#bit(cpu.shrU(cpu.xor(cpu.xor(a, b), r), this.#shift(kind)), BIT.AF);
    return this.#by(kind, { explicit: bit, add: () => changed(cpu.add(a, b)), sub: () => changed(cpu.sub(a, b)), mixed: bit });
  }
  /** All six at their places in RFLAGS, i64. */
  bits(): Value {
    const described = this.#description();
    return this.join({
      CF: this.#carry(described),
      PF: this.#parity(described),
      AF: this.#auxiliary(described),
      ZF: this.#zero(described),
      SF: this.#sign(described),
      OF: this.#overflow(described),
    });
  }

  /** Whether a condition holds, i32. @param number its place in CONDITIONS */
  holds(number: number): Value {
    const cpu = this.#cpu;
    const described = this.#description();
    const { kind, a, b } = described;
    const bySub = (sub: () => Value, otherwise: () => Value) => {
      if (kind.constant !== undefined) return this.#by(kind, { explicit: otherwise, add: otherwise, sub, mixed: otherwise });
      // A comparison nearly always; what all else costs is then not paid.
      const found = cpu.variable(cpu.i32(0));
      const isSub = cpu.eq(cpu.and(cpu.wrap(kind), cpu.i32(KIND_MASK)), cpu.i32(FLAG_KIND.sub));
      cpu.when(
        isSub,
        () => found.set(sub()),
        () => found.set(otherwise()),
      );
      return found.get();
    };
    const less = () => cpu.xor(this.#sign(described), this.#overflow(described));
    // Of logic: neither carry nor overflow.
    const hasOnlyResult = kind.constant !== undefined && (Number(kind.constant) & KIND_MASK) === FLAG_KIND.mixed && a.constant === 0n;
    const found = [
      () => this.#overflow(described),
      () => this.#carry(described),
      () => this.#zero(described),
      () => bySub(() => cpu.leU(a, b), () => cpu.or(this.#carry(described), this.#zero(described))),
      () => this.#sign(described),
      () => this.#parity(described),
      () => bySub(() => cpu.ltS(a, b), less),
      () => bySub(() => cpu.leS(a, b), () => (hasOnlyResult ? cpu.leS(b, cpu.i64(0)) : cpu.or(this.#zero(described), less()))),
    ][number >> 1] as () => Value;
    return number & 1 ? cpu.eqz(found()) : found();
  }
}
