/**
 * Floating point by other policies than RISC-V's: those of x86 and Arm, whose results are known from their manuals and were
 * seen with QEMU's. Doubles by their bits.
 */
import { describe, expect, it } from 'vitest';
import type { FloatRules } from '../../../emulator/engine/float/environment.ts';
import type { FloatFunctionName } from '../../../emulator/engine/float/functions.ts';
import { detectFused } from '../../../emulator/engine/float/fused.ts';
import { harness, type Harness } from './harness.ts';

const NAMES = ['add', 'sub', 'mul', 'div', 'sqrt', 'fma', 'lt'].map((name) => `${name}.f64` as FloatFunctionName);
const ALL: readonly FloatFunctionName[] = [...NAMES, 'convert.f32', 'convert.f64', 'add.f32'];
const DYNAMIC = 7;

/** MXCSR: IE 1, ZE 4, OE 8, UE 16, PE 32; the mode in bits 13 and 14; DAZ bit 6, FTZ bit 15. */
const X86: FloatRules = {
  roundingAt: { shift: 13, bits: 2 },
  modes: [0, 2, 3, 1],
  flagBits: { invalid: 1, divideByZero: 4, overflow: 8, underflow: 16, inexact: 32 },
  nan: { prefers: 'first', invalidProduct: 'addend', negative: true },
  flush: { operands: 1 << 6, results: 1 << 15, raises: 'underflow and inexact' },
};
/** FPSR: IOC 1, DZC 2, OFC 4, UFC 8, IXC 16; FPCR.RMode 0 nearest, 1 up, 2 down, 3 zero; FZ does both. */
const ARM: FloatRules = {
  modes: [0, 3, 2, 1],
  flagBits: { invalid: 1, divideByZero: 2, overflow: 4, underflow: 8, inexact: 16 },
  nan: { prefers: 'signalling', addendFirst: true, invalidProduct: 'invalid', negative: false },
  tininess: 'before',
  flush: { operands: 1, results: 1, raises: 'underflow' },
};

const bits = (value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};
const QUIET = 0x7ff8_0000_0000_0000n;
const quiet = (payload: bigint): bigint => QUIET | payload;
const signalling = (payload: bigint): bigint => 0x7ff0_0000_0000_0000n | payload;
const SIGN = 1n << 63n;
const INFINITY = bits(Infinity);
const SMALLEST_NORMAL = 2 ** -1022;

interface Setup {
  readonly frm?: number;
  readonly flush?: number;
}
const runnerOf = (each: Harness) => {
  return (name: FloatFunctionName, operands: readonly bigint[], { frm = 0, flush = 0 }: Setup = {}): readonly [bigint, number] => {
    const [outcome] = each.run(name, [{ rm: DYNAMIC, operands }], { frm, fflags: 0, flush });
    if (!outcome) throw new Error('no outcome');
    return [outcome.bits, outcome.flags];
  };
};
const x86 = runnerOf(harness(ALL, 'calls', detectFused(), X86));
const arm = runnerOf(harness(ALL, 'calls', detectFused(), ARM));

describe('which NaN', () => {
  it('x86: the first operand that is one, made quiet', () => {
    expect(x86('add.f64', [quiet(0x11n), signalling(0x22n)])).toEqual([quiet(0x11n), 1]);
    expect(x86('add.f64', [bits(1), SIGN | signalling(0x22n)])).toEqual([SIGN | quiet(0x22n), 1]);
    expect(x86('mul.f64', [quiet(0x11n), bits(0)])).toEqual([quiet(0x11n), 0]);
    // Not the opposite of what was subtracted.
    expect(x86('sub.f64', [bits(1), quiet(0x33n)])).toEqual([quiet(0x33n), 0]);
    expect(x86('sqrt.f64', [signalling(0x44n)])).toEqual([quiet(0x44n), 1]);
  });
  it('Arm: the first that signals, else the first; an addend before the factors', () => {
    expect(arm('add.f64', [quiet(0x11n), signalling(0x22n)])).toEqual([quiet(0x22n), 1]);
    expect(arm('fma.f64', [quiet(1n), quiet(2n), quiet(3n)])).toEqual([quiet(3n), 0]);
    expect(arm('fma.f64', [quiet(1n), signalling(2n), quiet(3n)])).toEqual([quiet(2n), 1]);
    expect(arm('div.f64', [bits(2), quiet(5n)])).toEqual([quiet(5n), 0]);
  });
  it('what an invalid operation makes has a sign of its own', () => {
    expect(x86('div.f64', [bits(0), bits(0)])).toEqual([SIGN | QUIET, 1]);
    expect(arm('div.f64', [bits(0), bits(0)])).toEqual([QUIET, 1]);
    expect(x86('sub.f64', [INFINITY, INFINITY])).toEqual([SIGN | QUIET, 1]);
  });
  it('infinity times zero and a NaN', () => {
    expect(x86('fma.f64', [INFINITY, bits(0), quiet(7n)])).toEqual([quiet(7n), 0]);
    expect(arm('fma.f64', [INFINITY, bits(0), quiet(7n)])).toEqual([QUIET, 1]);
  });
  it('keeps its payload between the formats', () => {
    expect(x86('convert.f32', [SIGN | quiet((0x8000_0000_0000n >> 18n) << 18n)])).toEqual([0xffc0_0000n | (0x8000_0000_0000n >> 29n), 0]);
    expect(x86('convert.f64', [0x7f80_0001n])).toEqual([quiet(1n << 29n), 1]);
  });
});

describe('the environment', () => {
  it('has its modes and flags where the architecture says', () => {
    const third = (frm: number) => x86('div.f64', [bits(1), bits(3)], { frm: frm << 13 })[0];
    expect([third(0), third(1), third(2), third(3)]).toEqual([bits(1 / 3), bits(1 / 3), bits(1 / 3) + 1n, bits(1 / 3)]);
    expect(x86('div.f64', [bits(1), bits(3)])[1]).toBe(32);
    expect(x86('div.f64', [bits(1), bits(0)])).toEqual([INFINITY, 4]);
    expect(x86('mul.f64', [bits(Number.MAX_VALUE), bits(2)], { frm: 3 << 13 })).toEqual([bits(Number.MAX_VALUE), 8 | 32]);
    expect(arm('mul.f64', [bits(Number.MAX_VALUE), bits(2)], { frm: 1 })).toEqual([INFINITY, 4 | 16]);
    expect(arm('mul.f64', [bits(Number.MAX_VALUE), bits(2)], { frm: 2 })).toEqual([bits(Number.MAX_VALUE), 4 | 16]);
    expect(x86('lt.f64', [quiet(1n), bits(0)])).toEqual([0n, 1]);
  });
  it('tells tiny results before or after rounding', () => {
    const operands = [bits(1 + 2 ** -52), bits(SMALLEST_NORMAL - 2 ** -1074)];
    expect(arm('mul.f64', operands)).toEqual([bits(SMALLEST_NORMAL), 8 | 16]);
    expect(x86('mul.f64', operands)).toEqual([bits(SMALLEST_NORMAL), 32]);
  });
});

describe('subnormal numbers taken for zero', () => {
  const subnormal = 2 ** -1050;
  it('as operands', () => {
    expect(x86('add.f64', [bits(subnormal), bits(-0)])).toEqual([bits(subnormal), 0]);
    expect(x86('add.f64', [bits(subnormal), bits(1)], { flush: 1 << 6 })).toEqual([bits(1), 0]);
    expect(x86('div.f64', [bits(1), bits(-subnormal)], { flush: 1 << 6 })).toEqual([bits(-Infinity), 4]);
    expect(x86('lt.f64', [bits(0), bits(subnormal)], { flush: 1 << 6 })).toEqual([0n, 0]);
    expect(x86('sqrt.f64', [bits(-subnormal)], { flush: 1 << 6 })).toEqual([bits(-0), 0]);
    expect(x86('fma.f64', [bits(subnormal), bits(2), bits(3)], { flush: 1 << 6 })).toEqual([bits(3), 0]);
  });
  it('as results, exact ones too', () => {
    const halved = [bits(-SMALLEST_NORMAL), bits(0.5)];
    expect(x86('mul.f64', halved)).toEqual([bits(-SMALLEST_NORMAL / 2), 0]);
    expect(x86('mul.f64', halved, { flush: 1 << 15 })).toEqual([bits(-0), 16 | 32]);
    expect(arm('mul.f64', halved, { flush: 1 })).toEqual([bits(-0), 8]);
    expect(x86('sub.f64', [bits(1.5 * SMALLEST_NORMAL), bits(SMALLEST_NORMAL)], { flush: 1 << 15 })).toEqual([0n, 16 | 32]);
    expect(x86('sub.f64', [bits(1), bits(1)], { flush: 1 << 15 })).toEqual([0n, 0]);
    expect(x86('fma.f64', [bits(SMALLEST_NORMAL), bits(0.5), bits(0)], { flush: 1 << 15 })).toEqual([0n, 16 | 32]);
    expect(x86('convert.f32', [bits(2 ** -130)], { flush: 1 << 15 })).toEqual([0n, 16 | 32]);
    expect(x86('add.f32', [1n, 1n], { flush: 1 << 15 })).toEqual([0n, 16 | 32]);
  });
});
