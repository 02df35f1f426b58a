/**
 * Runs the emulator's floating point over columns of operands in memory: bits in, bits and flags out, so that no NaN
 * ever passes through JavaScript, which may change it.
 */
import { FloatCalls } from '../../../emulator/engine/float/calls.ts';
import type { FloatRules } from '../../../emulator/engine/float/environment.ts';
import { type FloatFunctionName, type FloatFunctions, writeFloatFunctions } from '../../../emulator/engine/float/functions.ts';
import type { Fused } from '../../../emulator/engine/float/fused.ts';
import { InlineFloat } from '../../../emulator/engine/float/inline.ts';
import { type Expression, i32, i64 } from '../../../emulator/engine/wasm/expression.ts';
import { ModuleWriter } from '../../../emulator/engine/wasm/module.ts';
import type { Routine } from '../../../emulator/engine/wasm/routine.ts';
import { wasm } from '../../../emulator/engine/wasm/webassembly.ts';
import type { FloatOperations, IntegerKind } from '../../../emulator/isa/cpu.ts';
import type { Type } from './reference.ts';

export const CAPACITY = 8192;
const STATE = { frm: 16, fflags: 20, flush: 24 };
/** Columns of i64 (rm and flags: their low 32 bits). */
const COLUMN = { rm: 0, a: 1, b: 2, c: 3, result: 4, flags: 5, left: 6 } as const;
const START = 4096;
const columnAt = (name: keyof typeof COLUMN) => START + COLUMN[name] * CAPACITY * 8;
const PAGES = Math.ceil((START + 7 * CAPACITY * 8) / 65536);

export interface Vector {
  readonly rm: number;
  readonly operands: readonly bigint[];
}
export interface Outcome {
  readonly bits: bigint;
  readonly flags: number;
  /** Whether inline code gave up. */
  readonly left: boolean;
}
/** How an operation runs: by calls, or inline in a mode (with this constant rm). */
export type Way = 'calls' | { mode: 'fast' | 'exact'; rm: number };

const OPERANDS: Record<string, number> = { sqrt: 1, classify: 1, toInteger: 1, fromInteger: 1, convert: 1, fma: 3 };
export const operandCount = (name: FloatFunctionName): number => OPERANDS[name.split('.')[0] as string] ?? 2;

/** A function of a name applied through the interface the rows use. */
function applyByName(float: FloatOperations, name: FloatFunctionName, rm: Expression, operands: Expression[]): Expression {
  const [operation, first, second] = name.split('.') as [string, string, string];
  const [a, b, c] = operands as [Expression, Expression, Expression];
  const result =
    operation === 'toInteger'
      ? float.toInteger(rm, a, second as IntegerKind)
      : operation === 'fromInteger'
        ? float.fromInteger(rm, a, first as IntegerKind, second as Type)
        : operation === 'convert'
          ? float.convert(rm, a, first as Type)
          : operation === 'fma'
            ? float.fma(rm, a, b, c)
            : operation === 'sqrt'
              ? float.sqrt(rm, a)
              : operation === 'classify'
                ? float.classify(a)
                : operation === 'min' || operation === 'max' || operation === 'eq' || operation === 'lt' || operation === 'le'
                  ? float[operation](a, b)
                  : float[operation as 'add' | 'sub' | 'mul' | 'div'](rm, a, b);
  return result as Expression;
}

/** The types of a function's operands, f32 ones in the low half of their column. */
function operandType(name: FloatFunctionName): 'f32' | 'f64' | 'i64' {
  const [operation, first] = name.split('.') as [string, Type];
  if (operation === 'fromInteger') return 'i64';
  if (operation === 'convert') return first === 'f32' ? 'f64' : 'f32';
  return first;
}

export interface Harness {
  run(name: FloatFunctionName, vectors: readonly Vector[], setup: { frm: number; fflags: number; flush?: number }): Outcome[];
}

/** A module running the named functions one way. @param rules absent: RISC-V's */
export function harness(names: readonly FloatFunctionName[], way: Way, fused: Fused, rules?: FloatRules): Harness {
  const memory = new wasm.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const module = new ModuleWriter();
  module.importMemory('host', 'memory', PAGES, PAGES);
  const functions = writeFloatFunctions(module, { ...STATE, ...(rules ? { rules } : {}) }, fused);
  for (const name of names) writeLoop(module, functions, name, way, fused);
  const instance = new wasm.Instance(new wasm.Module(module.finish()), { host: { memory } });
  const columns = (name: keyof typeof COLUMN) => new BigUint64Array(memory.buffer, columnAt(name), CAPACITY);
  const [rm, result, flags, left] = (['rm', 'result', 'flags', 'left'] as const).map(columns) as [
    BigUint64Array,
    BigUint64Array,
    BigUint64Array,
    BigUint64Array,
  ];
  const inputs = (['a', 'b', 'c'] as const).map(columns);
  const words = new Uint32Array(memory.buffer);
  return {
    run(name, vectors, { frm, fflags, flush = 0 }) {
      if (vectors.length > CAPACITY) throw new Error('too many vectors');
      vectors.forEach((vector, at) => {
        rm[at] = BigInt(vector.rm);
        vector.operands.forEach((bits, index) => ((inputs[index] as BigUint64Array)[at] = bits));
      });
      words[STATE.frm / 4] = frm;
      words[STATE.flush / 4] = flush;
      (instance.exports[name] as (count: number, fflags: number) => void)(vectors.length, fflags);
      return vectors.map((_, at) => ({ bits: result[at] as bigint, flags: Number(flags[at]), left: left[at] !== 0n }));
    },
  };
}

function writeLoop(module: ModuleWriter, functions: FloatFunctions, name: FloatFunctionName, way: Way, fused: Fused): void {
  const target = module.function(['i32', 'i32'], []);
  const r = target.routine;
  const at = r.local('i32');
  const address = r.local('i32');
  r.loop((again) => {
    address.set(r.shl(at.get(), i32(3)));
    r.store(4, i32(0), r.parameter(1).get(), STATE.fflags);
    r.store(8, address.get(), i64(1), columnAt('left'));
    r.block((leave) => {
      const sideExit = (condition: Expression) => r.branchTo(leave, condition);
      const float =
        way === 'calls' ? new FloatCalls(r, functions) : new InlineFloat({ routine: r, functions, mode: way.mode, sideExit, fused });
      const rm = way === 'calls' ? r.load('i32', 4, address.get(), columnAt('rm')) : i32(way.rm);
      const type = operandType(name);
      const operands = (['a', 'b', 'c'] as const)
        .slice(0, operandCount(name))
        .map((column) => r.load(type, type === 'f32' ? 4 : 8, address.get(), columnAt(column)));
      const result = r.let(applyByName(float, name, rm, operands));
      r.store(8, address.get(), asBits(r, result), columnAt('result'));
      r.store(8, address.get(), i64(0), columnAt('left'));
    });
    r.store(8, address.get(), r.extendU(r.load('i32', 4, i32(0), STATE.fflags)), columnAt('flags'));
    at.set(r.add(at.get(), i32(1)));
    r.branchTo(again, r.ltU(at.get(), r.parameter(0).get()));
  });
  module.export(name, target);
}
function asBits(r: Routine, value: Expression): Expression {
  if (value.type === 'f64') return r.reinterpret('i64', value);
  if (value.type === 'f32') return r.extendU(r.reinterpret('i32', value));
  return value.type === 'i32' ? r.extendU(value) : value;
}
