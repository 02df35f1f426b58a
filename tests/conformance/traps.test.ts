/** Exceptions are precise: cause, value and pc are right, nothing of the instruction is done and all before it is. */
import { describe, expect, test } from 'vitest';
import { ENGINES, RAM_BASE, TestCore } from '../kit/engine.ts';
import { CAUSE, DATA, enter, everyRound, log, runBody } from './bare-program.ts';

const RAM_END = RAM_BASE + 2 * 2 ** 20;

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);

  test('illegal instructions, ECALL and EBREAK', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, 1
zeros:    .word 0
ones:     .word 0xffffffff
reserved: .word 0x0000007b
ebreak1:  ebreak
ecall1:   ecall
  addi a0, a0, 1
${log('a0')}
  j next`,
    );
    const entry = (cause: bigint, label: string, value = 0n) => [cause, value, at(label)];
    const expected = [
      ...entry(CAUSE.illegal, 'zeros'),
      ...entry(CAUSE.illegal, 'ones'),
      ...entry(CAUSE.illegal, 'reserved'),
      ...entry(CAUSE.breakpoint, 'ebreak1', at('ebreak1')),
      ...entry(CAUSE.ecallM, 'ecall1'),
      2n,
    ];
    // An illegal instruction's value may be 0 or its bits.
    for (const round of rounds)
      for (const index of [1, 4, 7]) expect([0n, BigInt([0, 0xffff_ffff, 0x7b][(index - 1) / 3] ?? 0)]).toContain(round[index]);
    expect(rounds.map((round) => round.map((value, index) => ([1, 4, 7].includes(index) ? 0n : value)))).toEqual(everyRound(expected));
  });

  test('a jump to address 0 is a fetch access fault, also where jumps go through the cache', () => {
    const { rounds } = runBody(
      core,
      `
  la s9, back
  jr zero
back:
  la s9, after
  li a1, 0
  jalr a1
after:
  j next`,
    );
    expect(rounds).toEqual(everyRound([CAUSE.fetchAccess, 0n, 0n, CAUSE.fetchAccess, 0n, 0n]));
  });

  test('access faults leave the destination alone', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, 0x10
load:  ld a0, 8(a0)
${log('a0')}
store: sd a0, 16(a0)
  li a1, 0x40000000
swap:  amoadd.d a0, a0, (a1)
${log('a0')}
  la s9, back
  jr a1
back:
  j next`,
    );
    expect(rounds).toEqual(
      everyRound([
        CAUSE.loadAccess,
        0x18n,
        at('load'),
        0x10n,
        CAUSE.storeAccess,
        0x20n,
        at('store'),
        CAUSE.storeAccess,
        0x4000_0000n,
        at('swap'),
        0x10n,
        CAUSE.fetchAccess,
        0x4000_0000n,
        0x4000_0000n,
      ]),
    );
  });

  test('misaligned atomics', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a1, ${DATA + 2}
  li a0, 7
amo: amoadd.w a0, a0, (a1)
sc:  sc.d a0, a0, (a1)
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(
      everyRound([CAUSE.storeMisaligned, BigInt(DATA + 2), at('amo'), CAUSE.storeMisaligned, BigInt(DATA + 2), at('sc'), 7n]),
    );
  });

  test('misaligned LR', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a1, ${DATA + 2}
  li a0, 7
lr: lr.w a0, (a1)
${log('a0')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([CAUSE.loadMisaligned, BigInt(DATA + 2), at('lr'), 7n]));
  });

  test('a store loop that runs off the memory stops exactly there', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, ${RAM_END - 64}
  li a1, 0
  la s9, back
loop:
  addi a1, a1, 1
  slli a2, a1, 4
store:
  sd a2, 0(a0)
  addi a0, a0, 8
  j loop
back:
  ld a3, -8(a0)
${log('a0', 'a1', 'a2', 'a3')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([CAUSE.storeAccess, BigInt(RAM_END), at('store'), BigInt(RAM_END), 9n, 144n, 128n]));
  });

  test('a load loop inside a function, with calls, stops exactly there', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, ${RAM_END - 40}
  li a1, 0
  la s9, back
loop:
  call get
  j loop
get:
  addi a1, a1, 3
load:
  lw a2, 4(a0)
  addi a0, a0, 4
  ret
back:
${log('a0', 'a1')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([CAUSE.loadAccess, BigInt(RAM_END), at('load'), BigInt(RAM_END - 4), 30n]));
  });

  test('a misaligned access across the end of memory', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, ${RAM_END - 3}
  li a1, -1
load:  ld a1, 0(a0)
store: sd a1, 0(a0)
${log('a1')}
  j next`,
    );
    // The value is the address of the part that failed.
    expect(rounds).toEqual(
      everyRound([CAUSE.loadAccess, BigInt(RAM_END), at('load'), CAUSE.storeAccess, BigInt(RAM_END), at('store'), 0xffff_ffff_ffff_ffffn]),
    );
  });

  test('delegated exceptions go to S-mode, and only from below', () => {
    const { rounds, at } = runBody(
      core,
      `
  li t0, 0x104
  csrw medeleg, t0
  la t0, handler
  csrw stvec, t0
  li t0, 0x122
  csrs mstatus, t0
undelegated: .word 0
${enter('U', 'user')}
.balign 4
handler:
  csrr a0, scause
  csrr a1, sepc
  csrr a2, sstatus
  csrr a3, stval
${log('a0', 'a1')}
  li t0, 0x1ff
  and a2, a2, t0
${log('a2')}
  addi a1, a1, 4
  csrw sepc, a1
  li t0, 9
  beq a0, t0, fromS
  sret
fromS:
  ecall
user:
calls: ecall
bad: .word 0
  li a7, 1
breaks: ebreak
back:
  csrw medeleg, zero
  j next`,
    );
    // In the handler: SIE clear, SPIE as SIE was, SPP as the mode was.
    expect(rounds).toEqual(
      everyRound([
        CAUSE.illegal,
        0n,
        at('undelegated'),
        CAUSE.ecallU,
        at('calls'),
        0x20n,
        CAUSE.illegal,
        at('bad'),
        0x20n,
        CAUSE.breakpoint,
        at('breaks'),
        at('breaks'),
      ]),
    );
  });

  test('returns restore the stack of modes and enables', () => {
    const { rounds, at } = runBody(
      core,
      `
  li t0, 0x21988
  csrc mstatus, t0
  li t0, 0x20080
  csrs mstatus, t0
${enter('S', 'supervisor')}
supervisor:
  csrr a0, sstatus
  andi a0, a0, 0x122
inS: mret
back:
  csrr a1, mstatus
  li t0, 0x21888
  and a1, a1, t0
${log('a1')}
  csrci mstatus, 8
  j next`,
    );
    // MRET to S: MIE from MPIE, MPIE set, MPP U, MPRV clear; the MRET in S is illegal, and the handler's own MRET went to M.
    expect(rounds.map((round) => round.slice(0, 3))).toEqual(everyRound([CAUSE.illegal, 0n, at('inS')]));
    expect(rounds.map((round) => (round[3] ?? 0n) & 0x20008n)).toEqual(everyRound([8n]).map(([value]) => value));
  });

  test('TSR, TW and TVM make S-mode trap', () => {
    const { rounds, at } = runBody(
      core,
      `
  li t0, 0x700000
  csrs mstatus, t0
${enter('S', 's1', 'b1')}
s1: sret
b1:
${enter('S', 's2', 'b2')}
s2: wfi
b2:
${enter('S', 's3', 'b3')}
s3: sfence.vma
b3:
${enter('S', 's4', 'b4')}
s4: csrr a0, satp
b4:
${enter('U', 's5', 'b5')}
s5: sret
b5:
${enter('U', 's6', 'b6')}
s6: sfence.vma
b6:
  li t0, 0x700000
  csrc mstatus, t0
  j next`,
    );
    expect(rounds).toEqual(everyRound(['s1', 's2', 's3', 's4', 's5', 's6'].flatMap((label) => [CAUSE.illegal, 0n, at(label)])));
  });

  test('a trap between LR and SC ends the reservation', () => {
    const { rounds, at } = runBody(
      core,
      `
  li a0, ${DATA}
  li a1, 5
  lr.w a2, (a0)
calls: ecall
  sc.w a3, a1, (a0)
  lw a4, 0(a0)
${log('a3', 'a4')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([CAUSE.ecallM, 0n, at('calls'), 1n, 0n]));
  });
});
