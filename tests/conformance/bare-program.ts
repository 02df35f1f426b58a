/**
 * Small privileged programs in assembly: a body that runs several times, so that the engines that compile come to compile
 * it, and a log into which the M-mode trap handler and the body write. What each round logs must be the same.
 *
 * A body ends with `j next`. It keeps s10 and s11 (the log); the handler uses t5 and t6. The handler logs mcause, mtval
 * and mepc and goes on behind the instruction, or in M-mode at s9 where that is not 0;
 * after an interrupt with interrupts disabled.
 */
import { assemble } from '../../emulator/isa/riscv/assembler.ts';
import { FINISHER, RAM_BASE, type TestCore } from '../kit/engine.ts';

export const ROUNDS = 8;
/** Memory that programs may use as they like. */
export const DATA = RAM_BASE + 0x2_0000;
export const TABLES = RAM_BASE + 0x10_0000;
const LOG = RAM_BASE + 0x18_0000;
const LOG_BYTES = 0x8000;

const MPP = 0x1800;
const MPP_S = 0x800;
const MPIE = 0x80;

/** Goes to a label in a lower mode; `back` is where M-mode goes on after the next trap. */
export const enter = (mode: 'S' | 'U', label: string, back = 'back'): string => `
  la s9, ${back}
  li t5, ${MPP}
  csrc mstatus, t5
  ${mode === 'S' ? `li t5, ${MPP_S}\n  csrs mstatus, t5` : ''}
  la t5, ${label}
  csrw mepc, t5
  mret
`;
/** Appends registers to the log. */
export const log = (...registers: readonly string[]): string =>
  registers.map((register, index) => `  sd ${register}, ${8 * index}(s11)`).join('\n') + `\n  addi s11, s11, ${8 * registers.length}\n`;

const frame = (body: string) => `
start:
  la t5, trap
  csrw mtvec, t5
  li s11, ${LOG}
  li s10, ${ROUNDS}
again:
  li s9, 0
  j body
next:
  addi s10, s10, -1
  bnez s10, again
  li t5, ${FINISHER}
  sw t5, 0(t5)
stay:
  j stay
.balign 4
trap:
  csrr t6, mcause
  sd t6, 0(s11)
  csrr t6, mtval
  sd t6, 8(s11)
  csrr t6, mepc
  sd t6, 16(s11)
  addi s11, s11, 24
  addi t6, t6, 4
  beqz s9, resume
  mv t6, s9
  li s9, 0
  li t5, ${MPP}
  csrs mstatus, t5
  csrr t5, mcause
  bgez t5, resume
  li t5, ${MPIE}
  csrc mstatus, t5
resume:
  csrw mepc, t6
  mret
.balign 64
body:
${body}
`;

export interface Outcome {
  /** What each round logged. */
  readonly rounds: readonly (readonly bigint[])[];
  /** A label's address. */
  at(label: string): bigint;
}

/**
 * Assembles and runs a body.
 * @param prepare puts what the program needs into memory and state, after the reset
 * @throws Error when it does not end, or when its rounds log different numbers of words
 */
export function runBody(test: TestCore, body: string, prepare: () => void = () => undefined): Outcome {
  const { bytes, symbols } = assemble(frame(body), { origin: BigInt(RAM_BASE) });
  test.reset();
  test.load(DATA, new Uint8Array(0x2_0000));
  test.load(LOG, new Uint8Array(LOG_BYTES));
  test.load(RAM_BASE, bytes);
  prepare();
  test.state.pc = BigInt(RAM_BASE);
  test.run();
  const words = Number(test.state.x[27] ?? 0n) - LOG; // s11
  if (words % (8 * ROUNDS) !== 0) throw new Error(`the rounds logged different numbers of words: ${words / 8} in all`);
  const each = words / 8 / ROUNDS;
  return {
    rounds: Array.from({ length: ROUNDS }, (_, round) =>
      Array.from({ length: each }, (_none, word) => test.view.getBigUint64(LOG - RAM_BASE + 8 * (round * each + word), true)),
    ),
    at: (label) => {
      const address = symbols.get(label);
      if (address === undefined) throw new Error(`no label ${label}`);
      return address;
    },
  };
}

/** The same log in every round. */
export const everyRound = (log: readonly bigint[]): bigint[][] => Array.from({ length: ROUNDS }, () => [...log]);
/** Exception codes. */
export const CAUSE = {
  fetchAccess: 1n,
  illegal: 2n,
  breakpoint: 3n,
  loadMisaligned: 4n,
  loadAccess: 5n,
  storeMisaligned: 6n,
  storeAccess: 7n,
  ecallU: 8n,
  ecallS: 9n,
  ecallM: 11n,
  fetchPage: 12n,
  loadPage: 13n,
  storePage: 15n,
} as const;
