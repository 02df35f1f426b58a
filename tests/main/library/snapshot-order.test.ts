/** Snapshots are in the order in which they were taken, in old libraries too, whatever the host's clock said. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../main/library/database.ts';
import { migrate, migrations } from '../../../main/library/migrations.ts';
import { snapshotRecords } from '../../../main/library/snapshot-records.ts';
import { timelineRecords } from '../../../main/library/timeline-records.ts';
import { newRecord } from '../../../main/taking/records.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { temporaryFolder } from '../temporary-home.ts';

const MACHINE = 'M' as MachineId;
const DAY = 86_400_000;

test('of a library from before there was a number, and on from there', async () => {
  const database = await openDatabase(join(temporaryFolder(), 'old.db'));
  onTestFinished(() => database.close());
  await migrate(database, migrations.slice(0, 2));
  const definition = JSON.stringify(bareDefinition('old'));
  await database.run(`INSERT INTO machines (id, name, definition, created_at, changed_at) VALUES (?, 'old', ?, 0, 0)`, MACHINE, definition);
  const old = async (id: string, createdAt: number) =>
    database.run(
      `INSERT INTO snapshots (id, machine, kind, name, note, pinned, protected, created_at, uptime_ms, memory_mib, paused, thumbnail, state, reason, definition, disks)
       VALUES (?, ?, 'manual', ?, '', 0, 0, ?, 0, 16, 0, '', 'ready', '', ?, '[]')`,
      ...[id, MACHINE, id, createdAt, definition],
    );
  // The clock was three days ahead for the first two.
  await old('Z-first', 3 * DAY);
  await old('M-second', 3 * DAY + 1000);
  await old('A-third', 1000);
  await migrate(database);
  const records = snapshotRecords(database);
  expect((await records.list(MACHINE)).map(({ name }) => name)).toEqual(['Z-first', 'M-second', 'A-third']);

  const taken = (name: string) => ({
    ...newRecord({
      ...{ machine: MACHINE, parent: null, kind: 'manual', name, uptimeMs: 0, paused: false, thumbnail: '' },
      ...{ definition: bareDefinition('old'), disks: [], unfinished: [] },
    }),
    createdAt: -DAY,
  });
  const { apply } = timelineRecords(database);
  await apply({ insert: [{ record: taken('fourth'), saved: { consoles: [] } }] });
  await apply({ remove: ['A-third' as SnapshotId] });
  const many = ['fifth', 'sixth'].map((name) => ({ record: taken(name), saved: { consoles: [] } }));
  await apply({ insert: many });
  const all = await records.list(MACHINE);
  expect(all.map(({ name }) => name)).toEqual(['Z-first', 'M-second', 'fourth', 'fifth', 'sixth']);
  expect(all.map(({ sequence }) => sequence)).toEqual([...all.map(({ sequence }) => sequence)].sort((a, b) => a - b));
  expect(new Set(all.map(({ sequence }) => sequence)).size).toBe(5);
});
