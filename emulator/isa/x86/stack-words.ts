/**
 * The stack, and near transfers, as rows use them. Stack accesses of 64 bits there are only in 64-bit mode, where segments do
 * not count; for all others the state says how far the stack pointer reaches and where its segment begins.
 */
import type { EngineCpu } from '../cpu.ts';
import type { Value } from '../value.ts';
import { checkSegment, segmentControl } from './address.ts';
import type { Instance } from './instance.ts';
import type { Size } from './place.ts';
import { GPR, SEGMENT } from './state.ts';

const NARROW = 0xffffn;

export function stackWords(cpu: EngineCpu) {
  const rsp = cpu.register('gpr', GPR.RSP);
  const mask = () => cpu.field('stackMask');
  const isFlat = () => (cpu as unknown as { readonly instance: Instance }).instance.flat;
  /** Where a pointer leads to. */
  const place = (size: Size, pointer: Value, writes: boolean): Value => {
    if (size === 64) return pointer;
    if (isFlat()) return cpu.let(cpu.zero32(pointer));
    const linear = cpu.add(cpu.field('stackBase'), cpu.and(pointer, mask()));
    const address = cpu.let(cpu.and(linear, cpu.or(mask(), cpu.i64(0xffff_ffffn))));
    checkSegment(cpu, cpu.i32(segmentControl(SEGMENT.SS)), address, { bytes: size / 8, writes });
    return address;
  };
  /** The whole register where its pointer becomes another. */
  const holding = (size: Size, pointer: Value): Value => {
    if (size === 64) return pointer;
    if (isFlat()) return cpu.let(cpu.zero32(pointer));
    const kept = cpu.select(cpu.eq(mask(), cpu.i64(NARROW)), cpu.and(cpu.get(rsp), cpu.i64(~NARROW)), cpu.i64(0));
    return cpu.let(cpu.or(kept, cpu.and(pointer, mask())));
  };
  const bytesOf = (size: Size) => (size / 8) as 2 | 4 | 8;
  const codeBase = () => cpu.element('segmentBase', cpu.i32(SEGMENT.CS));
  const own = {
    /** Pushes as many bits. The stack pointer changes only when the store has been done. */
    push: (size: Size, value: Value) => {
      const pointer = cpu.let(cpu.sub(cpu.get(rsp), cpu.i64(size / 8)));
      cpu.write(place(size, pointer, true), bytesOf(size), value);
      cpu.set(rsp, holding(size, pointer));
    },
    /** What lies on the stack, read now; the pointer stays. */
    top: (size: Size, pointer: Value = cpu.get(rsp)) => cpu.let(cpu.read(place(size, pointer, false), bytesOf(size), false)),
    /** Writes to the stack at a pointer that is not the stack's own. */
    putOnStack: (size: Size, pointer: Value, value: Value) => cpu.write(place(size, pointer, true), bytesOf(size), value),
    /** Moves the stack pointer up from where it is, or from another place. */
    release: (size: Size, bytes: Value, pointer: Value = cpu.get(rsp)) => cpu.set(rsp, holding(size, cpu.add(pointer, bytes))),

    /** The offset of the next instruction in its segment. */
    nextOffset: (size: Size): Value => {
      if (size === 64) return cpu.nextPc();
      const offset = isFlat() ? cpu.nextPc() : cpu.sub(cpu.nextPc(), codeBase());
      return cpu.let(size === 16 ? cpu.and(offset, cpu.i64(NARROW)) : cpu.zero32(offset));
    },
    /** Goes by a distance from this instruction, modulo 64 KiB (SDM, volume 2A, "JMP": tempEIP is cut to 16 bits). Last in a row. */
    goAround: (distance: Value) => own.goTo(16, cpu.add(cpu.sub(cpu.pc(), codeBase()), distance)),
    /** Goes to an offset in the code segment. Last in a row. */
    goTo: (size: Size, offset: Value) => {
      if (size === 64) return cpu.jumpTo(offset);
      const target = cpu.let(size === 16 ? cpu.and(offset, cpu.i64(NARROW)) : cpu.zero32(offset));
      if (isFlat()) return cpu.jumpTo(target);
      const beyond = cpu.gtU(target, cpu.element('segmentLimit', cpu.i32(SEGMENT.CS)));
      cpu.when(cpu.and(beyond, cpu.ne(cpu.field('segmentsChecked'), cpu.i32(0))), () =>
        cpu.operation('segmentFault', cpu.i64(SEGMENT.CS)),
      );
      cpu.jumpTo(cpu.zero32(cpu.add(codeBase(), target)));
    },
  };
  return own;
}
