/**
 * The floating-point functions of a machine's core module: exact in every rounding mode, with every flag. Names are
 * `operation.format`; conversions name both sides.
 */
import type { IntegerKind } from '../../isa/cpu.ts';
import type { ValueType } from '../../isa/value.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import type { Callable } from '../wasm/routine.ts';
import { writeClassify, writeCompare, writeExtremum } from './comparisons.ts';
import { writeDemote, writeFromInteger, writePromote, writeToInteger } from './conversions.ts';
import type { FloatState } from './environment.ts';
import { type FloatType, FORMATS } from './format.ts';
import { detectFused, type Fused } from './fused.ts';
import type { Context } from './operation.ts';
import { writePack } from './pack.ts';
import { writeExactProduct, writeFma, writeMul } from './products.ts';
import { writeDiv, writeSqrt } from './quotients.ts';
import { writeAdd, writeSub } from './sums.ts';

export const INTEGER_KINDS: readonly IntegerKind[] = ['i32', 'u32', 'i64', 'u64'];
const TYPES: readonly FloatType[] = ['f32', 'f64'];

type Arithmetic = 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'fma' | 'min' | 'max' | 'eq' | 'lt' | 'le' | 'classify';
export type FloatFunctionName =
  | `${Arithmetic}.${FloatType}`
  /** To an integer: `toInteger.from.kind`. */
  | `toInteger.${FloatType}.${IntegerKind}`
  /** From an integer: `fromInteger.kind.to`. */
  | `fromInteger.${IntegerKind}.${FloatType}`
  /** To the named format from the other. */
  | `convert.${FloatType}`;

/**
 * Every function by name. Those that round take `rm` (an i32: 0 to 4, or 7 for `frm`) before their operands;
 * comparisons give an i32, `classify` and `toInteger` an i64.
 */
export type FloatFunctions = Readonly<Record<FloatFunctionName, Callable>>;

/** Writes them all. `state` says where `frm` and `fflags` are; the module must import its memory. */
export function writeFloatFunctions(module: ModuleWriter, state: FloatState, fused: Fused = detectFused()): FloatFunctions {
  const exactProduct = writeExactProduct(module);
  const packs = { f32: writePack(module, state, FORMATS.f32), f64: writePack(module, state, FORMATS.f64) };
  const all: Partial<Record<FloatFunctionName, Callable>> = {};
  for (const type of TYPES) {
    const context: Context = { module, state, format: FORMATS[type], pack: packs[type] };
    const add = writeAdd(context);
    const mul = writeMul(context, exactProduct);
    all[`add.${type}`] = add;
    all[`sub.${type}`] = writeSub(context, add);
    all[`mul.${type}`] = mul;
    all[`div.${type}`] = writeDiv(context, exactProduct);
    all[`sqrt.${type}`] = writeSqrt(context, exactProduct);
    all[`fma.${type}`] = writeFma(context, { add, mul, fused });
    all[`min.${type}`] = writeExtremum(context, 'fmin');
    all[`max.${type}`] = writeExtremum(context, 'fmax');
    for (const name of ['eq', 'lt', 'le'] as const) all[`${name}.${type}`] = writeCompare(context, name);
    all[`classify.${type}`] = writeClassify(context);
    for (const kind of INTEGER_KINDS) {
      all[`toInteger.${type}.${kind}`] = writeToInteger(context, kind);
      all[`fromInteger.${kind}.${type}`] = writeFromInteger(context, kind);
    }
    all[`convert.${type}`] = type === 'f32' ? writeDemote(context) : writePromote(context);
  }
  return all as FloatFunctions;
}

/** Exports every function under its own name, so that compiled modules can import them. */
export function exportFloatFunctions(module: ModuleWriter, functions: FloatFunctions): void {
  for (const [name, callable] of Object.entries(functions)) module.export(name, callable);
}

/** Declares every function as an import from `from`, under its own name. */
export function importFloatFunctions(module: ModuleWriter, from: string): FloatFunctions {
  const all: Partial<Record<FloatFunctionName, Callable>> = {};
  for (const [name, { parameters, results }] of signatures()) {
    all[name] = module.importFunction(from, name, parameters, results);
  }
  return all as FloatFunctions;
}

/** The types of every function. */
function signatures(): Map<FloatFunctionName, { parameters: ValueType[]; results: ValueType[] }> {
  const all = new Map<FloatFunctionName, { parameters: ValueType[]; results: ValueType[] }>();
  const declare = (name: FloatFunctionName, parameters: ValueType[], result: ValueType) => all.set(name, { parameters, results: [result] });
  for (const type of TYPES) {
    for (const name of ['add', 'sub', 'mul', 'div'] as const) declare(`${name}.${type}`, ['i32', type, type], type);
    declare(`sqrt.${type}`, ['i32', type], type);
    declare(`fma.${type}`, ['i32', type, type, type], type);
    for (const name of ['min', 'max'] as const) declare(`${name}.${type}`, [type, type], type);
    for (const name of ['eq', 'lt', 'le'] as const) declare(`${name}.${type}`, [type, type], 'i32');
    declare(`classify.${type}`, [type], 'i64');
    for (const kind of INTEGER_KINDS) {
      declare(`toInteger.${type}.${kind}`, ['i32', type], 'i64');
      declare(`fromInteger.${kind}.${type}`, ['i32', 'i64'], type);
    }
    declare(`convert.${type}`, ['i32', type === 'f32' ? 'f64' : 'f32'], type);
  }
  return all;
}
