/** What the task-state segment holds of stacks and ports (SDM, volume 3A, sections 7.2.1, 7.7; volume 1, section 19.5.2). */
import { SEGMENT } from '../state.ts';
import { at, atPrivilege, type Context, isLong, wide } from './context.ts';
import { Fault, selectorError, VECTOR } from './fault.ts';

/** Set in the types of task states that are not of 16 bits. */
const TSS32 = 8;
export const OFFSETS = { rsp0: 4, ist1: 36, portMap: 102 } as const;

/** Reads so many bytes of the task state. @throws Fault where it is too short */
function read(core: Context, offset: number, width: 2 | 4 | 8): bigint {
  const { state } = core;
  const error = selectorError(Number(wide(state.segmentSelector, SEGMENT.TR)));
  if (offset + width - 1 > Number(wide(state.segmentLimit, SEGMENT.TR))) throw new Fault(VECTOR.TS, error);
  return atPrivilege(core, 0, () => core.memory.read(wide(state.segmentBase, SEGMENT.TR) + BigInt(offset), width));
}

/** The stack for an inner privilege level; IA-32e mode has no selector for it. */
export function innerStack(core: Context, level: number): { readonly selector: number; readonly pointer: bigint } {
  if (isLong(core.state)) return { selector: level, pointer: read(core, OFFSETS.rsp0 + 8 * level, 8) };
  if (at(core.state.segmentAttributes, SEGMENT.TR) & TSS32)
    return { selector: Number(read(core, 8 + 8 * level, 2)), pointer: read(core, 4 + 8 * level, 4) };
  return { selector: Number(read(core, 4 + 4 * level, 2)), pointer: read(core, 2 + 4 * level, 2) };
}
/** One of the seven stacks that gates of IA-32e mode can name. @param number from 1 */
export const interruptStack = (core: Context, number: number): bigint => read(core, OFFSETS.ist1 + 8 * (number - 1), 8);

/** Whether the map of ports lets a program that lacks the privilege use `width` ports from one on. */
export function portAllowed(core: Context, port: number, width: number): boolean {
  const { state } = core;
  const limit = Number(wide(state.segmentLimit, SEGMENT.TR));
  if (!(at(state.segmentAttributes, SEGMENT.TR) & TSS32) || limit < OFFSETS.portMap + 1) return false;
  const from = Number(read(core, OFFSETS.portMap, 2)) + (port >> 3);
  // Two bytes are always read, since the ports may lie across them.
  if (from + 1 > limit) return false;
  const bits = Number(read(core, from, 2)) >> (port & 7);
  return (bits & ((1 << width) - 1)) === 0;
}
