/**
 * What a core's thread does, and little else: optimised JavaScript calls WebAssembly, which goes on by tail calls to functions
 * with many parameters that have just been compiled, while garbage is collected all the time. Prints `whole` at the end.
 */
import type { Expression } from '../../../emulator/engine/wasm/expression.ts';
import { ModuleWriter } from '../../../emulator/engine/wasm/module.ts';
import { wasm } from '../../../emulator/engine/wasm/webassembly.ts';

const [rounds = '20000', flags] = process.argv.slice(2);
if (flags !== undefined) await import(flags);

const WIDE = 24;
const imports = { machine: { table: new wasm.Table({ initial: 4, element: 'anyfunc' }) } };

/** Calls whatever is in the table, by a tail call. */
function dispatcher(): Uint8Array {
  const module = new ModuleWriter();
  module.importTable('machine', 'table', 1);
  const type = module.type({ parameters: ['i32'], results: ['i32'] });
  const run = module.function(['i32'], ['i32']);
  run.routine.returnCallIndirect(type, run.routine.i32(1), run.routine.parameter(0).get());
  module.export('run', run);
  return module.finish();
}

/** A function that goes on in one with many parameters, odd numbers that differ each time: as pointers they would lead anywhere. */
function fragment(round: number): Uint8Array {
  const module = new ModuleWriter();
  const low = module.function(['i64'], ['i32']);
  low.routine.return(low.routine.wrap(low.routine.parameter(0).get()));
  const wide = module.function(['i32', ...Array.from({ length: WIDE }, () => 'i64' as const)], ['i32']);
  const both = [5, 9].map((parameter) => wide.routine.call(low, wide.routine.parameter(parameter).get())) as [Expression, Expression];
  wide.routine.return(wide.routine.add(...both));
  const begin = module.function(['i32'], ['i32']);
  const { routine } = begin;
  const values = Array.from({ length: WIDE }, (_, index) => routine.i64(0x4141_4141_4141_4141n + BigInt(512 * round + 2 * index)));
  routine.returnCall(wide, routine.parameter(0).get(), ...values);
  module.export('begin', begin);
  return module.finish();
}

const { exports } = new wasm.Instance(new wasm.Module(dispatcher()), imports);
const place = (round: number) => {
  const { begin } = new wasm.Instance(new wasm.Module(fragment(round)), {}).exports;
  imports.machine.table.set(1, begin);
};

class Caller {
  left = 0;
  sum = 0;
  readonly exports;
  constructor(exports: { run(left: number): number }) {
    this.exports = exports;
  }
  call(left: number): void {
    this.#within(left, () => (this.sum += this.exports.run(left)));
  }
  #within(left: number, enter: () => void): void {
    this.left = left;
    enter();
  }
}
const caller = new Caller(exports as never);
place(0);
for (let call = 0; call < 500_000; call++) caller.call(call);
for (let round = 1; round <= Number(rounds); round++) {
  place(round);
  for (let call = 0; call < 3; call++) caller.call(call);
}
console.log(`whole ${caller.sum}`);
