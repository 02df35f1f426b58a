/** kill -9 at any moment: every flushed write is there afterwards, whole or replaced by a later one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createHead } from '../../../main/disks/heads.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { CLUSTERS, STRIDE } from './crash-records.ts';
import { openOverlay, overlayIn, Owner, random } from './overlay.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));
const KILLS = 20;
const SEED = 20261121;

/** Runs the writer, kills it some milliseconds after it is ready. @returns the last record it said was flushed */
async function killedWriter(overlay: string, first: number, seed: number, after: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, overlay, String(first), String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let flushed = first - 1;
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => (flushed = Number(/^flushed (\d+)$/.exec(line)?.[1] ?? flushed)));
  await once(output, 'line');
  await wait(after);
  child.kill('SIGKILL');
  await Promise.all([once(child, 'exit'), once(output, 'close')]);
  return flushed;
}

test(`flushed writes survive ${KILLS} kills (seed ${SEED})`, async () => {
  const overlay = overlayIn(temporaryFolder());
  await createHead(overlay);
  const next = random(SEED);
  /** Records that were flushed, as runs of numbers, and the last of them for each cluster. */
  const runs: (readonly [first: number, last: number])[] = [];
  const wanted = new Uint32Array(CLUSTERS);
  const wasFlushed = (record: number) => record === 0 || runs.some(([first, last]) => record >= first && record <= last);
  let highest = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const first = highest + 1;
    const said = await killedWriter(overlay, first, SEED + kill, next(250));
    if (said >= first) runs.push([first, said]);
    for (let record = first; record <= said; record++) wanted[(record * STRIDE) % CLUSTERS] = record;
    const owner = new Owner();
    const disk = await openOverlay({ overlay, sizeBytes: CLUSTERS * 4096 }, owner);
    const bytes = new Uint8Array(CLUSTERS * 4096);
    await disk.read(0, bytes);
    const found = new Uint32Array(bytes.buffer);
    for (const record of found) highest = Math.max(highest, record);
    for (let cluster = 0; cluster < CLUSTERS; cluster++) {
      const last = wanted[cluster]!;
      // Later records may stand in parts of it, as they were written in parts and not flushed; nothing older may.
      const parts = found.subarray(cluster * 1024, (cluster + 1) * 1024);
      const isRight = parts.every((record) => record === last || (record > last && !wasFlushed(record)));
      expect(isRight, `cluster ${cluster} holds record ${last} or later ones after kill ${kill}`).toBe(true);
    }
    expect(owner.lines).toEqual([]);
    await disk.close();
  }
  expect(runs.length).toBeGreaterThan(KILLS / 2);
});
