/** Everything at once: a guest's console is flooded, its network carries all that it can both ways, and snapshots are taken. */
import { setTimeout as wait } from 'node:timers/promises';
import { findHome } from '../../../main/library/home.ts';
import { told } from '../../kit/said.ts';
import { openWholeProgram } from '../../kit/whole-program.ts';
import { carrier } from './carrier.ts';
import { FloodReader } from './flood-reader.ts';

export interface LoadReport {
  /** Through the card, both ways. */
  readonly bytes: number;
  readonly lines: number;
  readonly snapshots: number;
  /** Of this process: before, and the most meanwhile, in bytes. */
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly seconds: number;
}

const MEMORY_MIB = 256;
const SNAPSHOTS = 3;
const DISK_BYTES = 16 * 2 ** 20;
const LOOK_MS = 100;
const SETTLING_MS = 3000;
const PATIENCE_MS = 1_800_000;

const resident = (): number => process.memoryUsage.rss();

/**
 * Carries so many bytes in and out again while the console is flooded.
 * @param folder for the library @param bytes each way @throws Error when anything is lost
 */
export async function loadTrial(folder: string, bytes: number, progress: (done: number) => void): Promise<LoadReport> {
  const reader = new FloodReader();
  const program = await openWholeProgram(findHome({ VIVARIUM_HOME: folder }), { output: (_, text) => reader.take(text) });
  const far = await carrier(bytes);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, resident())), LOOK_MS);
  try {
    const networks = [{ network: 'nat', hostPorts: [...far.ports] }];
    const { id, definition } = await program.machines.create({ template: 'debian-riscv64', name: 'loaded' });
    const { memoryMiB, networks: usual, disks } = definition;
    const before = { memoryMiB, disks, ...(usual ? { networks: usual } : {}) };
    // By its disk the program knows it.
    const disk = { readonly: false, writes: 'overlay', sizeBytes: DISK_BYTES } as const;
    await program.machines.update(id, { memoryMiB: MEMORY_MIB, networks, disks: [disk] }, before);
    await program.machines.start(id);
    await reader.shows('# ', PATIENCE_MS);
    // A first snapshot has what every later one needs loaded.
    const snapshot = async () => {
      const made = await program.snapshots.create(id, {});
      const stored = await program.stored(id, made.snapshot.id);
      if (stored?.state !== 'ready') throw new Error(`a snapshot was not stored: ${stored ? told(stored).reason : 'it is gone'}`);
    };
    await snapshot();
    await wait(SETTLING_MS);
    const idleBytes = resident();
    peak = idleBytes;
    const from = performance.now();
    const [source, sink] = far.ports;
    const carry = `echo 1 > /proc/sys/kernel/printk; (wget -q -O - http://10.0.2.2:${source}/ | nc 10.0.2.2 ${sink}; touch /tmp/carried) > /dev/null 2>&1 &`;
    const flood = `n=0; while [ ! -e /tmp/carried ]; do n=$((n+1)); echo flood $n; done; echo flood''ed $n`;
    program.type(id, `${carry} ${flood}\r`);
    let snapshots = 0;
    for (let next = 1; next <= SNAPSHOTS; next++) {
      while (far.returned < (bytes * next) / (SNAPSHOTS + 1)) await Promise.race([wait(LOOK_MS), far.whole]);
      await snapshot();
      progress(++snapshots);
    }
    await far.whole;
    const lines = await reader.ended(PATIENCE_MS);
    return { bytes: 2 * bytes, lines, snapshots, idleBytes, peakBytes: peak, seconds: (performance.now() - from) / 1000 };
  } finally {
    clearInterval(watch);
    far.close();
    await program.close();
  }
}
