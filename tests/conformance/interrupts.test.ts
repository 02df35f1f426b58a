/** Interrupts: enables, delegation, priority, vectors, WFI and the supervisor timer, also within hot loops. */
import { describe, expect, test } from 'vitest';
import { assemble } from '../../emulator/isa/riscv/assembler.ts';
import { COUNTING_DEVICE, ENGINES, RAM_BASE, TestCore } from '../kit/engine.ts';
import { CAUSE, enter, everyRound, log, runBody } from './bare-program.ts';

const INTERRUPT = 1n << 63n;
const MEIP = 1 << 11;
const MTIP = 1 << 7;

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);

  test('pending interrupts are taken in their order once enabled, and delegated ones in S-mode', () => {
    const { rounds, at } = runBody(
      core,
      `
  li t0, 0x222
  csrw mideleg, zero
  csrw mie, t0
  csrc mip, t0
  csrci mstatus, 8
  csrs mip, t0
  la s9, back1
enable1: csrsi mstatus, 8
  j stay
back1:
  csrci mstatus, 8
  li t0, 0x200
  csrc mip, t0
  la s9, back2
enable2: csrsi mstatus, 8
  j stay
back2:
  csrci mstatus, 8
  csrci mip, 2
  la s9, back3
enable3: csrsi mstatus, 8
  j stay
back3:
  csrci mstatus, 8
  li t0, 0x222
  csrc mip, t0
  la t0, handler
  csrw stvec, t0
  li t0, 0x222
  csrw mideleg, t0
  csrsi mip, 2
  li t0, 0x102
  csrc mstatus, t0
${enter('S', 'supervisor')}
supervisor:
  li a0, 0
  csrsi sstatus, 2
after: j supervisor
.balign 4
handler:
  csrr a0, scause
  csrr a1, sepc
  csrci sip, 2
${log('a0')}
called: ecall
back:
  csrw mideleg, zero
  j next`,
    );
    const entry = (number: bigint, label: string) => [INTERRUPT | number, 0n, at(label) + 4n];
    // External, software, timer.
    expect(rounds).toEqual(
      everyRound([
        ...entry(9n, 'enable1'),
        ...entry(1n, 'enable2'),
        ...entry(5n, 'enable3'),
        INTERRUPT | 1n,
        CAUSE.ecallS,
        0n,
        at('called'),
      ]),
    );
  });

  test('a vectored handler is entered at its cause', () => {
    const { rounds } = runBody(
      core,
      `
  csrr s1, mtvec
  la t0, vectors
  ori t0, t0, 1
  csrw mtvec, t0
  li t0, 0x222
  csrw mie, t0
  csrci mip, 2
  li t0, 0x200
  csrs mip, t0
  csrsi mstatus, 8
  j stay
.balign 64
vectors:
  j stay
  j software
  j stay
  j stay
  j stay
  j stay
  j stay
  j stay
  j stay
  j external
software:
  li a0, 1
  j done
external:
  li a0, 9
done:
  csrr a1, mepc
  csrw mtvec, s1
  li t0, 0x222
  csrc mip, t0
  csrw mie, zero
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([9n]));
  });

  test('WFI waits for the supervisor timer, whether or not interrupts are enabled', () => {
    const { rounds } = runBody(
      core,
      `
  li t0, 1
  slli t0, t0, 63
  csrs menvcfg, t0
  li t0, 2
  csrs mcounteren, t0
  csrci mstatus, 8
  li t0, 0x20
  csrw mie, t0
  rdtime a0
  li t1, 100000
  add a1, a0, t1
  csrw stimecmp, a1
  csrr a4, mip
  wfi
  rdtime a2
  csrr a5, mip
  sltu a3, a2, a1
  li t1, -1
  csrw stimecmp, t1
  csrr a6, mip
${log('a3', 'a4', 'a5', 'a6')}
  csrw mie, zero
  j next`,
    );
    expect(rounds).toEqual(everyRound([0n, 0n, 0x20n, 0n]));
  });

  test('a timer interrupts a hot loop, and the loop goes on as if nothing had been', () => {
    const { rounds } = runBody(
      core,
      `
  li t0, 1
  slli t0, t0, 63
  csrs menvcfg, t0
  csrr s1, mtvec
  la t0, handler
  csrw mtvec, t0
  li t0, 0x20
  csrw mie, t0
  li s2, 0
  rdtime t0
  addi t0, t0, 100
  csrw stimecmp, t0
  csrsi mstatus, 8
  li a0, 0
  li a1, 0
  li a2, 1
  li a3, 20000
loop:
  add a0, a0, a2
  xor a1, a1, a0
  addi a2, a2, 1
  slli a4, a2, 3
  sub a4, a4, a2
  bne a2, a3, loop
  csrci mstatus, 8
  csrw mtvec, s1
  csrw mie, zero
  sltiu a5, s2, 10
${log('a0', 'a1', 'a4', 'a5')}
  j next
.balign 4
handler:
  addi s2, s2, 1
  rdtime t5
  addi t5, t5, 100
  csrw stimecmp, t5
  mret`,
    );
    let [sum, mixed] = [0n, 0n];
    for (let n = 1n; n < 20_000n; n++) {
      sum += n;
      mixed ^= sum;
    }
    expect(rounds).toEqual(everyRound([sum, mixed, 140_000n, 0n]));
  });

  test("devices' lines show in mip and interrupt M-mode", () => {
    const { rounds, at } = runBody(
      core,
      `
  csrw mideleg, zero
  li t0, 0x880
  csrw mie, t0
  csrr a0, mip
  csrw mip, zero
  csrr a1, mip
  la s9, back
  csrsi mstatus, 8
stop: j stop
back:
  csrci mstatus, 8
  csrw mie, zero
${log('a0', 'a1')}
  j next`,
      () => void (core.lines = MEIP | MTIP),
    );
    expect(rounds.map(([cause, , pc = 0n, ...rest]) => [cause, pc === at('stop') || pc === at('stop'), ...rest])).toEqual(
      Array.from(rounds, () => [INTERRUPT | 11n, true, 0x880n, 0x880n]),
    );
  });

  test('a slice of slow instructions ends soon after a timer is due, whatever its budget', () => {
    const BUDGET = 1_000_000;
    core.reset();
    core.device.ticks = 10;
    core.load(RAM_BASE, assemble(`  li t0, ${COUNTING_DEVICE}\nstay:\n  lw t1, 0(t0)\n  j stay\n`).bytes);
    core.state.pc = BigInt(RAM_BASE);
    const from = core.time;
    for (let due = 1000n; due < 5000n; due += 1000n) {
      expect(core.slice(BUDGET, from + due)).toBeLessThan(BUDGET);
      expect(core.time - from).toBeGreaterThanOrEqual(due);
      expect(core.time - from).toBeLessThan(due + 400n);
    }
  });
});
