/** Machines carried between libraries with the real emulator: they go on there, as often as wanted, and damage is refused. */
import { said } from '../../kit/said.ts';
import { taskMessage } from '../../../preload/contract/task-words.ts';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { GuestKit } from '../../../main/images/index.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';
import { BARE_GUESTS, type BareGuest, timelineProgram } from '../history/timeline-program.ts';

type Program = Awaited<ReturnType<typeof timelineProgram>>;

/** Waits for a task; answers with its end. */
async function ended({ tasks }: Program, id: string): Promise<{ state: string; message: string; made?: MachineId }> {
  for (;;) {
    const found = tasks.list().find((task) => task.id === id)!;
    if (found.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    const made = found.kind === 'import-machine' && found.result ? { made: found.result.machine } : {};
    return { state: found.state, message: taskMessage(found), ...made };
  }
}
async function imported(program: Program, file: string): Promise<MachineId> {
  const { task } = program.history.carrying.import(file);
  const { state, made } = await ended(program, task);
  expect(state).toBe('done');
  return made!;
}

/** A program with a running machine that has greeted, and a disk. */
async function running(guest: BareGuest): Promise<{ program: Program; id: MachineId }> {
  const program = await timelineProgram({ guest });
  const id = await program.hello({ disks: [{ readonly: false, writes: 'overlay', sizeBytes: 1024 * 1024 }] });
  await program.supervisor.machine(id).start();
  await program.shows(id, '>');
  return { program, id };
}

describe.each(BARE_GUESTS)('carried to another library (%s)', (guest) => {
  test('snapshots keep their order and their machines', { timeout: 60_000 }, async () => {
    const { program, id } = await running(guest);
    const { supervisor, timelines } = program;
    const take = async (name: string) => {
      const { record, stored } = await timelines.create(id, { name });
      await stored;
      return record.id;
    };
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => 3e12);
    const ahead = await take('ahead');
    clock.mockRestore();
    // For its next start it is another one.
    await supervisor.update(id, ({ disks }) => ({
      memoryMiB: 64,
      disks: [...disks, { readonly: false, writes: 'overlay', sizeBytes: 4096 }],
    }));
    await take('today');
    await supervisor.machine(id).life.stop();
    await supervisor.update(id, { disks: [] });
    const file = join(temporaryFolder(), 'hello.vivarium');
    expect(await ended(program, program.history.carrying.export(id, file).task)).toMatchObject({ state: 'done' });

    const there = await timelineProgram();
    const machine = await imported(there, file);
    const [first, second] = (await there.timelines.timeline(machine)).snapshots;
    expect([first?.name, second?.name]).toEqual(['ahead', 'today']);
    expect(first?.createdAt).toBeGreaterThan(second?.createdAt ?? Infinity);
    const defined = () => there.supervisor.machine(machine).record.definition;
    expect(defined()).toMatchObject({ memoryMiB: 64, disks: [] });
    await there.timelines.restore(second!.id);
    expect(there.supervisor.machine(machine).life.configuration?.disks).toHaveLength(1);
    expect(defined()).toMatchObject({ memoryMiB: 64, disks: [{ sizeBytes: 1024 * 1024 }, { sizeBytes: 4096 }] });
    expect(there.supervisor.machine(machine).status().needsRestart).toBe(true);
    await there.timelines.restore(first!.id);
    expect(defined().disks).toHaveLength(1);
    expect(defined().memoryMiB).toBe((await timelines.parts.library.snapshots.get(ahead)).definition.memoryMiB);
  });

  test('a running machine goes on, in as many copies as wanted', { timeout: 60_000 }, async () => {
    const { program, id } = await running(guest);
    await (
      await program.timelines.create(id, { name: 'greeted', note: 'a note' })
    ).stored;
    void program.type(id, 'ahoj\r');
    await program.shows(id, /ahoj[^]*ahoj[^]*>/);
    const before = (await program.timelines.timeline(id)).snapshots;
    const file = join(temporaryFolder(), 'hello.vivarium');
    expect(await ended(program, program.history.carrying.export(id, file).task)).toMatchObject({ state: 'done' });
    expect(program.supervisor.machine(id).life.state).toBe('running');
    expect((await program.timelines.timeline(id)).snapshots.map(({ name }) => name)).toEqual(['greeted']);

    const there = await timelineProgram();
    const first = await imported(there, file);
    const second = await imported(there, file);
    const names = there.supervisor.list().map(({ definition }) => definition.name);
    expect(new Set(names).size).toBe(2);
    for (const machine of [first, second]) {
      const { snapshots, present } = await there.timelines.timeline(machine);
      expect(snapshots[0]).toMatchObject({
        name: 'greeted',
        note: 'a note',
        state: 'ready',
        hasMemory: true,
        createdAt: before[0]!.createdAt,
      });
      expect(snapshots[0]!.id).not.toBe(before[0]!.id);
      expect(present).toMatchObject({ suspended: true, parent: snapshots.at(-1)!.id });
      await there.supervisor.machine(machine).start();
      void there.type(machine, 'again\r');
      await there.shows(machine, /again[^]*again/);
    }
    // A snapshot that came along is one like any other.
    const [greeted] = (await there.timelines.timeline(first)).snapshots;
    await there.timelines.restore(greeted!.id);
    void there.type(first, 'back\r');
    await there.shows(first, /back[^]*back/);
  });

  test('a file opens no door of the host, and names no module', { timeout: 60_000 }, async () => {
    const program = await timelineProgram({ guest });
    const networks = [{ network: 'nat', mac: '52:54:00:00:00:01', hostPorts: [631] }];
    const id = await program.hello({
      networks,
      forwards: [{ hostPort: 47_123, guestPort: 22 }],
      shares: [{ path: temporaryFolder(), tag: 'work' }],
    });
    await program.supervisor.machine(id).start();
    await program.shows(id, '>');
    const { record, stored } = await program.timelines.create(id, { name: 'connected' });
    await stored;
    expect((await program.library.snapshots.get(record.id)).configuration).not.toHaveProperty('networks');
    expect((await program.library.snapshots.get(record.id)).configuration).not.toHaveProperty('shares');
    const file = join(temporaryFolder(), 'box.vivarium');
    expect(await ended(program, program.history.carrying.export(id, file).task)).toMatchObject({ state: 'done' });

    const other = await timelineProgram();
    const made = await imported(other, file);
    const { definition } = other.supervisor.machine(made).record;
    const closed = [{ network: 'nat', mac: '52:54:00:00:00:01' }];
    const shares = [{ tag: 'work' }];
    expect([definition.networks, definition.forwards, definition.shares]).toEqual([closed, undefined, shares]);
    for (const { id: snapshot } of (await other.timelines.timeline(made)).snapshots)
      expect((await other.library.snapshots.get(snapshot)).definition).toMatchObject({ networks: closed, shares });
    await other.supervisor.machine(made).start();
    expect(other.supervisor.machine(made).life.configuration?.networks).toMatchObject([
      { address: '52:54:00:00:00:01', setup: { hostPorts: [], forwards: [] } },
    ]);
    expect(other.supervisor.machine(made).life.configuration?.shares).toMatchObject([{ tag: 'work', setup: { readonly: false } }]);
  });

  test('snapshots that are being stored are waited for, damaged ones are left out and named', { timeout: 60_000 }, async () => {
    const { program, id } = await running(guest);
    const { timelines, library } = program;
    const first = await timelines.create(id, { name: 'first' });
    await first.stored;
    void program.type(id, 'ahoj\r');
    await program.shows(id, /ahoj[^]*ahoj/);
    const lost = await timelines.create(id, { name: 'lost' });
    await lost.stored;
    await library.snapshots.setState(lost.record.id, 'damaged', said('its memory is missing: delete it, or restore another one'));
    const last = await timelines.create(id, { name: 'last' });
    expect((await library.snapshots.get(last.record.id)).state).toBe('storing');
    const file = join(temporaryFolder(), 'hello.vivarium');
    const { state, message } = await ended(program, program.history.carrying.export(id, file).task);
    expect([state, message]).toEqual([
      'done',
      'one snapshot was left out: "lost" (damaged: its memory is missing: delete it, or restore another one)',
    ]);
    expect(program.told.tasks.map((task) => task.message)).toContainEqual({ code: 'step-waits-stored', facts: { name: 'last' } });
    const there = await timelineProgram();
    const { snapshots } = await there.timelines.timeline(await imported(there, file));
    expect(snapshots.map(({ name }) => name).slice(0, 2)).toEqual(['first', 'last']);
    // It came after the one that is missing, and so after that one's parent.
    expect(snapshots[1]?.parent).toBe(snapshots[0]?.id);
  });

  test('a disk added while the machine runs is left out and named, not carried empty', { timeout: 60_000 }, async () => {
    const { program, id } = await running(guest);
    const folder = temporaryFolder();
    const path = join(folder, 'data.raw');
    writeFileSync(path, Buffer.alloc(65_536, 'data'));
    const { disks } = program.supervisor.machine(id).record.definition;
    await program.supervisor.update(id, { disks: [...disks, { path, format: 'raw', readonly: false, writes: 'overlay' }] });
    const file = join(folder, 'hello.vivarium');
    const { message } = await ended(program, program.history.carrying.export(id, file).task);
    expect(message).toContain('disk 2 was left out: it was added while the machine was running');
    const there = await timelineProgram();
    const machine = await imported(there, file);
    expect(there.supervisor.machine(machine).record.definition.disks).toHaveLength(1);
  });

  test('a machine that was never started brings what its disks stand on', { timeout: 60_000 }, async () => {
    const program = await timelineProgram({ guest });
    const folder = temporaryFolder();
    const path = join(folder, 'data.raw');
    writeFileSync(path, Buffer.alloc(65_536, 'data'));
    const id = await program.hello({ disks: [{ path, format: 'raw', readonly: false, writes: 'overlay' }] });
    const file = join(folder, 'hello.vivarium');
    expect(await ended(program, program.history.carrying.export(id, file).task)).toMatchObject({ state: 'done', message: '' });
    const there = await timelineProgram();
    const machine = await imported(there, file);
    expect(there.supervisor.machine(machine).record.definition.disks).toMatchObject([{ sizeBytes: 65_536 }]);
    expect(await there.library.heads.present(machine)).toMatchObject([{ sizeBytes: 65_536 }]);
  });

  test('a file that is there stays, and a damaged one changes nothing', { timeout: 60_000 }, async () => {
    const { program, id } = await running(guest);
    const folder = temporaryFolder();
    const taken = join(folder, 'taken');
    writeFileSync(taken, 'mine');
    const refused = await ended(program, program.history.carrying.export(id, taken).task);
    expect(refused).toMatchObject({ state: 'failed', message: expect.stringContaining('already a file') as string });
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    const file = join(folder, 'hello.vivarium');
    await ended(program, program.history.carrying.export(id, file).task);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(file, bytes);
    const there = await timelineProgram();
    const { task } = there.history.carrying.import(file);
    const failed = await ended(there, task);
    expect(failed).toMatchObject({ state: 'failed', message: expect.stringMatching(/is damaged: .* Nothing was imported/) as string });
    expect(failed.made).toBeUndefined();
    expect(there.supervisor.list()).toEqual([]);
    expect(await there.library.snapshots.list()).toEqual([]);
  });

  test('boot files come along, and stay as long as a machine needs them', { timeout: 60_000 }, async () => {
    const program = await timelineProgram({ guest });
    const source = join(temporaryFolder(), 'program');
    const { boot } = await new GuestKit().prepare(guest);
    writeFileSync(source, readFileSync(boot.kind === 'bare' ? boot.program : ''));
    const { definition } = await program.library.machines.get(await program.hello());
    const { template: _, ...own } = definition;
    const { id } = await program.supervisor.create({ ...own, name: 'of its own', boot: { kind: 'bare', program: source } });
    const file = join(temporaryFolder(), 'own.vivarium');
    expect(await ended(program, program.history.carrying.export(id, file).task)).toMatchObject({ state: 'done' });

    const home = temporaryHome();
    const there = await timelineProgram({ home });
    const machine = await imported(there, file);
    await there.supervisor.machine(machine).start();
    await there.shows(machine, '>');
    const folder = join(home.folder, 'imported');
    await there.close();
    expect(readdirSync(folder)).toHaveLength(1);
    // What an import that never ended would leave.
    const rest = join(folder, '01ARZ3NDEKTSV4RRFFQ69G5FAV');
    mkdirSync(rest);
    const later = await timelineProgram({ home });
    await later.timelines.recovered();
    expect(existsSync(rest)).toBe(false);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
