/** Floating point of the toy, by a policy that is nobody's: see `architecture.ts`. */
import type { EngineCpu } from '../../../../emulator/isa/cpu.ts';
import { type Operands, row, type ToyRow } from './row.ts';

/** The rounding mode of the field. */
const DYNAMIC = 7;
type Binary = 'add' | 'sub' | 'mul' | 'div';
const binary =
  (name: Binary) =>
  (cpu: EngineCpu, { to, from }: Operands): void =>
    cpu.setDouble(to, cpu.float[name](cpu.i32(DYNAMIC), cpu.getDouble(to), cpu.getDouble(from)));

export const floatRows: readonly ToyRow[] = [
  row(0x30, 'fadd', ['dd'], binary('add'), { float: true }),
  row(0x31, 'fsub', ['dd'], binary('sub'), { float: true }),
  row(0x32, 'fmul', ['dd'], binary('mul'), { float: true }),
  row(0x33, 'fdiv', ['dd'], binary('div'), { float: true, rare: true }),
  row(0x34, 'fload', ['dr', 'write'], (cpu, { to, from }) => cpu.setDouble(to, cpu.loadF64(cpu.get(from)))),
  row(0x35, 'fstore', ['dr', 'read'], (cpu, { to, from }) => cpu.write(cpu.get(from), 8, cpu.get(to))),
  // Sets the control word, and with it the mode.
  row(0x36, 'control', ['i'], (cpu, { imm }) => cpu.operation('control', imm), { ends: true }),
];
