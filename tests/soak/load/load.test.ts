/** A short run of the trial under load; `npm run soak -- --load MEGABYTES` carries as much as one likes. */
import { expect, it } from 'vitest';
import { describeWith } from '../../kit/tools.ts';
import { temporaryFolder } from '../../main/temporary-home.ts';
import { loadTrial } from './load-trial.ts';

/** Each way. */
const BYTES = 3e6;
/** Above what it is before, in bytes. */
const BOUND = 100 * 2 ** 20;

describeWith(['apt'], 'a guest that floods its console while its network is busy and snapshots are taken', () => {
  it('loses nothing, and takes no more memory for it', async () => {
    const { lines, snapshots, idleBytes, peakBytes } = await loadTrial(temporaryFolder(), BYTES, () => undefined);
    expect(lines).toBeGreaterThan(100);
    expect(snapshots).toBe(3);
    expect(peakBytes - idleBytes).toBeLessThan(BOUND);
  }, 600_000);
});
