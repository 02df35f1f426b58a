/** Control and status registers: who may reach them, what they hold, counters, and the floating-point unit's state. */
import { describe, expect, test } from 'vitest';
import { ENGINES, TestCore } from '../kit/engine.ts';
import { CAUSE, DATA, enter, everyRound, log, runBody } from './bare-program.ts';

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  const illegal = (at: (label: string) => bigint, ...labels: readonly string[]) =>
    labels.flatMap((label) => [CAUSE.illegal, 0n, at(label)]);

  test('access rights', () => {
    const { rounds, at } = runBody(
      core,
      `
missing:  csrr a0, 0x5c0
readonly: csrw cycle, zero
  csrr a0, cycle
  csrrs a0, mhartid, zero
setsOne:  csrrsi a0, mhartid, 1
${enter('S', 'fromS', 'b1')}
fromS: csrr a0, mstatus
b1:
${enter('U', 'fromU', 'b2')}
fromU: csrr a0, sstatus
b2:
  csrw mcounteren, zero
${enter('S', 'noCounter', 'b3')}
noCounter: rdcycle a0
b3:
  li t0, 7
  csrw mcounteren, t0
  csrw scounteren, zero
${enter('U', 'noCounterU', 'b4')}
noCounterU: rdinstret a0
b4:
  csrw scounteren, t0
${enter('U', 'counter', 'b5')}
counter: rdtime a0
called: ecall
b5:
  j next`,
    );
    expect(rounds).toEqual(
      everyRound([
        ...illegal(at, 'missing', 'readonly', 'setsOne', 'fromS', 'fromU', 'noCounter', 'noCounterU'),
        CAUSE.ecallU,
        0n,
        at('called'),
      ]),
    );
  });

  test('WARL fields keep legal values', () => {
    const { rounds } = runBody(
      core,
      `
  li t0, -1
  csrrw a7, mtvec, t0
  csrr a0, mtvec
  csrw mtvec, a7
  csrw mepc, t0
  csrr a1, mepc
  csrw medeleg, t0
  csrr a2, medeleg
  csrw medeleg, zero
  csrw mideleg, t0
  csrr a3, mideleg
  csrw mideleg, zero
  li t1, 0x1800
  csrc mstatus, t1
  li t1, 0x1000
  csrs mstatus, t1
  csrr a4, mstatus
  srli a4, a4, 11
  andi a4, a4, 3
  csrw satp, zero
  li t1, 0x3000000000000001
  csrw satp, t1
  csrr a5, satp
  csrw misa, zero
  csrr a6, misa
${log('a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6')}
  j next`,
    );
    const misa = [...'ACDFIMSU'].reduce((bits, letter) => bits | (1n << BigInt(letter.charCodeAt(0) - 65)), 2n << 62n);
    for (const [mtvec = 0n, mepc, medeleg = 0n, mideleg, mpp, satp, isa] of rounds) {
      expect(mtvec & 2n).toBe(0n);
      expect(medeleg & (1n << 11n)).toBe(0n); // ECALL from M
      expect(medeleg & 0xb1ffn).toBe(0xb1ffn);
      expect([mepc, mideleg, mpp, satp, isa]).toEqual([0xffff_ffff_ffff_fffen, 0x222n, 0n, 0n, misa]);
    }
  });

  test('instructions are counted exactly', () => {
    const { rounds } = runBody(
      core,
      `
  csrr a0, minstret
  csrr a1, minstret
  nop
  nop
  beqz zero, over
  nop
over:
  csrr a2, minstret
  li t0, 1000
  csrw minstret, t0
  csrr a3, minstret
  sub a2, a2, a1
  sub a1, a1, a0
  li t1, 100
loop:
  addi t1, t1, -1
  bnez t1, loop
  csrr a4, minstret
  sub a4, a4, a3
  csrw mcycle, t0
  csrr a5, mcycle
  csrr a6, minstret
  ecall
  csrr a7, minstret
  sub a7, a7, a6
${log('a1', 'a2', 'a3', 'a4', 'a7')}
  j next`,
    );
    // A trapping ECALL does not retire; the handler takes 12 of its instructions, all but those after a taken branch.
    expect(rounds.map((round) => round.slice(3, 7))).toEqual(everyRound([1n, 4n, 1000n, 204n]));
    expect(new Set(rounds.map((round) => round[7])).size).toBe(1);
  });

  test('the floating-point unit traps while off and becomes dirty when used', () => {
    const { rounds, at } = runBody(
      core,
      `
  li t0, 0x6000
  csrc mstatus, t0
  li a0, ${DATA}
off1: fadd.d f0, f1, f2
off2: flw f0, 0(a0)
off3: csrr a1, fcsr
off4: fmv.x.d a1, f0
  li t0, 0x2000
  csrs mstatus, t0
  csrr a1, mstatus
  srli a1, a1, 63
  fmv.d.x f0, zero
  csrr a2, mstatus
  srli a2, a2, 63
  li t0, 0x2000
  csrc mstatus, t0
  csrs mstatus, t0
  li t0, 0x4000
  csrc mstatus, t0
  csrwi frm, 5
badMode: fadd.d f0, f1, f2
badMode2: fcvt.w.d a4, f1
  fadd.d f0, f1, f2, rtz
  fsgnj.d f0, f1, f2
  csrwi frm, 0
${log('a1', 'a2')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([...illegal(at, 'off1', 'off2', 'off3', 'off4', 'badMode', 'badMode2'), 0n, 1n]));
  });

  test('singles are NaN-boxed', () => {
    const { rounds } = runBody(
      core,
      `
  li t0, 0x2000
  csrs mstatus, t0
  li a0, ${DATA}
  li t0, 0x40490fdb
  sw t0, 0(a0)
  flw f1, 0(a0)
  fsd f1, 8(a0)
  ld a1, 8(a0)
  fmv.x.d a2, f1
  fmv.d.x f2, t0
  fmv.x.w a3, f2
  fsgnj.s f3, f2, f2
  fmv.x.d a4, f3
  fadd.s f4, f2, f1
  fmv.x.d a5, f4
  fsw f2, 16(a0)
  lwu a6, 16(a0)
${log('a1', 'a2', 'a3', 'a4', 'a5', 'a6')}
  j next`,
    );
    const boxed = 0xffff_ffff_4049_0fdbn;
    const nan = 0xffff_ffff_7fc0_0000n;
    // An unboxed single is moved as it is but computes as the canonical NaN.
    expect(rounds).toEqual(everyRound([boxed, boxed, 0x4049_0fdbn, nan, nan, 0x4049_0fdbn]));
  });

  test('cbo.zero clears its block and needs to be enabled below M', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, ${DATA}
  li t0, -1
  sd t0, 56(a0)
  sd t0, 64(a0)
  sd t0, 120(a0)
  sd t0, 128(a0)
  addi a1, a0, 77
  cbo.zero (a1)
  ld a2, 56(a0)
  ld a3, 64(a0)
  ld a4, 120(a0)
  ld a5, 128(a0)
${log('a2', 'a3', 'a4', 'a5')}
  csrw menvcfg, zero
${enter('S', 'refused', 'b1')}
refused: cbo.zero (a1)
b1:
  li t0, 0x80
  csrw menvcfg, t0
  csrw senvcfg, zero
${enter('U', 'refusedU', 'b2')}
refusedU: cbo.zero (a1)
b2:
  csrw senvcfg, t0
${enter('U', 'allowed', 'b3')}
allowed: cbo.zero (a1)
called: ecall
b3:
  li a1, 0x40000000
outside: cbo.zero (a1)
  j next`,
    );
    const ones = 0xffff_ffff_ffff_ffffn;
    expect(rounds).toEqual(
      everyRound([
        ones,
        0n,
        0n,
        ones,
        ...illegal(at, 'refused', 'refusedU'),
        CAUSE.ecallU,
        0n,
        at('called'),
        CAUSE.storeAccess,
        0x4000_0000n,
        at('outside'),
      ]),
    );
  });

  test('a debugger that looks for triggers finds none', () => {
    const { rounds } = runBody(
      core,
      `
  li t0, 3
  csrw tselect, t0
  csrr a1, tselect        # not what was written: there is no such index
  csrw tselect, zero
  csrr a2, tdata1         # type 0: no trigger here
  csrr a3, tinfo          # and none of any other type
  csrw tdata2, t0
  csrr a4, tdata2
  csrw tdata3, t0
  csrr a5, tdata3
${log('a1', 'a2', 'a3', 'a4', 'a5')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([0n, 0n, 1n, 0n, 0n]));
  });
});
