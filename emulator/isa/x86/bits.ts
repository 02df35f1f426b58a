/** Bit instructions (SDM, volume 1, sections 5.1.6 and 5.1.16), POPCNT and CRC32. */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import { ARITHMETIC } from './flags.ts';
import type { Place, Size } from './place.ts';
import { signExtended } from './places.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

/** What a bit instruction makes of a value and the mask of its bit; undefined: nothing. */
type Change = ((cpu: Cpu, value: Value, mask: Value) => Value) | undefined;

/** CF anew, the other flags as they were. */
function setCarry(cpu: Cpu, carry: Value): void {
  const CF = cpu.let(cpu.extendU(carry));
  cpu.flags.all(cpu.let(cpu.or(cpu.and(cpu.flags.bits(), cpu.i64(ARITHMETIC & ~1n)), CF)));
}
function testBit(cpu: Cpu, to: Place, number: Value, change: Change): void {
  const within = cpu.let(cpu.and(number, cpu.i64(to.size - 1)));
  const mask = cpu.shl(cpu.i64(1), within);
  const old = change ? to.modify((value) => change(cpu, value, mask)).old : cpu.let(to.raw());
  setCarry(cpu, cpu.and(cpu.wrap(cpu.shrU(old, within)), cpu.i32(1)));
}
/** In memory a bit's number reaches beyond the operand, in either direction. */
const byRegister = (change: Change) => (cpu: Cpu, to: Place, from: Place) => {
  const number = cpu.let(signExtended(cpu, from.size, from.raw()));
  if (!to.inMemory) return testBit(cpu, to, number, change);
  const log = Math.log2(to.size);
  const bytes = cpu.shl(cpu.shrS(number, cpu.i64(log)), cpu.i64(log - 3));
  testBit(cpu, to.beyond(cpu.let(bytes)), number, change);
};
const byImmediate = (change: Change) => (cpu: Cpu, to: Place, number: Value) => testBit(cpu, to, number, change);

/** Only ZF means something, and with 0 as the source the destination stays, all 64 bits of it. */
const scan = (forward: boolean) => (cpu: Cpu, to: Place, from: Place) => {
  const { size } = to;
  const value = cpu.let(from.get());
  const some = cpu.let(cpu.ne(value, cpu.i64(0)));
  const found = forward ? cpu.ctz(value) : cpu.sub(cpu.i64(63), cpu.clz(value));
  cpu.when(some, () => to.set(found));
  cpu.flags.result(size, value);
};
/** Zero as the source gives the operand size, and CF. */
const count = (leading: boolean) => (cpu: Cpu, to: Place, from: Place) => {
  const { size } = to;
  const value = cpu.let(from.get());
  const none = cpu.let(cpu.eqz(value));
  const found = leading ? cpu.sub(cpu.clz(value), cpu.i64(64 - size)) : cpu.select(none, cpu.i64(size), cpu.ctz(value));
  const result = cpu.let(found);
  to.set(result);
  cpu.flags.result(size, result, cpu.flags.join({ CF: none }));
};
const population = (cpu: Cpu, to: Place, from: Place) => {
  const value = cpu.let(from.get());
  to.set(cpu.popcnt(value));
  // PF is clear whatever the result, SF too.
  cpu.flags.all(cpu.flags.join({ ZF: cpu.eqz(value) }));
};

const set: Change = (cpu, value, mask) => cpu.or(value, mask);
const clear: Change = (cpu, value, mask) => cpu.and(value, cpu.not(mask));
const flip: Change = (cpu, value, mask) => cpu.xor(value, mask);

const carries: X86Traits = { flags: 'both' };
function bitRows(name: string, opcode: string, digit: number, change: Change): X86Row[] {
  const traits: X86Traits = change ? { ...carries, lockable: true } : { ...carries, first: 'read' };
  return [
    instruction(name, `0F ${opcode} /r | r/m*, r*`, byRegister(change), traits),
    instruction(name, `0F BA /${digit as 4} ib | r/m*, uimm`, byImmediate(change), traits),
  ];
}

/** CRC-32C of the low bits of a value, bit by bit (polynomial 11EDC6F41, reflected). */
const cyclicRedundancy = (cpu: Cpu, to: Place, from: Place) => {
  const size: Size = from.size;
  let rest: Value = cpu.let(cpu.xor(cpu.zero32(to.raw()), cpu.let(from.get())));
  for (let bit = 0; bit < size; bit++) {
    const low = cpu.sub(cpu.i64(0), cpu.and(rest, cpu.i64(1)));
    rest = cpu.let(cpu.xor(cpu.shrU(rest, cpu.i64(1)), cpu.and(low, cpu.i64(0x82f6_3b78))));
  }
  to.set(cpu.zero32(rest));
};

export const bits: readonly X86Row[] = [
  ...bitRows('bt', 'A3', 4, undefined),
  ...bitRows('bts', 'AB', 5, set),
  ...bitRows('btr', 'B3', 6, clear),
  ...bitRows('btc', 'BB', 7, flip),
  instruction('bsf',    '0F BC /r      | r*, r/m*', scan(true),   { flags: 'write' }),
  instruction('bsr',    '0F BD /r      | r*, r/m*', scan(false),  { flags: 'write' }),
  instruction('tzcnt',  'F3 0F BC /r   | r*, r/m*', count(false), { flags: 'write', first: 'write' }),
  instruction('lzcnt',  'F3 0F BD /r   | r*, r/m*', count(true),  { flags: 'write', first: 'write' }),
  instruction('popcnt', 'F3 0F B8 /r   | r*, r/m*', population,   { flags: 'write', first: 'write' }),
  instruction('crc32',  'F2 0F 38 F0 /r | ry, r/m8', cyclicRedundancy, { rare: true }),
  instruction('crc32',  'F2 0F 38 F1 /r | r32, r/m*', cyclicRedundancy, { rare: true }),
];
