/** Physical memory protection (privileged manual, section "Physical Memory Protection"). */
import { describe, expect, test } from 'vitest';
import { ENGINES, TestCore } from '../kit/engine.ts';
import { CAUSE, DATA, enter, everyRound, log, runBody } from './bare-program.ts';

const PAGE = 4096;
const NAPOT_PAGE = (address: number) => BigInt(Math.floor(address / 4)) | 0x1ffn;
const EVERYTHING = (1n << 54n) - 1n;
const [R, W, X, TOP, POWER, LOCKED] = [1, 2, 4, 0x08, 0x18, 0x80];

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  /** Loads, stores and fetches in S-mode at an address; logs the three causes and the M-mode load. */
  const attempts = (address: number) => `
  li a0, ${address}
  li s1, ${0x8067}
${enter('S', 'loads', 'b1')}
loads: ld a1, 0(a0)
  ecall
b1:
${enter('S', 'stores', 'b2')}
stores: sw s1, 0(a0)
  ecall
b2:
${enter('S', 'fetches', 'b3')}
fetches: jalr a0
  ecall
b3:
`;
  const causes = (rounds: readonly (readonly bigint[])[]) => rounds.map((round) => round.filter((_, index) => index % 3 === 0));
  const setUp = (entries: readonly [configuration: number, address: bigint][]) =>
    `${entries.map(([, address], index) => `  li t0, ${address}\n  csrw pmpaddr${index}, t0`).join('\n')}
  li t0, ${entries.reduce((sum, [configuration], index) => sum | (BigInt(configuration) << BigInt(8 * index)), 0n)}
  csrw pmpcfg0, t0
`;
  const WHOLE: [number, bigint] = [POWER | R | W | X, EVERYTHING];
  const store = `  li t0, ${0x8067}\n  li t1, ${DATA}\n  sw t0, 0(t1)\n  fence.i\n`;

  test.for([
    ['no access', POWER, [true, true, true]],
    ['read', POWER | R, [false, true, true]],
    ['read and write', POWER | R | W, [false, false, true]],
    ['execute', POWER | X, [true, true, false]],
  ] as const)('a page in S-mode: %s', ([, configuration, [load, write, fetch]]) => {
    const { rounds } = runBody(
      core,
      `${store}${setUp([[configuration, NAPOT_PAGE(DATA)], WHOLE])}${attempts(DATA)}  csrw pmpcfg0, zero\n  j next`,
    );
    const cause = (faults: boolean, fault: bigint) => (faults ? fault : CAUSE.ecallS);
    expect(causes(rounds)).toEqual(
      everyRound([cause(load, CAUSE.loadAccess), cause(write, CAUSE.storeAccess), cause(fetch, CAUSE.fetchAccess)]),
    );
  });

  test('what no entry covers is denied to S and allowed to M', () => {
    // Entry 0 lets S run the program; the data page lies beyond its top.
    const { rounds } = runBody(
      core,
      `${store}${setUp([[TOP | R | W | X, BigInt(DATA / 4)]])}${attempts(DATA)}  ld a1, 0(a0)\n  csrw pmpcfg0, zero\n  j next`,
    );
    expect(causes(rounds)).toEqual(everyRound([CAUSE.loadAccess, CAUSE.storeAccess, CAUSE.fetchAccess]));
  });

  test('the lowest entry decides', () => {
    const { rounds } = runBody(
      core,
      `${store}${setUp([[POWER | R, NAPOT_PAGE(DATA)], [POWER | R | W | X, NAPOT_PAGE(DATA)], WHOLE])}${attempts(DATA)}${attempts(
        DATA + PAGE,
      )
        .replaceAll(/\b(loads|stores|fetches|b[123])\b/g, '$1x')
        .replace('jalr a0', 'nop')}  csrw pmpcfg0, zero\n  j next`,
    );
    expect(causes(rounds)).toEqual(
      everyRound([CAUSE.ecallS, CAUSE.storeAccess, CAUSE.fetchAccess, CAUSE.ecallS, CAUSE.ecallS, CAUSE.ecallS]),
    );
  });

  test('the granule is 4 KiB, and entries read back accordingly', () => {
    const { rounds } = runBody(
      core,
      `
  csrw pmpcfg0, zero
  li t0, -1
  csrw pmpaddr3, t0
  csrr a1, pmpaddr3       # off: as zeros below the granule
  li t0, ${(0x10 | R) * 2 ** 24}
  csrw pmpcfg0, t0
  csrr a2, pmpcfg0        # four bytes cannot be chosen
  csrw pmpaddr3, zero
  csrr a3, pmpaddr3       # a power of two: as ones below it
  li t0, ${(TOP | R) * 2 ** 24}
  csrw pmpcfg0, t0
  csrr a4, pmpaddr3       # the bits below were never written
  csrw pmpcfg0, zero
${log('a1', 'a2', 'a3', 'a4')}
  j next`,
    );
    expect(rounds).toEqual(everyRound([EVERYTHING & ~0x3ffn, BigInt((POWER | R) * 2 ** 24), 0x1ffn, 0n]));
  });

  test.for([
    ['top', TOP | R, BigInt((DATA + PAGE) / 4) | 0x3ffn],
    ['power', POWER | R, BigInt(DATA / 4) | 0x7n],
  ] as const)('a range that is no whole number of pages covers what it reads back as (%s)', ([, configuration, address]) => {
    const { rounds } = runBody(
      core,
      `${store}${setUp([[TOP | R | W | X, BigInt(DATA / 4) | 0x155n], [configuration, address], WHOLE])}${attempts(DATA)}  csrw pmpcfg0, zero\n  j next`,
    );
    expect(causes(rounds)).toEqual(everyRound([CAUSE.ecallS, CAUSE.storeAccess, CAUSE.fetchAccess]));
  });

  test('a locked entry binds M-mode and cannot be changed', () => {
    const { rounds, at } = runBody(
      core,
      `
${setUp([[POWER | R | LOCKED, NAPOT_PAGE(DATA)]])}
  li a0, ${DATA}
  ld a1, 0(a0)
denied: sd a1, 0(a0)
  csrw pmpcfg0, zero
  csrw pmpaddr0, zero
  csrr a2, pmpcfg0
  csrr a3, pmpaddr0
still: sd a1, 0(a0)
  sd a1, 1(a0)
  li a0, ${DATA + PAGE}
  sd a1, 0(a0)
${log('a2', 'a3')}
  j next`,
    );
    const first = [
      CAUSE.storeAccess,
      BigInt(DATA),
      at('denied'),
      CAUSE.storeAccess,
      BigInt(DATA),
      at('still'),
      CAUSE.storeAccess,
      BigInt(DATA + 1),
      at('still') + 4n,
    ];
    expect(rounds).toEqual(everyRound([...first, BigInt(POWER | R | LOCKED), NAPOT_PAGE(DATA)]));
  });
});
