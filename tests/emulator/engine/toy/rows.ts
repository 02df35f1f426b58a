/** The toy's instructions. Flags are kept as what was done, and worked out where they are asked. */
import type { EngineCpu } from '../../../../emulator/isa/cpu.ts';
import type { ImplicitRegister, OperandNumbers, RowTraits } from '../../../../emulator/isa/row.ts';
import type { Value } from '../../../../emulator/isa/value.ts';
import { floatRows } from './float-rows.ts';
import { memoryRows } from './memory-rows.ts';
import { type Operands, row, type ToyRow } from './row.ts';
import { DONE, FLAG } from './state.ts';

/** Where a call leaves the way back: register 7 points there. */
const STACK = 7;
const flagsOf = (access: ImplicitRegister['access']): ImplicitRegister[] =>
  Object.values(FLAG).map((number) => ({ file: 'flags', number, access }));
const setsFlags: RowTraits = { implicit: flagsOf('write'), pure: true };
const flag = (cpu: EngineCpu, name: keyof typeof FLAG) => cpu.register('flags', FLAG[name]);
function setFlags(cpu: EngineCpu, done: bigint, a: Value, b: Value): void {
  cpu.set(flag(cpu, 'operation'), cpu.i64(done));
  cpu.set(flag(cpu, 'a'), a);
  cpu.set(flag(cpu, 'b'), b);
}
/** Whether, where a condition was last translated, the kind of result it asks about was known. */
export const translated = { knowing: false };
function wasAdd(cpu: EngineCpu): Value {
  const operation = cpu.get(flag(cpu, 'operation'));
  translated.knowing = operation.constant !== undefined;
  return cpu.eq(operation, cpu.i64(DONE.add));
}
function isZero(cpu: EngineCpu): Value {
  const [a, b] = [cpu.get(flag(cpu, 'a')), cpu.get(flag(cpu, 'b'))];
  return cpu.eqz(cpu.select(wasAdd(cpu), cpu.add(a, b), cpu.sub(a, b)));
}
function isCarry(cpu: EngineCpu): Value {
  const [a, b] = [cpu.get(flag(cpu, 'a')), cpu.get(flag(cpu, 'b'))];
  return cpu.select(wasAdd(cpu), cpu.ltU(cpu.add(a, b), a), cpu.ltU(a, b));
}

const by = ({ imm = 0 }: OperandNumbers) => imm;
const branch: RowTraits = { ends: true, pure: true, implicit: flagsOf('read'), flow: (operands) => ({ kind: 'branch', by: by(operands) }) };
const stack = (cpu: EngineCpu) => cpu.register('r', STACK);
const usesStack: RowTraits = { implicit: [{ file: 'r', number: STACK, access: 'both' }] };

function addition(cpu: EngineCpu, { to, from }: Operands): void {
  const [a, b] = [cpu.let(cpu.get(to)), cpu.let(cpu.get(from))];
  cpu.set(to, cpu.add(a, b));
  setFlags(cpu, DONE.add, a, b);
}
function comparison(cpu: EngineCpu, { to, from }: Operands): void {
  setFlags(cpu, DONE.sub, cpu.let(cpu.get(to)), cpu.let(cpu.get(from)));
}

export const toyRows: readonly ToyRow[] = [
  row(0x00, 'halt', [''], (cpu) => cpu.operation('halt'), { ends: true }),
  row(0x01, 'movi', ['ri', 'write'], (cpu, { to, imm }) => cpu.set(to, imm), { pure: true }),
  row(0x02, 'add', ['rr'], addition, setsFlags),
  row(0x02, 'add32', ['rr'], (cpu, { to, from }) => cpu.set(to, cpu.zero32(cpu.add(cpu.get(to), cpu.get(from)))), {
    pure: true,
    prefixed: true,
  }),
  row(0x03, 'cmp', ['rr', 'read'], comparison, setsFlags),
  row(0x04, 'jz', ['i'], (cpu, { imm }) => cpu.branch(isZero(cpu), imm), branch),
  row(0x05, 'jc', ['i'], (cpu, { imm }) => cpu.branch(isCarry(cpu), imm), branch),
  row(0x06, 'jmp', ['i'], (cpu, { imm }) => cpu.jumpBy(imm), {
    ends: true,
    pure: true,
    flow: (operands) => ({ kind: 'jump', by: by(operands), links: false }),
  }),
  row(0x07, 'load', ['rri', 'write'], (cpu, { to, from, imm }) => cpu.set(to, cpu.read(cpu.add(cpu.get(from), imm), 8, false))),
  row(0x08, 'store', ['rri', 'read'], (cpu, { to, from, imm }) => cpu.write(cpu.add(cpu.get(from), imm), 8, cpu.get(to))),
  row(0x09, 'in', ['ri', 'write'], (cpu, { to, imm }) => cpu.set(to, cpu.readPort(imm, 4)), { ends: true }),
  row(0x0a, 'out', ['ri', 'read'], (cpu, { to, imm }) => cpu.writePort(imm, 4, cpu.get(to)), { ends: true }),
  row(0x0b, 'vload', ['vr', 'write'], (cpu, { to, from }) => cpu.setVector(to, cpu.loadVector(cpu.get(from)))),
  row(0x0c, 'vadd', ['vv'], (cpu, { to, from }) => cpu.setVector(to, cpu.vectorAdd(cpu.getVector(to), cpu.getVector(from), 64)), {
    pure: true,
  }),
  row(0x0d, 'vstore', ['vr', 'read'], (cpu, { to, from }) => cpu.storeVector(cpu.get(from), cpu.getVector(to))),
  row(0x0e, 'mode', ['i'], (cpu, { imm }) => cpu.operation('mode', imm), { ends: true }),
  row(
    0x0f,
    'call',
    ['i'],
    (cpu, { imm }) => {
      const place = cpu.let(cpu.sub(cpu.get(stack(cpu)), cpu.i64(8)));
      cpu.write(place, 8, cpu.nextPc());
      cpu.set(stack(cpu), place);
      cpu.jumpBy(imm);
    },
    { ends: true, ...usesStack, flow: (operands) => ({ kind: 'jump', by: by(operands), links: true }) },
  ),
  row(
    0x10,
    'ret',
    [''],
    (cpu) => {
      const place = cpu.let(cpu.get(stack(cpu)));
      const target = cpu.let(cpu.read(place, 8, false));
      cpu.set(stack(cpu), cpu.add(place, cpu.i64(8)));
      cpu.jumpTo(target);
    },
    { ends: true, ...usesStack, flow: () => ({ kind: 'indirect', links: false, returns: true }) },
  ),
  // Reads, changes and writes memory, and sets the flags by it.
  row(
    0x11,
    'addm',
    ['rr', 'read'],
    (cpu, { to, from }) => {
      const address = cpu.let(cpu.get(from));
      const [a, b] = [cpu.let(cpu.read(address, 8, false)), cpu.let(cpu.get(to))];
      cpu.write(address, 8, cpu.add(a, b));
      setFlags(cpu, DONE.add, a, b);
    },
    { implicit: flagsOf('write') },
  ),
  ...memoryRows,
  ...floatRows,
];
