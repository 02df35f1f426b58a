/** What an ended program left is finished where it can be, and removed where it cannot; what is another library's stays. */
import { said, told } from '../../kit/said.ts';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createHead, headsOnDisk, overlayFile } from '../../../main/disks/heads.ts';
import { openDatabase } from '../../../main/library/database.ts';
import { migrate, migrations } from '../../../main/library/migrations.ts';
import { openReader } from '../../../main/storage/index.ts';
import { checkLibrary } from '../../../main/history/check-library.ts';
import { temporaryHome } from '../temporary-home.ts';
import { BARE_GUESTS, type BareGuest, timelineProgram } from '../history/timeline-program.ts';

async function withSnapshots(guest: BareGuest, home = temporaryHome()) {
  const program = await timelineProgram({ home, guest });
  const id = await program.hello({ onQuit: 'stop' });
  await program.supervisor.machine(id).start();
  await program.shows(id, '>');
  const taken = [];
  for (const name of ['one', 'two']) {
    const { record, stored } = await program.timelines.create(id, { name });
    await stored;
    taken.push(record.id);
  }
  return { home, program, id, taken: taken as [(typeof taken)[0], (typeof taken)[0]] };
}
async function ownersOf(file: string) {
  const reader = await openReader(file);
  const owners = new Set((await reader.manifests.list()).map(({ owner }) => owner));
  await reader.close();
  return owners;
}

describe.each(BARE_GUESTS)('after the program ended in the middle (%s)', { timeout: 60_000 }, (guest) => {
  test('a snapshot whose bytes are all there is finished, one without them is removed', async () => {
    const { home, program, id, taken } = await withSnapshots(guest);
    const [one, two] = taken;
    await program.library.snapshots.setState(one, 'storing', said('being stored'));
    await program.library.snapshots.setState(two, 'storing', said('being stored'));
    await program.storage.run.dropOwners({ owners: [`snapshot:${two}`] });
    await program.close();
    const again = await timelineProgram({ home });
    const { snapshots, present } = await again.timelines.timeline(id);
    expect(snapshots).toMatchObject([{ name: 'one', state: 'ready', hasMemory: true }]);
    expect(present.parent).toBe(one);
    expect(again.told.notices).toEqual(['finished the snapshot "one"', 'removed the unfinished snapshot "two"']);
    await again.timelines.restore(one);
  });

  test('one that keeps only how a machine was defined is finished', async () => {
    const { home, program, id, taken } = await withSnapshots(guest);
    await program.supervisor.machine(id).life.stop();
    await program.supervisor.update(id, { memoryMiB: 64 });
    const { kept } = await program.timelines.restore(taken[0]);
    await program.timelines.settled();
    await program.library.snapshots.setState(kept!, 'storing', said('being stored'));
    await program.close();
    const again = await timelineProgram({ home });
    expect((await again.timelines.timeline(id)).snapshots.find((snapshot) => snapshot.id === kept)).toMatchObject({
      state: 'ready',
      reason: undefined,
    });
  });

  test('what no row names is removed from the store and from the overlays', async () => {
    const { home, program, id, taken } = await withSnapshots(guest);
    await program.storage.run.copyOwner({ from: `snapshot:${taken[0]}`, to: 'snapshot:nobody' });
    await createHead(overlayFile(home.folder, 'nobody'));
    await program.close();
    const again = await timelineProgram({ home });
    await again.timelines.recovered();
    expect(await ownersOf(again.storage.file)).toEqual(new Set(taken.map((snapshot) => `snapshot:${snapshot}`)));
    expect(headsOnDisk(home.folder)).toEqual([]);
    expect((await again.timelines.timeline(id)).snapshots).toHaveLength(2);
  });

  test('nothing is removed beside a library that was set aside', async () => {
    const { home, program, taken } = await withSnapshots(guest);
    await program.storage.run.copyOwner({ from: `snapshot:${taken[0]}`, to: 'snapshot:of the other library' });
    await createHead(overlayFile(home.folder, 'nobody'));
    await program.close();
    writeFileSync(`${home.library}.damaged-2026-11-21T120000`, 'what is left of it');
    const again = await timelineProgram({ home });
    await again.timelines.recovered();
    expect(await ownersOf(again.storage.file)).toContain('snapshot:of the other library');
    expect(headsOnDisk(home.folder)).toEqual(['nobody']);
  });

  test('a check names what is affected, and marks it', async () => {
    const { home, program, id, taken } = await withSnapshots(guest);
    await program.storage.run.dropOwners({ owners: [`snapshot:${taken[1]}`] });
    await program.close();
    expect(await checkLibrary(home)).toEqual([`the snapshot "two" of "${guest}": its memory is missing`]);
    const again = await timelineProgram({ home });
    expect((await again.timelines.timeline(id)).snapshots.map(told)).toMatchObject([
      { name: 'one', state: 'ready' },
      { name: 'two', state: 'damaged', reason: expect.stringContaining('its memory is missing') as string },
    ]);
    await expect(again.timelines.restore(taken[1])).rejects.toThrow('"two" cannot be used: its memory is missing');
    await again.timelines.restore(taken[0]);
  });
});

describe('a library of the first version', () => {
  test('is opened as it is, and its machines have timelines', async () => {
    const home = temporaryHome();
    const program = await timelineProgram({ home });
    const id = await program.hello();
    const { definition } = program.supervisor.machine(id).record;
    await program.close();
    const old = temporaryHome();
    const database = await openDatabase(old.library);
    await migrate(database, migrations.slice(0, 1));
    await database.run(
      'INSERT INTO machines (id, name, definition, created_at, changed_at) VALUES (?, ?, ?, 1, 1)',
      ...[id, definition.name, JSON.stringify(definition)],
    );
    await database.close();
    const opened = await timelineProgram({ home: old });
    expect(opened.supervisor.machine(id).status()).toMatchObject({ suspended: false, definition });
    expect(await opened.timelines.timeline(id)).toMatchObject({
      snapshots: [],
      present: { parent: null, suspended: false },
      storedBytes: 0,
    });
    // Nothing was stored, so there is no store.
    expect(existsSync(join(old.folder, 'store.db'))).toBe(false);
  });
});
