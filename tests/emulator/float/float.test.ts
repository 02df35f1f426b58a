/**
 * The emulator's floating point against arithmetic by definition: every function, every rounding mode, every flag,
 * called and inline, with the host's fused multiply-add and without.
 */
import { describe, expect, test } from 'vitest';
import {
  exportFloatFunctions,
  type FloatFunctionName,
  importFloatFunctions,
  writeFloatFunctions,
} from '../../../emulator/engine/float/functions.ts';
import { detectFused, type Fused } from '../../../emulator/engine/float/fused.ts';
import { ModuleWriter } from '../../../emulator/engine/wasm/module.ts';
import { wasm } from '../../../emulator/engine/wasm/webassembly.ts';
import { type Case, CASES } from './cases.ts';
import { type Harness, harness, operandCount, type Outcome, type Vector, type Way } from './harness.ts';
import { Random } from './operands.ts';
import { FLAGS, type Mode, MODES, type Result } from './reference.ts';

const SEED = Number(process.env.FLOAT_SEED ?? 20261121);
const COUNT = Number(process.env.FLOAT_COUNT ?? 1000);
const ALL_MODES = Object.values(MODES);
const DYNAMIC = 7;
const NAMES = CASES.map(({ name }) => name);

const harnesses = new Map<string, Harness>();
function harnessOf(way: Way, fused: Fused): Harness {
  const key = JSON.stringify([way, fused]);
  const known = harnesses.get(key) ?? harness(NAMES, way, fused);
  harnesses.set(key, known);
  return known;
}
/** The oracle's answers are wanted several times over. */
const memory = new Map<string, { vectors: bigint[][]; expected: Result[][] }>();
function vectorsOf(item: Case) {
  const known = memory.get(item.name);
  if (known) return known;
  const random = new Random(SEED ^ hash(item.name));
  const vectors = Array.from({ length: COUNT }, () => item.hostile(random).slice(0, operandCount(item.name)));
  const expected = ALL_MODES.map((mode) => (item.rounds || mode === 0 ? vectors.map((operands) => item.expected(mode, operands)) : []));
  const made = { vectors, expected };
  memory.set(item.name, made);
  return made;
}
function hash(name: string): number {
  return [...name].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) | 0, 7);
}

interface Setting {
  readonly mode: Mode;
  readonly rm: number;
  readonly fflags: number;
}
/** What differs, in words one can act on; the seed reproduces it. */
function differences(
  name: FloatFunctionName,
  vectors: bigint[][],
  expected: Result[],
  got: Outcome[],
  { mode, fflags }: Setting,
): string[] {
  const found: string[] = [];
  expected.forEach((want, at) => {
    const have = got[at] as Outcome;
    if (have.left || (have.bits === want.bits && have.flags === (want.flags | fflags))) return;
    const operands = (vectors[at] as bigint[]).map((bits) => bits.toString(16)).join(' ');
    found.push(
      `${name} mode ${mode}: ${operands} gave ${have.bits.toString(16)} flags ${have.flags}, expected ${want.bits.toString(16)} flags ${want.flags | fflags} (seed ${SEED})`,
    );
  });
  return found;
}
function check(item: Case, way: Way, fused: Fused, setting: Setting): Outcome[] {
  const { vectors, expected } = vectorsOf(item);
  const given: Vector[] = vectors.map((operands) => ({ rm: setting.rm, operands }));
  const outcomes = harnessOf(way, fused).run(item.name, given, { frm: setting.mode, fflags: setting.fflags });
  expect(differences(item.name, vectors, expected[setting.mode] as Result[], outcomes, setting).slice(0, 5)).toEqual([]);
  return outcomes;
}
const modesOf = (item: Case) => (item.rounds ? ALL_MODES : [MODES.RNE]);

describe.each(CASES)('$name', (item) => {
  const fusions = /^(mul|div|sqrt|fma)/.test(item.name) ? [...new Set<Fused>([detectFused(), 'emulated'])] : [detectFused()];
  test.each(fusions)('called, fused %s: all modes, static and dynamic, from clear flags and with NX raised', (fused) => {
    for (const mode of modesOf(item)) {
      for (const fflags of [0, FLAGS.NX]) {
        for (const rm of [mode, DYNAMIC]) {
          const outcomes = check(item, 'calls', fused, { mode, rm, fflags });
          expect(outcomes.some(({ left }) => left)).toBe(false);
        }
      }
    }
  });

  test.each(fusions)('inline, fast, fused %s: right wherever it stays, and it raises nothing', (fused) => {
    for (const rm of [MODES.RNE, DYNAMIC]) {
      const outcomes = check(item, { mode: 'fast', rm }, fused, { mode: MODES.RNE, rm, fflags: FLAGS.NX });
      for (const { left, flags } of outcomes) if (!left) expect(flags).toBe(FLAGS.NX);
    }
    if (!item.name.startsWith('toInteger')) return;
    for (const mode of ALL_MODES) check(item, { mode: 'fast', rm: mode }, fused, { mode, rm: mode, fflags: FLAGS.NX });
  });

  test('inline, fast, with another constant mode than nearest: right', () => {
    for (const mode of modesOf(item)) {
      check(item, { mode: 'fast', rm: mode }, detectFused(), { mode, rm: mode, fflags: FLAGS.NX });
    }
  });

  test.each(fusions)('inline, exact, fused %s: right in every mode from clear flags', (fused) => {
    for (const mode of modesOf(item)) {
      check(item, { mode: 'exact', rm: DYNAMIC }, fused, { mode, rm: DYNAMIC, fflags: 0 });
    }
  });

  test.each(fusions)('inline, fast, fused %s: ordinary operands never leave', (fused) => {
    const random = new Random(SEED);
    const vectors = Array.from({ length: COUNT }, () => ({ rm: 0, operands: item.ordinary(random).slice(0, operandCount(item.name)) }));
    const outcomes = harnessOf({ mode: 'fast', rm: 0 }, fused).run(item.name, vectors, { frm: 0, fflags: FLAGS.NX });
    expect(outcomes.filter(({ left }) => left)).toEqual([]);
    const expected = vectors.map(({ operands }) => item.expected(MODES.RNE, operands));
    const setting: Setting = { mode: 0, rm: 0, fflags: FLAGS.NX };
    expect(
      differences(
        item.name,
        vectors.map(({ operands }) => operands),
        expected,
        outcomes,
        setting,
      ).slice(0, 5),
    ).toEqual([]);
  });
});

test('what a compiled module imports is what the core module exports', () => {
  const core = new ModuleWriter();
  core.importMemory('host', 'memory', 1, 1);
  exportFloatFunctions(core, writeFloatFunctions(core, { frm: 0, fflags: 4 }));
  const memory = new wasm.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new wasm.Instance(new wasm.Module(core.finish()), { host: { memory } });
  const compiled = new ModuleWriter();
  const imported = importFloatFunctions(compiled, 'float');
  expect(Object.keys(imported).sort()).toEqual(Object.keys(exports).sort());
  expect(() => new wasm.Instance(new wasm.Module(compiled.finish()), { float: exports })).not.toThrow();
});
