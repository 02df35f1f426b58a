/** System instructions, and what programs ask of the system (SDM, volume 1, sections 5.1.9, 5.1.13, 5.1.14 and 5.20). */
import type { Value } from '../value.ts';
import { EA } from './address.ts';
import { type Cpu, GPR, VECTOR } from './cpu.ts';
import type { Place, Size } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

type Traits = X86Traits & { readonly sizes?: readonly Size[] };
const ends: Traits = { ends: true, mayTrap: true, rare: true };
/** Reads a part of the state and touches nothing but its operand. */
const reads: Traits = { first: 'write', rare: true };
const { RAX, RBX, RCX, RDX, RSP, RBP } = GPR;

/** An operation without operands, named like that of the privileged half. */
const plain = (name: string, text: string, operation: string, traits: Traits = {}): X86Row =>
  instruction(name, text as '', (cpu: Cpu) => cpu.system(operation), { ...ends, ...traits });
/** One that gets the value of its operand; memory of 16 bits is read first. */
const withValue = (name: string, text: string, operation: string, traits: Traits = {}): X86Row =>
  instruction(name, text as '| r/m16', (cpu, from) => cpu.system(operation, cpu.let(from.get())), { ...ends, first: 'read', ...traits });
const interrupt = (cpu: Cpu, vector: Value) => cpu.system('softwareInterrupt', vector);

/** Pseudo-descriptors: a limit of 16 bits, then the base, of 64 bits in 64-bit mode and 32 otherwise. */
const loadTable = (operation: string) => (cpu: Cpu, from: Place) => {
  const address = from.address({ bytes: 2 + baseBytes(cpu), writes: false });
  const limit = cpu.let(cpu.read(address, 2, false));
  const base = cpu.let(cpu.read(cpu.add(address, cpu.i64(2)), baseBytes(cpu), false));
  cpu.system(operation, base, limit);
};
const baseBytes = (cpu: Cpu): 4 | 8 => (cpu.instance.size === 64 ? 8 : 4);
const storeTable = (name: 'gdt' | 'idt') => (cpu: Cpu, to: Place) => {
  const address = to.address({ bytes: 2 + baseBytes(cpu), writes: true });
  cpu.probe(address, 2 + baseBytes(cpu), 'store');
  cpu.write(address, 2, cpu.extendU(cpu.field(`${name}Limit`)));
  cpu.write(cpu.add(address, cpu.i64(2)), baseBytes(cpu), cpu.field(`${name}Base`));
};
/** In 64-bit mode the size is 64 whatever the prefixes say, else 32. */
const table: Traits = { ...ends, defaults: 'near', sizes: [16, 32, 64] };

const readControl = (question: string) => (cpu: Cpu, to: Place, number: Value) =>
  cpu.ask(question, number, cpu.i64(0), (value) => to.set(value));
const writeControl = (operation: string) => (cpu: Cpu, number: Value, from: Place) =>
  cpu.system(operation, cpu.let(from.get()), cpu.extendU(number));
const whole: Traits = { ...ends, defaults: 'whole' };
/** EDX:EAX gets the time-stamp counter. */
const readTime = (cpu: Cpu, beside?: () => void) =>
  cpu.ask('timeStamp', cpu.i32(0), cpu.i64(0), (time) => {
    cpu.set(cpu.register('gpr', RAX), cpu.zero32(time));
    cpu.set(cpu.register('gpr', RDX), cpu.shrU(time, cpu.i64(32)));
    beside?.();
  });

const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
const selector = (cpu: Cpu, number: Value): Value => cpu.element('segmentSelector', number);
const stack: Traits = { defaults: 'stack', uses: [RSP], mayTrap: true, rare: true, sizes: [16, 32, 64] };
const pushSegment = (segment: number, text: string, traits: Traits = {}): X86Row =>
  instruction(`push ${SEGMENTS[segment]}`, text as '', (cpu: Cpu) => cpu.push(cpu.instance.size, cpu.let(selector(cpu, cpu.i32(segment)))), { ...stack, ...traits });
const popSegment = (segment: number, text: string, traits: Traits = {}): X86Row =>
  instruction(`pop ${SEGMENTS[segment]}`, text as '', (cpu: Cpu) => cpu.system('popSegment', cpu.i64(segment)), { ...stack, ends: true, ...traits });

/** A far pointer in memory: an offset of the operand size, then a selector. */
function farPointer(cpu: Cpu, from: Place): { offset: Value; selected: Value } {
  const bytes = (cpu.instance.size / 8) as 2 | 4 | 8;
  const address = from.address({ bytes: bytes + 2, writes: false });
  const offset = cpu.let(cpu.read(address, bytes, false));
  return { offset, selected: cpu.let(cpu.read(cpu.add(address, cpu.i64(bytes)), 2, false)) };
}
const farMemory = (operation: string) => (cpu: Cpu, from: Place) => {
  const { offset, selected } = farPointer(cpu, from);
  cpu.system(operation, offset, selected);
};
const farImmediate = (operation: string) => (cpu: Cpu, offset: Value, selected: Value) =>
  cpu.system(operation, cpu.instance.size === 16 ? cpu.and(offset, cpu.i64(0xffff)) : cpu.zero32(offset), cpu.and(selected, cpu.i64(0xffff)));

const INTERRUPTS = 1 << 9;
/** Those that may not are left to the privileged half. */
const mayChangeInterrupts = (cpu: Cpu, rflags: Value) => cpu.leU(cpu.field('cpl'), cpu.and(cpu.shrU(rflags, cpu.i32(12)), cpu.i32(3)));
/** Where an interrupt waits already, or nothing changes, the privileged half sees to it. */
const setInterruptFlag = (cpu: Cpu) => {
  const rflags = cpu.let(cpu.field('rflags'));
  const quiet = cpu.eqz(cpu.or(cpu.field('interruptPending'), cpu.and(rflags, cpu.i32(INTERRUPTS))));
  cpu.when(
    cpu.and(mayChangeInterrupts(cpu, rflags), quiet),
    () => {
      cpu.setField('rflags', cpu.or(rflags, cpu.i32(INTERRUPTS)));
      cpu.setField('shadow', cpu.i32(1));
      cpu.setField('shadowPc', cpu.nextPc());
    },
    () => cpu.system('setInterruptFlag'),
  );
};

const RF_AND_VM = (1 << 16) | (1 << 17);
const pushFlags = (cpu: Cpu) => {
  const system = cpu.extendU(cpu.and(cpu.field('rflags'), cpu.i32(~RF_AND_VM)));
  cpu.push(cpu.instance.size, cpu.let(cpu.or(cpu.flags.bits(), system)));
};

const input = (cpu: Cpu, to: Place, port: Value) => {
  const bytes = (to.size / 8) as 1 | 2 | 4;
  cpu.ask('port', cpu.i32(bytes), port, (allowed) => to.set(cpu.readPort(cpu.let(allowed), bytes)));
};
const output = (cpu: Cpu, from: Place, port: Value) => {
  const bytes = (from.size / 8) as 1 | 2 | 4;
  cpu.ask('port', cpu.i32(bytes), port, (allowed) => cpu.writePort(cpu.let(allowed), bytes, from.get()));
};
/** The accumulator of at most 32 bits. */
const ports: Traits = { ends: true, mayTrap: true, rare: true, sizes: [16, 32] };
const byRegister = (move: typeof input) => (cpu: Cpu, place: Place, port: Place) => move(cpu, place, cpu.let(port.get()));

const IF = 1 << 9;
/** The kernel does this by the hundred thousand: no more than a bit of a field. */
const clearInterrupts = (cpu: Cpu) =>
  cpu.when(
    cpu.eqz(cpu.field('cpl')),
    () => cpu.setField('rflags', cpu.and(cpu.field('rflags'), cpu.i32(~IF))),
    () => cpu.system('clearInterruptFlag'),
  );

const ZF = 1n << 6n;
function setZero(cpu: Cpu, equal: Value): void {
  const others = cpu.and(cpu.flags.bits(), cpu.i64(0x8d5n & ~ZF));
  cpu.flags.all(cpu.let(cpu.or(others, cpu.shl(cpu.extendU(equal), cpu.i64(6)))));
}
const exchangeEight = (cpu: Cpu, to: Place) => {
  const pair = (low: number, high: number) => cpu.let(cpu.or(cpu.part(low, 32), cpu.shl(cpu.gpr(high), cpu.i64(32))));
  const [expected, given] = [pair(RAX, RDX), pair(RBX, RCX)];
  const { old } = to.modify((value) => cpu.select(cpu.eq(value, expected), given, value));
  const equal = cpu.let(cpu.eq(old, expected));
  cpu.when(cpu.eqz(equal), () => {
    cpu.setPart(RAX, 32, old);
    cpu.setPart(RDX, 32, cpu.shrU(old, cpu.i64(32)));
  });
  setZero(cpu, equal);
};
const exchangeSixteen = (cpu: Cpu, to: Place) => {
  const address = to.address();
  cpu.raiseWhen(cpu.and(cpu.wrap(address), cpu.i32(15)), VECTOR.generalProtection);
  const { equal, low, high } = cpu.instance.locked ? exchangeAtOnce(cpu, address) : exchangeAlone(cpu, address);
  cpu.when(cpu.eqz(equal), () => {
    cpu.setGpr(RAX, low);
    cpu.setGpr(RDX, high);
  });
  setZero(cpu, equal);
};
function exchangeAtOnce(cpu: Cpu, address: Value): { equal: Value; low: Value; high: Value } {
  const { equal, old } = cpu.exchangePair(address, [cpu.gpr(RAX), cpu.gpr(RDX)], [cpu.gpr(RBX), cpu.gpr(RCX)]);
  return { equal, low: old[0], high: old[1] };
}
/** Without LOCK, which kernels leave out for what only one core uses. */
function exchangeAlone(cpu: Cpu, address: Value): { equal: Value; low: Value; high: Value } {
  const above = cpu.let(cpu.add(address, cpu.i64(8)));
  cpu.probe(address, 16, 'store');
  const low = cpu.let(cpu.read(address, 8, false));
  const high = cpu.let(cpu.read(above, 8, false));
  const equal = cpu.let(cpu.and(cpu.eq(low, cpu.gpr(RAX)), cpu.eq(high, cpu.gpr(RDX))));
  cpu.write(address, 8, cpu.let(cpu.select(equal, cpu.gpr(RBX), low)));
  cpu.write(above, 8, cpu.let(cpu.select(equal, cpu.gpr(RCX), high)));
  return { equal, low, high };
}
const exchanges: Traits = { uses: [RAX, RBX, RCX, RDX], flags: 'both', mayTrap: true, lockable: true, rare: true };

/** ENTER: level 0 only builds a frame; nested levels copy the pointers of the frames around it. */
const enter = (cpu: Cpu, bytes: Value, level: Value) => {
  const { size } = cpu.instance;
  const step = cpu.i64(size / 8);
  const depth = cpu.let(cpu.and(level, cpu.i64(31)));
  const before = cpu.let(cpu.gpr(RSP));
  const frame = cpu.let(cpu.sub(before, step));
  const used = cpu.let(cpu.mul(cpu.add(depth, cpu.extendU(cpu.ne(depth, cpu.i64(0)))), step));
  const bottom = cpu.let(cpu.sub(before, cpu.add(used, cpu.select(cpu.eqz(depth), step, cpu.i64(0)))));
  cpu.putOnStack(size, frame, cpu.gpr(RBP));
  for (let nested = 1; nested < 31; nested++)
    cpu.when(cpu.ltU(cpu.i64(nested), depth), () => {
      const distance = cpu.i64((nested * size) / 8);
      cpu.putOnStack(size, cpu.sub(frame, distance), cpu.top(size, cpu.sub(cpu.gpr(RBP), distance)));
    });
  cpu.when(cpu.ne(depth, cpu.i64(0)), () => cpu.putOnStack(size, bottom, frame));
  cpu.setPart(RBP, size, frame);
  cpu.release(size, cpu.i64(0), cpu.sub(bottom, cpu.and(bytes, cpu.i64(0xffff))));
};

/** INS and OUTS: a port's data and memory, as string instructions. */
const portString = (size: Size, into: boolean) => (cpu: Cpu) => {
  const { memory, repeat } = cpu.instance;
  if (!memory) return;
  const bytes = (size / 8) as 1 | 2 | 4;
  const pointer = into ? GPR.RDI : GPR.RSI;
  const ea = into ? cpu.and(memory.ea, cpu.i32(~EA.segment)) : memory.ea;
  const one = () => {
    const address = cpu.linear(ea, cpu.gpr(pointer));
    const port = cpu.let(cpu.part(RDX, 16));
    cpu.ask('port', cpu.i32(bytes), port, (allowed) => {
      if (into) {
        cpu.probe(address, bytes, 'store');
        cpu.write(address, bytes, cpu.readPort(cpu.let(allowed), bytes));
      } else cpu.writePort(cpu.let(allowed), bytes, cpu.let(cpu.read(address, bytes, false)));
      const back = cpu.and(cpu.field('rflags'), cpu.i32(1 << 10));
      cpu.setGpr(pointer, cpu.add(cpu.gpr(pointer), cpu.select(back, cpu.i64(-bytes), cpu.i64(bytes))));
      if (repeat !== 'none') cpu.setGpr(RCX, cpu.sub(cpu.gpr(RCX), cpu.i64(1)));
    });
  };
  if (repeat === 'none') return one();
  cpu.when(cpu.ne(cpu.gpr(RCX), cpu.i64(0)), one);
  cpu.branch(cpu.ne(cpu.gpr(RCX), cpu.i64(0)), cpu.i64(0));
};
const portStrings: Traits = { repeats: 'rep', memory: 'string', uses: [RCX, RDX, GPR.RSI, GPR.RDI], ends: true, mayTrap: true, rare: true };
const bySize = (into: boolean) => {
  const meanings = { 8: portString(8, into), 16: portString(16, into), 32: portString(32, into), 64: portString(32, into) };
  return (cpu: Cpu) => meanings[cpu.instance.size](cpu);
};

export const system: readonly X86Row[] = [
  plain('hlt',      'F4',          'halt'),
  instruction('cli', 'FA |',       clearInterrupts, { mayTrap: true }),
  instruction('sti', 'FB |',       setInterruptFlag, ends),
  plain('popf',     '9D',          'popFlags', { ...stack, ...ends, flags: 'both' }),
  instruction('pushf', '9C |',     pushFlags, { ...stack, flags: 'read' }),
  plain('iret',     'CF',          'interruptReturn', { sizes: [16, 32, 64] }),
  instruction('int3', 'CC |',      (cpu) => interrupt(cpu, cpu.i64(3)), ends),
  instruction('int1', 'F1 |',      (cpu) => cpu.system('debugInterrupt'), ends),
  instruction('int', 'CD ib | uimm', interrupt, ends),
  instruction('into', 'CE |',      (cpu) => cpu.when(cpu.flags.holds(0), () => interrupt(cpu, cpu.i64(4))), { ...ends, flags: 'read', not64: true }),
  instruction('ud2', '0F 0B |',    (cpu) => cpu.raiseWhen(cpu.i32(1), VECTOR.invalidOpcode), ends),
  instruction('syscall', '0F 05 |', (cpu) => cpu.system('systemCall', cpu.let(cpu.flags.bits())), { ...ends, flags: 'read' }),
  plain('sysret',   '0F 07',       'systemReturn', { sizes: [32, 64] }),
  plain('sysenter', '0F 34',       'systemEnter'),
  plain('sysexit',  '0F 35',       'systemExit', { sizes: [32, 64] }),
  instruction('rdtscp', '0F 01 F9 |',
    (cpu) => readTime(cpu, () => cpu.set(cpu.register('gpr', RCX), cpu.zero32(cpu.field('tscAux')))), { ...ends, uses: [RAX, RCX, RDX] }),
  plain('serialize', 'NP 0F 01 E8', 'serialize'),
  instruction('rdtsc', '0F 31 |',  (cpu) => readTime(cpu), { ...ends, uses: [RAX, RDX] }),
  plain('rdmsr',    '0F 32',       'readModel', { uses: [RAX, RCX, RDX] }),
  plain('wrmsr',    '0F 30',       'writeModel', { uses: [RAX, RCX, RDX] }),
  plain('cpuid',    '0F A2',       'cpuid', { uses: [RAX, RBX, RCX, RDX] }),
  plain('clts',     '0F 06',       'clearTaskSwitched'),
  plain('invd',     '0F 08',       'writeBack'),
  plain('wbinvd',   '0F 09',       'writeBack'),
  instruction('invlpg', '0F 01 /7 | m', (cpu, from) => cpu.system('invalidatePage', from.address()), ends),
  instruction('invpcid', '66 0F 38 82 /r | r*, m',
    (cpu, type, from) => cpu.system('invalidateContexts', cpu.let(type.get()), from.address({ bytes: 16, writes: false })),
    { ...ends, first: 'read', defaults: 'whole' }),
  instruction('sgdt',   '0F 01 /0 | m', storeTable('gdt'), table),
  instruction('sidt',   '0F 01 /1 | m', storeTable('idt'), table),
  instruction('lgdt',   '0F 01 /2 | m', loadTable('loadGdt'), table),
  instruction('lidt',   '0F 01 /3 | m', loadTable('loadIdt'), table),
  instruction('smsw',   '0F 01 /4 | r/m*', (cpu, to) => (to.inMemory ? cpu.write(to.address(), 2, cpu.extendU(cpu.field('cr0'))) : to.set(cpu.extendU(cpu.field('cr0')))), { ...reads, mayTrap: true }),
  withValue('lmsw',     '0F 01 /6 | r/m16', 'loadMachineStatus'),
  instruction('sldt',   '0F 00 /0 | r/m*', (cpu, to) => storeSelector(cpu, to, 6), { ...reads, mayTrap: true }),
  instruction('str',    '0F 00 /1 | r/m*', (cpu, to) => storeSelector(cpu, to, 7), { ...reads, mayTrap: true }),
  withValue('lldt',     '0F 00 /2 | r/m16', 'loadLdt'),
  withValue('ltr',      '0F 00 /3 | r/m16', 'loadTask'),
  withValue('verr',     '0F 00 /4 | r/m16', 'verifyRead', { flags: 'both' }),
  withValue('verw',     '0F 00 /5 | r/m16', 'verifyWrite', { flags: 'both' }),
  instruction('lar',    '0F 02 /r | r*, r/m16', (cpu, to, from) => question(cpu, 'accessRights', to, from), { ...ends, flags: 'both', numbered: true }),
  instruction('lsl',    '0F 03 /r | r*, r/m16', (cpu, to, from) => question(cpu, 'segmentLimit', to, from), { ...ends, flags: 'both', numbered: true }),

  instruction('mov', '0F 20 /r | r*, cr', readControl('readControl'), { ...whole, first: 'write' }),
  instruction('mov', '0F 21 /r | r*, dr', readControl('readDebug'),   { ...whole, first: 'write' }),
  instruction('mov', '0F 22 /r | cr, r*', writeControl('writeControl'), { ...whole }),
  instruction('mov', '0F 23 /r | dr, r*', writeControl('writeDebug'),   { ...whole }),
  instruction('mov', '8C /r | r/m*, sreg', (cpu, to, number) => storeSelectorOf(cpu, to, number), { ...reads, mayTrap: true }),
  instruction('mov', '8E /r | sreg, r/m16', (cpu, number, from) => cpu.system('loadSegment', cpu.let(from.get()), cpu.extendU(number)), ends),

  pushSegment(0, '06', { not64: true }), pushSegment(1, '0E', { not64: true }), pushSegment(2, '16', { not64: true }), pushSegment(3, '1E', { not64: true }),
  popSegment(0, '07', { not64: true }), popSegment(2, '17', { not64: true }), popSegment(3, '1F', { not64: true }),
  pushSegment(4, '0F A0'), pushSegment(5, '0F A8'), popSegment(4, '0F A1'), popSegment(5, '0F A9'),

  instruction('jmp far',  'FF /5 | m', farMemory('farJump'), { ...ends, sizes: [16, 32, 64] }),
  instruction('call far', 'FF /3 | m', farMemory('farCall'), { ...ends, sizes: [16, 32, 64], uses: [RSP] }),
  instruction('jmp far',  'EA iz iw | imm, imm', farImmediate('farJump'), { ...ends, not64: true }),
  instruction('call far', '9A iz iw | imm, imm', farImmediate('farCall'), { ...ends, not64: true, uses: [RSP] }),
  instruction('ret far', 'CB |', (cpu) => cpu.system('farReturn', cpu.i64(0)), { ...ends, sizes: [16, 32, 64], uses: [RSP] }),
  instruction('ret far', 'CA iw | uimm', (cpu, bytes) => cpu.system('farReturn', bytes), { ...ends, sizes: [16, 32, 64], uses: [RSP] }),
  ...([[2, '0F B2', {}], [4, '0F B4', {}], [5, '0F B5', {}], [0, 'C4', { not64: true }], [3, 'C5', { not64: true }]] as const).map(([segment, opcode, traits]) =>
    instruction(`l${SEGMENTS[segment]}`, `${opcode} /r | r*, m`, (cpu, to, from) => loadFar(cpu, segment, to, from), { ...ends, ...traits, numbered: true })),

  instruction('in',  'E4 ib | a8, uimm', input,  { ...ports, sizes: [8] }),
  instruction('in',  'E5 ib | a*, uimm', input,  ports),
  instruction('in',  'EC    | a8, dx',   byRegister(input),  { ...ports, sizes: [8] }),
  instruction('in',  'ED    | a*, dx',   byRegister(input),  ports),
  instruction('out', 'E6 ib | a8, uimm', output, { ...ports, sizes: [8] }),
  instruction('out', 'E7 ib | a*, uimm', output, ports),
  instruction('out', 'EE    | a8, dx',   byRegister(output), { ...ports, sizes: [8] }),
  instruction('out', 'EF    | a*, dx',   byRegister(output), ports),
  instruction('ins',  '6C |', bySize(true),  { ...portStrings, sizes: [8] }),
  instruction('ins',  '6D |', bySize(true),  { ...portStrings, sizes: [16, 32] }),
  instruction('outs', '6E |', bySize(false), { ...portStrings, sizes: [8] }),
  instruction('outs', '6F |', bySize(false), { ...portStrings, sizes: [16, 32] }),

  instruction('rdrand', '0F C7 /6 | r*', (cpu) => cpu.system('random', cpu.extendU(cpu.instance.register)), { ...ends, flags: 'write', numbered: true }),
  instruction('rdseed', '0F C7 /7 | r*', (cpu) => cpu.system('random', cpu.extendU(cpu.instance.register)), { ...ends, flags: 'write', numbered: true }),
  instruction('rdpid',  'F3 0F C7 /7 | r64', (cpu, to) => to.set(cpu.field('tscAux')), { ...reads, only64: true }),

  instruction('cmpxchg8b',  '0F C7 /1 | m64',       exchangeEight,   exchanges),
  instruction('cmpxchg16b', 'REX.W 0F C7 /1 | m',   exchangeSixteen, exchanges),
  instruction('enter',      'C8 iw ib | uimm, uimm', enter,          { ...stack, uses: [RSP, RBP] }),

  instruction('lfence', 'NP 0F AE E8 |', () => undefined),
  instruction('mfence', 'NP 0F AE F0 |', (cpu) => cpu.orderMemory(true)),
  instruction('sfence', 'NP 0F AE F8 |', () => undefined),
  instruction('clflush',    'NP 0F AE /7 | m8', () => undefined, { first: 'read', hint: true, rare: true }),
  instruction('clflushopt', '66 0F AE /7 | m8', () => undefined, { first: 'read', hint: true, rare: true }),
  instruction('clwb',       '66 0F AE /6 | m8', () => undefined, { first: 'read', hint: true, rare: true }),
  instruction('fxsave',  'NP 0F AE /0 | m', (cpu, to) => cpu.system('saveFloat', to.address(), cpu.i64(cpu.instance.size === 64 ? 1 : 0)), { ...ends, sizes: [32, 64] }),
  instruction('fxrstor', 'NP 0F AE /1 | m', (cpu, from) => cpu.system('restoreFloat', from.address(), cpu.i64(cpu.instance.size === 64 ? 1 : 0)), { ...ends, sizes: [32, 64] }),
  plain('xgetbv', 'NP 0F 01 D0', 'readExtendedControl', { uses: [RAX, RCX, RDX] }),
  plain('xsetbv', 'NP 0F 01 D1', 'writeExtendedControl', { uses: [RAX, RCX, RDX] }),
  ...([['xsave', 'AE /4', 'saveExtended'], ['xrstor', 'AE /5', 'restoreExtended'], ['xsaveopt', 'AE /6', 'saveOptimized'], ['xsavec', 'C7 /4', 'saveCompacted']] as const).map(([name, opcode, operation]) =>
    instruction(name, `NP 0F ${opcode} | m`, (cpu, to) => cpu.system(operation, to.address(), cpu.i64(cpu.instance.size === 64 ? 1 : 0)), { ...ends, sizes: [32, 64], uses: [RAX, RDX], spelling: { 64: `${name}64` } })),
  instruction('ldmxcsr', 'NP 0F AE /2 | m32', (cpu, from) => cpu.system('loadMxcsr', cpu.let(from.get())), { ...ends, first: 'read' }),
  instruction('stmxcsr', 'NP 0F AE /3 | m32', (cpu, to) => cpu.ask('mxcsr', cpu.i32(0), cpu.i64(0), (value) => to.set(value)), ends),
];

function storeSelector(cpu: Cpu, to: Place, segment: number): void {
  storeSelectorOf(cpu, to, cpu.i32(segment));
}
/** Memory gets 16 bits whatever the operand size. */
function storeSelectorOf(cpu: Cpu, to: Place, number: Value): void {
  const value = cpu.let(selector(cpu, number));
  if (to.inMemory) cpu.write(to.address(), 2, value);
  else to.set(value);
}
function question(cpu: Cpu, operation: string, _to: Place, from: Place): void {
  cpu.system(operation, cpu.let(from.get()), cpu.extendU(cpu.instance.register));
}
function loadFar(cpu: Cpu, segment: number, _to: Place, from: Place): void {
  const { offset, selected } = farPointer(cpu, from);
  const both = cpu.or(selected, cpu.i64(segment << 16));
  cpu.system('loadFarPointer', offset, cpu.or(both, cpu.shl(cpu.extendU(cpu.instance.register), cpu.i64(20))));
}
