/** Generated code enters handlers of exceptions and returns by IRETQ: the same as TypeScript does, from any state. */
import { expect, test } from 'vitest';
import { x86 } from '../../../../emulator/isa/x86/architecture.ts';
import { ATTRIBUTE, coreState, CR0, CR4, EFER, FLAG, GPR, SEGMENT } from '../../../../emulator/isa/x86/state.ts';
import { Random } from '../../../differential/random.ts';
import { SystemMachine } from './system-machine.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 22);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 3000);

const nothing = new Uint8Array(0);
/** How often each way was left to TypeScript by the machine that has generated code. */
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
const { quickTrap: _, ...plain } = x86;
const generated = new SystemMachine('interpreter', nothing, undefined, counting);
const written = new SystemMachine('interpreter', nothing, undefined, { ...plain, quickOperations: {}, quickAnswers: {} });

/** Four-level tables for the first 2 MiB in pages of 4 KiB, of which some are not there or not the program's. */
const TABLES = [0x1000, 0x2000, 0x3000, 0x4000] as const;
const [GDT, IDT, TSS, CODE, STAY, INNER_STACK, STACK, ABSENT] = [0x6000, 0x7000, 0xa000, 0x8000, 0x9000, 0xb000, 0xd000, 0xf000] as const;
const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
/** Descriptors: flat code and data of both levels; then some that are not so plain. */
const DESCRIPTORS = [
  ...[0n, 0x00af_9b00_0000_ffffn, 0x00cf_9300_0000_ffffn, 0x00af_fb00_0000_ffffn, 0x00cf_f300_0000_ffffn],
  // Not accessed yet; compatibility mode; conforming; not there; read-only data; a small one; left to software.
  ...[0x00af_9a00_0000_ffffn, 0x00cf_fb00_0000_ffffn, 0x00af_9f00_0000_ffffn, 0x00af_1b00_0000_ffffn, 0x00cf_9100_0000_ffffn],
  ...[0x0040_9300_0000_0fffn, 0x00bf_9b00_0000_ffffn, 0x00af_9900_0000_ffffn],
];
const CODES = { ud2: [0x0f, 0x0b], load: [0x48, 0x8b, 0x03], ret: [0xc3], iretq: [0x48, 0xcf], divide: [0x48, 0xf7, 0xf6] } as const;
const VECTORS = { ud2: 6, load: 14, ret: 14, iretq: 13, divide: 0 } as const;
const FLAGS = [FLAG.CF, FLAG.PF, FLAG.AF, FLAG.ZF, FLAG.SF, FLAG.OF, FLAG.DF, FLAG.IOPL, FLAG.AC, FLAG.ID, FLAG.IF, FLAG.VIF];

const random = new Random(SEED);
const often = () => random.below(2) === 1;
const seldom = () => random.below(24) === 0;
const someFlags = () => FLAGS.reduce((all, flag) => (often() ? all | flag : all), seldom() ? FLAG.RF | FLAG.NT : 0);

/** What lies in memory, the same for both machines. */
function memory(name: keyof typeof CODES): readonly (readonly [number, bigint])[] {
  const stackPage = seldom() ? 0n : PRESENT | WRITABLE | (often() ? USER : 0n);
  const tables = [TABLES[1], TABLES[2], TABLES[3]].map(
    (next, level) => [TABLES[level]!, BigInt(next) | PRESENT | WRITABLE | USER] as const,
  );
  const pages = Array.from({ length: 16 }, (_each, page) => {
    const base = BigInt(page * 4096);
    const flags =
      page === STACK >> 12 ? stackPage : page === ABSENT >> 12 ? 0n : page === INNER_STACK >> 12 && seldom() ? PRESENT : PRESENT | WRITABLE;
    return [TABLES[3] + 8 * page, base | flags | (page === CODE >> 12 || page === STAY >> 12 ? USER : 0n)] as const;
  });
  const descriptors = DESCRIPTORS.map((raw, index) => [GDT + 8 * index, raw] as const);
  const type = random.pick([0x8e, 0x8e, 0x8f, 0x8e, seldom() ? 0x0e : 0x8e, seldom() ? 0x8c : 0xee]);
  const selector = seldom() ? random.below(DESCRIPTORS.length + 2) * 8 : 8;
  const gate = BigInt(STAY) | (BigInt(selector) << 16n) | (BigInt(seldom() ? random.below(8) : 0) << 32n) | (BigInt(type) << 40n);
  const inner = BigInt(INNER_STACK + 0x800 - (seldom() ? random.below(0x800) : 0));
  return [
    ...tables,
    ...pages,
    ...descriptors,
    ...[0, 6, 8, 11, 12, 13, 14].flatMap((vector) => [
      [IDT + 16 * vector, vector === VECTORS[name] ? gate : BigInt(STAY) | (8n << 16n) | (0x8en << 40n)] as const,
      [IDT + 16 * vector + 8, 0n] as const,
    ]),
    [TSS + 4, seldom() ? 0x1234_5678_9abc_def0n : inner],
    ...[1, 2, 3, 4, 5, 6, 7].map((stack) => [TSS + 28 + 8 * stack, BigInt(INNER_STACK + 0x100 * stack)] as const),
  ];
}
/** RIP, CS, RFLAGS, RSP and SS as IRETQ finds them. */
function frame(): readonly bigint[] {
  const level = often() ? 3 : 0;
  const anySelector = () => random.below(DESCRIPTORS.length + 1) * 8 + random.below(8);
  const code = seldom() ? anySelector() : level === 3 ? 0x1b : 8;
  const stack = seldom() ? anySelector() : level === 3 ? 0x23 : often() ? 0x10 : 0;
  const upper = () => (seldom() ? random.bits64() & ~0xffff_ffffn : 0n);
  const target = seldom() ? 0x1234_5678_9abc_def0n : BigInt(STAY);
  return [
    target,
    BigInt(code) | (upper() & ~0xffffn),
    BigInt(someFlags() | (seldom() ? FLAG.TF : 0)) | upper(),
    random.bits64(),
    BigInt(stack),
  ];
}

/** The kernel's own tables and stacks are mostly in the lookaside buffer already. */
function warmUp({ state, core }: SystemMachine, addresses: readonly number[]): void {
  const { cpl, rflags } = state;
  state.cpl = 0;
  for (const access of [0, FLAG.AC]) {
    state.rflags = FLAG.fixed | access;
    core.modeChanged();
    for (const address of addresses) {
      const value = core.load(BigInt(address), 8);
      if (value !== undefined) core.store(BigInt(address), 8, value);
    }
  }
  Object.assign(state, { cpl, rflags });
  core.modeChanged();
}

test('a state that either changes is the same afterwards', () => {
  let [done, all] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const name = random.pick(Object.keys(CODES) as (keyof typeof CODES)[]);
    const cpl = name === 'iretq' ? 0 : often() ? 3 : 0;
    const compatible = seldom() ? ATTRIBUTE.DB : ATTRIBUTE.L;
    const contents = memory(name);
    const given = {
      cpl,
      cr0: CR0.PE | CR0.PG | CR0.ET | CR0.WP | (seldom() ? CR0.AM : 0),
      cr2: 0x77n,
      cr3: BigInt(TABLES[0]),
      cr4: CR4.PAE | CR4.OSFXSR | (often() ? CR4.SMAP : 0),
      efer: EFER.LME | EFER.LMA,
      rflags: FLAG.fixed | (someFlags() & ~(FLAG.CF | FLAG.PF | FLAG.AF | FLAG.ZF | FLAG.SF | FLAG.OF)),
      interruptPending: seldom() ? 1 : 0,
      nmiBlocked: seldom() ? 1 : 0,
      sseHeld: seldom() ? 1 : 0,
      dr7: seldom() ? 0x401 : 0x400,
      gdtBase: BigInt(GDT),
      gdtLimit: seldom() ? 0x17 : 8 * DESCRIPTORS.length - 1,
      idtBase: BigInt(IDT),
      idtLimit: seldom() ? 0x5f : 0xfff,
      pc: BigInt(CODE),
    };
    const flags = [BigInt(random.below(4)) | (BigInt(random.pick([0, 32, 48, 56])) << 8n), random.integer(), random.integer()];
    const pointer = BigInt(STACK + 0x800 + 8 * random.below(16) - (seldom() ? 0x7f0 : 0));
    const popped = frame();
    const dataAttributes = random.pick([ATTRIBUTE.unusable, ATTRIBUTE.unusable, 0xc0f3, seldom() ? 0xc093 : 0xc0f3]);
    const [isWarm, taskLimit] = [!seldom(), seldom() ? 8n : 0x67n];
    const after = [generated, written].map((machine) => {
      const { state, core, view } = machine;
      for (const [at, value] of contents) view.setBigUint64(at, value, true);
      view.setUint16(STAY, 0xfeeb, true); // jmp $
      for (const [at, byte] of [...CODES[name], 0xeb, 0xfe].entries()) view.setUint8(CODE + at, byte);
      new Uint8Array(view.buffer, view.byteOffset + INNER_STACK, 0x4000).fill(0);
      popped.forEach((value, index) => view.setBigUint64(Number(pointer) + 8 * index, value, true));
      core.settle();
      Object.assign(state, given);
      machine.shutdown = undefined;
      state.apicSpurious = 0x1ff;
      state.apicIrr[3] = given.interruptPending << 5;
      for (let flag = 0; flag < 3; flag++) state.flags[flag] = flags[flag]!;
      state.gpr[GPR.RSP] = pointer;
      state.gpr[GPR.RBX] = BigInt(ABSENT + 8);
      state.gpr[GPR.RSI] = 0n;
      for (const segment of [SEGMENT.ES, SEGMENT.DS, SEGMENT.FS, SEGMENT.GS]) state.segmentAttributes[segment] = dataAttributes;
      state.segmentAttributes[SEGMENT.CS] = ATTRIBUTE.code | ATTRIBUTE.S | ATTRIBUTE.P | compatible | (cpl << 5);
      state.segmentSelector[SEGMENT.CS] = BigInt(cpl === 3 ? 0x1b : 8);
      state.segmentAttributes[SEGMENT.SS] = 0xc093 | (cpl << 5);
      state.segmentSelector[SEGMENT.SS] = BigInt(cpl === 3 ? 0x23 : 0x10);
      state.segmentLimit[SEGMENT.SS] = 0xffff_ffffn;
      state.segmentBase[SEGMENT.TR] = BigInt(TSS);
      state.segmentLimit[SEGMENT.TR] = taskLimit;
      state.segmentAttributes[SEGMENT.TR] = 0x8b;
      core.returned();
      core.working.interruptWaiting = given.interruptPending;
      if (isWarm) warmUp(machine, [GDT, IDT, TSS, INNER_STACK, Number(pointer)]);
      const before = state.retired;
      const slowBefore = slow;
      machine.slice(4);
      if (machine === generated) {
        all++;
        if (slow === slowBefore) done++;
      }
      const { mode, floatMode, facts, counterMix, tlb, fetchTlb, jumpCache, watch } = core.working;
      return {
        working: { mode, floatMode, facts, counterMix, tlb, fetchTlb, jumpCache, watch },
        fields: fieldsOf(machine),
        retired: state.retired - before,
        pushed: wordsFrom(view, INNER_STACK, STACK + 0x1000),
        shutdown: machine.shutdown,
      };
    });
    expect(after[0], `seed ${SEED}, round ${round}: ${name}`).toEqual(after[1]);
  }
  // Else it would have been about nothing.
  expect(done, `seed ${SEED}`).toBeGreaterThan(all / 4);
});

/** Words that are not 0, by their addresses. */
function wordsFrom(view: DataView, from: number, to: number): Record<string, string> {
  const words: Record<string, string> = {};
  for (let at = from; at < to; at += 8)
    if (view.getBigUint64(at, true) !== 0n) words[at.toString(16)] = view.getBigUint64(at, true).toString(16);
  return words;
}
/** All that a guest can see, but how many instructions it has executed so far. */
function fieldsOf({ state }: SystemMachine): Record<string, unknown> {
  const names = Object.keys(coreState.fields).filter((name) => name !== 'retired');
  return Object.fromEntries(names.map((name) => [name, structuredClone(state[name as keyof typeof state])]));
}
