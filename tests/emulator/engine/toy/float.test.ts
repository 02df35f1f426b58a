/** A floating-point policy that is nobody's, in every mode of the engine: rows by calls, inline, and as functions of their own. */
import { describe, expect, it } from 'vitest';
import { ENGINES, type TestEngine } from '../../../kit/engine.ts';
import { assembleToy, label, op, type ToyLine } from './assemble.ts';
import { RAM_BASE, ToyMachine } from './core.ts';
import { CONTROL, RAISED } from './state.ts';

const AT = RAM_BASE + 0x3000;
const DATA = 0x8_0000;
const TURNS = 40;

/** Applies an instruction to two doubles many times over. @returns the result's bits and the flags */
function apply(engine: TestEngine, name: string, a: number | bigint, b: number | bigint, control = 0): readonly [bigint, number] {
  const loop: readonly ToyLine[] = [
    op('fload', { to: 0, from: 1 }),
    op('fload', { to: 1, from: 2 }),
    op(name, { to: 0, from: 1 }),
    op('fstore', { to: 0, from: 3 }),
  ];
  const program = [
    op('mode', { imm: 1 }),
    { wide: true },
    op('control', { imm: control }),
    ...[1, 2, 3].map((register) => op('movi', { to: register, imm: DATA + 8 * register })),
    op('movi', { to: 7, imm: TURNS }),
    op('movi', { to: 6, imm: -1 }),
    label('again'),
    ...loop,
    op('add', { to: 7, from: 6 }),
    op('jnz', { to: 7, imm: 'again' }),
    op('halt'),
  ];
  const machine = new ToyMachine(engine, assembleToy(program), AT);
  [a, b].forEach((value, index) => {
    const at = DATA - RAM_BASE + 8 * (index + 1);
    if (typeof value === 'bigint') machine.view.setBigUint64(at, value, true);
    else machine.view.setFloat64(at, value, true);
  });
  machine.run();
  return [machine.view.getBigUint64(DATA - RAM_BASE + 24, true), machine.state.raised];
}
const bits = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;

describe.each(ENGINES)('%s', (engine) => {
  it('exact and inexact results, before and after inexact is raised', () => {
    expect(apply(engine, 'fadd', 1, 2)).toEqual([bits(3), 0]);
    expect(apply(engine, 'fadd', 0.1, 0.2)).toEqual([bits(0.1 + 0.2), RAISED.inexact]);
    expect(apply(engine, 'fdiv', 1, 3)).toEqual([bits(1 / 3), RAISED.inexact]);
  });
  it('rounding modes as they are numbered', () => {
    const third = bits(1 / 3);
    const by = (mode: number) => apply(engine, 'fdiv', 1, 3, mode << CONTROL.roundingShift)[0];
    expect([by(0), by(1), by(2), by(3)]).toEqual([third, third, third + 1n, third]);
    expect(apply(engine, 'fsub', 1, 1, 1 << CONTROL.roundingShift)[0]).toBe(bits(-0));
  });
  it('NaN: an operand, or a negative one', () => {
    expect(apply(engine, 'fmul', 0x7ff0_0000_0000_0001n, 0x7ff8_0000_0000_0002n)).toEqual([0x7ff8_0000_0000_0001n, RAISED.invalid]);
    expect(apply(engine, 'fsub', 1, 0x7ff8_0000_0000_0003n)).toEqual([0x7ff8_0000_0000_0003n, 0]);
    expect(apply(engine, 'fmul', 0, Infinity)).toEqual([0xfff8_0000_0000_0000n, RAISED.invalid]);
  });
  it('subnormal numbers, and zeros instead of them', () => {
    const tiny = 2 ** -1022;
    expect(apply(engine, 'fmul', tiny, 0.5)).toEqual([bits(tiny / 2), 0]);
    expect(apply(engine, 'fmul', tiny, 0.5, CONTROL.flushResults)).toEqual([0n, RAISED.underflow | RAISED.inexact]);
    expect(apply(engine, 'fadd', tiny / 2, tiny / 2, CONTROL.flushOperands)).toEqual([0n, 0]);
    expect(apply(engine, 'fdiv', 1, tiny / 2, CONTROL.flushOperands)).toEqual([bits(Infinity), RAISED.divideByZero]);
  });
});
