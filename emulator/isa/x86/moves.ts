/** Data transfer (SDM, volume 1, section 5.1.1). */
import type { Value } from '../value.ts';
import { type Cpu, GPR } from './cpu.ts';
import { CONDITIONS } from './flags.ts';
import type { Place, Size } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0');
const writes: X86Traits = { first: 'write' };

const move = (cpu: Cpu, to: Place, from: Place) => to.set(from.inMemory ? cpu.let(from.get()) : from.raw());
const moveImmediate = (_cpu: Cpu, to: Place, value: Value) => to.set(value);
const zeroExtend = (cpu: Cpu, to: Place, from: Place) => to.set(cpu.let(from.get()));
const signExtend = (cpu: Cpu, to: Place, from: Place) => to.set(cpu.let(from.signed()));

/** Memory is written first: it may fault. */
function exchange(cpu: Cpu, a: Place, b: Place): void {
  const given = cpu.let(b.raw());
  const { old } = a.modify(() => given);
  b.set(old);
}
function exchangeAndAdd(cpu: Cpu, to: Place, from: Place): void {
  const b = cpu.let(from.raw());
  const { old } = to.modify((a) => cpu.add(a, b));
  cpu.flags.add(to.size, old, b);
  if (to.inMemory) return from.set(old);
  // Of a register with itself the sum stays.
  from.set(old);
  to.set(cpu.add(old, b));
}
/** Memory is written in any case, as hardware does. A register of 32 bits is left alone, also above, where it is not loaded. */
function compareAndExchange(cpu: Cpu, to: Place, from: Place): void {
  const { size } = to;
  const expected = cpu.let(cpu.part(GPR.RAX, size));
  const given = cpu.let(from.raw());
  const old = cpu.variable(cpu.i64(0));
  if (to.inMemory) {
    const low = (value: Value) => cpu.eq(cpu.shl(cpu.xor(value, expected), cpu.i64(64 - size)), cpu.i64(0));
    old.set(to.modify((a) => cpu.select(low(a), given, a)).old);
    cpu.when(cpu.eqz(low(old.get())), () => cpu.setPart(GPR.RAX, size, old.get()));
  } else {
    old.set(to.get());
    const same = cpu.let(cpu.eq(old.get(), expected));
    cpu.when(
      same,
      () => to.set(given),
      () => cpu.setPart(GPR.RAX, size, old.get()),
    );
  }
  cpu.flags.sub(size, expected, old.get());
}

function byteSwap(cpu: Cpu, to: Place): void {
  to.set(swapped(cpu, to.size, cpu.let(to.get())));
}
/** The bytes of a zero-extended value in the opposite order; 16 bits of a register become 0, which the manual leaves open. */
export function swapped(cpu: Cpu, size: Size, value: Value): Value {
  const mask = (bits: bigint) => cpu.i64(bits);
  const pairs = cpu.let(
    cpu.or(cpu.and(cpu.shrU(value, cpu.i64(8)), mask(0x00ff_00ff_00ff_00ffn)), cpu.shl(cpu.and(value, mask(0x00ff_00ff_00ff_00ffn)), cpu.i64(8))),
  );
  const fours = cpu.let(
    cpu.or(cpu.and(cpu.shrU(pairs, cpu.i64(16)), mask(0x0000_ffff_0000_ffffn)), cpu.shl(cpu.and(pairs, mask(0x0000_ffff_0000_ffffn)), cpu.i64(16))),
  );
  return cpu.shrU(cpu.rotl(fours, cpu.i64(32)), cpu.i64(64 - size));
}

/** A move that happens when a condition holds; memory is read, and a register of 32 bits cut, in any case. */
function conditionalMove(number: number): X86Row {
  return instruction(
    `cmov${CONDITIONS[number]}`,
    `0F ${hex(0x40 + number)} /r | r*, r/m*`,
    (cpu, to, from) => {
      const given = cpu.let(from.raw());
      to.set(cpu.select(cpu.flags.holds(number), given, to.raw()));
    },
    { flags: 'read' },
  );
}
const setOnCondition = (number: number): X86Row =>
  instruction(`set${CONDITIONS[number]}`, `0F ${hex(0x90 + number)} /r | r/m8`, (cpu, to) => to.set(cpu.extendU(cpu.flags.holds(number))), {
    flags: 'read',
  });
const each = (make: (number: number) => X86Row) => CONDITIONS.map((_, number) => make(number));

/** Widens the accumulator, or spreads its sign over RDX. */
function widen(cpu: Cpu): void {
  const { size } = cpu.instance;
  const value = cpu.gpr(GPR.RAX);
  const half = { 16: cpu.extend8S(value), 32: cpu.extend16S(value), 64: cpu.extend32S(value), 8: value }[size];
  cpu.setPart(GPR.RAX, size, half);
}
function spread(cpu: Cpu): void {
  const { size } = cpu.instance;
  const top = cpu.shl(cpu.gpr(GPR.RAX), cpu.i64(64 - size));
  cpu.setPart(GPR.RDX, size, cpu.shrS(top, cpu.i64(63)));
}

function pop(cpu: Cpu, to: Place): void {
  const { size } = to;
  const value = cpu.top(size);
  const bytes = cpu.i64(size / 8);
  if (!to.inMemory) {
    cpu.release(size, bytes);
    return to.set(value);
  }
  // The address is found with the stack pointer that the pop leaves, and nothing may have changed if it faults.
  const before = cpu.let(cpu.gpr(GPR.RSP));
  cpu.release(size, bytes);
  const address = to.address();
  cpu.setGpr(GPR.RSP, before);
  cpu.write(address, (size / 8) as 2 | 4 | 8, value);
  cpu.release(size, bytes);
}
const push = (cpu: Cpu, from: Place) => cpu.push(from.size, cpu.let(from.get()));
const pushImmediate = (cpu: Cpu, value: Value) => cpu.push(cpu.instance.size, value);

const lea = (cpu: Cpu, to: Place) => {
  const { memory } = cpu.instance;
  if (memory) to.set(cpu.effectiveOffset(memory));
};

const sizes: X86Traits & { sizes: readonly Size[] } = { sizes: [16, 32, 64] };
const stack: X86Traits = { defaults: 'stack', uses: [GPR.RSP], mayTrap: true };
const accumulator: X86Traits = { uses: [GPR.RAX] };

export const moves: readonly X86Row[] = [
  instruction('mov',    '88 /r         | r/m8, r8',    move,          writes),
  instruction('mov',    '89 /r         | r/m*, r*',    move,          writes),
  instruction('mov',    '8A /r         | r8, r/m8',    move,          writes),
  instruction('mov',    '8B /r         | r*, r/m*',    move,          writes),
  instruction('mov',    'A0 moffs      | a8, m8',      move,          { ...writes, rare: true }),
  instruction('mov',    'A1 moffs      | a*, m*',      move,          { ...writes, rare: true }),
  instruction('mov',    'A2 moffs      | m8, a8',      move,          { ...writes, rare: true }),
  instruction('mov',    'A3 moffs      | m*, a*',      move,          { ...writes, rare: true }),
  instruction('mov',    'B0+r ib       | r8, imm',     moveImmediate, writes),
  instruction('mov',    'B8+r iv       | r*, imm',     moveImmediate, writes),
  instruction('mov',    'C6 /0 ib      | r/m8, imm',   moveImmediate, writes),
  instruction('mov',    'C7 /0 iz      | r/m*, imm',   moveImmediate, writes),
  instruction('movzx',  '0F B6 /r      | r*, r/m8',    zeroExtend,    writes),
  instruction('movzx',  '0F B7 /r      | r*, r/m16',   zeroExtend,    writes),
  instruction('movsx',  '0F BE /r      | r*, r/m8',    signExtend,    writes),
  instruction('movsx',  '0F BF /r      | r*, r/m16',   signExtend,    writes),
  instruction('movsxd', '63 /r         | r*, r/m32',   signExtend,    { ...writes, only64: true }),
  instruction('lea',    '8D /r         | r*, m',       lea,           writes),
  instruction('xchg',   '86 /r         | r/m8, r8',    exchange,      { second: 'both', lockable: true, alwaysLocked: true }),
  instruction('xchg',   '87 /r         | r/m*, r*',    exchange,      { second: 'both', lockable: true, alwaysLocked: true }),
  instruction('xchg',   '90+r          | r*, a*',      exchange,      { second: 'both' }),
  instruction('xadd',   '0F C0 /r      | r/m8, r8',    exchangeAndAdd, { second: 'both', flags: 'write', lockable: true, rare: true }),
  instruction('xadd',   '0F C1 /r      | r/m*, r*',    exchangeAndAdd, { second: 'both', flags: 'write', lockable: true, rare: true }),
  instruction('cmpxchg', '0F B0 /r     | r/m8, r8',    compareAndExchange, { ...accumulator, flags: 'write', lockable: true, rare: true }),
  instruction('cmpxchg', '0F B1 /r     | r/m*, r*',    compareAndExchange, { ...accumulator, flags: 'write', lockable: true }),
  instruction('bswap',  '0F C8+r       | r*',          byteSwap),
  instruction('movbe',  'NP 0F 38 F0 /r | r*, m*',     (cpu, to, from) => to.set(cpu.let(swapped(cpu, from.size, cpu.let(from.get())))), { ...writes, rare: true }),
  instruction('movbe',  'NP 0F 38 F1 /r | m*, r*',     (cpu, to, from) => to.set(cpu.let(swapped(cpu, from.size, cpu.let(from.get())))), { ...writes, rare: true }),
  instruction('movbe',  '66 0F 38 F0 /r | r16, m16',   (cpu, to, from) => to.set(cpu.let(swapped(cpu, 16, cpu.let(from.get())))), { rare: true }),
  instruction('movbe',  '66 0F 38 F1 /r | m16, r16',   (cpu, to, from) => to.set(cpu.let(swapped(cpu, 16, cpu.let(from.get())))), { rare: true }),
  instruction('movnti', 'NP 0F C3 /r   | m*, r*',      move,          writes),
  ...each(conditionalMove),
  ...each(setOnCondition),
  instruction('cbw',    '98            |',             widen,         { ...accumulator, ...sizes, spelling: { 32: 'cwde', 64: 'cdqe' } }),
  instruction('cwd',    '99            |',             spread,        { uses: [GPR.RAX, GPR.RDX], ...sizes, spelling: { 32: 'cdq', 64: 'cqo' } }),
  instruction('push',   '50+r          | r*',          push,          { ...stack, first: 'read' }),
  instruction('push',   'FF /6         | r/m*',        push,          { ...stack, first: 'read' }),
  instruction('push',   '6A ib         | imm',         pushImmediate, stack),
  instruction('push',   '68 iz         | imm',         pushImmediate, stack),
  instruction('pop',    '58+r          | r*',          pop,           { ...stack, first: 'write' }),
  instruction('pop',    '8F /0         | r/m*',        pop,           { ...stack, first: 'write' }),
  instruction('leave',  'C9            |',             (cpu) => {
    const { size } = cpu.instance;
    const from = cpu.let(cpu.gpr(GPR.RBP));
    const value = cpu.top(size, from);
    cpu.release(size, cpu.i64(size / 8), from);
    cpu.setPart(GPR.RBP, size, value);
  }, { ...stack, uses: [GPR.RSP, GPR.RBP] }),
  instruction('xlat',   'D7            |',             (cpu) => {
    const { memory } = cpu.instance;
    if (!memory) return;
    const offset = cpu.add(cpu.gpr(GPR.RBX), cpu.part(GPR.RAX, 8));
    cpu.setPart(GPR.RAX, 8, cpu.let(cpu.read(cpu.linear(memory.ea, offset), 1, false)));
  }, { memory: 'string', uses: [GPR.RAX, GPR.RBX], mayTrap: true, rare: true }),
];
