/** The x87 instructions: which of them a row names, and what those of control do. Those of data are in x87-meanings.ts. */
import { X87_CODE } from '../x87.ts';
import { type Context, instructionPointer } from './context.ts';
import { Fault, VECTOR } from './fault.ts';
import { MEANINGS } from './x87-meanings.ts';
import { clearExceptions, forUnit, initialise, loadControl, loadEnvironment, setTop, storeEnvironment, topOf } from './x87-control.ts';

export interface X87Instruction {
  /** Low three bits of the opcode, and the ModRM byte's field reg. */
  readonly opcode: number;
  readonly reg: number;
  /** Not a memory operand. */
  readonly register: boolean;
  /** Address of the memory operand, or the field rm. */
  readonly operand: bigint;
}

/** An instruction by its opcode, `m` or `r`, and the field reg; some by the field rm, too. */
type Meaning = (core: Context, instruction: X87Instruction) => void;

const word = (core: Context, address: bigint) => Number(core.memory.read(address, 2));
const CONTROL: Readonly<Record<string, Meaning>> = {
  '1m4': (core, { operand }) => void loadEnvironment(core, operand),
  '1m5': (core, { operand }) => loadControl(core.state, word(core, operand)),
  '1m6': (core, { operand }) => void storeEnvironment(core, operand),
  '1m7': (core, { operand }) => core.memory.write(operand, 2, BigInt(core.state.fpuControl)),
  '5m4': (core, { operand }) => restoreAll(core, operand),
  '5m6': (core, { operand }) => saveAll(core, operand),
  '5m7': (core, { operand }) => core.memory.write(operand, 2, BigInt(core.state.fpuStatus)),
  '7r4.0': ({ state }) => void (state.gpr[0] = ((state.gpr[0] ?? 0n) & ~0xffffn) | BigInt(state.fpuStatus)),
  '3r4.2': ({ state }) => clearExceptions(state),
  '3r4.3': ({ state }) => initialise(state),
  '1r2.0': () => undefined,
  '1r6.6': ({ state }) => setTop(state, topOf(state) - 1),
  '1r6.7': ({ state }) => setTop(state, topOf(state) + 1),
};
/** Those that do not wait for exceptions that are pending. */
const WITHOUT_WAIT = new Set(['1m6', '1m7', '5m6', '5m7', '7r4.0', '3r4.2', '3r4.3']);

/** FNSAVE and FRSTOR: the environment, and behind it the eight registers from ST(0) on. */
function saveAll(core: Context, address: bigint): void {
  const { state, memory } = core;
  const behind = address + BigInt(state.operandSize === 16 ? 14 : 28);
  for (let register = 7; register >= 0; register--) {
    const physical = (topOf(state) + register) & 7;
    memory.write(behind + BigInt(10 * register + 8), 2, BigInt(state.x87Exponent[physical] ?? 0) & 0xffffn);
    memory.write(behind + BigInt(10 * register), 8, state.x87[physical] ?? 0n);
  }
  storeEnvironment(core, address);
  initialise(state);
}
function restoreAll(core: Context, address: bigint): void {
  const { state, memory } = core;
  const behind = address + BigInt(state.operandSize === 16 ? 14 : 28);
  const values = Array.from({ length: 8 }, (_, register) => ({
    significand: memory.read(behind + BigInt(10 * register), 8),
    exponent: Number(memory.read(behind + BigInt(10 * register + 8), 2)),
  }));
  loadEnvironment(core, address);
  values.forEach(({ significand, exponent }, register) => {
    const physical = (topOf(state) + register) & 7;
    state.x87[physical] = significand;
    state.x87Exponent[physical] = exponent;
  });
}

/** @param code see X87_CODE. @throws Fault, or Again */
export function x87(core: Context, operand: bigint, code: number): void {
  const instruction = {
    opcode: (code >> X87_CODE.opcode) & 7,
    reg: (code >> X87_CODE.reg) & 7,
    register: (code & X87_CODE.register) !== 0,
    operand,
  };
  const name = `${instruction.opcode}${instruction.register ? 'r' : 'm'}${instruction.reg}`;
  const exact = `${name}.${operand}`;
  const meaning = CONTROL[exact] ?? CONTROL[name];
  const data = MEANINGS[exact] ?? MEANINGS[name];
  forUnit(core, !WITHOUT_WAIT.has(exact) && !WITHOUT_WAIT.has(name));
  if (meaning) return meaning(core, instruction);
  if (!data) throw new Fault(VECTOR.UD);
  core.state.fpuInstruction = instructionPointer(core.state, core.state.pc);
  data(core, operand);
}
