/** Interrupts of real-address mode: a table of far pointers (SDM, volume 3A, section 20.1.4). */
import { FLAG, SEGMENT } from '../state.ts';
import { type Context, instructionPointer, rflagsOf, setInstructionPointer, wide } from './context.ts';
import { Fault, VECTOR } from './fault.ts';
import { loadReal } from './segments.ts';
import { Stack } from './stack.ts';

const ENTRY = 4;

/** @throws Fault, or Again */
export function deliverReal(core: Context, { vector, returnsTo }: { readonly vector: number; readonly returnsTo: bigint }): void {
  const { state, memory } = core;
  if (vector * ENTRY + ENTRY - 1 > state.idtLimit) throw new Fault(VECTOR.GP);
  const pointer = memory.read32(state.idtBase + BigInt(vector * ENTRY));
  const stack = Stack.current(core);
  stack.push(2, BigInt(rflagsOf(state)));
  stack.push(2, wide(state.segmentSelector, SEGMENT.CS));
  stack.push(2, instructionPointer(state, returnsTo));
  stack.commit();
  loadReal(state, SEGMENT.CS, pointer >>> 16);
  setInstructionPointer(state, BigInt(pointer & 0xffff));
  state.rflags &= ~(FLAG.IF | FLAG.TF | FLAG.AC | FLAG.RF);
}
