/** Bases of FS and GS (SDM, volume 2B, "RDFSBASE/RDGSBASE", "SWAPGS", "WRFSBASE/WRGSBASE"). */
import { type Cpu, VECTOR } from './cpu.ts';
import type { Place } from './place.ts';
import { instruction, type X86Row, type X86Traits } from './row.ts';

const FSGSBASE = 1 << 16;
const needsSegmentBases = (cpu: Cpu) => cpu.raiseWhen(cpu.eqz(cpu.and(cpu.field('cr4'), cpu.i32(FSGSBASE))), VECTOR.invalidOpcode);
const readBase = (segment: number) => (cpu: Cpu, to: Place) => {
  needsSegmentBases(cpu);
  to.set(cpu.let(cpu.element('segmentBase', cpu.i32(segment))));
};
/** Bits of an address above those that the deepest page tables translate: all alike, or the privileged half refuses it. */
const BEYOND = 7;
const writeBase = (segment: number) => (cpu: Cpu, from: Place) => {
  needsSegmentBases(cpu);
  const value = cpu.let(cpu.instance.size === 64 ? from.get() : cpu.zero32(from.get()));
  cpu.when(
    cpu.eq(cpu.shrS(cpu.shl(value, cpu.i64(BEYOND)), cpu.i64(BEYOND)), value),
    () => cpu.setField('segmentBase', value, segment),
    () => cpu.system('writeSegmentBase', value, cpu.i64(segment)),
  );
};
const bases: X86Traits = { mayTrap: true, rare: true, only64: true };

const GS = 5;
/** At every entry of the kernel and every return from it. */
const swapGs = (cpu: Cpu) =>
  cpu.when(
    cpu.eqz(cpu.field('cpl')),
    () => {
      const [present, other] = [cpu.let(cpu.element('segmentBase', cpu.i32(GS))), cpu.let(cpu.field('kernelGsBase'))];
      cpu.setField('segmentBase', other, GS);
      cpu.setField('kernelGsBase', present);
    },
    () => cpu.system('swapGs'),
  );

export const segmentBases: readonly X86Row[] = [
  instruction('swapgs', '0F 01 F8 |', swapGs, bases),
  instruction('rdfsbase', 'F3 0F AE /0 | ry', readBase(4),  { ...bases, first: 'write' }),
  instruction('rdgsbase', 'F3 0F AE /1 | ry', readBase(5),  { ...bases, first: 'write' }),
  instruction('wrfsbase', 'F3 0F AE /2 | ry', writeBase(4), { ...bases, first: 'read' }),
  instruction('wrgsbase', 'F3 0F AE /3 | ry', writeBase(5), { ...bases, first: 'read' }),
];
