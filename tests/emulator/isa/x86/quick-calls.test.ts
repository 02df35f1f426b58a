/** Generated code does SYSCALL and SYSRET: the same as TypeScript does, from any state. */
import { expect, test } from 'vitest';
import { x86 } from '../../../../emulator/isa/x86/architecture.ts';
import { ATTRIBUTE, coreState, CR0, CR4, EFER, FLAG, GPR, SEGMENT } from '../../../../emulator/isa/x86/state.ts';
import { Random } from '../../../differential/random.ts';
import { SystemMachine } from './system-machine.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 21);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 2000);

const nothing = new Uint8Array(0);
const generated = new SystemMachine('interpreter', nothing);
const written = new SystemMachine('interpreter', nothing, undefined, { ...x86, quickOperations: {}, quickAnswers: {} });

/** Four-level tables for the first 2 MiB, and code there. */
const TABLES = [0x1000, 0x2000, 0x3000] as const;
const CODE = 0x8000;
const STAY = 0x9000;
const PRESENT_WRITABLE_USER = 7n;
const LARGE = 1n << 7n;
for (const { view } of [generated, written]) {
  view.setBigUint64(TABLES[0], BigInt(TABLES[1]) | PRESENT_WRITABLE_USER, true);
  view.setBigUint64(TABLES[1], BigInt(TABLES[2]) | PRESENT_WRITABLE_USER, true);
  view.setBigUint64(TABLES[2], PRESENT_WRITABLE_USER | LARGE, true);
  view.setUint16(STAY, 0xfeeb, true); // jmp $
}

const CODES = { syscall: [0x0f, 0x05], sysret: [0x0f, 0x07], sysretq: [0x48, 0x0f, 0x07] } as const;
const FLAGS = [FLAG.CF, FLAG.PF, FLAG.AF, FLAG.ZF, FLAG.SF, FLAG.OF, FLAG.DF, FLAG.IOPL, FLAG.NT, FLAG.AC, FLAG.ID, FLAG.IF];

test('a state that either changes is the same afterwards', () => {
  const random = new Random(SEED);
  const often = () => random.below(2) === 1;
  const seldom = () => random.below(16) === 0;
  const someFlags = () => FLAGS.reduce((all, flag) => (often() ? all | flag : all), seldom() ? FLAG.RF : 0);
  for (let round = 0; round < ROUNDS; round++) {
    const name = random.pick(Object.keys(CODES) as (keyof typeof CODES)[]);
    const cpl = name === 'syscall' || seldom() ? 3 : 0;
    const given = {
      cpl,
      cr0: CR0.PE | CR0.PG | CR0.ET | CR0.WP | (often() ? CR0.AM : 0),
      cr3: BigInt(TABLES[0]),
      cr4: CR4.PAE | CR4.OSFXSR | (often() ? CR4.SMAP : 0),
      efer: EFER.LME | EFER.LMA | (seldom() ? 0 : EFER.SCE),
      rflags: FLAG.fixed | (someFlags() & ~(FLAG.CF | FLAG.PF | FLAG.AF | FLAG.ZF | FLAG.SF | FLAG.OF)),
      fmask: often() ? 0x25_7fd5 : someFlags(),
      star: random.bits64(),
      lstar: BigInt(STAY),
      interruptPending: seldom() ? 1 : 0,
      dr7: seldom() ? 0x401 : 0x400,
      pc: BigInt(CODE),
    };
    const flags = [BigInt(random.below(4)) | (BigInt(random.pick([0, 32, 48, 56])) << 8n), random.integer(), random.integer()];
    const target = seldom() ? 0x1234_5678_9abc_def0n : BigInt(STAY);
    const returned = BigInt(someFlags() | (seldom() ? FLAG.TF : 0)) | (often() ? random.bits64() & ~0xffff_ffffn : 0n);
    const after = [generated, written].map((machine) => {
      const { state, core, view } = machine;
      for (const [at, byte] of [...CODES[name], 0xeb, 0xfe].entries()) view.setUint8(CODE + at, byte);
      core.settle();
      Object.assign(state, given);
      machine.shutdown = undefined;
      state.apicSpurious = 0x1ff;
      state.apicIrr[3] = given.interruptPending << 5;
      for (let flag = 0; flag < 3; flag++) state.flags[flag] = flags[flag]!;
      state.gpr[GPR.RCX] = target;
      state.gpr[11] = returned;
      state.segmentAttributes[SEGMENT.CS] = ATTRIBUTE.code | ATTRIBUTE.S | ATTRIBUTE.P | ATTRIBUTE.L | (cpl << 5);
      core.returned();
      core.working.interruptWaiting = given.interruptPending;
      const before = state.retired;
      machine.slice(4);
      const { mode, floatMode, facts, counterMix, tlb, fetchTlb, jumpCache, watch } = core.working;
      return {
        working: { mode, floatMode, facts, counterMix, tlb, fetchTlb, jumpCache, watch },
        fields: fieldsOf(machine),
        retired: state.retired - before,
      };
    });
    expect(after[0], `seed ${SEED}, round ${round}: ${name}`).toEqual(after[1]);
  }
});

/** All that a guest can see, but how many instructions it has executed so far. */
function fieldsOf({ state }: SystemMachine): Record<string, unknown> {
  const names = Object.keys(coreState.fields).filter((name) => name !== 'retired');
  return Object.fromEntries(names.map((name) => [name, structuredClone(state[name as keyof typeof state])]));
}
