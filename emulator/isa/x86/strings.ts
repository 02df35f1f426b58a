/**
 * String instructions (SDM, volume 1, section 5.1.8). A repeated one does one step, or a few bytes, each time it is executed
 * and then branches to itself, so it can be left between any two steps.
 */
import type { Value } from '../value.ts';
import { EA } from './address.ts';
import { type Cpu, GPR } from './cpu.ts';
import type { Size } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const DIRECTION = 1 << 10;
const NARROW = EA.offset32 | EA.offset16;

/** The control `ea` of the instruction. */
function control(cpu: Cpu): Value {
  const { memory } = cpu.instance;
  if (!memory) throw new Error('a string instruction has its memory by nature');
  return memory.ea;
}
const narrowed = (cpu: Cpu, bits: number): Value => cpu.and(control(cpu), cpu.i32(bits));

/** A register as far as the address size reaches, zero-extended. */
function counted(cpu: Cpu, number: number): Value {
  const value = cpu.variable(cpu.gpr(number));
  cpu.when(narrowed(cpu, NARROW), () => {
    value.set(cpu.zero32(value.get()));
    cpu.when(narrowed(cpu, EA.offset16), () => value.set(cpu.and(value.get(), cpu.i64(0xffff))));
  });
  return value.get();
}
function setCounted(cpu: Cpu, number: number, value: Value): void {
  const whole = cpu.let(value);
  const set = cpu.variable(whole);
  cpu.when(narrowed(cpu, NARROW), () => {
    set.set(cpu.zero32(whole));
    cpu.when(narrowed(cpu, EA.offset16), () =>
      set.set(cpu.or(cpu.and(cpu.gpr(number), cpu.i64(~0xffffn)), cpu.and(whole, cpu.i64(0xffff)))),
    );
  });
  cpu.setGpr(number, set.get());
}
const source = (cpu: Cpu): Value => cpu.linear(control(cpu), cpu.gpr(GPR.RSI));
/** Always in ES, whose base counts outside 64-bit mode: the bit that says so, moved, is the number of ES plus one. */
function destination(cpu: Cpu): Value {
  const ea = control(cpu);
  const segment = cpu.shl(cpu.and(ea, cpu.i32(EA.linear32)), cpu.i32(1));
  return cpu.linear(cpu.or(cpu.and(ea, cpu.i32(~EA.segment)), segment), cpu.gpr(GPR.RDI));
}
/** How far a step goes: backwards with DF. */
function step(cpu: Cpu, size: Size): Value {
  return cpu.let(cpu.select(cpu.and(cpu.field('rflags'), cpu.i32(DIRECTION)), cpu.i64(-size / 8), cpu.i64(size / 8)));
}
const advance = (cpu: Cpu, number: number, by: Value) => setCounted(cpu, number, cpu.add(cpu.gpr(number), by));
const bytesOf = (size: Size) => (size / 8) as 1 | 2 | 4 | 8;
const forward = (cpu: Cpu): Value => cpu.eqz(cpu.and(cpu.field('rflags'), cpu.i32(DIRECTION)));
/** Eight bytes from an address lie in one page. */
const inPage = (cpu: Cpu, address: Value): Value => cpu.leU(cpu.and(cpu.wrap(address), cpu.i32(0xfff)), cpu.i32(0xff8));

/** Does steps while RCX lasts. @param many does several at once where it can; says how many, i64, where it has */
function repeated(cpu: Cpu, one: () => void, many?: (left: Value, did: { set(value: Value): void }) => void): void {
  if (cpu.instance.repeat === 'none') return one();
  const left = cpu.let(counted(cpu, GPR.RCX));
  const done = cpu.variable(cpu.i64(0));
  cpu.when(cpu.ne(left, cpu.i64(0)), () => {
    many?.(left, done);
    cpu.when(cpu.eqz(done.get()), () => {
      one();
      done.set(cpu.i64(1));
    });
    setCounted(cpu, GPR.RCX, cpu.sub(left, done.get()));
  });
  cpu.branch(cpu.ne(left, done.get()), cpu.i64(0));
}

const move = (size: Size) => (cpu: Cpu) => {
  const one = () => {
    const value = cpu.let(cpu.read(source(cpu), bytesOf(size), false));
    cpu.write(destination(cpu), bytesOf(size), value);
    const by = step(cpu, size);
    advance(cpu, GPR.RSI, by);
    advance(cpu, GPR.RDI, by);
  };
  repeated(cpu, one, size === 8 ? (left, done) => moveEight(cpu, left, done) : undefined);
};
/** Bytes eight at a time, where what is written is not read before the eighth. */
function moveEight(cpu: Cpu, left: Value, done: { set(value: Value): void }): void {
  const [from, to] = [source(cpu), destination(cpu)];
  const apart = cpu.geU(cpu.sub(to, from), cpu.i64(8));
  const enough = cpu.and(cpu.geU(left, cpu.i64(8)), forward(cpu));
  cpu.when(cpu.and(cpu.and(enough, apart), cpu.and(inPage(cpu, from), inPage(cpu, to))), () => {
    cpu.write(to, 8, cpu.let(cpu.read(from, 8, false)));
    advance(cpu, GPR.RSI, cpu.i64(8));
    advance(cpu, GPR.RDI, cpu.i64(8));
    done.set(cpu.i64(8));
  });
}

const store = (size: Size) => (cpu: Cpu) => {
  const one = () => {
    cpu.write(destination(cpu), bytesOf(size), cpu.gpr(GPR.RAX));
    advance(cpu, GPR.RDI, step(cpu, size));
  };
  repeated(cpu, one, size === 8 ? (left, done) => storeEight(cpu, left, done) : undefined);
};
function storeEight(cpu: Cpu, left: Value, done: { set(value: Value): void }): void {
  const to = destination(cpu);
  const enough = cpu.and(cpu.geU(left, cpu.i64(8)), forward(cpu));
  cpu.when(cpu.and(enough, inPage(cpu, to)), () => {
    cpu.write(to, 8, cpu.mul(cpu.part(GPR.RAX, 8), cpu.i64(0x0101_0101_0101_0101n)));
    advance(cpu, GPR.RDI, cpu.i64(8));
    done.set(cpu.i64(8));
  });
}
const load = (size: Size) => (cpu: Cpu) =>
  repeated(cpu, () => {
    const value = cpu.let(cpu.read(source(cpu), bytesOf(size), false));
    cpu.setPart(GPR.RAX, size, value);
    advance(cpu, GPR.RSI, step(cpu, size));
  });

/** Compares until RCX is used up, or ZF is not what the prefix asks for. */
function compared(cpu: Cpu, size: Size, read: () => { a: Value; b: Value }, moved: readonly number[]): void {
  const { repeat } = cpu.instance;
  const once = () => {
    const { a, b } = read();
    const by = step(cpu, size);
    for (const number of moved) advance(cpu, number, by);
    cpu.flags.sub(size, a, b);
    return cpu.eq(cpu.shl(a, cpu.i64(64 - size)), cpu.shl(b, cpu.i64(64 - size)));
  };
  if (repeat === 'none') return void once();
  const left = cpu.let(counted(cpu, GPR.RCX));
  const more = cpu.variable(cpu.i32(0));
  cpu.when(cpu.ne(left, cpu.i64(0)), () => {
    const equal = once();
    more.set(cpu.and(repeat === 'rep' ? equal : cpu.eqz(equal), cpu.ne(left, cpu.i64(1))));
    setCounted(cpu, GPR.RCX, cpu.sub(left, cpu.i64(1)));
  });
  cpu.branch(more.get(), cpu.i64(0));
}
const compare = (size: Size) => (cpu: Cpu) =>
  compared(
    cpu,
    size,
    () => {
      const a = cpu.let(cpu.read(source(cpu), bytesOf(size), false));
      return { a, b: cpu.let(cpu.read(destination(cpu), bytesOf(size), false)) };
    },
    [GPR.RSI, GPR.RDI],
  );
const scan = (size: Size) => (cpu: Cpu) =>
  compared(
    cpu,
    size,
    () => ({ a: cpu.let(cpu.gpr(GPR.RAX)), b: cpu.let(cpu.read(destination(cpu), bytesOf(size), false)) }),
    [GPR.RDI],
  );

type Meaning = (cpu: Cpu) => void;
function pair(name: string, opcode: number, make: (size: Size) => Meaning, traits: X86Traits): X86Row[] {
  const hex = (byte: number) => byte.toString(16).toUpperCase();
  const bySize = { 8: make(8), 16: make(16), 32: make(32), 64: make(64) };
  const meaning: Meaning = (cpu) => bySize[cpu.instance.size](cpu);
  const shared: X86Traits = { ...traits, memory: 'string', mayTrap: true };
  return [
    instruction(name, `${hex(opcode)} |`, meaning, { ...shared, sizes: [8] }),
    instruction(name, `${hex(opcode + 1)} |`, meaning, { ...shared, sizes: [16, 32, 64] }),
  ];
}
const { RAX, RCX, RSI, RDI } = GPR;

export const strings: readonly X86Row[] = [
  ...pair('movs', 0xa4, move, { repeats: 'rep', uses: [RCX, RSI, RDI] }),
  ...pair('cmps', 0xa6, compare, { repeats: 'both', uses: [RCX, RSI, RDI], flags: 'both' }),
  ...pair('stos', 0xaa, store, { repeats: 'rep', uses: [RAX, RCX, RDI] }),
  ...pair('lods', 0xac, load, { repeats: 'rep', uses: [RAX, RCX, RSI] }),
  ...pair('scas', 0xae, scan, { repeats: 'both', uses: [RAX, RCX, RDI], flags: 'both' }),
];
