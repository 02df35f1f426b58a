/** Compiled code knows which numbers are not subnormal, and does not look at them again; but it may not take one format's for the other's. */
import { expect, test } from 'vitest';
import { SSE_FLAG } from '../../../../emulator/isa/x86/float-policy.ts';
import { ENGINES } from '../../../kit/engine.ts';
import { RAM_BASE } from './flat-architecture.ts';
import { FlatMachine } from './flat-machine.ts';

const ROUNDS = 40;
const START = [
  ...[0xf2, 0x0f, 0x5e, 0xdc], // divsd xmm3, xmm4: inexact, so that fast code may be made
  ...[0xb9, ROUNDS, 0, 0, 0], // mov ecx, ROUNDS
];
const END = [0xff, 0xc9, 0x75]; // dec ecx; jne
const program = (...body: number[]) => Uint8Array.from([...START, ...body, ...END, -(body.length + 4) & 0xff, 0xcc]);

const MULSS = [0xf3, 0x0f, 0x59, 0xc1]; // mulss xmm0, xmm1
const MULSD = [0xf2, 0x0f, 0x59, 0xc1]; // mulsd xmm0, xmm1
const ADDSD = [0xf2, 0x0f, 0x58, 0xd0]; // addsd xmm2, xmm0
const ADDSS = [0xf3, 0x0f, 0x58, 0xd0]; // addss xmm2, xmm0
const [ONE, THREE, SINGLE_ONE] = [0x3ff0_0000_0000_0000n, 0x4008_0000_0000_0000n, 0x3f80_0000n];
/** One as a double (nearly), and as a single. */
const BOTH = ONE | SINGLE_ONE;

const LOOP = RAM_BASE + START.length;

/** Runs with plain numbers until the loop is compiled, then the loop with those given. @returns the flags that this raised */
function raised(engine: (typeof ENGINES)[number], code: Uint8Array, xmm: readonly bigint[]): number {
  const machine = new FlatMachine(engine);
  const { state } = machine;
  machine.load(RAM_BASE, code);
  const run = (from: number, numbers: readonly bigint[]) => {
    [...numbers, ONE, THREE].forEach((low, register) => {
      state.xmm[2 * register] = low;
      state.xmm[2 * register + 1] = 0n;
    });
    state.gpr[1] = BigInt(ROUNDS);
    state.sseFlags = SSE_FLAG.inexact;
    machine.core.modeChanged();
    machine.run(from);
  };
  run(RAM_BASE, [BOTH, BOTH, BOTH]);
  const before = machine.compiledInstructions;
  run(LOOP, xmm);
  // Otherwise the compiler would not have been tested.
  if (engine === 'compiler') expect(machine.compiledInstructions).toBeGreaterThan(before);
  return state.sseFlags;
}

test.each(ENGINES)('a product of singles may be a subnormal double in the %s', (engine) => {
  expect(raised(engine, program(...MULSS, ...ADDSD), [SINGLE_ONE, SINGLE_ONE, ONE]) & SSE_FLAG.subnormal).toBe(SSE_FLAG.subnormal);
});
test.each(ENGINES)('a product of doubles may have a subnormal single below in the %s', (engine) => {
  expect(raised(engine, program(...MULSD, ...ADDSS), [ONE | 1n, ONE, SINGLE_ONE]) & SSE_FLAG.subnormal).toBe(SSE_FLAG.subnormal);
});
test.each(ENGINES)('normal numbers raise nothing of the kind in the %s', (engine) => {
  expect(raised(engine, program(...MULSD, ...ADDSD), [ONE, ONE, ONE]) & SSE_FLAG.subnormal).toBe(0);
});
