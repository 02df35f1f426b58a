/** Address translation of accesses that are special: across pages, atomic, with another mode's privilege. */
import { describe, expect, test } from 'vitest';
import { ENGINES, TestCore } from '../kit/engine.ts';
import { CAUSE, enter, everyRound, log } from './bare-program.ts';
import { type PageTables, PTE, SUPERVISOR } from './page-tables.ts';
import { A, B, ended, PAGE_A, PAGE_B, supervised, translated } from './translated.ts';

const { V, R, U, A: ACCESSED } = PTE;

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  const run = (body: string, tables: (tables: PageTables) => void) => translated(core, body, tables);

  test('a misaligned access across pages faults whole', () => {
    const { rounds, at } = run(
      `
  li a0, ${B - 3n}
  li s1, ${PAGE_A + 0xffdn}
  sb zero, 0(s1)
${enter('S', 's1code', 'b1')}
s1code:
  li a1, -1
load: ld a1, 0(a0)
b1:
${enter('S', 's2code', 'b2')}
s2code:
store: sd a1, 0(a0)
b2:
  lbu a2, 0(s1)
${log('a1', 'a2')}
  j next`,
      (tables) => void tables.map(A, PAGE_A, SUPERVISOR),
    );
    expect(rounds).toEqual(everyRound([CAUSE.loadPage, B, at('load'), CAUSE.storePage, B, at('store'), 0xffff_ffff_ffff_ffffn, 0n]));
  });

  test('a misaligned access reaches two pages that are not neighbours', () => {
    const { rounds, at } = run(
      supervised(`
  li a0, ${B - 3n}
  li a1, 0x1122334455667788
  sd a1, 0(a0)
  ld a2, 0(a0)
  lwu a3, 1(a0)
  li a4, ${PAGE_B}
  lwu a4, 0(a4)
${log('a2', 'a3', 'a4')}`),
      (tables) => {
        tables.map(A, PAGE_A, SUPERVISOR);
        tables.map(B, PAGE_B, SUPERVISOR);
      },
    );
    expect(rounds).toEqual(everyRound([0x1122_3344_5566_7788n, 0x4455_6677n, 0x2233_4455n, ...ended(at)]));
  });

  test('an instruction across pages faults at its second half', () => {
    const { rounds } = run(
      `
  la a1, piece
  lhu a2, 0(a1)
  li a3, ${PAGE_A + 0xffen}
  sh a2, 0(a3)
  fence.i
  li a0, ${B - 2n}
${enter('S', 'supervisor')}
supervisor: jr a0
back:
  j next
piece: addi a0, a0, 1`,
      (tables) => void tables.map(A, PAGE_A, SUPERVISOR),
    );
    expect(rounds).toEqual(everyRound([CAUSE.fetchPage, B, B - 2n]));
  });

  test('LR needs to read, SC and AMO to write', () => {
    const { rounds, at } = run(
      `
  li a0, ${A}
${enter('S', 's1code', 'b1')}
s1code:
  lr.d a1, (a0)
sc: sc.d a2, a1, (a0)
b1:
${enter('S', 's2code', 'b2')}
s2code:
amo: amoadd.d a2, a1, (a0)
b2:
  j next`,
      (tables) => void tables.map(A, PAGE_A, V | R | ACCESSED),
    );
    expect(rounds).toEqual(everyRound([CAUSE.storePage, A, at('sc'), CAUSE.storePage, A, at('amo')]));
  });

  test('MPRV translates the loads and stores of M-mode, not its fetches', () => {
    const { rounds, at } = run(
      `
  li a0, ${A}
  li a1, ${B}
  li s1, 0x21800
  csrc mstatus, s1
  li s2, 0x20800
  li t0, 6
  csrs mstatus, s2
  sd t0, 0(a0)
  ld a2, 0(a0)
bad: ld a3, 0(a1)
  csrc mstatus, s1
  li t0, ${PAGE_A}
  ld a3, 0(t0)
${log('a2', 'a3')}
  j next`,
      (tables) => {
        tables.map(A, PAGE_A, SUPERVISOR);
        tables.map(B, PAGE_B, SUPERVISOR | U);
      },
    );
    // The trap puts M into MPP, so the handler's own stores are not translated; its MRET keeps MPRV and leaves MPP U.
    expect(rounds).toEqual(everyRound([CAUSE.loadPage, B, at('bad'), 6n, 6n]));
  });
});
