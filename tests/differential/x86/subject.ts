/** Our core as the subject: runs a case and says what became of it. */
import { describeFlags, flagsFrom } from '../../../emulator/isa/x86/flags.ts';
import { readMxcsr, writeMxcsr } from '../../../emulator/isa/x86/privileged/float-save.ts';
import { RAM_BASE } from '../../emulator/isa/x86/flat-architecture.ts';
import { FlatMachine } from '../../emulator/isa/x86/flat-machine.ts';
import type { TestEngine } from '../../kit/engine.ts';
import { type Case, CODE, DATA, DATA_BYTES, fill, type Outcome } from './native.ts';

const CODE_BYTES = 4096;
const DIRECTION = 0x400n;
/** A program sees one signal for both. */
const [FLOATING_POINT, DIVIDE_ERROR] = [19, 0];
/** RFLAGS of a program: interrupts are enabled. */
const USUAL = 0x202;

const machines = new Map<TestEngine, FlatMachine>();
/** One machine an engine, used again: what one case leaves behind must not matter to the next. */
export function machineOf(engine: TestEngine): FlatMachine {
  const machine = machines.get(engine) ?? new FlatMachine(engine);
  machines.set(engine, machine);
  return machine;
}

/** How often a case is run: what is compiled the first times runs compiled the last. */
const RUNS = { interpreter: 1, compiler: 2, auto: 7 } as const;

export function runSubject(engine: TestEngine, { state: given, seed, code }: Case): Outcome {
  const machine = machineOf(engine);
  const { state } = machine;
  const whole = new Uint8Array(CODE_BYTES).fill(0xcc);
  whole.set(code);
  machine.load(CODE, whole);
  const data = machine.ram.subarray(DATA - RAM_BASE, DATA - RAM_BASE + DATA_BYTES);
  for (let run = 0; run < RUNS[engine]; run++) {
    fill(new DataView(data.buffer, data.byteOffset, data.length), seed);
    given.gpr.forEach((value, register) => (state.gpr[register] = value));
    given.xmm.forEach((value, half) => (state.xmm[half] = value));
    describeFlags(state.flags, given.rflags);
    given.upper.forEach((value, half) => (state.ymmHigh[half] = value));
    writeMxcsr(state, Number(given.mxcsr));
    machine.core.modeChanged();
    state.rflags = Number(given.rflags & DIRECTION) | USUAL;
    machine.run(CODE);
  }
  return {
    gpr: [...state.gpr.subarray(0, 16)],
    rflags: flagsFrom(state.flags) | BigInt(state.rflags),
    xmm: [...state.xmm.subarray(0, 32)],
    rip: state.pc,
    vector: state.raised - 1 === FLOATING_POINT ? DIVIDE_ERROR : state.raised - 1,
    upper: [...state.ymmHigh.subarray(0, 32)],
    mxcsr: BigInt(readMxcsr(state)),
    exceptions: readMxcsr(state) & 0x3f,
    data: data.slice(),
  };
}
