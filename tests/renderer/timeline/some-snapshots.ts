/** Snapshots with nothing special about them: `a`, then `b` after `a`, and so on, a minute apart. */
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { Snapshot, SnapshotId, Timeline } from '../../../preload/contract/snapshots.ts';

export const MACHINE = 'M' as MachineId;
export const START = Date.UTC(2026, 10, 21, 12);
export const MINUTE = 60_000;
export const asId = (id: string): SnapshotId => id as SnapshotId;

export const snapshot = (id: string, parent: string | null, at: number, patch: Partial<Snapshot> = {}): Snapshot => ({
  id: asId(id),
  machine: MACHINE,
  parent: parent as SnapshotId | null,
  kind: 'manual',
  name: id,
  note: '',
  pinned: false,
  protected: false,
  createdAt: START + at * MINUTE,
  sequence: at,
  uptimeMs: 1000,
  hasMemory: true,
  memoryMiB: 512,
  thumbnail: '',
  disks: [],
  ownBytes: 1,
  sharedBytes: 2,
  state: 'ready',

  ...patch,
});

/** `family('a b<a c<a', 'b')`: b and c come after a, and Now after b. */
export function family(text: string, now: string | null): Timeline {
  const snapshots = text
    .split(' ')
    .filter(Boolean)
    .map((word, at) => {
      const [id = '', parent = null] = word.split('<');
      return snapshot(id, parent, at);
    });
  return {
    snapshots,
    present: { machine: MACHINE, parent: now as SnapshotId | null, suspended: false },
    storedBytes: 0,
    freeBytes: 0,
  };
}
