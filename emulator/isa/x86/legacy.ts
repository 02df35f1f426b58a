/** What 64-bit mode has no more: decimal arithmetic, all registers on the stack, bounds (SDM, volume 2). */
import type { Value } from '../value.ts';
import { type Cpu, GPR, VECTOR } from './cpu.ts';
import type { Place } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const legacy: X86Traits & { readonly sizes: readonly [8] } = { not64: true, rare: true, flags: 'both', uses: [GPR.RAX], sizes: [8] };
const HALF_CARRY = 4;
const NIBBLE = 15;

const halfCarry = (cpu: Cpu): Value => cpu.and(cpu.wrap(cpu.shrU(cpu.flags.bits(), cpu.i64(HALF_CARRY))), cpu.i32(1));
/** Whether the low digit is none, or a carry came out of it. */
const needsAdjusting = (cpu: Cpu, al: Value): Value =>
  cpu.let(cpu.or(cpu.gtU(cpu.and(al, cpu.i64(NIBBLE)), cpu.i64(9)), halfCarry(cpu)));
/** A value where a condition (i32) holds, else 0. */
const where = (cpu: Cpu, condition: Value, value: number): Value => cpu.select(condition, cpu.i64(value), cpu.i64(0));

/** DAA and DAS. */
const decimalAdjust = (subtracts: boolean) => (cpu: Cpu) => {
  const al = cpu.let(cpu.part(GPR.RAX, 8));
  const carry = cpu.let(cpu.flags.carry());
  const AF = needsAdjusting(cpu, al);
  const upper = cpu.let(cpu.or(cpu.gtU(al, cpu.i64(0x99)), carry));
  const by = cpu.let(cpu.add(where(cpu, AF, 0x06), where(cpu, upper, 0x60)));
  const result = cpu.let(cpu.and(subtracts ? cpu.sub(al, by) : cpu.add(al, by), cpu.i64(0xff)));
  cpu.setPart(GPR.RAX, 8, result);
  const borrowed = cpu.and(AF, cpu.ltU(al, cpu.i64(6)));
  cpu.flags.result(8, result, cpu.flags.join({ AF, CF: subtracts ? cpu.or(upper, borrowed) : upper }));
};
/** AAA and AAS: the digit in AL, carries into AH. */
const asciiAdjust = (subtracts: boolean) => (cpu: Cpu) => {
  const ax = cpu.let(cpu.part(GPR.RAX, 16));
  const adjusts = needsAdjusting(cpu, ax);
  const by = where(cpu, adjusts, 0x106);
  const moved = cpu.let(subtracts ? cpu.sub(ax, by) : cpu.add(ax, by));
  cpu.setPart(GPR.RAX, 16, cpu.and(moved, cpu.i64(0xff0f)));
  cpu.flags.result(8, cpu.and(moved, cpu.i64(0xff)), cpu.flags.join({ AF: adjusts, CF: adjusts }));
};
const afterMultiplication = (cpu: Cpu, base: Value) => {
  const by = cpu.let(cpu.and(base, cpu.i64(0xff)));
  cpu.raiseWhen(cpu.eqz(by), VECTOR.divideError);
  const al = cpu.let(cpu.part(GPR.RAX, 8));
  const low = cpu.let(cpu.remU(al, by));
  cpu.setPart(GPR.RAX, 16, cpu.or(low, cpu.shl(cpu.divU(al, by), cpu.i64(8))));
  cpu.flags.result(8, low);
};
const beforeDivision = (cpu: Cpu, base: Value) => {
  const ax = cpu.let(cpu.part(GPR.RAX, 16));
  const sum = cpu.add(ax, cpu.mul(cpu.shrU(ax, cpu.i64(8)), cpu.and(base, cpu.i64(0xff))));
  const al = cpu.let(cpu.and(sum, cpu.i64(0xff)));
  cpu.setPart(GPR.RAX, 16, al);
  cpu.flags.result(8, al);
};

/** In the order in which PUSHA stores them; SP as it was before. */
const ALL = [GPR.RAX, GPR.RCX, GPR.RDX, GPR.RBX, GPR.RSP, GPR.RBP, GPR.RSI, GPR.RDI];
const pushAll = (cpu: Cpu) => {
  const { size } = cpu.instance;
  const before = cpu.let(cpu.gpr(GPR.RSP));
  // Reads where the last will go: what is not there faults before anything has changed.
  cpu.top(size, cpu.let(cpu.sub(before, cpu.i64(size))));
  for (const number of ALL) cpu.push(size, number === GPR.RSP ? before : cpu.gpr(number));
};
const popAll = (cpu: Cpu) => {
  const { size } = cpu.instance;
  const from = cpu.let(cpu.gpr(GPR.RSP));
  const values = ALL.toReversed().map((number, index) => ({ number, value: cpu.top(size, cpu.let(cpu.add(from, cpu.i64((index * size) / 8)))) }));
  for (const { number, value } of values) if (number !== GPR.RSP) cpu.setPart(number, size, value);
  cpu.release(size, cpu.i64(size), from);
};
const stack: X86Traits = { not64: true, rare: true, defaults: 'stack', uses: ALL, mayTrap: true };

const bound = (cpu: Cpu, index: Place, limits: Place) => {
  const { size } = index;
  const bytes = (size / 8) as 2 | 4;
  const address = limits.address();
  const lower = cpu.let(cpu.read(address, bytes, true));
  const upper = cpu.let(cpu.read(cpu.add(address, cpu.i64(bytes)), bytes, true));
  const value = cpu.let(index.signed());
  cpu.raiseWhen(cpu.or(cpu.ltS(value, lower), cpu.gtS(value, upper)), VECTOR.boundRange);
};

const PROTECTED = 1;
const RPL = 3n;
/** ARPL raises a selector's privilege level to another's; ZF says whether it had to. */
const adjustLevel = (cpu: Cpu, to: Place, from: Place) => {
  cpu.raiseWhen(cpu.eqz(cpu.and(cpu.field('cr0'), cpu.i32(PROTECTED))), VECTOR.invalidOpcode);
  const level = (value: Value) => cpu.and(value, cpu.i64(RPL));
  const given = cpu.let(from.raw());
  const raised = (old: Value) => cpu.ltU(level(old), level(given));
  const { old } = to.modify((value) => cpu.select(raised(value), cpu.or(cpu.and(value, cpu.i64(~RPL)), level(given)), value));
  const others = cpu.and(cpu.flags.bits(), cpu.i64(~0x40n));
  cpu.flags.all(cpu.let(cpu.or(others, cpu.shl(cpu.extendU(raised(old)), cpu.i64(6)))));
};

export const legacyRows: readonly X86Row[] = [
  instruction('daa', '27 |', decimalAdjust(false), legacy),
  instruction('das', '2F |', decimalAdjust(true), legacy),
  instruction('aaa', '37 |', asciiAdjust(false), legacy),
  instruction('aas', '3F |', asciiAdjust(true), legacy),
  instruction('aam', 'D4 ib | uimm', afterMultiplication, { ...legacy, mayTrap: true }),
  instruction('aad', 'D5 ib | uimm', beforeDivision, legacy),
  instruction('salc', 'D6 |', (cpu) => cpu.setPart(GPR.RAX, 8, cpu.sub(cpu.i64(0), cpu.extendU(cpu.flags.carry()))), { ...legacy, flags: 'read' }),
  instruction('pusha', '60 |', pushAll, stack),
  instruction('popa', '61 |', popAll, stack),
  instruction('bound', '62 /r | r*, m', bound, { not64: true, rare: true, first: 'read', mayTrap: true }),
  instruction('arpl', '63 /r | r/m16, r16', adjustLevel, { not64: true, rare: true, flags: 'both', mayTrap: true }),
];
