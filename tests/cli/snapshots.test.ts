/** `viv snapshot` against a program whose services the test plays. */
import { said, told } from '../kit/said.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ContractError } from '../../preload/contract/contract.ts';
import type { MachineStatus } from '../../preload/contract/machines.ts';
import type { Snapshot, SnapshotDiff, Timeline } from '../../preload/contract/snapshots.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { BOX, machine, scriptedProgram, snapshot, task, timeline, type Script } from './scripted-program.ts';

const fresh = snapshot('AAAA', 'fresh', 1);
const before = snapshot('BBBB', 'before', 2, { parent: fresh.id, note: 'all\nwell', thumbnail: 'box login:\x1b[0m' });
const later = snapshot('BBCC', 'later', 3, { parent: before.id });
const three = timeline([fresh, before, later]);

/** A program with the machine `box`, its timeline and more. */
const withBox = ({ snapshots, machines, ...rest }: Script, line: Timeline = three, box: MachineStatus = machine()) =>
  scriptedProgram({
    ...rest,
    machines: { list: () => [box, machine('box-2')], ...machines },
    snapshots: { timeline: () => line, hardwareChanges: () => [], ...snapshots },
  });

describe('which snapshot is meant', () => {
  const twins = timeline([fresh, snapshot('CCCC', 'twin', 2), snapshot('CCDD', 'twin', 3), snapshot('EEEE', '@1', 4)]);
  const changes = async (...words: readonly string[]) => {
    const program = await withBox({ snapshots: { change: () => fresh } }, twins);
    const { status, err } = await program.viv('snapshot', 'pin', 'box', ...words);
    return { status, err, ids: program.calls.map(([, id]) => id) };
  };
  const id = (index: number) => twins.snapshots[index]?.id;
  test('name, beginning of the id in any case, count from the newest', async () => {
    expect(await changes('fresh', '01k0ccc', '@2', '@4')).toMatchObject({ status: 0, ids: [id(0), id(1), id(2), id(0)] });
  });
  test('counted is in the order in which they were taken, whatever the clock said', async () => {
    const ahead = timeline([snapshot('AAAA', 'ahead', 59, { sequence: 1 }), snapshot('BBBB', 'today', 2, { sequence: 2 })]);
    const program = await withBox({ snapshots: { change: () => fresh } }, ahead);
    await program.viv('snapshot', 'pin', 'box', '@1');
    expect(program.calls[0]?.[1]).toBe(ahead.snapshots[1]?.id);
    expect((await program.viv('snapshot', 'list', 'box')).out).toMatch(/ahead +@2 [^]*today +@1 /);
  });
  test('a name that looks like a count is a name', async () => expect((await changes('@1')).ids).toEqual([id(3)]));
  test('a name or id that could be several is refused with the list, and nothing is changed', async () => {
    const { status, err, ids } = await changes('fresh', 'twin');
    expect([status, ids]).toEqual([1, []]);
    expect(err).toContain('"twin" matches 2 snapshots of "box"; specify one by its id:\n');
    expect(err).toContain(`  ${id(1)}  2026-11-21 12:02:00  twin\n  ${id(2)}  2026-11-21 12:03:00  twin\n`);
    expect((await changes('01K0CC')).err).toContain('matches 2');
  });
  test.for([
    ['nothing', 'viv: "box" has no snapshot called "nothing": viv snapshot list box shows what it has\n'],
    // As the beginning of an id it is too short.
    ['01K', 'viv: "box" has no snapshot called "01K": viv snapshot list box shows what it has\n'],
    ['@9', 'viv: "box" has 4 snapshots, so there is no @9\n'],
  ] as const)('%s', async ([word, err]) => expect(await changes(word)).toEqual({ status: 1, err, ids: [] }));
  test('the machine has to be there', async () => {
    const { viv } = await withBox({});
    expect(await viv('snapshot', 'list', 'nobody')).toMatchObject({ status: 1, err: expect.stringContaining('There are: "box", "box-2"') });
  });
});

describe('list and show', () => {
  test('list', async () => {
    const { viv } = await withBox(
      {},
      timeline([fresh, { ...before, state: 'damaged', reason: said('memory is missing; its disks restore') }]),
    );
    const { status, out, err } = await viv('snapshot', 'list', 'box');
    expect([status, err]).toEqual([0, 'viv: "before" is damaged: memory is missing; its disks restore\n']);
    expect(out).toMatch(
      /^SNAPSHOT .*\n● fresh +@2 .*\n✗ before +@1 .* manual, damaged\n\* now: off\n\n2 snapshots take up 2 MiB; 5 GiB free\n$/,
    );
  });
  test('--json is the timeline of the contract', async () => {
    const { viv } = await withBox({});
    expect(JSON.parse((await viv('snapshot', 'list', 'box', '--json')).out)).toEqual({ ...three, snapshots: three.snapshots.map(told) });
  });
  test('an empty one says how to begin', async () => {
    const { viv } = await withBox({}, timeline([]));
    expect(await viv('snapshot', 'list', 'box')).toEqual({
      status: 0,
      out: '',
      err: 'viv: no snapshots yet: take one with viv snapshot create box\n',
    });
    expect((await viv('snapshot', 'show', 'box', '@1')).err).toContain('"box" has no snapshots yet');
  });
  test('show', async () => {
    const { viv } = await withBox({});
    const { out } = await viv('snapshot', 'show', 'box', 'before');
    expect(out).toContain(`id            ${before.id}\n`);
    expect(out).toContain('after         fresh\nguest uptime  2 min 00 s\n');
    expect(out).toContain('note          all\n              well\n');
    expect(out).toMatch(/\n\nbox login:\\u\{1b\}\[0m\n$/);
    expect(JSON.parse((await viv('snapshot', 'show', 'box', '@2', '--json')).out)).toEqual(told(before));
  });
});

describe('create', () => {
  const made = snapshot('FFFF', 'made', 9, { parent: later.id, state: 'storing' });
  const stored: Snapshot = { ...made, state: 'ready', ownBytes: 3.1 * 1024 ** 2 };
  const lineWith = (last: Snapshot) => timeline([...three.snapshots, last]);

  test('waits until it is stored', async () => {
    let line = lineWith(made);
    const program = await withBox({
      snapshots: {
        timeline: () => line,
        create: () => {
          setTimeout(() => {
            line = lineWith(stored);
            program.events.tasks.changed(task('done'));
          }, 300);
          return { snapshot: made, task: 'task-1' };
        },
      },
      tasks: { list: () => [] },
    });
    expect(await program.viv('snapshot', 'create', 'box', 'made', '--note', 'why', '--wait')).toEqual({
      status: 0,
      out: '"made" is stored: 3.1 MiB of its own, 2 KiB shared\n',
      err: '',
    });
    expect(program.calls).toEqual([['snapshots.create', BOX, { name: 'made', note: 'why' }]]);
    expect(JSON.parse((await program.viv('snapshot', 'create', 'box', '--json', '--wait')).out)).toEqual(stored);
  });
  test('a task that ended before its id was known', async () => {
    const program = await withBox({
      snapshots: {
        timeline: () => lineWith(stored),
        create: () => {
          program.events.tasks.changed(task('done'));
          return { snapshot: made, task: 'task-1' };
        },
      },
    });
    expect(await program.viv('snapshot', 'create', 'box', '--wait')).toMatchObject({ status: 0, err: '' });
  });
  test('it ends when the snapshot is taken', async () => {
    const { viv } = await withBox({ snapshots: { timeline: () => lineWith(made), create: () => ({ snapshot: made, task: 'task-1' }) } });
    expect(await viv('snapshot', 'create', 'box')).toEqual({
      status: 0,
      out: '"made" is taken; storing continues in the background\n',
      err: '',
    });
  });
  test('Ctrl-C cancels the task, and says so', async () => {
    const program = await withBox({
      snapshots: { create: () => ({ snapshot: made, task: 'task-1' }) },
      tasks: {
        list: () => [task('running', 'storing memory')],
        cancel: () => program.events.tasks.changed(task('cancelled', 'cancelled')),
      },
    });
    const running = program.start('snapshot', 'create', 'box', '--wait');
    await vi.waitFor(() => expect(running.err()).toContain('viv: storing memory\n'), { timeout: 20_000 });
    running.kill('SIGINT');
    expect(await running.result).toMatchObject({ status: 130, out: '', err: 'viv: storing memory\nviv: cancelled\n' });
    expect(program.calls.at(-1)).toEqual(['tasks.cancel', 'task-1']);
  });
  test('a task that fails is the failure of the command', async () => {
    const { viv } = await withBox({
      snapshots: { create: () => ({ snapshot: made, task: 'task-1' }) },
      tasks: { list: () => [task('failed', 'the disk is full: 3 MiB are missing')] },
    });
    expect(await viv('snapshot', 'create', 'box', '--wait')).toEqual({
      status: 1,
      out: '',
      err: 'viv: the disk is full: 3 MiB are missing\n',
    });
  });
  test('a program that ends meanwhile', async () => {
    const program = await withBox({
      snapshots: { create: () => ({ snapshot: made, task: 'task-1' }) },
      tasks: { list: () => [task('running', 'storing memory')] },
    });
    const running = program.start('snapshot', 'create', 'box', '--wait');
    await vi.waitFor(() => expect(running.err()).toContain('viv: storing memory\n'), { timeout: 20_000 });
    await program.end();
    expect(await running.result).toMatchObject({ status: 1, out: '', err: expect.stringMatching(/^viv: storing memory\nviv: \S.+\n$/) });
  });
  test('a refusal is passed on', async () => {
    const { viv } = await withBox({
      snapshots: {
        create: () => {
          throw new ContractError('disk-direct-snapshot', { slot: 0 });
        },
      },
    });
    expect(await viv('snapshot', 'create', 'box')).toEqual({
      status: 1,
      out: '',
      err: 'viv: disk 1 is written directly, so it cannot be part of a snapshot: set its writes to "overlay" under Hardware (the image is then not changed)\n',
    });
  });
});

describe('restore and branch', () => {
  const kept = snapshot('KEPT', 'kept 12:30', 30, { kind: 'kept' });
  const running = machine('box', { state: 'running' });
  test('restore says how long it took and where the present is', async () => {
    const program = await withBox(
      { snapshots: { restore: () => ({ kept: kept.id, milliseconds: 41.7, hardware: [] }) } },
      timeline([fresh, before, kept]),
      running,
    );
    expect(await program.viv('snapshot', 'restore', 'box', 'before')).toEqual({
      status: 0,
      out: '"box" is running as in "before", after 42 ms\nthe previous state is kept as "kept 12:30"\n',
      err: '',
    });
    expect(program.calls).toEqual([['snapshots.restore', before.id]]);
    const { out } = await program.viv('snapshot', 'restore', 'box', 'before', '--json');
    expect(JSON.parse(out)).toMatchObject({ machine: { name: 'box', state: 'running' }, restored: before, kept, milliseconds: 41.7 });
  });
  test('nothing had to be kept', async () => {
    const { viv } = await withBox({ snapshots: { restore: () => ({ kept: null, milliseconds: 3, hardware: [] }) } });
    expect((await viv('snapshot', 'restore', 'box', '@1')).out).toBe(
      '"box" is off as in "later", after 3 ms\nnothing had changed since the last snapshot\n',
    );
  });
  test('what changes of the hardware is said before anything is done', async () => {
    const hardware = [
      { what: 'memory', before: '256 MiB', after: '128 MiB' },
      { what: 'disk 1', before: null, after: 'in the library, 64 MiB, writes kept' },
      { what: 'disk 2', before: '/a\x1b.img (raw), read-only', after: null },
    ];
    const said =
      'this also changes the hardware:\n  memory: 256 MiB -> 128 MiB\n  disk 1: added (in the library, 64 MiB, writes kept)\n  disk 2: removed (/a\\u{1b}.img (raw), read-only)\n';
    const hardwareChanges = () => hardware;
    const { viv } = await withBox({ snapshots: { hardwareChanges, restore: () => ({ kept: kept.id, milliseconds: 3, hardware }) } });
    expect((await viv('snapshot', 'restore', 'box', '@1')).out.startsWith(said)).toBe(true);
    const restore = () => {
      throw new ContractError('base-missing', { path: '/a' });
    };
    const refusing = await withBox({ snapshots: { hardwareChanges, restore } });
    expect(await refusing.viv('snapshot', 'restore', 'box', '@1')).toEqual({
      status: 1,
      out: said,
      err: 'viv: the base image /a is missing: put it back\n',
    });
  });
  test('branch', async () => {
    const program = await withBox({ snapshots: { branch: () => machine('box-2') } });
    expect(await program.viv('snapshot', 'branch', 'box', 'before', 'box-2')).toEqual({
      status: 0,
      out: 'start it with viv start box-2\n',
      err: '',
    });
    expect(await program.viv('snapshot', 'branch', 'box', 'before', 'box-2', '--start')).toEqual({ status: 0, out: '', err: '' });
    expect(program.calls).toEqual([
      ['snapshots.branch', before.id, { name: 'box-2', start: false }],
      ['snapshots.branch', before.id, { name: 'box-2', start: true }],
    ]);
  });
});

describe('changes', () => {
  test.for([
    [['rename', 'box', 'before', 'better'], { name: 'better' }],
    [['note', 'box', 'before', 'a note'], { note: 'a note' }],
    [['note', 'box', 'before', ''], { note: '' }],
    [['pin', 'box', 'before'], { pinned: true }],
    [['unpin', 'box', 'before'], { pinned: false }],
    [['protect', 'box', 'before'], { protected: true }],
    [['unprotect', 'box', 'before'], { protected: false }],
  ] as const)('%j', async ([words, patch]) => {
    const program = await withBox({ snapshots: { change: () => before } });
    expect(await program.viv('snapshot', ...words)).toEqual({ status: 0, out: '', err: '' });
    expect(program.calls).toEqual([['snapshots.change', before.id, patch]]);
  });
  test('a note is printed', async () => {
    const { viv } = await withBox({});
    expect((await viv('snapshot', 'note', 'box', 'before')).out).toBe('all\nwell\n');
    expect((await viv('snapshot', 'note', 'box', 'fresh')).out).toBe('');
  });
  test('delete names what takes it back; the same one twice is deleted once', async () => {
    const program = await withBox({ snapshots: { delete: () => undefined, undelete: () => undefined } });
    expect((await program.viv('snapshot', 'delete', 'box', 'before', '@2', 'fresh')).out).toBe(
      `"before" is deleted; to restore it within a minute: viv snapshot undelete box ${before.id}\n` +
        `"fresh" is deleted; to restore it within a minute: viv snapshot undelete box ${fresh.id}\n`,
    );
    expect(await program.viv('snapshot', 'undelete', 'box', before.id)).toEqual({ status: 0, out: '', err: '' });
    expect(program.calls).toEqual([
      ['snapshots.delete', [before.id, fresh.id]],
      ['snapshots.undelete', [before.id]],
    ]);
  });
});

test('diff: to another, or to the present', async () => {
  const diff: SnapshotDiff = { from: fresh.id, to: null, hardware: [], disks: [{ slot: 0, clusters: 1, clusterBytes: 4096, volumes: [] }] };
  const program = await withBox({ snapshots: { diff: () => diff } });
  expect((await program.viv('snapshot', 'diff', 'box', 'fresh')).out).toBe(
    'disk 1: 1 cluster changed (4 KiB)\nmemory: not compared, one of the snapshots has none\n',
  );
  expect(JSON.parse((await program.viv('snapshot', 'diff', 'box', '@3', '@1', '--json')).out)).toEqual(diff);
  expect(program.calls).toEqual([
    ['snapshots.diff', fresh.id, null],
    ['snapshots.diff', fresh.id, later.id],
  ]);
});

test('export and import', async () => {
  const file = join(temporaryFolder(), 'box.vivarium');
  const done = (more: Partial<TaskStatus>) => {
    setTimeout(() => program.events.tasks.changed(task('done', '', more)), 10);
    return { task: 'task-1' };
  };
  const program = await withBox({
    snapshots: {
      export: (_, path) => {
        writeFileSync(path, 'x'.repeat(2048));
        return done({ kind: 'export-machine', result: { snapshots: [], disks: [] } } as Partial<TaskStatus>);
      },
      import: () => done({ kind: 'import-machine', result: { machine: BOX } } as Partial<TaskStatus>),
    },
    machines: { get: () => machine('box'), update: () => machine('from-work') },
    tasks: { list: () => [] },
  });
  expect(await program.viv('snapshot', 'export', 'box', file)).toEqual({ status: 0, out: `${file}: 2 KiB\n`, err: '' });
  expect((await program.viv('snapshot', 'import', file)).out).toBe('box\n');
  expect((await program.viv('snapshot', 'import', file, '--name', 'from-work')).out).toBe('from-work\n');
  expect(await program.viv('snapshot', 'import', file, '--name', 'box')).toEqual({
    status: 1,
    out: '',
    err: 'viv: there is already a machine called "box": choose another name\n',
  });
  expect(program.calls).toEqual([
    ['snapshots.export', BOX, file],
    ['snapshots.import', file],
    ['machines.get', BOX],
    ['snapshots.import', file],
    ['machines.update', BOX, { name: 'from-work' }],
  ]);
});
