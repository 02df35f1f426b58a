/** A small machine with three snapshots in a store: memory, a disk over a base, a disk without one, a kernel file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchivedMachine, ArchivedSnapshot } from '../../../main/archive/archived-machine.ts';
import type { SavedParts } from '../../../main/library/snapshot-records.ts';
import type { Store } from '../../../main/storage/index.ts';
import type { DiskBase } from '../../../preload/contract/disks.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { storeDisk } from '../compare/stored-disk.ts';
import { chunkOf } from '../storage/seeded-chunk.ts';
import { statSync } from 'node:fs';

export const MEMORY_MIB = 16;
const PAGES = (MEMORY_MIB * 1024 * 1024) / 4096;

export interface SmallMachine {
  readonly machine: ArchivedMachine;
  readonly savedOf: (snapshot: string) => Promise<SavedParts>;
  /** What each snapshot's disks hold, by snapshot and slot, as the guest sees them. */
  readonly disks: ReadonlyMap<string, readonly Buffer[]>;
  /** Each snapshot's pages; `undefined`: zeros. */
  readonly memory: ReadonlyMap<string, readonly (Uint8Array | undefined)[]>;
  readonly kernel: Buffer;
}

/** @param folder for the base image and the kernel; their paths are in the definition */
export async function smallMachine(store: Store, folder: string): Promise<SmallMachine> {
  const base = Buffer.alloc(20 * 4096 + 512);
  for (let cluster = 0; cluster < 21; cluster++)
    if (cluster % 3 === 0) base.set(chunkOf(1000 + cluster).subarray(0, base.length - cluster * 4096), cluster * 4096);
  const basePath = join(folder, 'base.img');
  writeFileSync(basePath, base);
  const kernel = Buffer.from(chunkOf(5000, 10_000));
  writeFileSync(join(folder, 'kernel image'), kernel);
  const { size, mtimeMs } = statSync(basePath);
  const diskBase: DiskBase = { path: basePath, format: 'raw', fileBytes: size, changedAt: Math.floor(mtimeMs), sha256: '' };
  const definition: MachineDefinition = {
    name: 'small',
    board: 'riscv64-virt',
    cores: 1,
    memoryMiB: MEMORY_MIB,
    engine: 'auto',
    boot: { kind: 'linux', kernel: join(folder, 'kernel image'), commandLine: 'console=ttyS0' },
    disks: [
      { id: 'DISK-A', path: basePath, format: 'raw', readonly: false, writes: 'overlay', sizeBytes: 24 * 4096 },
      { id: 'DISK-B', readonly: false, writes: 'overlay', sizeBytes: 2 ** 31 },
    ],
    ports: [],
    note: 'a note',
  };
  const disks = new Map<string, Buffer[]>();
  const memory = new Map<string, (Uint8Array | undefined)[]>();
  const snapshots: ArchivedSnapshot[] = [];
  const ids = ['SNAP-1', 'SNAP-2', 'SNAP-3'] as SnapshotId[];
  for (const [index, id] of ids.entries()) {
    const first = Buffer.alloc(24 * 4096);
    base.copy(first);
    first.set(chunkOf(2000 + index), 4096);
    first.set(chunkOf(2100), 22 * 4096);
    first.fill(0, 3 * 4096, 5 * 4096); // zeros over the base
    const second = Buffer.alloc(16 * 4096);
    second.set(chunkOf(2100), 0); // the same as on the other disk
    second.set(chunkOf(3000 + index), 15 * 4096);
    await storeDisk(store, `snapshot:${id}`, 0, first, base);
    await storeDisk(store, `snapshot:${id}`, 1, second, Buffer.alloc(0));
    disks.set(id, [first, second]);
    const hasMemory = index !== 2;
    if (hasMemory) {
      const pages = Array.from({ length: PAGES }, (_, page) => (page % 1500 === 0 ? chunkOf(page + index * (page % 1000)) : undefined));
      const held = await store.putBatch(pages.map((page) => page ?? new Uint8Array(4096)));
      await store.createManifest({ owner: `snapshot:${id}`, name: 'memory', chunkBytes: 4096, entries: held });
      store.release(held);
      memory.set(id, pages);
    }
    const snapshotDisk = (slot: number) => {
      const { id: disk, sizeBytes } = definition.disks[slot]!;
      return { slot, disk: disk!, sizeBytes: sizeBytes!, definition: definition.disks[slot]! };
    };
    snapshots.push({
      id,
      parent: index === 0 ? null : ids[0]!,
      kind: index === 0 ? 'manual' : 'kept',
      name: `snapshot ${index + 1}`,
      note: 'ünïcode',
      pinned: index === 0,
      protected: index === 1,
      createdAt: 1_700_000_000_000 + index,
      uptimeMs: 1234.5,
      hasMemory,
      memoryMiB: MEMORY_MIB,
      paused: index === 1,
      thumbnail: 'login:\n$ ',
      definition,
      disks: [{ ...snapshotDisk(0), base: diskBase }, snapshotDisk(1)],
    });
  }
  const machine: ArchivedMachine = {
    definition,
    createdAt: 1_600_000_000_000,
    present: { parent: ids[1]!, suspended: true },
    snapshots,
  };
  const savedOf = (id: string): Promise<SavedParts> =>
    Promise.resolve(
      id === 'SNAP-3'
        ? { consoles: [Buffer.from('off')] }
        : { state: chunkOf(9000, 5000), consoles: [Buffer.from(`console of ${id}`), Buffer.alloc(0)] },
    );
  return { machine, savedOf, disks, memory, kernel };
}
