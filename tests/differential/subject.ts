/** Our core as the subject: runs an image and answers with the same bytes as the oracle. */
import { FINISHER, TestCore, type TestEngine } from '../kit/engine.ts';
import { type Image, ORIGIN } from './image.ts';
import { word } from './stream.ts';

const MEMORY_MIB = 4;
/** Above every image: an ECALL ends the run, anything else fails it. */
const HANDLER = ORIGIN + MEMORY_MIB * 2 ** 20 - 4096;
/** More than any image retires. */
const LIMIT = 100_000_000;
const ECALL_FROM_M = 11n;

const cores = new Map<TestEngine, TestCore>();
/** One core an engine, used again: what one image leaves behind must not matter to the next. */
function coreOf(engine: TestEngine): TestCore {
  const core = cores.get(engine) ?? new TestCore(engine, MEMORY_MIB);
  cores.set(engine, core);
  return core;
}

/** @throws Error when the image does not end with its ECALL */
export function runSubject(engine: TestEngine, { bytes, dump, dumpBytes }: Image): Uint8Array {
  const test = coreOf(engine);
  const { state } = test;
  test.reset();
  test.load(ORIGIN, bytes);
  const handler = [word('lui', { rd: 5, imm: FINISHER }), word('sw', { rs1: 5, rs2: 5, imm: 0 }), word('jal', { rd: 0, imm: 0 })];
  test.load(HANDLER, new Uint8Array(Int32Array.from(handler).buffer));
  state.mtvec = BigInt(HANDLER);
  state.pc = BigInt(ORIGIN);
  test.run(LIMIT);
  if (state.mcause !== ECALL_FROM_M)
    throw new Error(`trap ${state.mcause} at 0x${state.mepc.toString(16)}, value 0x${state.mtval.toString(16)}`);
  return test.ram.slice(dump, dump + dumpBytes);
}

/** Instructions that ran compiled so far. */
export const compiledBy = (engine: TestEngine): bigint => coreOf(engine).compiledInstructions;
