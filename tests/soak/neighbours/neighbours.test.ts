/** A short run of the trial of neighbours; `npm run soak -- --neighbours N` runs as many rounds as one likes. */
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../main/temporary-home.ts';
import { trialFolder } from '../kill-trials.ts';
import { neighbourTrial } from './neighbours.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 20;

it(`one machine's trouble is its own (seed ${SEED})`, async () => {
  const { done, refused } = await neighbourTrial(trialFolder(temporaryFolder()), ROUNDS, SEED, () => undefined);
  expect(Object.values(done).reduce((sum, count) => sum + count, 0)).toBe(ROUNDS);
  // Something must have gone wrong, or nothing was tried.
  expect(Object.keys(refused)).not.toEqual([]);
}, 600_000);
