/** Integer arithmetic and logic (SDM, volume 1, sections 5.1.2 to 5.1.4). */
import type { Value } from '../value.ts';
import type { Cpu } from './cpu.ts';
import type { Place, Size } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

type Binary = (cpu: Cpu, to: Place, from: Value) => void;
const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

/** The nine encodings of an operation on two operands. */
function group(name: string, number: number, meaning: Binary, traits: X86Traits): X86Row[] {
  const locked = { ...traits, lockable: traits.first !== 'read' };
  const at = (offset: number) => hex(number * 8 + offset);
  const places = (cpu: Cpu, to: Place, from: Place) => meaning(cpu, to, cpu.let(from.raw()));
  return [
    instruction(name, `${at(0)} /r | r/m8, r8`,              places,  locked),
    instruction(name, `${at(1)} /r | r/m*, r*`,              places,  locked),
    instruction(name, `${at(2)} /r | r8, r/m8`,              places,  traits),
    instruction(name, `${at(3)} /r | r*, r/m*`,              places,  traits),
    instruction(name, `${at(4)} ib | a8, imm`,               meaning, traits),
    instruction(name, `${at(5)} iz | a*, imm`,               meaning, traits),
    instruction(name, `80 /${number as 0} ib | r/m8, imm`,   meaning, locked),
    instruction(name, `82 /${number as 0} ib | r/m8, imm`,   meaning, { ...locked, not64: true }),
    instruction(name, `81 /${number as 0} iz | r/m*, imm`,   meaning, locked),
    instruction(name, `83 /${number as 0} ib | r/m*, imm`,   meaning, locked),
  ];
}

/** Whether the sign of an operand of this size is set, i32. */
export const signOf = (cpu: Cpu, size: Size, value: Value): Value => cpu.ltS(cpu.shl(value, cpu.i64(64 - size)), cpu.i64(0));
/** Bit 4 of what changed between operands and result: the carry into it. */
const auxiliary = (cpu: Cpu, a: Value, b: Value, r: Value): Value =>
  cpu.and(cpu.wrap(cpu.shrU(cpu.xor(cpu.xor(a, b), r), cpu.i64(4))), cpu.i32(1));

const add: Binary = (cpu, to, b) => {
  const { old } = to.modify((a) => cpu.add(a, b));
  cpu.flags.add(to.size, old, b);
};
const sub: Binary = (cpu, to, b) => {
  const { old } = to.modify((a) => cpu.sub(a, b));
  cpu.flags.sub(to.size, old, b);
};
const adc: Binary = (cpu, to, b) => {
  const carry = cpu.let(cpu.extendU(cpu.flags.carry()));
  const { old: a, result: r } = to.modify((old) => cpu.add(cpu.add(old, b), carry));
  const { size } = to;
  const CF = signOf(cpu, size, cpu.or(cpu.and(a, b), cpu.and(cpu.or(a, b), cpu.not(r))));
  const OF = signOf(cpu, size, cpu.and(cpu.xor(a, r), cpu.xor(b, r)));
  cpu.flags.result(size, r, cpu.flags.join({ CF, OF, AF: auxiliary(cpu, a, b, r) }));
};
const sbb: Binary = (cpu, to, b) => {
  const carry = cpu.let(cpu.extendU(cpu.flags.carry()));
  const { old: a, result: r } = to.modify((old) => cpu.sub(cpu.sub(old, b), carry));
  const { size } = to;
  const CF = signOf(cpu, size, cpu.or(cpu.and(cpu.not(a), b), cpu.and(cpu.or(cpu.not(a), b), r)));
  const OF = signOf(cpu, size, cpu.and(cpu.xor(a, b), cpu.xor(a, r)));
  cpu.flags.result(size, r, cpu.flags.join({ CF, OF, AF: auxiliary(cpu, a, b, r) }));
};
const compare: Binary = (cpu, to, b) => cpu.flags.sub(to.size, cpu.let(to.raw()), b);
const logic =
  (operation: 'and' | 'or' | 'xor'): Binary =>
  (cpu, to, b) => {
    const { result } = to.modify((a) => cpu[operation](a, b));
    cpu.flags.result(to.size, result);
  };
const test: Binary = (cpu, to, b) => cpu.flags.result(to.size, cpu.let(cpu.and(to.raw(), b)));

/** INC and DEC leave CF. */
const step = (by: 1 | -1) => (cpu: Cpu, to: Place) => {
  const CF = cpu.let(cpu.flags.carry());
  const { old, result } = to.modify((a) => cpu.add(a, cpu.i64(by)));
  const overflowed = by === 1 ? cpu.and(cpu.not(old), result) : cpu.and(old, cpu.not(result));
  const OF = signOf(cpu, to.size, overflowed);
  const AF = cpu.and(cpu.wrap(cpu.shrU(cpu.xor(old, result), cpu.i64(4))), cpu.i32(1));
  cpu.flags.result(to.size, result, cpu.flags.join({ CF, OF, AF }));
};
const negate = (cpu: Cpu, to: Place) => {
  const { old } = to.modify((a) => cpu.sub(cpu.i64(0), a));
  cpu.flags.sub(to.size, cpu.i64(0), old);
};
const complement = (cpu: Cpu, to: Place) => void to.modify((a) => cpu.not(a));

const writes: X86Traits = { flags: 'write' };
const carries: X86Traits = { flags: 'both' };
const reads: X86Traits = { flags: 'write', first: 'read' };
const placesTest = (cpu: Cpu, to: Place, from: Place) => test(cpu, to, cpu.let(from.raw()));

export const arithmetic: readonly X86Row[] = [
  ...group('add', 0, add, writes),
  ...group('or', 1, logic('or'), writes),
  ...group('adc', 2, adc, carries),
  ...group('sbb', 3, sbb, carries),
  ...group('and', 4, logic('and'), writes),
  ...group('sub', 5, sub, writes),
  ...group('xor', 6, logic('xor'), writes),
  ...group('cmp', 7, compare, reads),
  instruction('test', '84 /r    | r/m8, r8',  placesTest, reads),
  instruction('test', '85 /r    | r/m*, r*',  placesTest, reads),
  instruction('test', 'A8 ib    | a8, imm',   test,       reads),
  instruction('test', 'A9 iz    | a*, imm',   test,       reads),
  instruction('test', 'F6 /0 ib | r/m8, imm', test,       reads),
  instruction('test', 'F7 /0 iz | r/m*, imm', test,       reads),
  instruction('test', 'F6 /1 ib | r/m8, imm', test,       reads),
  instruction('test', 'F7 /1 iz | r/m*, imm', test,       reads),
  instruction('inc',  'FE /0    | r/m8',      step(1),    { ...carries, lockable: true }),
  instruction('inc',  'FF /0    | r/m*',      step(1),    { ...carries, lockable: true }),
  instruction('inc',  '40+r     | r*',        step(1),    { ...carries, not64: true }),
  instruction('dec',  'FE /1    | r/m8',      step(-1),   { ...carries, lockable: true }),
  instruction('dec',  'FF /1    | r/m*',      step(-1),   { ...carries, lockable: true }),
  instruction('dec',  '48+r     | r*',        step(-1),   { ...carries, not64: true }),
  instruction('not',  'F6 /2    | r/m8',      complement, { lockable: true }),
  instruction('not',  'F7 /2    | r/m*',      complement, { lockable: true }),
  instruction('neg',  'F6 /3    | r/m8',      negate,     { ...writes, lockable: true }),
  instruction('neg',  'F7 /3    | r/m*',      negate,     { ...writes, lockable: true }),
];
