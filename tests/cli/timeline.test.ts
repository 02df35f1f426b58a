/** Snapshots from the command line with a guest that runs: back, forth, beside, away and home again. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import type { MachineStatus } from '../../preload/contract/machines.ts';
import type { Snapshot, Timeline } from '../../preload/contract/snapshots.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { BARE_GUESTS, type BareGuest } from '../main/history/timeline-program.ts';
import { startViv, viv } from './viv.ts';

/** A home with a machine of the built-in guest; the background program is ended afterwards. */
async function place(guest: BareGuest) {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  const lock = findHome({ VIVARIUM_HOME: home }).lock;
  onTestFinished(async () => {
    const owner = findOwner(lock);
    if (owner) process.kill(owner.pid, 'SIGTERM');
    await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 20_000 });
  });
  /** Runs a command that has to succeed. */
  const run = async (...args: readonly string[]) => {
    const { status, out, err } = await viv(home, ...args);
    // Progress that took a while is no error.
    expect({ args, status, ...(status === 0 ? {} : { err }) }).toEqual({ args, status: 0 });
    return out;
  };
  const timeline = async (name = 'box') => JSON.parse(await run('snapshot', 'list', name, '--json')) as Timeline;
  const state = async (name = 'box') =>
    (JSON.parse(await run('list', '--json')) as (MachineStatus & { name: string })[]).find((machine) => machine.name === name);
  /** Types a line into the guest and gives what it answers. */
  const say = async (line: string, name = 'box') => {
    const console = startViv(home, 'console', name);
    const word = `${line} ${Math.random().toString(36).slice(2)}`;
    console.write(`${word}\r`);
    await vi.waitFor(() => expect(console.out()).toContain(`You said: ${word}`), { timeout: 60_000 });
    console.endInput();
    return (await console.result).out;
  };
  await run('create', 'box', '--template', guest);
  return { folder, home, lock, run, timeline, state, say };
}
const named = ({ snapshots }: Timeline, name: string) => snapshots.find((snapshot) => snapshot.name === name) as Snapshot;

test.each(BARE_GUESTS)('create, restore, take the restore back, branch, delete and undelete (%s)', async (guest) => {
  const { run, timeline, state, say } = await place(guest);
  await run('start', 'box');
  await say('before the first');
  expect(await run('snapshot', 'create', 'box', 'first', '--note', 'as it was', '--wait')).toMatch(
    /^"first" is stored: .* of its own, .* shared\n$/,
  );
  await say('between');
  const second = JSON.parse(await run('snapshot', 'create', 'box', 'second', '--json', '--wait')) as Snapshot;
  const { snapshots, present } = await timeline();
  expect(snapshots.map(({ name, note, hasMemory, state: stored }) => [name, note, hasMemory, stored])).toEqual([
    ['first', 'as it was', true, 'ready'],
    ['second', '', true, 'ready'],
  ]);
  expect([snapshots[1]?.parent, present.parent]).toEqual([snapshots[0]?.id, second.id]);
  expect(snapshots[0]?.thumbnail).toContain('You said: before the first');

  const restored = await run('snapshot', 'restore', 'box', 'first');
  expect(restored).toMatch(/^"box" is running as in "first", after \d+ ms\n/);
  const [, kept] = /is kept as "(.+)"/.exec(restored) ?? [];
  expect(kept).toBeDefined();
  expect(await say('after the return')).toContain('You said');
  expect((await timeline()).present.parent).toBe(snapshots[0]?.id);

  await run('snapshot', 'restore', 'box', kept as string);
  expect(named(await timeline(), kept as string)).toMatchObject({ kind: 'kept', parent: second.id });
  await say('back again');

  await run('snapshot', 'branch', 'box', 'second', 'beside', '--start');
  expect(await state('beside')).toMatchObject({ state: 'running' });
  await Promise.all([say('I am box'), say('I am beside', 'beside')]);
  await run('stop', 'beside');

  expect(await run('snapshot', 'list', 'box')).toMatch(/^SNAPSHOT .*\n● first +@\d .*\n(?:.*\n)*.*\* now: running\n/);
  const deleted = await run('snapshot', 'delete', 'box', 'second');
  const { id } = second;
  expect(deleted).toContain(`viv snapshot undelete box ${id}`);
  expect(named(await timeline(), kept as string).parent).toBe(snapshots[0]?.id);
  await run('snapshot', 'undelete', 'box', id);
  expect(named(await timeline(), 'second').id).toBe(id);
  await run('stop', 'box');
});

test.each(BARE_GUESTS)('suspend and go on (%s)', async (guest) => {
  const { run, lock, state, say } = await place(guest);
  await run('start', 'box');
  await say('before');
  await run('suspend', 'box');
  expect(await state()).toMatchObject({ state: 'off', suspended: true });
  expect(await run('list')).toMatch(/\nbox +suspended /);
  // The next program goes on from the file.
  await vi.waitFor(() => expect(existsSync(lock)).toBe(false), { timeout: 20_000 });
  await run('start', 'box');
  expect(await state()).toMatchObject({ state: 'running', suspended: false });
  expect(await say('after')).not.toContain('Good bye');
  await run('stop', 'box');
});

test.each(BARE_GUESTS)('disks: added, snapshotted while off, exported; the machine carried to another home (%s)', async (guest) => {
  const { run, folder, timeline } = await place(guest);
  expect(await run('disk', 'add', 'box', '--size', '8M')).toBe('disk 1\n');
  expect(await run('disk', 'list', 'box')).toMatch(/^DISK.*\n1 +8 MiB +\S+ \S+ +kept in the library +none\n$/);
  await run('snapshot', 'create', 'box', 'empty', '--wait');
  expect(named(await timeline(), 'empty')).toMatchObject({ hasMemory: false, state: 'ready', uptimeMs: 0 });
  await run('disk', 'resize', 'box', '1', '16M');
  const now = join(folder, 'now.img');
  await run('disk', 'export', 'box', '1', now);
  expect(statSync(now)).toMatchObject({ size: 16 * 1024 ** 2, blocks: expect.toSatisfy((blocks: number) => blocks * 512 < 1024 ** 2) });
  const then = join(folder, 'then.img');
  await run('disk', 'export', 'box', '1', then, '--snapshot', 'empty');
  expect(statSync(then).size).toBe(8 * 1024 ** 2);

  const file = join(folder, 'box.vivarium');
  expect(await run('snapshot', 'export', 'box', file)).toMatch(new RegExp(`^${file}: \\d.* (?:bytes|[KM]iB)\\n$`));
  const elsewhere = join(folder, 'elsewhere');
  expect(await viv(elsewhere, 'snapshot', 'import', file, '--name', 'carried')).toMatchObject({ status: 0, out: 'carried\n' });
  const { out } = await viv(elsewhere, 'snapshot', 'list', 'carried', '--json');
  expect((JSON.parse(out) as Timeline).snapshots.map(({ name }) => name)).toContain('empty');
  await vi.waitFor(() => expect(findOwner(findHome({ VIVARIUM_HOME: elsewhere }).lock)).toBeUndefined(), { timeout: 20_000 });
});
