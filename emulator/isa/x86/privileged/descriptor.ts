/** Segment and gate descriptors (SDM, volume 3A, sections 3.4.5, 3.5 and 5.8.3). */
import { ATTRIBUTE } from '../state.ts';

/** Types of system descriptors; those of 64-bit mode are the ones of 32 bits. */
export const SYSTEM_TYPE = {
  tss16: 1,
  ldt: 2,
  busyTss16: 3,
  callGate16: 4,
  taskGate: 5,
  interruptGate16: 6,
  trapGate16: 7,
  tss32: 9,
  busyTss32: 11,
  callGate32: 12,
  interruptGate32: 14,
  trapGate32: 15,
} as const;

/** A segment descriptor of 8 bytes, with the upper half of its base where it has 16. */
export interface Descriptor {
  readonly base: bigint;
  /** The last byte that may be touched. */
  readonly limit: number;
  /** See ATTRIBUTE. */
  readonly attributes: number;
  /** The 8 bytes. */
  readonly raw: bigint;
}

export function parseDescriptor(raw: bigint, upper = 0n): Descriptor {
  const attributes = Number((raw >> 40n) & 0xf0ffn);
  const limit = Number((raw & 0xffffn) | ((raw >> 32n) & 0xf0000n));
  const base = ((raw >> 16n) & 0xff_ffffn) | ((raw >> 32n) & 0xff00_0000n) | (upper << 32n);
  return { base: BigInt.asUintN(64, base), limit: attributes & ATTRIBUTE.G ? limit * 4096 + 4095 : limit, attributes, raw };
}

export const present = ({ attributes }: Descriptor): boolean => (attributes & ATTRIBUTE.P) !== 0;
export const isSystem = ({ attributes }: Descriptor): boolean => (attributes & ATTRIBUTE.S) === 0;
export const isCode = ({ attributes }: Descriptor): boolean =>
  (attributes & (ATTRIBUTE.S | ATTRIBUTE.code)) === (ATTRIBUTE.S | ATTRIBUTE.code);
export const isConforming = (descriptor: Descriptor): boolean => isCode(descriptor) && (descriptor.attributes & ATTRIBUTE.expandDown) !== 0;
/** Code that may be read, or any data. */
export const isReadable = (descriptor: Descriptor): boolean =>
  !isSystem(descriptor) && (!isCode(descriptor) || (descriptor.attributes & ATTRIBUTE.writable) !== 0);
export const isWritableData = (descriptor: Descriptor): boolean =>
  (descriptor.attributes & (ATTRIBUTE.S | ATTRIBUTE.code | ATTRIBUTE.writable)) === (ATTRIBUTE.S | ATTRIBUTE.writable);
export const privilegeOf = ({ attributes }: Descriptor): number => (attributes & ATTRIBUTE.DPL) >> 5;
export const systemType = ({ attributes }: Descriptor): number => attributes & 15;

/** A call, interrupt or trap gate. */
export interface Gate {
  readonly type: number;
  readonly present: boolean;
  readonly privilege: number;
  readonly selector: number;
  readonly offset: bigint;
  /** Parameters that a call gate copies; the interrupt stack that a gate of 64-bit mode names. */
  readonly count: number;
}
export function parseGate(raw: bigint, upper = 0n): Gate {
  const low = raw & 0xffffn;
  return {
    type: Number((raw >> 40n) & 15n),
    present: ((raw >> 47n) & 1n) !== 0n,
    privilege: Number((raw >> 45n) & 3n),
    selector: Number((raw >> 16n) & 0xffffn),
    offset: low | ((raw >> 32n) & 0xffff_0000n) | ((upper & 0xffff_ffffn) << 32n),
    count: Number((raw >> 32n) & 31n),
  };
}
