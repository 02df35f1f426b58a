/** RDTSC, which generated code does: the machine's time and the guest's offset, kept from programs where CR4.TSD says so. */
import { expect, test } from 'vitest';
import { ATTRIBUTE, CR0, CR4, GPR, SEGMENT } from '../../../../emulator/isa/x86/state.ts';
import { SystemMachine } from './system-machine.ts';

const CODE = 0x8000;
const OFFSET = 0x1_2345_6789n;
const levels = [0, 1, 2, 3].flatMap((cpl) => [{ cpl, kept: false } as const, { cpl, kept: true } as const]);

test.for(levels)('at level $cpl, kept: $kept', ({ cpl, kept }) => {
  const machine = new SystemMachine('interpreter', new Uint8Array(0));
  const { state, core, view } = machine;
  for (const [at, byte] of [0x0f, 0x31, 0xeb, 0xfe].entries()) view.setUint8(CODE + at, byte);
  core.settle();
  Object.assign(state, { cr0: CR0.PE | CR0.ET, cr4: kept ? CR4.TSD : 0, cpl, tscOffset: OFFSET, pc: BigInt(CODE) });
  for (const segment of [SEGMENT.CS, SEGMENT.SS]) {
    state.segmentBase[segment] = 0n;
    state.segmentLimit[segment] = 0xffff_ffffn;
    const type = segment === SEGMENT.CS ? ATTRIBUTE.code : 0;
    state.segmentAttributes[segment] =
      ATTRIBUTE.writable | ATTRIBUTE.accessed | ATTRIBUTE.S | ATTRIBUTE.P | ATTRIBUTE.DB | (cpl << 5) | type;
  }
  core.returned();
  const before = machine.nanoseconds;
  machine.slice(3);
  if (kept && cpl > 0) return void expect(machine.shutdown).toBeDefined();
  expect(machine.shutdown).toBeUndefined();
  const read = ((state.gpr[GPR.RDX] ?? 0n) << 32n) | (state.gpr[GPR.RAX] ?? 0n);
  expect(read).toBeGreaterThanOrEqual(before + OFFSET);
  expect(read).toBeLessThanOrEqual(machine.nanoseconds + OFFSET);
});
