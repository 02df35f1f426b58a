/** `viv library`: against a running program, and with what a program has stored before. */
import { said } from '../kit/said.ts';
import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { machine, scriptedProgram, snapshot, task, timeline } from './scripted-program.ts';
import { viv } from './viv.ts';

test('a running program checks itself, and what it has marked is named', async () => {
  const lost = snapshot('BBBB', 'second', 2, { state: 'damaged', reason: said('its memory has lost 3 of 4096 pieces') });
  let snapshots = [snapshot('AAAA', 'first', 1)];
  const program = await scriptedProgram({
    machines: { list: () => [machine()] },
    snapshots: { timeline: () => timeline(snapshots), checkAll: () => ({ task: 'task-1' }) },
    tasks: { list: () => [task('done')] },
  });
  expect(await program.viv('library', 'check')).toMatchObject({ status: 0, out: expect.stringContaining('no problems found'), err: '' });
  snapshots = [...snapshots, lost];
  expect(await program.viv('library', 'check')).toEqual({
    status: 1,
    out: '',
    err: 'viv: the snapshot "second" of "box" is damaged: its memory has lost 3 of 4096 pieces\n',
  });
  expect(program.calls).toEqual([['snapshots.checkAll'], ['snapshots.checkAll']]);
  expect(await program.viv('library', 'repair')).toMatchObject({ status: 1, err: expect.stringContaining('in use by a scripted program') });
});

test('a store that was cut off: check names what is lost, repair keeps the rest, and the machine starts', async () => {
  const home = join(temporaryFolder(), 'home');
  const { lock } = findHome({ VIVARIUM_HOME: home });
  const free = () => vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 20_000 });
  const run = async (...args: readonly string[]) => {
    const { status, out, err } = await viv(home, ...args);
    expect({ args, status, ...(status === 0 ? {} : { err }) }).toEqual({ args, status: 0 });
    return out;
  };
  await run('create', 'box', '--template', 'hello-riscv64');
  await run('start', 'box');
  await run('snapshot', 'create', 'box', 'whole', '--wait');
  await run('stop', 'box');
  await free();
  expect(await run('library', 'check')).toContain('no problems found');

  const store = join(home, 'store.db');
  truncateSync(store, Math.floor(statSync(store).size / 2));
  appendFileSync(store, 'not what was there');
  const check = await viv(home, 'library', 'check');
  expect(check).toMatchObject({ status: 1, out: '', err: expect.stringContaining('viv: the snapshot "whole" of "box": ') });
  expect(check.err).toContain('viv library repair');
  await run('library', 'repair');
  expect(readdirSync(home).some((name) => name.startsWith('store.db.damaged-'))).toBe(true);
  expect(await run('list')).toContain('box');
  await run('start', 'box');
  await run('snapshot', 'create', 'box', 'after', '--wait');
  await run('stop', 'box');
  await free();
});

test('a damaged library: repair saves its machines, and the damaged file stays', async () => {
  const home = join(temporaryFolder(), 'home');
  const { library } = findHome({ VIVARIUM_HOME: home });
  for (const name of ['one', 'two']) expect(await viv(home, 'create', name, '--template', 'hello-riscv64')).toMatchObject({ status: 0 });
  // The last page is of a table that came last, not of the machines.
  truncateSync(library, statSync(library).size - 4096);
  const refused = await viv(home, 'list');
  expect(refused).toMatchObject({ status: 1, out: '', err: expect.stringContaining('viv library repair') });
  const { status, out } = await viv(home, 'library', 'repair');
  expect([status, out]).toEqual([
    0,
    expect.stringMatching(/^the library was damaged: 2 machines and 0 snapshots were saved; .* kept as \S+\n/),
  ]);
  expect((await viv(home, 'list')).out).toMatch(/\none .*\ntwo /);
  expect(readdirSync(home).some((name) => name.startsWith('library.db.damaged-'))).toBe(true);
});
