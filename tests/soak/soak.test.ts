/** A short run of the trials; `npm run soak` runs as many as one likes. */
import { expect, it } from 'vitest';
import type { GuestBoardName } from '../bench/boards.ts';
import { describeWith } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { killTrials, trialFolder } from './kill-trials.ts';
import { restoreTrials } from './restore-trials.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
const KILLS = 5;
const RESTORES = 20;

it(`nothing is lost when the program is killed (seed ${SEED})`, async () => {
  const { compared } = await killTrials(trialFolder(temporaryFolder()), KILLS, SEED, () => undefined);
  expect(compared).toBeGreaterThan(0);
});

it(`every point of a history can be gone back to (seed ${SEED})`, () => goesBack('riscv64-virt'));

describeWith(['x86-64-gcc'], 'pc', () => {
  it(`every point of a history can be gone back to (seed ${SEED})`, () => goesBack('pc'));
});

async function goesBack(board: GuestBoardName): Promise<void> {
  const { compared, points } = await restoreTrials(trialFolder(temporaryFolder(), board), RESTORES, SEED, () => undefined);
  expect(points).toBeGreaterThan(5);
  expect(compared).toBeGreaterThan(0);
}
