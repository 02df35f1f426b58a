/** Generated code takes traps and returns from them: the same as TypeScript does, from any state. */
import { expect, test } from 'vitest';
import { riscv } from '../../emulator/isa/riscv/architecture.ts';
import { assemble } from '../../emulator/isa/riscv/assembler.ts';
import { coreState, PRIVILEGE, STATUS } from '../../emulator/isa/riscv/state.ts';
import { RAM_BASE, TestCore } from '../kit/engine.ts';
import { Random } from '../differential/random.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? 11);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 2000);
const CODE = RAM_BASE + 0x1000;
const RAM_SIZE = 2 * 2 ** 20;
const STAY = 0x0000_006f;

const { quickTrap, ...others } = riscv;
const generated = new TestCore('interpreter');
const written = new TestCore('interpreter', undefined, undefined, undefined, { ...others, quickOperations: {}, quickAnswers: {} });

const CSRS = ['sstatus', 'sepc', 'scause', 'stval', 'sscratch', 'sie', 'stvec'];
const INSTRUCTIONS = [
  'ecall', 'ecall', 'sret', 'sret', 'ebreak', '.word 0xffffffff', 'ld a0, 1(zero)', 'ld a0, 0(zero)', 'sd a0, 0(zero)',
  ...CSRS.flatMap((csr) => [
    `csrrw a1, ${csr}, a0`, `csrrs a1, ${csr}, a0`, `csrrc a1, ${csr}, a0`, `csrrs a1, ${csr}, zero`, `csrrw zero, ${csr}, a0`,
    `csrrsi a1, ${csr}, 2`, `csrrci a1, ${csr}, 2`,
  ]),
]; // prettier-ignore
const codeOf = (text: string): number => {
  const { bytes } = assemble(text, { origin: BigInt(CODE) });
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
};
const CODE_OF = INSTRUCTIONS.map((text) => codeOf(text));

for (const { ram } of [generated, written]) new Uint32Array(ram.buffer, ram.byteOffset, RAM_SIZE / 4).fill(STAY);

/** Bits that are looked at here, each as likely as not. */
const STATUS_BITS = [
  STATUS.SIE,
  STATUS.SPIE,
  STATUS.SPP,
  STATUS.SUM,
  STATUS.MXR,
  STATUS.MPRV,
  STATUS.TVM,
  STATUS.TSR,
  STATUS.MIE,
  1n << 13n,
  1n << 14n,
];

test('a state that any of them changes is the same afterwards', () => {
  const random = new Random(SEED);
  const often = () => random.below(2) === 1;
  const number = () => (often() ? random.bits64() : BigInt(random.below(64)));
  for (let round = 0; round < ROUNDS; round++) {
    const which = random.below(INSTRUCTIONS.length);
    const given = {
      privilege: [PRIVILEGE.U, PRIVILEGE.S, PRIVILEGE.S, PRIVILEGE.M][random.below(4)]!,
      mstatus: STATUS_BITS.reduce((status, bit) => (often() ? status | bit : status), 0xa_0000_0000n),
      medeleg: often() ? 0xffffn : number(),
      mideleg: often() ? 0x222n : 0n,
      mie: number() & 0xaaan,
      mip: often() ? 0n : 0x222n & number(),
      stvec: BigInt(RAM_BASE + 0x3000) | BigInt(random.below(2)),
      mtvec: BigInt(RAM_BASE + 0x4000),
      sepc: BigInt(RAM_BASE + 0x5000),
      scause: number(),
      stval: number(),
      sscratch: number(),
      frm: random.below(5),
      fflags: random.below(32),
      reserved: random.below(2),
    };
    const operand = often() ? STATUS_BITS.reduce((bits, bit) => (often() ? bits | bit : bits), 0n) : number();
    const after = [generated, written].map((test) => {
      test.reset();
      test.load(CODE, new Uint8Array(Uint32Array.of(CODE_OF[which]!, STAY).buffer));
      const { state, core } = test;
      Object.assign(state, given, { pc: BigInt(CODE) });
      state.x[10] = operand;
      // All of memory for everybody.
      state.pmpaddr[0] = (1n << 54n) - 1n;
      state.pmpcfg[0] = 0x1fn;
      core.privileged.restored();
      core.modeChanged();
      test.slice(2, 1n << 60n);
      const { mode, facts, floatMode, counterMix, tlb, fetchTlb, jumpCache } = core.working;
      return { working: { mode, facts, floatMode, counterMix, tlb, fetchTlb, jumpCache }, fields: fieldsOf(test) };
    });
    expect(after[0], `seed ${SEED}, round ${round}: ${INSTRUCTIONS[which]}`).toEqual(after[1]);
  }
  expect(quickTrap).toBeDefined();
});

/** All that a guest can see, but how many instructions it took to get here. */
function fieldsOf({ state }: TestCore): Record<string, unknown> {
  const fields = Object.keys(coreState.fields).filter((name) => name !== 'retired');
  // x32 takes writes to x0, which the jump behind the instruction makes where it is executed.
  return {
    ...Object.fromEntries(fields.map((name) => [name, structuredClone(state[name as keyof typeof state])])),
    x: [...state.x.subarray(0, 32)],
  };
}
