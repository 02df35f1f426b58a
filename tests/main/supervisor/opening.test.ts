/** Machines that start whenever the program does. */
import { expect, test } from 'vitest';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { LOST_REASON, QUIT_REASON } from '../../../main/library/run-records.ts';
import type { MachineRecord } from '../../../main/library/machine-records.ts';
import { resuming, type ResumingParts } from '../../../main/supervisor/interrupted.ts';

interface Machine {
  readonly name: string;
  readonly onOpen?: 'start' | 'stay';
  readonly isActive?: boolean;
  /** How its last run ended. */
  readonly ended?: 'saved' | 'lost';
}

/** What is done with machines, as `start NAME` and `restore SNAPSHOT`. */
async function opened(all: readonly Machine[], broken?: string) {
  const done: string[] = [];
  const parts = {
    library: {
      runs: {
        list: (id: string) => {
          const ended = all.find(({ name }) => name === id)?.ended;
          const reason = { saved: QUIT_REASON, lost: LOST_REASON, none: undefined }[ended ?? 'none'];
          return Promise.resolve(reason ? [{ startedAt: 1, endedAt: 2, reason }] : []);
        },
      },
      snapshots: { list: (id: string) => Promise.resolve([{ id: `S-${id}`, hasMemory: true, state: 'ready', createdAt: 2 }]) },
    } as unknown as ResumingParts['library'],
    machines: () =>
      all.map(({ name, isActive = false, ended, ...definition }) => ({
        record: { id: name as MachineId, suspended: ended === 'saved', definition: { name, ...definition } } as unknown as MachineRecord,
        life: { isActive },
      })),
    start: (id: MachineId) => (id === broken ? Promise.reject(new Error('broken')) : Promise.resolve(done.push(`start ${id}`))),
    restore: (snapshot: string) => Promise.resolve(done.push(`restore ${snapshot}`)),
    failed: (name: string, { message }: Error) => void done.push(`${name}: ${message}`),
  };
  await resuming(parts).startThose();
  return done;
}

test('only those that were told to start do, from where they were', async () => {
  const machines: readonly Machine[] = [
    { name: 'plain' },
    { name: 'left', onOpen: 'stay' },
    { name: 'server', onOpen: 'start' },
    { name: 'saved', onOpen: 'start', ended: 'saved' },
    { name: 'crashed', onOpen: 'start', ended: 'lost' },
    { name: 'runs', onOpen: 'start', isActive: true },
  ];
  expect(await opened(machines)).toEqual(['start server', 'start saved', 'restore S-crashed']);
});

test('one that cannot start is told of, and holds up none', async () => {
  const machines = ['one', 'two'].map((name) => ({ name, onOpen: 'start' as const }));
  expect(await opened(machines, 'one')).toEqual(['one: broken', 'start two']);
});
