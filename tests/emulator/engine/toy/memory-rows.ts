/** Instructions of the toy that reach memory, ports and wide registers in every way that the engine knows; some of them rare. */
import type { EngineCpu } from '../../../../emulator/isa/cpu.ts';
import { type Operands, row, type ToyRow } from './row.ts';

const place = (cpu: EngineCpu, { from, imm }: Operands) => cpu.add(cpu.get(from), imm);

export const memoryRows: readonly ToyRow[] = [
  row(0x12, 'load4', ['rri', 'write'], (cpu, operands) => cpu.set(operands.to, cpu.read(place(cpu, operands), 4, false))),
  row(0x13, 'store4', ['rri', 'read'], (cpu, operands) => cpu.write(place(cpu, operands), 4, cpu.get(operands.to))),
  row(0x14, 'store1', ['rri', 'read'], (cpu, operands) => cpu.write(place(cpu, operands), 1, cpu.get(operands.to))),
  // Adds to four bytes of memory, and leaves what was there in a register.
  row(0x15, 'update', ['rr'], (cpu, { to, from }) => {
    const added = cpu.let(cpu.get(to));
    cpu.set(to, cpu.let(cpu.update(cpu.get(from), 4, (old) => cpu.add(old, added))));
  }),
  row(
    0x16,
    'exchange',
    ['rr'],
    (cpu, { to, from }) => {
      const added = cpu.let(cpu.get(to));
      cpu.set(to, cpu.let(cpu.amo(cpu.get(from), 2, (old) => cpu.add(old, added))));
    },
    { rare: true },
  ),
  // Stores the value in memory where it holds what the register says; the register then has what was there.
  row(
    0x17,
    'swap',
    ['rri'],
    (cpu, { to, from, imm }) => {
      const memory = cpu.atomicPlace(cpu.get(from), 1, 'store');
      cpu.set(to, cpu.let(memory.compareExchange(cpu.extend8S(cpu.get(to)), imm)));
    },
    { rare: true },
  ),
  // Two stores of which none is done where one of them cannot be.
  row(0x18, 'both', ['rr', 'read'], (cpu, { to, from }) => {
    const [first, second] = [cpu.let(cpu.get(to)), cpu.let(cpu.get(from))];
    cpu.probe(first, 8, 'store');
    cpu.probe(second, 8, 'store');
    cpu.write(first, 8, cpu.i64(-1));
    cpu.write(second, 8, cpu.i64(-1));
  }),
  row(0x19, 'mov', ['rq', 'write'], (cpu, { to, imm }) => cpu.set(to, imm), { pure: true }),
  row(
    0x1a,
    'sum',
    ['rrrci', 'write'],
    (cpu, { to, from, index, scale, imm }) =>
      cpu.set(to, cpu.add(cpu.add(cpu.get(from), cpu.shl(cpu.get(index), cpu.extendU(scale))), imm)),
    { pure: true },
  ),
  row(0x1b, 'inb', ['ri', 'write'], (cpu, { to, imm }) => cpu.set(to, cpu.readPort(imm, 1)), { ends: true, rare: true }),
  row(0x1c, 'outw', ['ri', 'read'], (cpu, { to, imm }) => cpu.writePort(imm, 2, cpu.get(to)), { ends: true, rare: true }),
  row(0x1d, 'far', ['r', 'read'], (cpu, { to }) => cpu.jumpTo(cpu.get(to)), {
    ends: true,
    rare: true,
    flow: () => ({ kind: 'indirect', links: false, returns: false }),
  }),
  row(0x1e, 'jnz', ['ri', 'read'], (cpu, { to, imm }) => cpu.branch(cpu.ne(cpu.get(to), cpu.i64(0)), imm), {
    ends: true,
    rare: true,
    flow: ({ imm = 0 }) => ({ kind: 'branch', by: imm }),
  }),
  row(0x1f, 'wload', ['wr', 'write'], (cpu, { to, from }) => {
    const at = cpu.let(cpu.get(from));
    cpu.probe(at, 32, 'load');
    const low = cpu.let(cpu.loadVector(at));
    cpu.setVector(to, cpu.let(cpu.loadVector(cpu.add(at, cpu.i64(16)))), 1);
    cpu.setVector(to, low, 0);
  }),
  row(0x20, 'wstore', ['wr', 'read'], (cpu, { to, from }) => {
    const at = cpu.let(cpu.get(from));
    cpu.probe(at, 32, 'store');
    cpu.storeVector(at, cpu.getVector(to, 0));
    cpu.storeVector(cpu.add(at, cpu.i64(16)), cpu.getVector(to, 1));
  }),
  row(
    0x21,
    'wadd',
    ['ww'],
    (cpu, { to, from }) => {
      for (const part of [0, 1] as const) cpu.setVector(to, cpu.vectorAdd(cpu.getVector(to, part), cpu.getVector(from, part), 64), part);
    },
    { pure: true },
  ),
  // Has the board make the page at an address something else.
  row(0x22, 'assign', ['ri', 'read'], (cpu, { to, imm }) => cpu.operation('assign', cpu.get(to), imm), { ends: true }),
];
