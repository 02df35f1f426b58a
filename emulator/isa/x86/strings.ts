/**
 * String instructions (SDM, volume 1, section 5.1.8). A repeated one does one step each time it is executed, or as many as
 * lie in a page, and then branches to itself, so it can be left between any two steps.
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
/** An element there is read. */
function readElement(cpu: Cpu, size: Size): Value {
  const address = source(cpu);
  cpu.checkSegment(control(cpu), address, { bytes: size / 8, writes: false });
  return cpu.let(cpu.read(address, bytesOf(size), false));
}
/** Always in ES, whose base counts outside 64-bit mode: the bit that says so, moved, is the number of ES plus one. */
function extraControl(cpu: Cpu): Value {
  const ea = control(cpu);
  const segment = cpu.shl(cpu.and(ea, cpu.i32(EA.linear32)), cpu.i32(1));
  return cpu.or(cpu.and(ea, cpu.i32(~EA.segment)), segment);
}
const destination = (cpu: Cpu): Value => cpu.linear(extraControl(cpu), cpu.gpr(GPR.RDI));
/** Where an element is read or written there. */
function elementIn(cpu: Cpu, size: Size, writes: boolean): Value {
  const address = destination(cpu);
  cpu.checkSegment(cpu.let(extraControl(cpu)), address, { bytes: size / 8, writes });
  return address;
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
const least = (cpu: Cpu, a: Value, b: Value): Value => cpu.let(cpu.select(cpu.ltU(a, b), a, b));

/** Steps that have been done. */
interface Done {
  get(): Value;
  set(value: Value): void;
}
/** Several steps at once. @param most how many there may be, i64 @param done is set where there were any */
type Several = (most: Value, done: Done) => void;
/** Bits of `segmentsChecked` for ES, which is number 0: reading and writing. */
const EXTRA_CHECKED = 0x101;
/** Bytes from which on one call of the host's copying is quicker than our steps. */
const WORTH_A_CALL = 8;

/** Does steps while RCX lasts; each counts as an instruction, however it is done. */
function repeated(cpu: Cpu, size: Size, one: () => void, pointers: readonly number[] = [], several?: Several): void {
  if (cpu.instance.repeat === 'none') return one();
  const left = cpu.let(counted(cpu, GPR.RCX));
  const done = cpu.variable(cpu.i64(0));
  cpu.when(cpu.ne(left, cpu.i64(0)), () => {
    if (several)
      cpu.when(cpu.and(cpu.and(forward(cpu), unchecked(cpu)), cpu.geU(left, cpu.i64(size === 8 ? 8 : Math.ceil(WORTH_A_CALL / bytesOf(size))))), () => {
        const most = cpu.variable(least(cpu, left, cpu.add(cpu.allowance(), cpu.i64(1))));
        // Offsets of 16 bits go round within a page.
        cpu.when(narrowed(cpu, EA.offset16), () => {
          for (const pointer of pointers) most.set(least(cpu, most.get(), untilRound(cpu, pointer, size)));
        });
        several(most.get(), done);
        cpu.when(cpu.ne(done.get(), cpu.i64(0)), () => cpu.countMore(cpu.sub(done.get(), cpu.i64(1))));
      });
    cpu.when(cpu.eqz(done.get()), () => {
      one();
      done.set(cpu.i64(1));
    });
    setCounted(cpu, GPR.RCX, cpu.sub(left, done.get()));
  });
  cpu.branch(cpu.ne(left, done.get()), cpu.i64(0));
}
/** What is read, and ES, which may be read or written, let everything pass. */
function unchecked(cpu: Cpu): Value {
  const segment = cpu.sub(cpu.and(cpu.shrU(control(cpu), cpu.i32(EA.segmentAt)), cpu.i32(7)), cpu.i32(1));
  const checked = cpu.field('segmentsChecked');
  const either = cpu.or(cpu.and(cpu.shrU(checked, segment), cpu.i32(1)), cpu.and(checked, cpu.i32(EXTRA_CHECKED)));
  return cpu.or(cpu.eqz(narrowed(cpu, EA.linear32)), cpu.eqz(either));
}
/** Elements between an offset of 16 bits and the end of its segment. */
const untilRound = (cpu: Cpu, pointer: number, size: Size): Value =>
  cpu.shrU(cpu.sub(cpu.i64(0x1_0000), cpu.part(pointer, 16)), cpu.i64(Math.log2(bytesOf(size))));

const move = (size: Size) => (cpu: Cpu) => {
  const one = () => {
    const value = readElement(cpu, size);
    cpu.write(elementIn(cpu, size, true), bytesOf(size), value);
    const by = step(cpu, size);
    advance(cpu, GPR.RSI, by);
    advance(cpu, GPR.RDI, by);
  };
  repeated(cpu, size, one, [GPR.RSI, GPR.RDI], (most, done) => moveSeveral(cpu, size, most, done));
};
function moveSeveral(cpu: Cpu, size: Size, most: Value, done: Done): void {
  const bytes = bytesOf(size);
  const [from, to] = [source(cpu), destination(cpu)];
  cpu.when(cpu.geU(most, cpu.i64(Math.ceil(WORTH_A_CALL / bytes))), () => done.set(cpu.moveElements(to, from, bytes, most)));
  if (size === 8) {
    // Where what is written is not read before the eighth.
    const apart = cpu.geU(cpu.sub(to, from), cpu.i64(8));
    const fits = cpu.and(inPage(cpu, from), inPage(cpu, to));
    cpu.when(cpu.and(cpu.and(cpu.eqz(done.get()), cpu.geU(most, cpu.i64(8))), cpu.and(apart, fits)), () => {
      cpu.write(to, 8, cpu.let(cpu.read(from, 8, false)));
      done.set(cpu.i64(8));
    });
  }
  const by = cpu.let(cpu.mul(done.get(), cpu.i64(bytes)));
  advance(cpu, GPR.RSI, by);
  advance(cpu, GPR.RDI, by);
}

const store = (size: Size) => (cpu: Cpu) => {
  const one = () => {
    cpu.write(elementIn(cpu, size, true), bytesOf(size), cpu.gpr(GPR.RAX));
    advance(cpu, GPR.RDI, step(cpu, size));
  };
  repeated(cpu, size, one, [GPR.RDI], (most, done) => storeSeveral(cpu, size, most, done));
};
function storeSeveral(cpu: Cpu, size: Size, most: Value, done: Done): void {
  const bytes = bytesOf(size);
  const to = destination(cpu);
  const byte = cpu.part(GPR.RAX, 8);
  const repeatedByte = cpu.let(cpu.mul(byte, cpu.i64(0x0101_0101_0101_0101n)));
  const alike = size === 8 ? cpu.i32(1) : cpu.eq(cpu.shl(cpu.xor(repeatedByte, cpu.gpr(GPR.RAX)), cpu.i64(64 - size)), cpu.i64(0));
  cpu.when(cpu.and(alike, cpu.geU(most, cpu.i64(Math.ceil(WORTH_A_CALL / bytes)))), () =>
    done.set(cpu.fillElements(to, cpu.wrap(byte), bytes, most)),
  );
  if (size === 8)
    cpu.when(cpu.and(cpu.and(cpu.eqz(done.get()), cpu.geU(most, cpu.i64(8))), inPage(cpu, to)), () => {
      cpu.write(to, 8, repeatedByte);
      done.set(cpu.i64(8));
    });
  advance(cpu, GPR.RDI, cpu.let(cpu.mul(done.get(), cpu.i64(bytes))));
}
const load = (size: Size) => (cpu: Cpu) =>
  repeated(cpu, size, () => {
    const value = readElement(cpu, size);
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
      const a = readElement(cpu, size);
      return { a, b: cpu.let(cpu.read(elementIn(cpu, size, false), bytesOf(size), false)) };
    },
    [GPR.RSI, GPR.RDI],
  );
const scan = (size: Size) => (cpu: Cpu) =>
  compared(
    cpu,
    size,
    () => ({ a: cpu.let(cpu.gpr(GPR.RAX)), b: cpu.let(cpu.read(elementIn(cpu, size, false), bytesOf(size), false)) }),
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
