/** Address translation: schemes, superpages, permissions, A and D, fences. */
import { describe, expect, test } from 'vitest';
import { ENGINES, TestCore } from '../kit/engine.ts';
import { CAUSE, enter, everyRound, log, runBody, TABLES } from './bare-program.ts';
import { PageTables, PTE, type Scheme, SUPERVISOR } from './page-tables.ts';
import { A, B, ended, IDENTITY, PAGE_A, PAGE_B, supervised, translated, USER_OFFSET } from './translated.ts';

const { V, R, W, X, U, G, A: ACCESSED, D: DIRTY } = PTE;

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  const run = (body: string, tables: (tables: PageTables) => void, scheme?: Scheme) => translated(core, body, tables, scheme);

  test.for(['Sv39', 'Sv48', 'Sv57'] as const)('%s maps pages and superpages', (scheme) => {
    const levels = { Sv39: 3, Sv48: 4, Sv57: 5 }[scheme];
    // A high address: its unused upper bits must copy the topmost used one.
    const high = BigInt.asUintN(64, -(1n << BigInt(9 * levels + 11)));
    const { rounds, at } = run(
      supervised(
        `
  li a0, ${A}
  li a1, ${high}
  li a2, ${0x2000_0000n + (PAGE_B & 0x1f_ffffn)}
  li a3, 77
  sd a3, 8(a0)
  ld a4, 8(a1)
  sd a4, 16(a2)
  ld a5, ${Number(PAGE_B - IDENTITY) + 16 - 0x2_3000}(s1)
${log('a4', 'a5')}
  li a6, ${(1n << 62n) + A}
bad: ld a6, 0(a6)
${log('a6')}`,
        `  li s1, ${PAGE_B}`,
      ),
      (tables) => {
        tables.map(A, PAGE_A, SUPERVISOR);
        tables.map(high, PAGE_A, SUPERVISOR);
        tables.map(0x2000_0000n, IDENTITY, SUPERVISOR, 1);
      },
      scheme,
    );
    // The handler returns to `back` after the first trap, so the address that is not canonical ends the round.
    const notCanonical = (1n << 62n) + A;
    expect(rounds).toEqual(everyRound([77n, 77n, CAUSE.loadPage, notCanonical, at('bad')]));
  });

  test('a superpage whose address is not aligned to its size faults', () => {
    const { rounds, at } = run(
      supervised(`  li a0, ${A}\nbad: ld a1, 0(a0)`),
      (tables) => void tables.map(A, IDENTITY + 0x1000n, SUPERVISOR, 1),
    );
    expect(rounds).toEqual(everyRound([CAUSE.loadPage, A, at('bad')]));
  });

  test.for([
    ['not valid', SUPERVISOR & ~V, [true, true, true]],
    ['read only', V | R | ACCESSED, [false, true, true]],
    ['execute only', V | X | ACCESSED, [true, true, false]],
    ['read and execute', V | R | X | ACCESSED, [false, true, false]],
    ['write without read', V | W | ACCESSED | DIRTY, [true, true, true]],
    ['a user page', SUPERVISOR | U, [true, true, true]],
  ] as const)('permissions of S-mode: %s', ([, flags, [load, store, fetch]]) => {
    const attempt = (code: string, label: string) => `
${enter('S', `${label}Code`, `${label}Back`)}
${label}Code:
${code}
  ecall
${label}Back:`;
    const { rounds } = run(
      `
  li a0, ${A}
  la a1, return
  li t0, ${PAGE_A}
  lw t1, 0(a1)
  sw t1, 0(t0)
  fence.i
${attempt('  ld a2, 0(a0)', 'load')}
${attempt('  sd a2, 8(a0)', 'store')}
${attempt('  jalr ra, 0(a0)', 'fetch')}
  j next
return: ret`,
      (tables) => void tables.map(A, PAGE_A, flags),
    );
    const cause = (faults: boolean, fault: bigint) => (faults ? fault : CAUSE.ecallS);
    const wanted = [cause(load, CAUSE.loadPage), cause(store, CAUSE.storePage), cause(fetch, CAUSE.fetchPage)];
    expect(rounds.map((round) => round.filter((_, index) => index % 3 === 0))).toEqual(everyRound(wanted));
  });

  test('SUM lets a supervisor use user pages, MXR read what is only executable', () => {
    const { rounds, at } = run(
      `
  li a0, ${A}
  li a1, ${B}
  li s1, 0x40000
  li s2, 0x80000
  csrc mstatus, s1
  csrc mstatus, s2
${enter('S', 's1code', 'b1')}
s1code:
  csrs sstatus, s1
  li a2, 5
  sd a2, 0(a0)
  ld a3, 0(a0)
${log('a3')}
  csrc sstatus, s1
noSum: ld a3, 0(a0)
b1:
${enter('S', 's2code', 'b2')}
s2code:
  csrs sstatus, s2
  ld a4, 0(a1)
${log('a4')}
  csrc sstatus, s2
noMxr: ld a4, 0(a1)
b2:
${enter('U', 's3code', 'b3')}
s3code: nop
b3:
  j next`,
      (tables) => {
        tables.map(A, PAGE_A, SUPERVISOR | U);
        tables.map(B, PAGE_B, V | X | ACCESSED);
      },
    );
    // User mode may not fetch from the supervisor's mapping.
    expect(rounds).toEqual(
      everyRound([5n, CAUSE.loadPage, A, at('noSum'), 0n, CAUSE.loadPage, B, at('noMxr'), CAUSE.fetchPage, at('s3code'), at('s3code')]),
    );
  });

  test('user mode uses user pages only', () => {
    const { rounds, at } = run(
      `
  li a0, ${A}
  li a1, ${B}
  la s9, back
  li t5, 0x1800
  csrc mstatus, t5
  la t5, user
  li t4, ${USER_OFFSET}
  add t5, t5, t4
  csrw mepc, t5
  mret
user:
  li a2, 9
  sd a2, 0(a0)
  ld a3, 0(a0)
bad: ld a4, 0(a1)
back:
${log('a3')}
  j next`,
      (tables) => {
        tables.map(A, PAGE_A, SUPERVISOR | U);
        tables.map(B, PAGE_B, SUPERVISOR);
      },
    );
    expect(rounds).toEqual(everyRound([CAUSE.loadPage, B, at('bad') + USER_OFFSET, 9n]));
  });

  test('A and D are set by the access that needs them', () => {
    let entry = 0n;
    // The entry's address is known before: one leaf in the first tables below the root.
    const probe = new PageTables(core, 'Sv39');
    probe.map(IDENTITY, IDENTITY, SUPERVISOR, 2);
    probe.map(IDENTITY + USER_OFFSET, IDENTITY, SUPERVISOR | U, 2);
    entry = probe.map(A, PAGE_A, V | R | W);
    const { rounds, at } = run(
      supervised(`
  li a0, ${A}
  li a1, ${entry}
  ld a2, 0(a1)
  andi a3, a2, -193
  sd a3, 0(a1)
  sfence.vma
  ld t0, 0(a0)
  lbu a4, 0(a1)
  sd t0, 0(a0)
  lbu a5, 0(a1)
  sd a3, 0(a1)
  sfence.vma a0, zero
  sd t0, 0(a0)
  lbu a6, 0(a1)
${log('a4', 'a5', 'a6')}`),
      (tables) => expect(tables.map(A, PAGE_A, V | R | W)).toBe(entry),
    );
    const base = BigInt(V | R | W);
    expect(rounds).toEqual(everyRound([base | 64n, base | 192n, base | 192n, ...ended(at)]));
  });

  test('a fence makes a changed entry count', () => {
    const probe = new PageTables(core, 'Sv39');
    probe.map(IDENTITY, IDENTITY, SUPERVISOR, 2);
    probe.map(IDENTITY + USER_OFFSET, IDENTITY, SUPERVISOR | U, 2);
    const entry = probe.map(A, PAGE_A, SUPERVISOR);
    const toB = ((PAGE_B >> 12n) << 10n) | BigInt(SUPERVISOR);
    const toA = ((PAGE_A >> 12n) << 10n) | BigInt(SUPERVISOR | G);
    const { rounds, at } = run(
      supervised(`
  li a0, ${A}
  li a1, ${entry}
  li a2, ${PAGE_A}
  li a3, ${PAGE_B}
  li t0, 11
  sd t0, 0(a2)
  li t0, 22
  sd t0, 0(a3)
  li a4, ${toA}
  li a5, ${toB}
  sd a4, 0(a1)
  sfence.vma
  ld a6, 0(a0)
  sd a5, 0(a1)
  sfence.vma a0, zero
  ld a7, 0(a0)
${log('a6', 'a7')}
  sd a4, 0(a1)
  sfence.vma zero, zero
  ld a6, 0(a0)
  sd zero, 0(a1)
  sfence.vma a0, zero
${log('a6')}
gone: ld a7, 0(a0)`),
      (tables) => void tables.map(A, PAGE_A, SUPERVISOR),
    );
    expect(rounds).toEqual(everyRound([11n, 22n, 11n, CAUSE.loadPage, A, at('gone')]));
  });

  test('writing satp changes the space; without a fence between spaces of different numbers', () => {
    const other = BigInt(TABLES) + 0x4_0000n;
    const spaces = [0n, 0n];
    const { rounds, at } = runBody(
      core,
      supervised(
        `
  li a0, ${A}
  csrw satp, s1
  sfence.vma
  ld a1, 0(a0)
  csrw satp, s2
  sfence.vma
  ld a2, 0(a0)
${log('a1', 'a2')}`,
        `
  li t0, 0
  li a3, ${PAGE_A}
  li t0, 1
  sd t0, 0(a3)
  li a3, ${PAGE_B}
  li t0, 2
  sd t0, 0(a3)`,
      ),
      () => {
        [BigInt(TABLES), other].forEach((place, index) => {
          const tables = new PageTables(core, 'Sv39', place);
          tables.map(IDENTITY, IDENTITY, SUPERVISOR | G, 2);
          tables.map(A, index === 0 ? PAGE_A : PAGE_B, SUPERVISOR);
          spaces[index] = tables.satp(index + 1);
        });
        [core.state.x[9], core.state.x[18]] = [spaces[0] ?? 0n, spaces[1] ?? 0n];
        core.state.satp = spaces[0] ?? 0n;
      },
    );
    expect(rounds).toEqual(everyRound([1n, 2n, ...ended(at)]));
  });
});
