/** A machine's timeline with the real emulator: taken, listed, gone back to, branched, deleted, suspended. */
import { describe, expect, test } from 'vitest';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { timelineProgram } from './timeline-program.ts';

describe('a machine without disks', () => {
  test('goes back to an instant in place, and back again', { timeout: 60_000 }, async () => {
    const program = await timelineProgram();
    const { supervisor, timelines } = program;
    const id = await program.hello();
    await supervisor.machine(id).start();
    await program.shows(id, '>');
    program.type(id, 'abc');
    await program.shows(id, 'abc');
    const first = await timelines.create(id, { name: 'typed abc', note: 'a note' });
    await first.stored;
    const { snapshots, present } = await timelines.timeline(id);
    expect(snapshots).toMatchObject([{ name: 'typed abc', note: 'a note', state: 'ready', hasMemory: true, parent: null, kind: 'manual' }]);
    expect(present).toMatchObject({ parent: first.record.id, suspended: false });
    program.type(id, 'def');
    await program.shows(id, 'abcdef');
    const before = (await program.printed(id)).length;
    const { kept, milliseconds } = await timelines.restore(first.record.id);
    console.log('restore', milliseconds);
    expect(kept).not.toBeNull();
    // The line editor of the guest knows only what had been typed then.
    program.type(id, 'X\r');
    await program.shows(id, 'abcX', before);
    await timelines.settled();
    const after = await timelines.timeline(id);
    expect(after.snapshots.map(({ kind, state, parent }) => [kind, state, parent])).toEqual([
      ['manual', 'ready', null],
      ['kept', 'ready', first.record.id],
    ]);
    const again = (await program.printed(id)).length;
    await timelines.restore(kept as SnapshotId);
    program.type(id, 'Y\r');
    await program.shows(id, 'abcdefY', again);
  });
});
