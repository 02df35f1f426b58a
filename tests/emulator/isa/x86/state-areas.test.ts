/** XSAVE and XRSTOR take an area within a page at once, and one across two word by word: with the same outcome. */
import { expect, test } from 'vitest';
import { restoreExtended, saveExtended, XSAVE_AREA } from '../../../../emulator/isa/x86/privileged/extended-state.ts';
import { restoreFloat, saveFloat } from '../../../../emulator/isa/x86/privileged/float-save.ts';
import { CR0, CR4 } from '../../../../emulator/isa/x86/state.ts';
import { Random } from '../../../differential/random.ts';
import { SystemMachine } from './system-machine.ts';

const WITHIN = 0x8040;
const ACROSS = 0x9f80;
const SEED = Number(process.env['VIVARIUM_SEED'] ?? 31);

const machine = new SystemMachine('interpreter', new Uint8Array(0));
const { privileged, state, core } = machine;
state.cr0 = CR0.PE | CR0.ET;
state.cr4 = CR4.OSFXSR | CR4.OSXSAVE;
state.xcr0 = 7n;
core.returned();

function fill(random: Random): void {
  for (const registers of [state.xmm, state.ymmHigh, state.x87])
    for (let at = 0; at < registers.length; at++) registers[at] = random.integer();
  for (let at = 0; at < 8; at++) state.x87Exponent[at] = random.below(0x10000);
  Object.assign(state, { fpuControl: 0x37f, fpuStatus: random.below(8) << 11, fpuTags: random.below(256), fpuOpcode: random.below(2048) });
}
const bytes = (at: number) => Array.from({ length: XSAVE_AREA.end }, (_, offset) => machine.view.getUint8(at + offset));
const registers = () =>
  structuredClone([state.xmm, state.ymmHigh, state.x87, state.x87Exponent, state.fpuStatus, state.fpuTags, state.mxcsr]);

const forms = {
  XSAVE: { save: (at: bigint) => saveExtended(privileged, at, 7n, 'whole', true), restore: (at: bigint) => restoreExtended(privileged, at, 7n, true) },
  XSAVEC: { save: (at: bigint) => saveExtended(privileged, at, 7n, 'compacted', true), restore: (at: bigint) => restoreExtended(privileged, at, 7n, true) },
  FXSAVE: { save: (at: bigint) => saveFloat(privileged, at, false), restore: (at: bigint) => restoreFloat(privileged, at, false) },
}; // prettier-ignore

test.for(Object.entries(forms))('%s', ([, { save, restore }]) => {
  const random = new Random(SEED);
  expect([core.view(BigInt(WITHIN), XSAVE_AREA.end, 'store'), core.view(BigInt(ACROSS), XSAVE_AREA.end, 'store')]).toEqual([
    expect.any(DataView),
    undefined,
  ]);
  for (let round = 0; round < 50; round++) {
    for (const at of [WITHIN, ACROSS]) for (let offset = 0; offset < XSAVE_AREA.end; offset++) machine.view.setUint8(at + offset, 0);
    fill(random);
    const given = registers();
    for (const at of [WITHIN, ACROSS]) save(BigInt(at));
    expect(bytes(WITHIN), `seed ${SEED}, round ${round}`).toEqual(bytes(ACROSS));
    const restored = [WITHIN, ACROSS].map((at) => {
      fill(random);
      restore(BigInt(at));
      return registers();
    });
    expect(restored[0]?.[0]).toEqual(given[0]);
    expect(restored[0]?.slice(2), `seed ${SEED}, round ${round}`).toEqual(restored[1]?.slice(2));
  }
});
