/** Loops whose loads go from page to page, where the pages lie elsewhere in memory than side by side. */
import { describe, expect, test } from 'vitest';
import { ENGINES, RAM_BASE, TestCore } from '../kit/engine.ts';
import { everyRound, log, runBody } from './bare-program.ts';
import { PageTables, SUPERVISOR } from './page-tables.ts';
import { A, ended, IDENTITY, PAGE_A, PAGE_B, supervised } from './translated.ts';

/** Bytes of the two pages, as the guest sees them. */
const BYTES = Uint8Array.from({ length: 0x2000 }, (_, at) => (at * 167 + (at >> 5)) & 0xff);
const LOADS = { lbu: 1, lhu: 2, lwu: 4, ld: 8 } as const;

/** What the loop makes of loads of a width from the given distances on: a sum that tells orders apart. */
function sumOf(width: number, from: number, step: number, times: number): bigint {
  const view = new DataView(BYTES.buffer);
  const little = { 1: 'getUint8', 2: 'getUint16', 4: 'getUint32', 8: 'getBigUint64' }[width] as 'getUint16';
  let sum = 0n;
  for (let index = 0; index < times; index++) sum = BigInt.asUintN(64, sum * 31n + BigInt(view[little](from + index * step, true)));
  return sum;
}

describe.for(ENGINES)('%s', (engine) => {
  const core = new TestCore(engine);
  const run = (code: string) =>
    runBody(core, supervised(code), () => {
      const tables = new PageTables(core, 'Sv39');
      tables.map(IDENTITY, IDENTITY, SUPERVISOR, 2);
      tables.map(A, PAGE_B, SUPERVISOR);
      tables.map(A + 0x1000n, PAGE_A, SUPERVISOR);
      core.ram.set(BYTES.subarray(0, 0x1000), Number(PAGE_B) - RAM_BASE);
      core.ram.set(BYTES.subarray(0x1000), Number(PAGE_A) - RAM_BASE);
      core.state.satp = tables.satp();
    });

  test.for(Object.entries(LOADS))('%s upwards, downwards, and with steps of nearly a page', ([load, width]) => {
    const walks = [
      [0x10, 1, 0x1fc0],
      [0x11, 3, 0x900],
      [0x1ff0, -1, 0x1fc0],
      [0x40, 0xfc8, 2],
      [0xffd, 0, 40],
    ] as const;
    const code = walks.map(
      ([from, step, times], index) => `
  li a0, ${A + BigInt(from)}
  li a1, ${times}
  li a2, ${step}
  li a3, 0
  li a4, 31
walk${index}:
  mul a3, a3, a4
  ${load} a5, 0(a0)
  add a3, a3, a5
  add a0, a0, a2
  addi a1, a1, -1
  bnez a1, walk${index}
${log('a3')}`,
    );
    const { rounds, at } = run(code.join(''));
    expect(rounds).toEqual(everyRound([...walks.map(([from, step, times]) => sumOf(width, from, step, times)), ...ended(at)]));
  });
});
