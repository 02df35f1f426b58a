/** Stacks as the core itself pushes to and pops from them. Nothing of the state changes until `commit`. */
import type { Width } from '../../cpu.ts';
import { ATTRIBUTE, GPR, SEGMENT } from '../state.ts';
import { at, type Context, is64, wide } from './context.ts';
import { Fault, VECTOR } from './fault.ts';

/** A stack segment; of 64-bit mode: base 0 and all bits of the pointer. */
export interface StackSegment {
  readonly base: bigint;
  readonly limit: number;
  readonly attributes: number;
  readonly is64: boolean;
}

export class Stack {
  pointer: bigint;
  readonly #core: Context;
  readonly #segment: StackSegment;
  readonly #mask: bigint;
  /** Pushed and popped at this privilege by the caller (`atPrivilege`). */
  constructor(core: Context, segment: StackSegment, pointer: bigint) {
    this.#core = core;
    this.#segment = segment;
    this.#mask = segment.is64 ? (1n << 64n) - 1n : segment.attributes & ATTRIBUTE.DB ? 0xffff_ffffn : 0xffffn;
    this.pointer = pointer;
  }
  /** The stack in use. */
  static current(core: Context): Stack {
    const { state } = core;
    const { SS } = SEGMENT;
    const segment = {
      base: wide(state.segmentBase, SS),
      limit: Number(wide(state.segmentLimit, SS)),
      attributes: at(state.segmentAttributes, SS),
      is64: is64(state),
    };
    return new Stack(core, segment, wide(state.gpr, GPR.RSP));
  }
  #address(offset: bigint, width: number): bigint {
    const { base, limit, attributes, is64: flat } = this.#segment;
    if (flat) return offset;
    const last = Number(offset) + width - 1;
    const down = (attributes & (ATTRIBUTE.code | ATTRIBUTE.expandDown)) === ATTRIBUTE.expandDown;
    if (down ? Number(offset) <= limit || last > Number(this.#mask) : last > limit) throw new Fault(VECTOR.SS);
    return (base + offset) & 0xffff_ffffn;
  }
  push(width: Width, value: bigint): void {
    const next = (this.pointer - BigInt(width)) & this.#mask;
    this.#core.memory.write(this.#address(next, width), width, value);
    this.pointer = next;
  }
  pop(width: Width): bigint {
    const from = this.pointer & this.#mask;
    const value = this.#core.memory.read(this.#address(from, width), width);
    this.pointer = (from + BigInt(width)) & this.#mask;
    return value;
  }
  release(bytes: number): void {
    this.pointer = (this.pointer + BigInt(bytes)) & this.#mask;
  }
  /** Makes its pointer the core's, of which bits that this stack does not use stay. */
  commit(): void {
    const { gpr } = this.#core.state;
    gpr[GPR.RSP] = this.#mask === 0xffffn ? (wide(gpr, GPR.RSP) & ~0xffffn) | (this.pointer & 0xffffn) : this.pointer & this.#mask;
  }
}
