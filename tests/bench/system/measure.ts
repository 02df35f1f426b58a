/** Traps, returns, changes of address space and interrupts, one kind at a time, in our guest and in QEMU's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileGuest, ours, peer, prepareProgram } from '../guest.ts';
import { type CaseLine, type GroupResult, groupResult, readCases } from '../measures.ts';
import type { BenchOptions } from '../options.ts';
import { runGuest } from '../run-guest.ts';
import { roundsOf, SYSTEM_CASES } from './cases.ts';

const SOURCE = fileURLToPath(new URL('../guest/system.c', import.meta.url));

/** @throws Error when one of them does not run a case, or not with the same result */
export async function measureSystem({ quick, runs, engine, board, only }: BenchOptions): Promise<GroupResult> {
  const named = SYSTEM_CASES.filter(({ name }) => only?.includes(name));
  const cases = named.length > 0 ? named : SYSTEM_CASES;
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-'));
  try {
    const command = cases.map((each) => `./system ${each.name} ${roundsOf(each, quick)}`).join(' && ');
    const guest = await prepareProgram(compileGuest(SOURCE, folder, 'system', board), command, board);
    const sides = [ours(guest, engine, board), peer(guest, board)];
    const found = sides.map((): Map<string, CaseLine>[] => []);
    for (let run = 1; run <= runs; run++) {
      console.error(`what programs ask of the kernel, run ${run} of ${runs}`);
      for (const [index, side] of sides.entries()) found[index]?.push(readCases((await runGuest(side, 'end')).console));
    }
    const [a = [], b = []] = found;
    return groupResult(cases, a, b);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
