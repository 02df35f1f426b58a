/** Generated code saves and restores x87, SSE and AVX by XSAVE's kin: the same as TypeScript does, from any state. */
import { expect, test } from 'vitest';
import { x86 } from '../../../../emulator/isa/x86/architecture.ts';
import { HEADER_RESERVED, XSAVE_AREA } from '../../../../emulator/isa/x86/privileged/extended-state.ts';
import { writeMxcsr } from '../../../../emulator/isa/x86/privileged/float-save.ts';
import { ATTRIBUTE, coreState, CR0, CR4, EFER, FLAG, GPR, SEGMENT } from '../../../../emulator/isa/x86/state.ts';
import { Random } from '../../../differential/random.ts';
import { SystemMachine } from './system-machine.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 41);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 1200);

const nothing = new Uint8Array(0);
/** How often the machine that has generated code left something to TypeScript. */
let slow = 0;
const counting = {
  ...x86,
  privileged: (...args: Parameters<typeof x86.privileged>) => {
    const made = x86.privileged(...args);
    const { takeTrap, operation } = made;
    made.takeTrap = () => (slow++, takeTrap.call(made));
    made.operation = (name) => (slow++, operation.call(made, name));
    return made;
  },
};
const generated = new SystemMachine('interpreter', nothing, undefined, counting);
const written = new SystemMachine('interpreter', nothing, undefined, { ...x86, quickOperations: {}, quickAnswers: {} });

/** Four-level tables for the first 2 MiB in pages of 4 KiB, of which the last is not there. */
const TABLES = [0x1000, 0x2000, 0x3000, 0x4000] as const;
const [CODE, AREA, ABSENT] = [0x8000, 0xb000, 0xf000] as const;
const PLAIN = 7n;
/** With the address in RDI; the prefix of wide pointers goes before it. */
const CODES = { xsave: [0x0f, 0xae, 0x27], xsaveopt: [0x0f, 0xae, 0x37], xsavec: [0x0f, 0xc7, 0x27], xrstor: [0x0f, 0xae, 0x2f] } as const;
const COMPACTED = 1n << 63n;

const random = new Random(SEED);
const often = () => random.below(2) === 1;
const seldom = () => random.below(24) === 0;
const MXCSRS = [0x1f80, 0x1fa0, 0x1fa0, 0x3f80, 0x9fc0, 0x1f00, 0x0020];
const someMxcsr = () => (seldom() ? random.below(0x10000) : random.pick(MXCSRS));

/** An area as XRSTOR finds it: mostly one that it takes. */
function contents(): readonly bigint[] {
  const words = Array.from({ length: XSAVE_AREA.end / 8 }, () => random.bits64());
  const put = (at: number, value: bigint) => (words[at / 8] = value);
  const compacted = often();
  put(24, BigInt(someMxcsr()) | (seldom() ? 1n << 16n : 0n) | (0xffffn << 32n));
  put(XSAVE_AREA.header, BigInt(random.below(8)) | (seldom() ? random.bits64() : 0n));
  put(XSAVE_AREA.compaction, (compacted ? COMPACTED | BigInt(seldom() ? random.below(16) : 7) : 0n) | (seldom() ? 1n << 62n : 0n));
  for (const at of HEADER_RESERVED) put(at, seldom() && seldom() ? 1n : 0n);
  return words;
}

test('state and memory are the same afterwards', () => {
  let [done, all] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const name = random.pick(Object.keys(CODES) as (keyof typeof CODES)[]);
    const prefix = often() ? [0x48] : [];
    const cpl = often() ? 3 : 0;
    const edge = random.pick([AREA, AREA + 0x1000, seldom() ? ABSENT : AREA + 0x2000]);
    const address = edge + 64 * random.below(16) - (often() ? 832 : 0) + (seldom() ? 8 : 0);
    const area = contents();
    const given = {
      cpl,
      cr0: CR0.PE | CR0.PG | CR0.ET | CR0.WP | (seldom() ? CR0.TS : 0),
      cr2: 0n,
      cr3: BigInt(TABLES[0]),
      cr4: CR4.PAE | CR4.OSXMMEXCPT | (seldom() ? 0 : CR4.OSFXSR) | (seldom() ? 0 : CR4.OSXSAVE),
      efer: EFER.LME | EFER.LMA,
      xcr0: seldom() ? 3n : 7n,
      rflags: FLAG.fixed,
      dr7: seldom() ? 0x401 : 0x400,
      fpuControl: random.below(0x10000),
      fpuStatus: random.below(0x10000),
      fpuTags: random.below(256),
      fpuOpcode: random.below(2048),
      fpuInstruction: random.bits64(),
      fpuData: random.bits64(),
      fpuInstructionSelector: random.below(0x10000),
      fpuDataSelector: random.below(0x10000),
      pc: BigInt(CODE),
    };
    const wanted = seldom() ? random.bits64() : often() ? BigInt(random.below(8)) : 0xffff_ffffn;
    const mxcsr = someMxcsr();
    const vectors = Array.from({ length: 32 }, () => random.bits64());
    const upper = often() ? vectors.map(() => (seldom() ? random.bits64() : 0n)) : vectors.map(() => 0n);
    const numbers = Array.from({ length: 8 }, () => [random.bits64(), random.below(0x10000)] as const);
    const isWarm = !seldom();
    const after = [generated, written].map((machine) => {
      const { state, core, view } = machine;
      for (const [level, table] of TABLES.slice(0, 3).entries()) view.setBigUint64(table, BigInt(TABLES[level + 1] ?? 0) | PLAIN, true);
      for (let page = 0; page < 16; page++)
        view.setBigUint64(TABLES[3] + 8 * page, page === ABSENT >> 12 ? 0n : BigInt(page * 4096) | PLAIN, true);
      for (const [at, byte] of [...prefix, ...CODES[name], 0xeb, 0xfe].entries()) view.setUint8(CODE + at, byte);
      new Uint8Array(view.buffer, view.byteOffset + AREA - 0x1000, 0x5000).fill(0xa5);
      area.forEach((word, index) => view.setBigUint64(address + 8 * index, word, true));
      core.settle();
      Object.assign(state, given);
      machine.shutdown = undefined;
      writeMxcsr(state, mxcsr);
      vectors.forEach((value, half) => (state.xmm[half] = value));
      upper.forEach((value, half) => (state.ymmHigh[half] = value));
      numbers.forEach(([significand, exponent], register) => {
        state.x87[register] = significand;
        state.x87Exponent[register] = exponent;
      });
      state.gpr[GPR.RDI] = BigInt(address);
      state.gpr[GPR.RAX] = wanted;
      state.gpr[GPR.RDX] = 0n;
      state.segmentAttributes[SEGMENT.CS] = ATTRIBUTE.code | ATTRIBUTE.S | ATTRIBUTE.P | ATTRIBUTE.L | (cpl << 5);
      state.segmentAttributes[SEGMENT.SS] = 0xc093 | (cpl << 5);
      core.returned();
      if (isWarm)
        for (const at of [address, address + XSAVE_AREA.end - 1]) {
          const value = core.load(BigInt(at), 1);
          if (value !== undefined) core.store(BigInt(at), 1, value);
        }
      const before = state.retired;
      const slowBefore = slow;
      machine.slice(3);
      if (machine === generated) {
        all++;
        if (slow === slowBefore) done++;
      }
      const { mode, floatMode, counterMix, tlb, fetchTlb, jumpCache, watch } = core.working;
      return {
        working: { mode, floatMode, counterMix, tlb, fetchTlb, jumpCache, watch },
        fields: fieldsOf(machine),
        retired: state.retired - before,
        area: Array.from({ length: XSAVE_AREA.end / 8 + 16 }, (_, word) => view.getBigUint64(address - 64 + 8 * word, true)),
        shutdown: machine.shutdown,
      };
    });
    expect(after[0], `seed ${SEED}, round ${round}: ${name}`).toEqual(after[1]);
  }
  // Else it would have been about nothing.
  expect(done, `seed ${SEED}`).toBeGreaterThan(all / 2);
});

/** All that a guest can see, but how many instructions it has executed so far. */
function fieldsOf({ state }: SystemMachine): Record<string, unknown> {
  const names = Object.keys(coreState.fields).filter((name) => name !== 'retired');
  return Object.fromEntries(names.map((name) => [name, structuredClone(state[name as keyof typeof state])]));
}
