/** `viv disk`, and what `create` and `set` say of disks, against a program whose services the test plays. */
import { said } from '../kit/said.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CallError } from '../../main/cli/call-error.ts';
import { addedDisk } from '../../main/cli/disks/add-command.ts';
import { changedDisk } from '../../main/cli/disks/set-command.ts';
import { unlessChanged } from '../../main/supervisor/unless-changed.ts';
import { replacedDisks } from '../../main/cli/machines/set-command.ts';
import type { DiskStatus } from '../../preload/contract/disks.ts';
import type { DiskDefinition, MachineStatus } from '../../preload/contract/machines.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { BOX, machine, scriptedProgram, snapshot, task, timeline, type Script } from './scripted-program.ts';

const GIB = 1024 ** 3;
const root: DiskDefinition = { id: 'disk-a', path: '/images/root.qcow2', format: 'qcow2', readonly: false, writes: 'overlay' };
const empty: DiskDefinition = { id: 'disk-b', readonly: false, writes: 'throwaway', sizeBytes: 4 * GIB };
const rootBase = { path: '/images/root.qcow2', format: 'qcow2', fileBytes: 1, changedAt: 0, sha256: 'ab' } as const;
const statuses: readonly DiskStatus[] = [
  {
    slot: 0,
    id: 'disk-a',
    sizeBytes: 2 * GIB,
    base: rootBase,
    hostBytes: 48 * 1024 ** 2,
    problem: { code: 'text', facts: { text: 'its base has changed' } },
  },
  { slot: 1, id: 'disk-b', sizeBytes: 4 * GIB, hostBytes: 0 },
];

const withBox = ({ disks, machines, ...rest }: Script, box: MachineStatus = machine('box', {}, [root, empty])) =>
  scriptedProgram({
    ...rest,
    machines: { list: () => [box], update: () => box, ...machines },
    disks: { list: () => statuses.slice(0, box.definition.disks.length), ...disks },
    tasks: { list: () => [] },
  });

/** What the service does with an update. */
const applied = (patch: object, base: object, stored: MachineStatus['definition']) => {
  const change = unlessChanged(patch, base);
  return typeof change === 'function' ? change(stored) : change;
};

test('list', async () => {
  const { viv } = await withBox({});
  expect(await viv('disk', 'list', 'box')).toEqual({
    status: 0,
    out: [
      'DISK  SIZE   ON HOST  WRITES                 BASE',
      '1     2 GiB  48 MiB   overlay                /images/root.qcow2 (qcow2)',
      '2     4 GiB  0 bytes  discarded on shutdown  none',
      '',
    ].join('\n'),
    err: 'viv: disk 1 cannot be used: its base has changed\n',
  });
  expect(JSON.parse((await viv('disk', 'list', 'box', '--json')).out)).toEqual([
    { ...root, ...statuses[0] },
    { ...empty, ...statuses[1] },
  ]);
  expect(await (await withBox({}, machine())).viv('disk', 'list', 'box')).toMatchObject({
    out: '',
    err: expect.stringContaining('viv disk add box --size 4G'),
  });
});

test('what is added but cannot be used is said at once', async () => {
  const { viv } = await withBox(
    { disks: { list: () => [{ slot: 0, sizeBytes: 0, hostBytes: 0, problem: { code: 'path-missing', facts: { path: '/a' } } }] } },
    machine(),
  );
  expect(await viv('disk', 'add', 'box', '--file', '/a')).toEqual({
    status: 0,
    out: 'disk 1\n',
    err: 'viv: disk 1 cannot be used: there is no file /a\n',
  });
});

test('add and remove', async () => {
  const holders = (_: unknown, disk: string) =>
    disk === 'disk-a' ? [{ snapshot: 'A' as SnapshotId, name: 'first', hostBytes: 12_288 }] : [];
  const program = await withBox({ disks: { holders } });
  expect(await program.viv('disk', 'add', 'box', '--size', '1G')).toEqual({ status: 0, out: 'disk 3\n', err: '' });
  expect(await program.viv('disk', 'remove', 'box', '1')).toEqual({
    status: 0,
    out: 'its content is still in "first" (12 KiB)\n',
    err: '',
  });
  expect((await program.viv('disk', 'remove', 'box', '2')).out).toBe('no snapshot contains it\n');
  program.calls.splice(-1);
  expect(program.calls).toEqual([
    ['machines.update', BOX, { disks: [root, empty, { readonly: false, writes: 'overlay', sizeBytes: GIB }] }, { disks: [root, empty] }],
    ['machines.update', BOX, { disks: [empty] }, { disks: [root, empty] }],
  ]);
  expect(await program.viv('disk', 'remove', 'box', '3')).toEqual({
    status: 1,
    out: '',
    err: 'viv: "box" has 2 disks, so there is no disk 3: viv disk list box\n',
  });
});

test('a disk added by somebody else in the meantime stays; one that was changed meanwhile is not touched', async () => {
  const extra: DiskDefinition = { id: 'disk-c', readonly: false, writes: 'overlay', sizeBytes: GIB };
  let box = machine('box', {}, [root, empty]);
  let race: (() => void) | undefined = () => (box = machine('box', {}, [extra, root, empty]));
  const update = (_id: unknown, patch: object, base: object = {}) => {
    race?.();
    race = undefined;
    return { ...box, definition: { ...box.definition, ...applied(patch, base, box.definition) } };
  };
  const program = await withBox({ machines: { list: () => [box], update }, disks: { list: () => [], holders: () => [] } }, box);
  expect(await program.viv('disk', 'remove', 'box', '1')).toEqual({ status: 0, out: 'no snapshot contains it\n', err: '' });
  expect(program.calls.map(([, , patch]) => patch)).toEqual([{ disks: [empty] }, { disks: [extra, empty] }]);
  race = () => (box = machine('box', {}, [{ ...root, readonly: true }]));
  expect(await program.viv('disk', 'set', 'box', '2', '--writes', 'throwaway')).toMatchObject({
    status: 1,
    err: expect.stringContaining('disk 2 of "box" was changed or removed by another program: check viv disk list and try again'),
  });
});

describe('what is added', () => {
  test.for([
    [{ size: '4G' }, { readonly: false, writes: 'overlay', sizeBytes: 4 * GIB }],
    [
      { size: '4G', writes: 'throwaway' },
      { readonly: false, writes: 'throwaway', sizeBytes: 4 * GIB },
    ],
    [{ file: '/a' }, { path: '/a', readonly: false, writes: 'overlay' }],
    [
      { file: '/a', format: 'qcow2', readonly: true },
      { path: '/a', format: 'qcow2', readonly: true },
    ],
    [
      { file: '/a', writes: 'direct' },
      { path: '/a', readonly: false, writes: 'direct' },
    ],
  ] as const)('%j', ([values, disk]) => expect(addedDisk(values)).toEqual(disk));
  test.for([
    [{}, 'specify what to add'],
    [{ format: 'raw', size: '1G' }, '--format requires --file'],
    [{ readonly: true, size: '1G' }, 'an empty disk cannot be read-only'],
    [{ size: '1G', writes: 'direct' }, '--writes direct requires --file'],
    [{ file: '/a', readonly: true, writes: 'overlay' }, 'cannot be combined'],
    [{ file: '/a', format: 'qcow2', writes: 'direct' }, 'never written in place'],
    [{ file: '/a', size: '1G', writes: 'direct' }, 'requires an overlay'],
    [{ file: '/a', writes: 'sometimes' }, '--writes takes overlay, throwaway or direct'],
    [{ file: '/a', format: 'vmdk' }, '--format takes raw or qcow2'],
    [{ size: 'big' }, '--size takes a size'],
  ] as const)('%j', ([values, message]) => {
    expect(() => addedDisk(values)).toThrow(CallError);
    expect(() => addedDisk(values)).toThrow(message);
  });
});

describe('set', () => {
  const image: DiskDefinition = { path: '/a', readonly: false, writes: 'direct' };
  test.for([
    [image, { writes: 'overlay' }, { ...image, writes: 'overlay' }],
    [image, { readonly: true }, { ...image, readonly: true }],
    [root, { writes: 'throwaway' }, { ...root, writes: 'throwaway' }],
    [{ ...root, readonly: true }, { writable: true, writes: 'overlay' }, root],
  ] as const)('%j %j', ([disk, values, changed]) => expect(changedDisk(disk, values)).toEqual(changed));
  test.for([
    [image, {}, 'specify what to change'],
    [image, { readonly: true, writable: true }, 'cannot be combined'],
    [image, { writes: 'away' }, '--writes takes overlay'],
    [empty, { writes: 'direct' }, 'stored in the library'],
    [root, { writes: 'direct' }, 'never written in place'],
    [{ ...image, format: 'qcow2', readonly: true }, { writable: true }, 'never written in place'],
  ] as const)('%j %j is refused', ([disk, values, message]) => {
    expect(() => changedDisk(disk, values)).toThrow(CallError);
    expect(() => changedDisk(disk, values)).toThrow(message);
  });
  test('the command changes that disk', async () => {
    const program = await withBox({});
    expect(await program.viv('disk', 'set', 'box', '2', '--writes', 'overlay')).toEqual({ status: 0, out: '', err: '' });
    expect(program.calls).toEqual([['machines.update', BOX, { disks: [root, { ...empty, writes: 'overlay' }] }, { disks: [root, empty] }]]);
  });
});

test('import, export and compact follow their tasks', async () => {
  const folder = temporaryFolder();
  const begin = (result: TaskStatus['result'] = null) => {
    setTimeout(() => program.events.tasks.changed(task('done', '', { result })), 10);
    return { task: 'task-1' };
  };
  const then = snapshot('AAAA', 'then', 1);
  const program = await withBox({
    snapshots: { timeline: () => timeline([then]) },
    disks: {
      import: () => begin(),
      compact: () => begin(),
      export: (_, _slot, { path, snapshot: of }) => {
        writeFileSync(path, Buffer.alloc(8192, 1));
        return begin(of === undefined ? { unrest: { code: 'guest-not-frozen', facts: { detail: 'it has no fsfreeze' } } } : {});
      },
    },
  });
  const image = join(folder, 'a.qcow2');
  expect((await program.viv('disk', 'import', 'box', image, '--reference')).out).toBe('disk 2\n');
  expect((await program.viv('disk', 'export', 'box', '1', image, '--compress', '--snapshot', 'then')).out).toContain(`${image}: 8 KiB`);
  expect((await program.viv('disk', 'export', 'box', '2', join(folder, 'b.img'))).err).toContain(
    "the image is as after a power failure: the guest's file systems could not be brought to rest: it has no fsfreeze",
  );
  expect((await program.viv('disk', 'compact', 'box', '1')).out).toBe('disk 1 takes up 48 MiB, before 48 MiB\n');
  expect(program.calls).toEqual([
    ['disks.import', BOX, { path: image, copy: false }],
    ['disks.export', BOX, 0, { path: image, format: 'qcow2', snapshot: then.id, compress: true }],
    ['disks.export', BOX, 1, { path: join(folder, 'b.img'), format: 'raw' }],
    ['disks.compact', BOX, 0],
  ]);
});

test('resize and accept', async () => {
  const program = await withBox({ disks: { resize: () => undefined, acceptBase: () => undefined } });
  expect(await program.viv('disk', 'resize', 'box', '2', '8G')).toEqual({ status: 0, out: '', err: '' });
  expect(await program.viv('disk', 'accept', 'box', '1')).toEqual({ status: 0, out: '', err: '' });
  expect(program.calls).toEqual([
    ['disks.resize', BOX, 1, 8 * GIB],
    ['disks.acceptBase', BOX, 0],
  ]);
});

describe('set --drive', () => {
  const image: DiskDefinition = { path: '/a', readonly: false };
  test('a disk that is described as it was keeps its content', () => {
    const { id: _, ...described } = root;
    expect(replacedDisks('box', [root, image], [{ path: '/b', readonly: true }, described])).toEqual([
      { path: '/b', readonly: true },
      root,
    ]);
    expect(replacedDisks('box', [image], [])).toEqual([]);
  });
  test('one that holds what the guest wrote does not go by the way', () => {
    expect(() => replacedDisks('box', [image, root], [image])).toThrow('disk 2 of "box" has data that --drive would discard');
    const { id: _, ...described } = root;
    expect(() => replacedDisks('box', [root, { ...root, id: 'other' }], [described])).toThrow('disk 2');
  });
  test('the whole command', async () => {
    const program = await withBox({}, machine('box', {}, [image]));
    expect(await program.viv('set', 'box', '--drive', 'size=4G', '--checkpoints', '30s', '--on-quit', 'stop')).toMatchObject({ status: 0 });
    expect(program.calls).toEqual([
      [
        'machines.update',
        BOX,
        {
          disks: [{ readonly: false, writes: 'overlay', sizeBytes: 4 * GIB }],
          checkpoints: { everySeconds: 30, budgetBytes: 0 },
          onQuit: 'stop',
        },
        { disks: [image] },
      ],
    ]);
    const refusing = await withBox({});
    expect(await refusing.viv('set', 'box', '--drive', 'file=/a')).toMatchObject({
      status: 1,
      err: expect.stringContaining('disk 1 of "box" has data that --drive would discard'),
    });
    expect(refusing.calls).toEqual([]);
  });
});

describe('machines that are kept', () => {
  test('suspend, and the list says so', async () => {
    const box = machine('box', { suspended: true, reason: said('suspended') });
    const program = await withBox({ machines: { suspend: () => undefined } }, box);
    expect(await program.viv('suspend', 'box')).toEqual({ status: 0, out: '', err: '' });
    expect(program.calls).toEqual([['machines.suspend', BOX]]);
    expect((await program.viv('list')).out).toMatch(/\nbox +suspended +\d+ MiB/);
    expect((await program.viv('show', 'box')).out).toContain('state    suspended\n');
  });
  test('create --booted and checkpoints', async () => {
    const draft = { ...machine('quick').definition, template: 'hello-riscv64' };
    const program = await withBox({ images: { templates: () => [] }, machines: { draft: () => draft, create: () => machine('quick') } });
    expect(await program.viv('create', 'quick', '--template', 'hello-riscv64', '--booted', '--checkpoints', '1m')).toEqual({
      status: 0,
      out: '',
      err: '',
    });
    expect(program.calls).toEqual([
      ['machines.draft', { template: 'hello-riscv64', name: 'quick' }],
      ['images.templates'],
      ['machines.create', { definition: { ...draft, checkpoints: { everySeconds: 60, budgetBytes: 0 } }, booted: true }],
    ]);
  });
  test('show tells of disks and checkpoints', async () => {
    const box = machine('box', {}, [root, empty]);
    const definition = { ...box.definition, checkpoints: { everySeconds: 30, budgetBytes: GIB }, onQuit: 'stop' as const };
    const { out } = await (await withBox({}, { ...box, definition })).viv('show', 'box');
    expect(out).toContain('disk 1       /images/root.qcow2 (qcow2, overlay)\n');
    expect(out).toContain('disk 2       in the library (throwaway, 4 GiB)\n');
    expect(out).toContain('checkpoints  every 30 s, within 1 GiB\non quit      stop the machine\n');
  });
});
