/** Transfer of control and flag instructions (SDM, volume 1, sections 5.1.7, 5.1.11 and 5.1.12). */
import type { Value } from '../value.ts';
import { type Cpu, GPR } from './cpu.ts';
import { ARITHMETIC, CONDITIONS } from './flags.ts';
import type { Place } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');

const branch: X86Traits = { ends: true, defaults: 'near', wraps: true, flow: ({ o0 = 0 }) => ({ kind: 'branch', by: o0 }) };
const jump: X86Traits = { ends: true, defaults: 'near', wraps: true, flow: ({ o0 = 0 }) => ({ kind: 'jump', by: o0, links: false }) };
const call: X86Traits = { ends: true, defaults: 'near', wraps: true, uses: [GPR.RSP], mayTrap: true, flow: ({ o0 = 0 }) => ({ kind: 'jump', by: o0, links: true }) };
const indirect = (links: boolean): X86Traits => ({
  ends: true, defaults: 'near', first: 'read', mayTrap: true, flow: () => ({ kind: 'indirect', links, returns: false }),
});
const returns: X86Traits = { ends: true, defaults: 'near', uses: [GPR.RSP], mayTrap: true, flow: () => ({ kind: 'indirect', links: false, returns: true }) };

const conditional = (number: number): X86Row[] => {
  const meaning = (cpu: Cpu, rel: Value) => {
    const holds = cpu.flags.holds(number);
    if (cpu.instance.size !== 16) return cpu.branch(holds, rel);
    cpu.when(holds, () => cpu.goAround(rel));
  };
  const name = `j${CONDITIONS[number]}`;
  const traits: X86Traits = { ...branch, flags: 'read' };
  return [
    instruction(name, `${hex(0x70 + number)} cb    | rel`, meaning, traits),
    instruction(name, `0F ${hex(0x80 + number)} cz | rel`, meaning, traits),
  ];
};

/** With operands of 16 bits distances are modulo 64 KiB. */
const jumpBy = (cpu: Cpu, rel: Value) => (cpu.instance.size === 16 ? cpu.goAround(rel) : cpu.jumpBy(rel));
const callBy = (cpu: Cpu, rel: Value) => {
  const { size } = cpu.instance;
  cpu.push(size, cpu.nextOffset(size));
  jumpBy(cpu, rel);
};
const callTo = (cpu: Cpu, to: Place) => {
  const { size } = cpu.instance;
  const target = cpu.let(to.get());
  cpu.push(size, cpu.nextOffset(size));
  cpu.goTo(size, target);
};
const jumpTo = (cpu: Cpu, to: Place) => cpu.goTo(cpu.instance.size, cpu.let(to.get()));
const leave = (cpu: Cpu, more: Value) => {
  const { size } = cpu.instance;
  const target = cpu.top(size);
  cpu.release(size, cpu.add(more, cpu.i64(size / 8)));
  cpu.goTo(size, target);
};

/** LOOP and JRCXZ count in RCX, or ECX by address size; the flags stay. */
const counted = (condition: (cpu: Cpu) => Value | undefined) => (cpu: Cpu, rel: Value) => {
  const { size } = cpu.instance;
  const further = condition(cpu);
  const left = cpu.let(cpu.sub(cpu.gpr(GPR.RCX), cpu.i64(1)));
  const held = further && cpu.let(further);
  cpu.setPart(GPR.RCX, size, left);
  const more = cpu.ne(cpu.part(GPR.RCX, size), cpu.i64(0));
  cpu.branch(held ? cpu.and(more, held) : more, rel);
};
/** They reach 128 bytes: that they would leave a segment of 64 KiB at its end is not looked at. */
const loops: X86Traits = { ...branch, wraps: false, uses: [GPR.RCX], flags: 'read', sizedByAddress: true, rare: true };

const DIRECTION = 1 << 10;
const changeRflags = (change: (cpu: Cpu, old: Value) => Value) => (cpu: Cpu) => cpu.setField('rflags', change(cpu, cpu.field('rflags')));
const changeCarry = (change: (cpu: Cpu, bits: Value) => Value) => (cpu: Cpu) => {
  const bits = cpu.let(cpu.flags.bits());
  cpu.flags.all(change(cpu, bits));
};
const carries: X86Traits = { flags: 'both' };

/** Flags that LAHF and SAHF know, without bit 1. */
const LOW_FLAGS = 0xd5n;

export const control: readonly X86Row[] = [
  ...CONDITIONS.flatMap((_, number) => conditional(number)),
  instruction('jmp',    'EB cb         | rel',         jumpBy,       jump),
  instruction('jmp',    'E9 cz         | rel',         jumpBy,       jump),
  instruction('jmp',    'FF /4         | r/m*',        jumpTo,       indirect(false)),
  instruction('call',   'E8 cz         | rel',         callBy,       call),
  instruction('call',   'FF /2         | r/m*',        callTo,       { ...indirect(true), uses: [GPR.RSP] }),
  instruction('ret',    'C3            |',             (cpu) => leave(cpu, cpu.i64(0)), returns),
  instruction('ret',    'C2 iw         | uimm',        leave,        returns),
  instruction('loopne', 'E0 cb         | rel',         counted((cpu) => cpu.eqz(cpu.flags.zero())), loops),
  instruction('loope',  'E1 cb         | rel',         counted((cpu) => cpu.flags.zero()), loops),
  instruction('loop',   'E2 cb         | rel',         counted(() => undefined), loops),
  instruction('jrcxz',  'E3 cb         | rel',         (cpu, rel) => cpu.branch(cpu.eqz(cpu.part(GPR.RCX, cpu.instance.size)), rel),
    { ...branch, wraps: false, uses: [GPR.RCX], sizedByAddress: true, rare: true, spelling: { 16: 'jcxz', 32: 'jecxz' } }),

  instruction('clc',    'F8            |',             changeCarry((cpu, bits) => cpu.and(bits, cpu.i64(~1n))), carries),
  instruction('stc',    'F9            |',             changeCarry((cpu, bits) => cpu.or(bits, cpu.i64(1))), carries),
  instruction('cmc',    'F5            |',             changeCarry((cpu, bits) => cpu.xor(bits, cpu.i64(1))), carries),
  instruction('cld',    'FC            |',             changeRflags((cpu, old) => cpu.and(old, cpu.i32(~DIRECTION)))),
  instruction('std',    'FD            |',             changeRflags((cpu, old) => cpu.or(old, cpu.i32(DIRECTION))), { rare: true }),
  instruction('lahf',   '9F            |',             (cpu) => {
    const flags = cpu.shl(cpu.or(cpu.and(cpu.flags.bits(), cpu.i64(LOW_FLAGS)), cpu.i64(2)), cpu.i64(8));
    cpu.setGpr(GPR.RAX, cpu.or(cpu.and(cpu.gpr(GPR.RAX), cpu.i64(~0xff00n)), flags));
  }, { flags: 'read', uses: [GPR.RAX], rare: true }),
  instruction('sahf',   '9E            |',             (cpu) => {
    const kept = cpu.and(cpu.flags.bits(), cpu.i64(ARITHMETIC & ~LOW_FLAGS));
    cpu.flags.all(cpu.let(cpu.or(kept, cpu.and(cpu.shrU(cpu.gpr(GPR.RAX), cpu.i64(8)), cpu.i64(LOW_FLAGS)))));
  }, { flags: 'both', uses: [GPR.RAX], rare: true }),

  // Nothing to do: no operation, hints, the marks of control-flow enforcement.
  instruction('nop',    '90            |',             () => undefined, { refuses: ({ rexB }) => rexB }),
  instruction('pause',  'F3 90         |',             () => undefined, { refuses: ({ rexB }) => rexB }),
  instruction('nop',    '0F 1F /0      | r/m*',        () => undefined, { first: 'read', hint: true }),
  instruction('endbr64', 'F3 0F 1E FA  |',             () => undefined),
  instruction('endbr32', 'F3 0F 1E FB  |',             () => undefined),
  ...[0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e].map((opcode) =>
    instruction('nop', `0F ${hex(opcode)} /r | r/m*, r*`, () => undefined, { first: 'read', hint: true, rare: true })),
  ...['nta', 't0', 't1', 't2'].map((level, digit) =>
    instruction(`prefetch${level}`, `0F 18 /${digit as 0} | m8`, () => undefined, { first: 'read', hint: true, rare: true })),
  instruction('prefetchw', '0F 0D /1   | m8',          () => undefined, { first: 'read', hint: true, rare: true }),
  instruction('prefetch',  '0F 0D /0   | m8',          () => undefined, { first: 'read', hint: true, rare: true }),
];
