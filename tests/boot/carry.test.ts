/**
 * A Debian root on ext4: what changed between its snapshot points is named file by file, from outside and while it runs, and the
 * machine goes on in another library from the one file that it was carried in.
 */
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotDiff } from '../../preload/contract/snapshots.ts';
import { describeWith } from '../kit/tools.ts';
import { openWholeProgram, type WholeProgram } from '../kit/whole-program.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { debianRoot, ROOT_TOOLS, rootBoot } from './debian-root.ts';
import { Expecting } from './expecting.ts';
import { GUEST_TOOLS } from './parts.ts';

const PROMPT = 'root# ';

/** What changed below /root, as lines. */
function changesIn({ disks }: SnapshotDiff): string[] {
  const [disk] = disks;
  expect(disk!.note).toBeUndefined();
  expect(disk!.volumes.map(({ place, kind, label }) => [place, kind, label])).toEqual([['whole disk', 'ext4', 'root']]);
  return disk!.volumes[0]!.files.filter(({ path }) => path.startsWith('root/')).map(({ path, change }) => `${change} ${path}`);
}

async function opened(
  home: string,
): Promise<{ program: WholeProgram; console: Expecting; type: (id: MachineId, text: string) => Promise<string> }> {
  mkdirSync(home);
  const console = new Expecting();
  const program = await openWholeProgram(findHome({ VIVARIUM_HOME: home }), { output: (_, text) => console.add(text) });
  onTestFinished(() => program.close());
  const type = async (id: MachineId, text: string) => {
    program.type(id, `${text}\r`);
    await console.shows(`${text}\r\n`);
    return console.shows(PROMPT);
  };
  return { program, console, type };
}

describeWith([...new Set([...ROOT_TOOLS, ...GUEST_TOOLS])], 'a Debian root on ext4', () => {
  test('is compared file by file, and goes on elsewhere', async () => {
    const folder = temporaryFolder();
    const { program, console, type } = await opened(join(folder, 'here'));
    const { kernel, initrd, commandLine } = await rootBoot(folder);
    const { id } = await program.machines.create({
      definition: {
        ...{ name: 'carried', board: 'riscv64-virt', cores: 1, memoryMiB: 256, engine: 'auto', ports: [], note: '' },
        boot: { kind: 'linux', kernel, initrd, commandLine },
        disks: [{ path: await debianRoot(), format: 'raw', readonly: false, writes: 'overlay' }],
      },
    });
    await program.machines.start(id);
    await console.shows(PROMPT);
    await type(id, 'echo before > replaced; echo gone > gone; echo same > same; seq 1 9999 > large; sync');
    const first = (await program.snapshots.create(id, { name: 'first' })).snapshot.id;
    await program.stored(id, first);
    // What fsync alone made durable is in the journal and not yet at its place: it must be seen all the same.
    await type(
      id,
      'rm gone; echo AFTER > replaced; mkdir sub; echo new > sub/new; ln -s sub/new link; touch same; MARK=alive; sync sub/new sub replaced .',
    );
    const second = (await program.snapshots.create(id, { name: 'second' })).snapshot.id;
    await program.stored(id, second);
    const expected = ['removed root/gone', 'added root/link', 'changed root/replaced', 'added root/sub', 'added root/sub/new'];
    const diff = await program.snapshots.diff(first, second);
    expect(changesIn(diff)).toEqual(expected);
    expect(diff.pages!.changed).toBeGreaterThan(0);
    expect(diff.pages!.changed).toBeLessThan(diff.pages!.total);

    // And of the present, which nobody has kept.
    await type(id, 'echo more >> large; sync');
    expect(changesIn(await program.snapshots.diff(second, null))).toEqual(['changed root/large']);
    expect((await program.snapshots.timeline(id)).snapshots.map(({ name }) => name)).toEqual(['first', 'second']);

    const file = join(folder, 'carried.vivarium');
    await program.task((await program.snapshots.export(id, file)).task);
    await program.machines.stop(id);
    await program.stopped(id);
    await program.close();
    // Of what the machine booted from, nothing is left.
    for (const path of [kernel, initrd]) if (path.startsWith(folder)) rmSync(path);

    const there = await opened(join(folder, 'there'));
    const { task } = await there.program.snapshots.import(file);
    const ended = await there.program.task(task);
    const machine = (ended as Extract<TaskStatus, { kind: 'import-machine' }>).result!.machine;
    const { snapshots } = await there.program.snapshots.timeline(machine);
    expect(snapshots.map(({ name }) => name)).toEqual(['first', 'second', 'as it was exported']);
    expect(await there.program.machines.get(machine)).toMatchObject({ suspended: true, definition: { name: 'carried' } });
    const again = await there.program.snapshots.diff(snapshots[0]!.id, snapshots[1]!.id);
    expect(changesIn(again)).toEqual(expected);
    expect(again.pages).toEqual(diff.pages);
    // It goes on where it was: its shell remembers, and its disk holds what was written last.
    await there.program.machines.start(machine);
    expect(await there.type(machine, 'echo $MARK; tail -n 1 large; cat sub/new')).toMatch(/alive\r\nmore\r\nnew/);
    // The disk is its own now: it does not need the image that the other one stands on.
    const [{ base } = undefined!] = await there.program.disks.list(machine);
    expect(base).toBeUndefined();
    expect(statSync(file).size).toBeLessThan(400 * 1024 * 1024);
  });
});
