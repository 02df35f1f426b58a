/**
 * Writes numbered records to an overlay disk until it is killed: record n goes to cluster (n * STRIDE) % CLUSTERS, its
 * number in every four bytes. Prints `flushed n` when record n and all before it are durable.
 */
import { openDisk } from '../../../main/disks/overlay-disk.ts';
import type { OverlayMark } from '../../../main/disks/overlay-messages.ts';
import type { AttachedDisk } from '../../../emulator/index.ts';
import { CLUSTERS, STRIDE } from './crash-records.ts';

const [overlay, first, seed] = process.argv.slice(2) as [string, string, string];
const owner = { log: console.error, trouble: console.error, recovered: () => undefined };
const setup = { overlay, sizeBytes: CLUSTERS * 4096, readonly: false, throwaway: false };
const disk = (await openDisk(setup, owner)) as Required<AttachedDisk>;
console.log('ready');

let state = Number(seed);
const next = (end: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % end;

async function writeRecord(number: number): Promise<void> {
  const bytes = new Uint8Array(new Uint32Array(1024).fill(number).buffer);
  const offset = ((number * STRIDE) % CLUSTERS) * 4096;
  if (next(4) > 0) return disk.write(offset, bytes);
  // In parts, as a guest with small requests would.
  for (let at = 0; at < 4096; at += 1024) await disk.write(offset + at, bytes.subarray(at, at + 1024));
}

for (let number = Number(first); ;) {
  const last = number + next(40);
  for (; number <= last; number++) await writeRecord(number);
  if (next(20) === 0) {
    const { generation } = disk.cut() as OverlayMark;
    await disk.told({ kind: 'commit', generation });
  }
  await disk.flush();
  console.log(`flushed ${last}`);
}
