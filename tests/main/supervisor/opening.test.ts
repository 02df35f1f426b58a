/** Machines that start whenever the program does. */
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../../../main/application.ts';
import { openLibrary } from '../../../main/library/library.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { LOST_REASON, QUIT_REASON } from '../../../main/library/run-records.ts';
import type { MachineRecord } from '../../../main/library/machine-records.ts';
import { resuming, type ResumingParts } from '../../../main/supervisor/interrupted.ts';
import { bareDefinition, scriptedEmulator } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';

interface Machine {
  readonly name: string;
  readonly onOpen?: 'start' | 'stay';
  readonly isActive?: boolean;
  /** How its last run ended. */
  readonly ended?: 'saved' | 'lost';
}

/** Machines, and what is done with them, as `start NAME` and `restore SNAPSHOT`. */
function partsOf(all: readonly Machine[], broken?: string) {
  const done: string[] = [];
  const parts: ResumingParts = {
    library: {
      runs: {
        last: () => {
          const reasons = { saved: QUIT_REASON, lost: LOST_REASON };
          return Promise.resolve(
            new Map(all.flatMap(({ name, ended }) => (ended ? [[name, { startedAt: 1, endedAt: 2, reason: reasons[ended] }]] : []))),
          );
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
    failed: ({ message }: Error, name = 'all') => void done.push(`${name}: ${message}`),
  };
  return { parts, done };
}

async function opened(all: readonly Machine[], broken?: string) {
  const { parts, done } = partsOf(all, broken);
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

test('a program that closes begins nothing any more, and waits for what it began', async () => {
  const { parts, done } = partsOf(['one', 'two'].map((name) => ({ name, onOpen: 'start' })));
  const started = Promise.withResolvers<undefined>();
  const resume = resuming({ ...parts, start: (id) => (done.push(`start ${id}`), started.promise) });
  resume.opened('offer', true);
  await expect.poll(() => done).toEqual(['start one']);
  resume.leave();
  let isSettled = false;
  const settled = resume.settled().then(() => (isSettled = true));
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  started.resolve(undefined);
  await settled;
  expect(done).toEqual(['start one']);
});

test('a library that cannot be asked is told of', async () => {
  const { parts, done } = partsOf([{ name: 'one', onOpen: 'start' }]);
  const closed = { runs: { last: () => Promise.reject(new Error('closed')) } } as unknown as ResumingParts['library'];
  const resume = resuming({ ...parts, library: closed });
  resume.opened('resume', true);
  await resume.settled();
  expect(done).toEqual(['all: closed']);
});

test('a program that is closed as soon as it is open leaves nobody who asks the library', async () => {
  const home = temporaryHome();
  const library = await openLibrary(home, { program: 'the test' });
  for (let index = 0; index < 100; index++) await library.machines.create({ ...bareDefinition(`box ${index}`), onOpen: 'start' });
  await library.close();
  const { startMachine, machines } = scriptedEmulator();
  const refused: unknown[] = [];
  const listener = (reason: unknown) => void refused.push(reason);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  const application = await createApplication({ shell: 'browser', program: 'the test', home, listens: true, startMachine });
  await application.close();
  const begun = machines.length;
  await new Promise(setImmediate);
  expect([refused, machines.length - begun, machines.every(({ ended }) => ended)]).toEqual([[], 0, true]);
});
