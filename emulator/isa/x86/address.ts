/**
 * Effective addresses. A decoded memory operand is a base and an index register (the register that reads 0 where there is
 * none), a displacement, and a control of these bits.
 */
import type { EngineCpu, Register } from '../cpu.ts';
import type { Value } from '../value.ts';

/** Bits of the control `ea`; a control below `special` is only a scale. */
export const EA = {
  scale: 3,
  special: 1 << 2,
  /** The displacement is from the next instruction. */
  ripRelative: 1 << 2,
  /** The offset has only 32, or 16, bits. */
  offset32: 1 << 3,
  offset16: 1 << 4,
  /** Linear addresses have 32 bits: outside 64-bit mode. */
  linear32: 1 << 5,
  /** The segment whose base counts, plus one, from this bit on; 0: none. */
  segmentAt: 6,
  segment: 7 << 6,
} as const;
export const EA_BITS = 9;

/** Number of the register of the general file that reads 0. */
export const NO_REGISTER = 16;

export interface AddressOperands {
  /** Absent where the instruction holds the whole offset. */
  readonly base?: Register;
  readonly index?: Register;
  readonly ea: Value;
  readonly disp: Value;
}

const has = (cpu: EngineCpu, ea: Value, bit: number): Value => cpu.ne(cpu.and(ea, cpu.i32(bit)), cpu.i32(0));

/** The base of the segment that a control names, i64; 0 for none. */
export function segmentBase(cpu: EngineCpu, ea: Value): Value {
  const number = cpu.and(cpu.shrU(ea, cpu.i32(EA.segmentAt)), cpu.i32(7));
  const base = () => cpu.element('segmentBase', cpu.sub(number, cpu.i32(1)));
  if (number.constant !== undefined) return number.constant === 0 ? cpu.i64(0) : base();
  const found = cpu.variable(cpu.i64(0));
  cpu.when(number, () => found.set(base()));
  return found.get();
}

/** An offset within a segment cut to its size, and made a linear address. */
export function linear(cpu: EngineCpu, ea: Value, offset: Value): Value {
  if (ea.constant !== undefined) return knownLinear(cpu, ea, offset);
  const cut = cpu.variable(offset);
  cpu.when(has(cpu, ea, EA.offset32), () => cut.set(cpu.zero32(cut.get())));
  cpu.when(has(cpu, ea, EA.offset16), () => cut.set(cpu.and(cut.get(), cpu.i64(0xffff))));
  cut.set(cpu.add(cut.get(), segmentBase(cpu, ea)));
  cpu.when(has(cpu, ea, EA.linear32), () => cut.set(cpu.zero32(cut.get())));
  return cut.get();
}

/** The same where the control is known, without a variable: what the address is made of can be seen. */
function knownLinear(cpu: EngineCpu, ea: Value, offset: Value): Value {
  const control = Number(ea.constant);
  const short = control & EA.offset32 ? cpu.zero32(offset) : offset;
  const cut = control & EA.offset16 ? cpu.and(short, cpu.i64(0xffff)) : short;
  const sum = cpu.add(cut, segmentBase(cpu, ea));
  return cpu.let(control & EA.linear32 ? cpu.zero32(sum) : sum);
}

/** What an access to a segment needs. */
export interface SegmentUse {
  readonly bytes: number;
  readonly writes: boolean;
}
/** Outside 64-bit mode: raises the exception of an access that the segment of the control `ea` does not let pass. */
export function checkSegment(cpu: EngineCpu, ea: Value, address: Value, { bytes, writes }: SegmentUse): void {
  const number = cpu.let(cpu.sub(cpu.and(cpu.shrU(ea, cpu.i32(EA.segmentAt)), cpu.i32(7)), cpu.i32(1)));
  const checked = cpu.shrU(cpu.field('segmentsChecked'), writes ? cpu.add(number, cpu.i32(8)) : number);
  cpu.when(cpu.and(checked, cpu.i32(1)), () => {
    const offset = cpu.let(cpu.zero32(cpu.sub(address, cpu.element('segmentBase', number))));
    const at = cpu.let(cpu.add(cpu.shl(number, cpu.i32(2)), cpu.i32(writes ? 2 : 0)));
    const below = cpu.ltU(offset, cpu.element('segmentBounds', at));
    const beyond = cpu.gtU(cpu.add(offset, cpu.i64(bytes - 1)), cpu.element('segmentBounds', cpu.add(at, cpu.i32(1))));
    cpu.when(cpu.or(below, beyond), () => cpu.operation('segmentFault', cpu.extendU(number)));
  });
}
/** The control of an access to a segment by its number, outside 64-bit mode. */
export const segmentControl = (number: number): number => EA.linear32 | ((number + 1) << EA.segmentAt);

/** The offset of a memory operand, before it is cut to the address size. */
export function offsetOf(cpu: EngineCpu, { base, index, ea, disp }: AddressOperands): Value {
  if (!base || !index) return disp;
  const scaled = cpu.shl(cpu.get(index), cpu.extendU(cpu.and(ea, cpu.i32(EA.scale))));
  return cpu.add(cpu.add(cpu.get(base), scaled), disp);
}

/** The linear address of a memory operand. @param use absent: what it is used for is checked elsewhere */
export function effectiveAddress(cpu: EngineCpu, operands: AddressOperands, beyond?: Value, use?: SegmentUse): Value {
  const { ea } = operands;
  const offset = beyond ? cpu.add(offsetOf(cpu, operands), beyond) : offsetOf(cpu, operands);
  if (ea.constant !== undefined) {
    const control = Number(ea.constant);
    const place = control & EA.ripRelative ? cpu.add(offset, cpu.nextPc()) : offset;
    if (control < EA.special) return cpu.let(place);
    const address = linear(cpu, ea, place);
    if (use && control & EA.linear32) checkSegment(cpu, ea, address, use);
    return address;
  }
  const address = cpu.variable(offset);
  cpu.when(cpu.geU(ea, cpu.i32(EA.special)), () => {
    cpu.when(has(cpu, ea, EA.ripRelative), () => address.set(cpu.add(address.get(), cpu.nextPc())));
    address.set(linear(cpu, ea, address.get()));
    if (use) cpu.when(has(cpu, ea, EA.linear32), () => checkSegment(cpu, ea, address.get(), use));
  });
  return address.get();
}
/** The same without the segment's base: what LEA computes. */
export function effectiveOffset(cpu: EngineCpu, operands: AddressOperands): Value {
  const { ea } = operands;
  if (ea.constant !== undefined) {
    const control = Number(ea.constant);
    const place = control & EA.ripRelative ? cpu.add(offsetOf(cpu, operands), cpu.nextPc()) : offsetOf(cpu, operands);
    const short = control & EA.offset32 ? cpu.zero32(place) : place;
    return control & EA.offset16 ? cpu.and(short, cpu.i64(0xffff)) : short;
  }
  const offset = cpu.variable(offsetOf(cpu, operands));
  cpu.when(cpu.geU(ea, cpu.i32(EA.special)), () => {
    cpu.when(has(cpu, ea, EA.ripRelative), () => offset.set(cpu.add(offset.get(), cpu.nextPc())));
    cpu.when(has(cpu, ea, EA.offset32), () => offset.set(cpu.zero32(offset.get())));
    cpu.when(has(cpu, ea, EA.offset16), () => offset.set(cpu.and(offset.get(), cpu.i64(0xffff))));
  });
  return offset.get();
}
