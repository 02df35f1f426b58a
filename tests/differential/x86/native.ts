/** The host's processor as the oracle: a small C program runs cases and says what became of each (native.c). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CODE = 0x1000_0000;
export const DATA = 0x1001_0000;
export const DATA_BYTES = 4096;
const REGISTERS = 16;
const STATE_BYTES = REGISTERS * 8 + 8 + 2 * 16 * 16 + 8;
const RESULT_BYTES = STATE_BYTES + 16 + DATA_BYTES;
/** IE, DE, ZE, OE, UE and PE. */
const EXCEPTIONS = 0x3f;
/** More than all results of a run. */
const MAX_OUTPUT = 2 ** 30;

/** Registers before or after a case. */
export interface State {
  readonly gpr: readonly bigint[];
  readonly rflags: bigint;
  /** Two halves each, the lower first. */
  readonly xmm: readonly bigint[];
  /** The same of bits 128 to 255 of the YMM registers. */
  readonly upper: readonly bigint[];
  readonly mxcsr: bigint;
}
export interface Case {
  readonly state: State;
  /** What the data are filled from, see `fill`. */
  readonly seed: number;
  readonly code: Uint8Array;
}
export interface Outcome extends State {
  readonly rip: bigint;
  /** The exception's vector: 3 where the code came to its end. */
  readonly vector: number;
  /** The floating-point flags as MXCSR has them. */
  readonly exceptions: number;
  readonly data: Uint8Array;
}

const VECTOR_OF_SIGNAL: Readonly<Record<number, number>> = { 4: 6, 5: 3, 7: 17, 8: 0, 11: 13 };

/** Fills data as the C program does. */
export function fill(data: DataView, seed: number): void {
  let x = (seed | 1) >>> 0;
  for (let at = 0; at < DATA_BYTES; at += 4) {
    x = (x ^ (x << 13)) >>> 0;
    x = (x ^ (x >>> 17)) >>> 0;
    x = (x ^ (x << 5)) >>> 0;
    data.setUint32(at, x, true);
  }
}

let program: string | undefined;
function compiled(): string {
  if (program) return program;
  program = join(mkdtempSync(join(tmpdir(), 'x86-native-')), 'native');
  execFileSync('gcc', ['-O1', '-no-pie', '-o', program, join(import.meta.dirname, 'native.c')]);
  return program;
}

export function runNative(cases: readonly Case[]): Outcome[] {
  const bytes = cases.reduce((sum, { code }) => sum + STATE_BYTES + 8 + code.length, 0);
  const input = new DataView(new ArrayBuffer(bytes));
  let at = 0;
  for (const { state, seed, code } of cases) {
    for (const value of [...state.gpr, state.rflags, ...state.xmm, ...state.upper, state.mxcsr]) {
      input.setBigUint64(at, BigInt.asUintN(64, value), true);
      at += 8;
    }
    input.setUint32(at, seed, true);
    input.setUint32(at + 4, code.length, true);
    new Uint8Array(input.buffer).set(code, at + 8);
    at += 8 + code.length;
  }
  const output = execFileSync(compiled(), { input: new Uint8Array(input.buffer), maxBuffer: MAX_OUTPUT });
  if (output.length !== cases.length * RESULT_BYTES)
    throw new Error(`the host ran ${output.length / RESULT_BYTES} of ${cases.length} cases`);
  return cases.map((_, index) => outcomeAt(new DataView(output.buffer, output.byteOffset + index * RESULT_BYTES, RESULT_BYTES)));
}
function outcomeAt(view: DataView): Outcome {
  const words = (from: number, count: number) => Array.from({ length: count }, (_, index) => view.getBigUint64(from + 8 * index, true));
  const signal = Number(view.getBigUint64(STATE_BYTES + 8, true));
  return {
    gpr: words(0, REGISTERS),
    rflags: view.getBigUint64(REGISTERS * 8, true),
    xmm: words(REGISTERS * 8 + 8, 32),
    upper: words(REGISTERS * 8 + 8 + 256, 32),
    mxcsr: view.getBigUint64(STATE_BYTES - 8, true),
    rip: view.getBigUint64(STATE_BYTES, true),
    vector: VECTOR_OF_SIGNAL[signal] ?? -1,
    exceptions: Number(view.getBigUint64(STATE_BYTES - 8, true)) & EXCEPTIONS,
    data: new Uint8Array(view.buffer, view.byteOffset + STATE_BYTES + 16, DATA_BYTES),
  };
}
