/** A machine's timeline with the real emulator: taken, listed, gone back to, branched, deleted, suspended. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { told } from '../../kit/said.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';
import { BARE_GUESTS, timelineProgram, type ProgramOptions } from './timeline-program.ts';

const MEBIBYTE = 1024 * 1024;

/** A program with a machine that has started. */
async function started(options: ProgramOptions) {
  const program = await timelineProgram(options);
  const id = await program.hello();
  const machine = program.supervisor.machine(id);
  await machine.start();
  await program.shows(id, '>');
  /** Types, and waits for the echo. */
  const typed = async (text: string) => {
    const from = (await program.printed(id)).length;
    void program.type(id, text);
    await program.shows(id, text, from);
  };
  const take = async (name: string) => {
    const { record, stored } = await program.timelines.create(id, { name });
    await stored;
    return record.id;
  };
  /** Ends the line that was typed; the guest's line editor shows what it knows of it. */
  const line = async (expected: string) => {
    const from = (await program.printed(id)).length;
    void program.type(id, '!\r');
    await program.shows(id, `${expected}!`, Math.max(0, from - expected.length));
  };
  return { ...program, id, machine, typed, take, line };
}
const until = async (condition: () => boolean | Promise<boolean>, what: string) => {
  for (const limit = Date.now() + 20_000; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > limit) throw new Error(`it did not come: ${what}`);
};

describe.each(BARE_GUESTS)('a machine without disks (%s)', { timeout: 60_000 }, (guest) => {
  test('goes back to a snapshot point in place, and back again', async () => {
    const { id, timelines, typed, take, shows, printed, type, machine } = await started({ guest });
    await typed('abc');
    const first = await take('typed abc');
    expect((await timelines.timeline(id)).snapshots).toMatchObject([
      {
        name: 'typed abc',
        state: 'ready',
        hasMemory: true,
        parent: null,
        kind: 'manual',
        thumbnail: expect.stringContaining('> abc') as string,
      },
    ]);
    await typed('def');
    const { run } = machine.life;
    const before = (await printed(id)).length;
    const { kept } = await timelines.restore(first);
    expect(machine.life.run).toBe(run);
    // A line says so, and then the screen is as it was.
    expect(await shows(id, 'abc', before)).toMatch(/restored to “typed abc”[^]*>.* abc$/);
    void type(id, 'X\r');
    await shows(id, 'abcX', before);
    await timelines.settled();
    const after = await timelines.timeline(id);
    expect(after.snapshots.map(({ kind, state, parent }) => [kind, state, parent])).toEqual([
      ['manual', 'ready', null],
      ['kept', 'ready', first],
    ]);
    expect(after.present).toEqual({ machine: id, parent: first, suspended: false });
    const again = (await printed(id)).length;
    await timelines.restore(kept as SnapshotId);
    void type(id, 'Y\r');
    await shows(id, 'abcdefY', again);
  });

  test('goes back by a start when it is off, and keeps nothing then', async () => {
    const { id, timelines, typed, take, line, machine } = await started({ guest });
    await typed('kept');
    const point = await take('point');
    await machine.life.stop();
    expect(await timelines.restore(point)).toMatchObject({ kept: null });
    expect(machine.life.state).toBe('running');
    await line('kept');
    await timelines.settled();
    expect((await timelines.timeline(id)).snapshots).toHaveLength(1);
  });

  test('off has nothing that a snapshot could hold', async () => {
    const program = await timelineProgram({ guest });
    const id = await program.hello();
    await expect(program.timelines.create(id, {})).rejects.toThrow('is off and has no disk to snapshot: start it first');
  });

  test('is suspended, and goes on from there once', async () => {
    const { id, timelines, typed, line, machine, supervisor } = await started({ guest });
    await typed('sleepy');
    await timelines.suspend(id);
    expect(told(machine.status())).toMatchObject({ state: 'off', reason: 'suspended', suspended: true });
    const { snapshots, present } = await timelines.timeline(id);
    expect(snapshots).toMatchObject([{ kind: 'suspended', state: 'ready' }]);
    expect(present).toMatchObject({ parent: snapshots[0]?.id, suspended: true });
    await expect(timelines.delete([snapshots[0]!.id])).rejects.toThrow('is suspended at');
    await supervisor.machine(id).start();
    expect(machine.status().suspended).toBe(false);
    await line('sleepy');
    await machine.life.stop();
    await machine.start();
    expect(told(machine.status()).reason).toBe('running');
    expect((await timelines.timeline(id)).snapshots).toHaveLength(1);
  });

  test('is saved when the program quits, and the next program goes on', async () => {
    const home = temporaryHome();
    const first = await started({ home, guest });
    await first.typed('good night');
    await first.close();
    const second = await timelineProgram({ home, guest });
    const machine = second.supervisor.machine(first.id);
    expect(told(machine.status())).toMatchObject({ state: 'off', suspended: true, reason: 'saved when Vivarium was quit' });
    const from = (await second.printed(first.id)).length;
    await machine.start();
    void second.type(first.id, '!\r');
    await second.shows(first.id, '!', from);
    expect(await second.printed(first.id)).toContain('good night!');
  });

  test('that is to be stopped when the program quits is not saved', async () => {
    const home = temporaryHome();
    const first = await started({ home, guest });
    await first.supervisor.update(first.id, { onQuit: 'stop' });
    await first.close();
    const second = await timelineProgram({ home, guest });
    expect(told(second.supervisor.machine(first.id).status())).toMatchObject({ suspended: false, reason: 'stopped' });
  });

  test('branches into a machine of its own', async () => {
    const { timelines, history, typed, take, line, supervisor, shows, type } = await started({ guest });
    await typed('common');
    const point = await take('fork');
    const status = await history.branch(point, { name: 'other', start: true });
    expect(status).toMatchObject({ state: 'running', definition: { name: 'other' } });
    void type(status.id, 'B\r');
    await shows(status.id, 'commonB');
    await line('common');
    const { snapshots } = await timelines.timeline(status.id);
    expect(snapshots).toMatchObject([{ name: 'fork', parent: null, state: 'ready', sharedBytes: expect.any(Number) as number }]);
    expect(snapshots[0]!.ownBytes).toBe(0);
    // What is deleted of the one is still the other's.
    await timelines.delete([point]);
    await timelines.bin.purge([point]);
    await supervisor.machine(status.id).life.stop();
    await timelines.restore(snapshots[0]!.id);
    await expect(history.branch(snapshots[0]!.id, { name: 'other', start: false })).rejects.toThrow('already a machine called "other"');
  });

  test('loses snapshots in any order, and children keep their place', async () => {
    const { id, timelines, take, typed, told } = await started({ guest });
    const names = ['a', 'b', 'c', 'd'];
    const ids: SnapshotId[] = [];
    for (const name of names) {
      await typed(name);
      ids.push(await take(name));
    }
    const [a, b, c, d] = ids as [SnapshotId, SnapshotId, SnapshotId, SnapshotId];
    await timelines.change(b, { protected: true, note: 'mine' });
    await expect(timelines.delete([b])).rejects.toThrow('"b" is protected');
    await timelines.change(b, { protected: false });
    const parents = async () => Object.fromEntries((await timelines.timeline(id)).snapshots.map(({ name, parent }) => [name, parent]));
    await timelines.delete([c, b]);
    expect(told.removed).toEqual([c, b]);
    expect(await parents()).toEqual({ a: null, d: a });
    await timelines.undelete([b]);
    expect(await parents()).toEqual({ a: null, b: a, d: b });
    await timelines.bin.purge([a]);
    expect(await parents()).toEqual({ b: null, d: b });
    await expect(timelines.undelete([a])).rejects.toThrow('permanently deleted');
    await timelines.delete([d]);
    expect((await timelines.timeline(id)).present.parent).toBe(b);
    await timelines.restore(b);
  });

  test('takes a snapshot back that is cancelled, and the next one is whole', async () => {
    const { id, timelines, typed, take, tasks, line } = await started({ guest });
    await typed('one');
    const { record, task, stored } = await timelines.create(id, { name: 'unwanted' });
    tasks.cancel(task as string);
    await expect(stored).rejects.toThrow();
    expect((await timelines.timeline(id)).snapshots).toEqual([]);
    await typed('two');
    const next = await take('wanted');
    await typed('three');
    await timelines.restore(next);
    await line('onetwo');
    expect((await timelines.timeline(id)).snapshots.some((snapshot) => snapshot.id === record.id)).toBe(false);
  });

  test('says so when a snapshot that nobody waits for could not be stored', async () => {
    const { id, timelines, typed, storage, told } = await started({ guest });
    await typed('one');
    const { storeMemory } = storage.run;
    const failing: typeof storeMemory = async (...given) => {
      await storeMemory(...given);
      throw new Error('the disk is on fire');
    };
    Object.assign(storage.run, { storeMemory: failing });
    const { stored } = await timelines.create(id, { name: 'unlucky' });
    await expect(stored).rejects.toThrow('the disk is on fire');
    Object.assign(storage.run, { storeMemory });
    expect((await timelines.timeline(id)).snapshots).toEqual([]);
    expect(told.notices).toEqual([expect.stringContaining('"unlucky" is not stored: the disk is on fire')]);
  });

  test('is not taken when there is no room, and paused until there is', async () => {
    const room = { freeBytes: 1000 * MEBIBYTE, floorBytes: 100 * MEBIBYTE };
    const { machine, told, timelines } = await started({ guest, freeSpace: () => Promise.resolve({ ...room }) });
    room.freeBytes = 10 * MEBIBYTE;
    await until(() => machine.life.state === 'paused', 'the pause');
    expect(wordsOf(machine.life.reason)).toMatch(
      /^paused: no space left on the host \(10 MiB free in .*\); it resumes when there is enough space$/,
    );
    expect(told.notices.at(-1)).toContain('no space left');
    room.freeBytes = 500 * MEBIBYTE;
    await until(() => machine.life.state === 'running', 'the end of the pause');
    // A person's own pause is not ended.
    await machine.life.pause();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(machine.life.state).toBe('paused');
    expect(await timelines.estimate(machine.id)).toMatchObject({ neededBytes: expect.any(Number) as number });
  });

  test('is checkpointed by the clock, and thinned to the budget', async () => {
    const { id, timelines, supervisor } = await started({ guest });
    await supervisor.update(id, { checkpoints: { everySeconds: 1, budgetBytes: 0 } });
    const automatic = async () => (await timelines.timeline(id)).snapshots.filter(({ kind }) => kind === 'automatic');
    await until(async () => (await automatic()).length >= 3, 'three checkpoints');
    const [pinned] = await automatic();
    await timelines.change(pinned!.id, { pinned: true });
    await supervisor.update(id, { checkpoints: { everySeconds: 1, budgetBytes: 1 } });
    await until(async () => (await automatic()).length === 2, 'the budget');
    const left = await automatic();
    expect(left.map((snapshot) => snapshot.id)).toContain(pinned!.id);
    expect(left[0]!.name).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(supervisor.machine(id).status().needsRestart).toBe(false);
  });

  test('comes already booted from its template, the second time at once', async () => {
    const program = await timelineProgram({ guest });
    const { timelines, history, supervisor } = program;
    const definition = supervisor.machine(await program.hello()).record.definition;
    const first = await history.createBooted({ ...definition, name: 'first' }, '^>$');
    expect(first).toMatchObject({ state: 'off', suspended: true, definition: { name: 'first' } });
    const began = performance.now();
    const second = await history.createBooted({ ...definition, name: 'second' }, '^>$');
    expect(performance.now() - began).toBeLessThan(5000);
    await supervisor.machine(second.id).start();
    void program.type(second.id, 'awake\r');
    await program.shows(second.id, 'awake');
    expect(program.told.tasks.filter(({ kind, state }) => kind === 'boot-template' && state === 'done')).toHaveLength(1);
    expect((await timelines.timeline(second.id)).snapshots).toMatchObject([{ kind: 'booted', state: 'ready' }]);
    await expect(history.createBooted({ ...definition, name: 'third' }, undefined)).rejects.toThrow('has no boot marker');
  });

  test('comes already booted with the disks of its template, each machine with its own', async () => {
    const program = await timelineProgram({ guest });
    const { timelines, history, supervisor, library } = program;
    const base = join(temporaryFolder(), 'base.raw');
    writeFileSync(base, Buffer.alloc(1024 * 1024, 'base'));
    const { definition } = supervisor.machine(await program.hello()).record;
    const disk = { path: base, format: 'raw', readonly: false, writes: 'overlay' } as const;
    const made = async (name: string) => history.createBooted({ ...definition, disks: [disk], name }, '^>$');
    const [first, second] = [await made('first'), await made('second')];
    expect(program.told.tasks.filter(({ kind, state }) => kind === 'boot-template' && state === 'done')).toHaveLength(1);
    for (const { id } of [first, second]) {
      expect((await timelines.timeline(id)).snapshots).toMatchObject([{ kind: 'booted', state: 'ready' }]);
      expect(await library.heads.present(id)).toMatchObject([{ slot: 0, base: { path: base }, sizeBytes: 1024 * 1024 }]);
      await supervisor.machine(id).start();
      void program.type(id, 'awake\r');
      await program.shows(id, 'awake');
    }
    // Nothing of the machine that nobody saw is left: only these two have heads.
    expect((await library.heads.list()).map(({ machine }) => machine).sort()).toEqual([first.id, second.id].sort());
    const direct = { ...disk, writes: 'direct' } as const;
    await expect(history.createBooted({ ...definition, disks: [direct], name: 'third' }, '^>$')).rejects.toThrow('disk');
  });
});
