/**
 * A core with nothing but registers, for running one floating-point row at a time: what a row reads and writes lies in
 * memory, one word an operand.
 */
import { FloatCalls } from '../../../emulator/engine/float/calls.ts';
import { type FloatFunctions, writeFloatFunctions } from '../../../emulator/engine/float/functions.ts';
import { type Expression, i32, i64 } from '../../../emulator/engine/wasm/expression.ts';
import { ModuleWriter } from '../../../emulator/engine/wasm/module.ts';
import type { Routine } from '../../../emulator/engine/wasm/routine.ts';
import { wasm } from '../../../emulator/engine/wasm/webassembly.ts';
import type { Cpu } from '../../../emulator/isa/riscv/cpu.ts';
import type { RiscvRow } from '../../../emulator/isa/riscv/row.ts';

const STATE = { frm: 0, fflags: 4 };
/** Byte addresses of the operands' 64 bits. */
const SLOT: Readonly<Record<string, number>> = { rd: 16, rs1: 24, fd: 32, fs1: 40, fs2: 48, fs3: 56 };
const BOX = 0xffff_ffff_0000_0000n;

type Slot = { readonly slot: number };

/** The members of `Cpu` that such a row may use, over a routine. */
function cpuOver(r: Routine, functions: FloatFunctions): Cpu {
  const read = ({ slot }: Slot) => r.let(r.load('i64', 8, i32(0), slot));
  const write = ({ slot }: Slot, value: Expression) => r.store(8, i32(0), value, slot);
  const own = {
    float: new FloatCalls(r, functions),
    x: read,
    setX: write,
    f: read,
    setF: write,
    d: (slot: Slot) => r.reinterpret('f64', read(slot)),
    setD: (slot: Slot, value: Expression) => write(slot, r.reinterpret('i64', value)),
    s: (slot: Slot) => {
      const bits = read(slot);
      const isBoxed = r.eq(r.and(bits, i64(BOX)), i64(BOX));
      return r.reinterpret('f32', r.select(isBoxed, r.wrap(bits), i32(0x7fc0_0000)));
    },
    setS: (slot: Slot, value: Expression) => write(slot, r.or(r.extendU(r.reinterpret('i32', value)), i64(BOX))),
  };
  const members = new Map<PropertyKey, unknown>(Object.entries(own));
  return new Proxy(r, {
    get(target, name) {
      if (members.has(name)) return members.get(name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  }) as unknown as Cpu;
}

export interface RowRunner {
  run(row: RiscvRow, operands: Readonly<Record<string, bigint>>): { x: bigint; f: bigint; fflags: number };
}
export function rowRunner(rows: readonly RiscvRow[], rm: number): RowRunner {
  const memory = new wasm.Memory({ initial: 1, maximum: 1, shared: true });
  const module = new ModuleWriter();
  module.importMemory('host', 'memory', 1, 1);
  const functions = writeFloatFunctions(module, STATE);
  for (const row of rows) {
    const target = module.function([], []);
    const named = row.encoding.operands.map(({ name }) => [name, name === 'rm' ? i32(rm) : { slot: SLOT[name] }]);
    row.meaning?.(cpuOver(target.routine, functions) as never, Object.fromEntries(named) as never);
    module.export(row.name, target);
  }
  const { exports } = new wasm.Instance(new wasm.Module(module.finish()), { host: { memory } });
  const view = new DataView(memory.buffer);
  const at = (name: string) => SLOT[name] as number;
  return {
    run(row, operands) {
      view.setUint32(STATE.fflags, 0, true);
      for (const [name, bits] of Object.entries(operands)) view.setBigUint64(at(name), bits, true);
      (exports[row.name] as () => void)();
      return {
        x: view.getBigUint64(at('rd'), true),
        f: view.getBigUint64(at('fd'), true),
        fflags: view.getUint32(STATE.fflags, true),
      };
    },
  };
}
