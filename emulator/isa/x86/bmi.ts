/** BMI1, BMI2 and ADX (SDM, volume 1, sections 5.1.16 and 5.1.17): bit fields, and arithmetic that leaves flags alone. */
import type { Value, Variable } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { GPR } from './cpu.ts';
import { ARITHMETIC } from './flags.ts';
import { highProduct } from './multiply.ts';
import type { Place } from './place.ts';
import { signExtended } from './places.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const writes: X86Traits = { first: 'write' };
const flagged: X86Traits = { first: 'write', flags: 'write' };
const seldom: X86Traits = { ...writes, rare: true };

const andNot = (cpu: Cpu, to: Place, inverted: Place, from: Place) => {
  const result = cpu.let(cpu.and(cpu.not(inverted.raw()), from.raw()));
  to.set(result);
  cpu.flags.result(to.size, result);
};
/** The lowest set bit: alone, away, or all up to it. CF: the source is 0 (alone: is not). */
const lowest = (kind: 'alone' | 'away' | 'upTo') => (cpu: Cpu, to: Place, from: Place) => {
  const value = cpu.let(from.get());
  const less = cpu.sub(value, cpu.i64(1));
  const made = { alone: () => cpu.and(value, cpu.sub(cpu.i64(0), value)), away: () => cpu.and(value, less), upTo: () => cpu.xor(value, less) };
  const result = cpu.let(made[kind]());
  const none = cpu.eqz(value);
  to.set(result);
  cpu.flags.result(to.size, result, cpu.flags.join({ CF: kind === 'alone' ? cpu.eqz(none) : none }));
};
/** As many bits from below; all where there are no more. */
const mask = (cpu: Cpu, bits: Value): Value =>
  cpu.select(cpu.gtU(bits, cpu.i64(63)), cpu.i64(-1), cpu.sub(cpu.shl(cpu.i64(1), bits), cpu.i64(1)));
const byteOf = (cpu: Cpu, value: Value, at: number): Value => cpu.let(cpu.and(cpu.shrU(value, cpu.i64(at)), cpu.i64(0xff)));

/** A field: bits 7:0 of the control say from where, 15:8 how long. */
const extractField = (cpu: Cpu, to: Place, from: Place, control: Place) => {
  const value = cpu.let(from.get());
  const given = cpu.let(control.raw());
  const start = byteOf(cpu, given, 0);
  const moved = cpu.select(cpu.gtU(start, cpu.i64(63)), cpu.i64(0), cpu.shrU(value, start));
  const result = cpu.let(cpu.and(moved, mask(cpu, byteOf(cpu, given, 8))));
  to.set(result);
  cpu.flags.all(cpu.flags.join({ ZF: cpu.eqz(result) }));
};
/** Zeros from a bit on. CF: there is no such bit. */
const zeroHigh = (cpu: Cpu, to: Place, from: Place, control: Place) => {
  const value = cpu.let(from.get());
  const start = byteOf(cpu, cpu.let(control.raw()), 0);
  const result = cpu.let(cpu.and(value, mask(cpu, start)));
  to.set(result);
  cpu.flags.result(to.size, result, cpu.flags.join({ CF: cpu.gtU(start, cpu.i64(to.size - 1)) }));
};

/** Bits of the source to where the mask has ones (deposit), or from there together (extract). A step for each bit of the mask. */
const moveBits = (deposit: boolean) => (cpu: Cpu, to: Place, from: Place, places: Place) => {
  const source = cpu.variable(from.get());
  const left = cpu.variable(places.get());
  const result = cpu.variable(cpu.i64(0));
  const next = cpu.variable(cpu.i64(1));
  const bits = to.size;
  const halve = (count: number) => {
    if (count === 1) return step();
    // Masks are often sparse: half of what is left is passed over where there is nothing.
    cpu.when(cpu.ne(left.get(), cpu.i64(0)), () => {
      halve(count / 2);
      halve(count / 2);
    });
  };
  const step = () => cpu.when(cpu.ne(left.get(), cpu.i64(0)), () => moveOne(cpu, deposit, { source, left, result, next }));
  halve(bits);
  to.set(result.get());
};
function moveOne(cpu: Cpu, deposit: boolean, { source, left, result, next }: Record<'source' | 'left' | 'result' | 'next', Variable>): void {
  const lowestPlace = cpu.let(cpu.and(left.get(), cpu.sub(cpu.i64(0), left.get())));
  const [asked, given] = deposit ? [next.get(), lowestPlace] : [lowestPlace, next.get()];
  const isSet = cpu.ne(cpu.and(source.get(), asked), cpu.i64(0));
  result.set(cpu.or(result.get(), cpu.select(isSet, given, cpu.i64(0))));
  left.set(cpu.xor(left.get(), lowestPlace));
  next.set(cpu.shl(next.get(), cpu.i64(1)));
}

/** The high half goes to the first, the low to the second, unless they are one. */
const multiply = (cpu: Cpu, high: Place, low: Place, from: Place) => {
  const { size } = high;
  const a = cpu.let(cpu.part(GPR.RDX, size as 32 | 64));
  const b = cpu.let(from.get());
  const product = cpu.let(cpu.mul(a, b));
  const above = cpu.let(size === 64 ? highProduct(cpu, a, b) : cpu.shrU(product, cpu.i64(32)));
  low.set(product);
  high.set(above);
};
const rotate = (cpu: Cpu, to: Place, from: Place, count: Value) => {
  const { size } = to;
  if (size === 64) return to.set(cpu.rotr(from.raw(), cpu.and(count, cpu.i64(63))));
  const value = cpu.let(from.get());
  const by = cpu.let(cpu.and(count, cpu.i64(31)));
  to.set(cpu.or(cpu.shrU(value, by), cpu.shl(value, cpu.sub(cpu.i64(32), by))));
};
const shift = (name: 'shl' | 'shrU' | 'shrS') => (cpu: Cpu, to: Place, from: Place, count: Place) => {
  const by = cpu.let(cpu.and(count.raw(), cpu.i64(to.size - 1)));
  const value = name === 'shrS' ? signExtended(cpu, to.size, from.raw()) : from.get();
  to.set(cpu[name](value, by));
};

/** Additions that read and write one flag alone: CF or OF. */
const addWith = (bit: 0n | 11n) => (cpu: Cpu, to: Place, from: Place) => {
  const { size } = to;
  const flags = cpu.let(cpu.flags.bits());
  const carry = cpu.and(cpu.shrU(flags, cpu.i64(bit)), cpu.i64(1));
  const [a, b] = [cpu.let(to.get()), cpu.let(from.get())];
  const partial = cpu.let(cpu.add(a, b));
  const sum = cpu.let(cpu.add(partial, carry));
  const carried = size === 64 ? cpu.extendU(cpu.or(cpu.ltU(partial, a), cpu.ltU(sum, partial))) : cpu.shrU(sum, cpu.i64(32));
  const out = cpu.let(carried);
  to.set(sum);
  cpu.flags.all(cpu.let(cpu.or(cpu.and(flags, cpu.i64(ARITHMETIC & ~(1n << bit))), cpu.shl(out, cpu.i64(bit)))));
};

export const bitFields: readonly X86Row[] = [
  instruction('andn',   'VEX.LZ.NP.0F38.WIG F2 /r | ry, vry, r/my', andNot,            flagged),
  instruction('blsr',   'VEX.LZ.NP.0F38.WIG F3 /1 | vry, r/my',     lowest('away'),    { ...flagged, rare: true }),
  instruction('blsmsk', 'VEX.LZ.NP.0F38.WIG F3 /2 | vry, r/my',     lowest('upTo'),    { ...flagged, rare: true }),
  instruction('blsi',   'VEX.LZ.NP.0F38.WIG F3 /3 | vry, r/my',     lowest('alone'),   { ...flagged, rare: true }),
  instruction('bextr',  'VEX.LZ.NP.0F38.WIG F7 /r | ry, r/my, vry', extractField,      { ...flagged, rare: true }),
  instruction('bzhi',   'VEX.LZ.NP.0F38.WIG F5 /r | ry, r/my, vry', zeroHigh,          { ...flagged, rare: true }),
  instruction('pdep',   'VEX.LZ.F2.0F38.WIG F5 /r | ry, vry, r/my', moveBits(true),    seldom),
  instruction('pext',   'VEX.LZ.F3.0F38.WIG F5 /r | ry, vry, r/my', moveBits(false),   seldom),
  instruction('mulx',   'VEX.LZ.F2.0F38.WIG F6 /r | ry, vry, r/my', multiply,          { ...seldom, second: 'write', uses: [GPR.RDX] }),
  instruction('rorx',   'VEX.LZ.F2.0F3A.WIG F0 /r ib | ry, r/my, uimm', rotate,        writes),
  instruction('shlx',   'VEX.LZ.66.0F38.WIG F7 /r | ry, r/my, vry', shift('shl'),      writes),
  instruction('shrx',   'VEX.LZ.F2.0F38.WIG F7 /r | ry, r/my, vry', shift('shrU'),     writes),
  instruction('sarx',   'VEX.LZ.F3.0F38.WIG F7 /r | ry, r/my, vry', shift('shrS'),     writes),
  instruction('adcx',   '66 0F 38 F6 /r | ry, r/my',                addWith(0n),       { flags: 'both', rare: true }),
  instruction('adox',   'F3 0F 38 F6 /r | ry, r/my',                addWith(11n),      { flags: 'both', rare: true }),
];
