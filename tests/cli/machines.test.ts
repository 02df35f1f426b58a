/** Machines from the command line: made, listed, started in the background, attached to, stopped, deleted, undone. */
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import type { MachineStatus } from '../../preload/contract/machines.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { echoesUntilQ } from './bare-program.ts';
import { startViv, viv } from './viv.ts';

/** A home; a background program that is still there afterwards is ended. */
function place() {
  const home = join(temporaryFolder(), 'home');
  const lock = findHome({ VIVARIUM_HOME: home }).lock;
  onTestFinished(async () => {
    const owner = findOwner(lock);
    if (!owner) return;
    process.kill(owner.pid, 'SIGTERM');
    await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 20_000 });
  });
  const program = join(home, '..', 'echo.bin');
  writeFileSync(program, echoesUntilQ());
  const run = (...args: readonly string[]) => viv(home, ...args);
  const list = async (...more: readonly string[]) =>
    JSON.parse((await run('list', '--json', ...more)).out) as (MachineStatus & { name: string })[];
  return { home, lock, program, run, list };
}
const fine = { status: 0, out: '', err: '' };

test('create, list, show, set, delete, undelete, undo in process', async () => {
  const { run, list, program, lock } = place();
  expect(await run('list')).toMatchObject({ status: 0, out: '', err: expect.stringContaining('viv create') });
  expect(await run('create', 'box', '--bare', program, '--memory', '16M')).toEqual(fine);
  expect(await run('create', 'box', '--bare', program)).toMatchObject({
    status: 1,
    err: expect.stringContaining('already a machine called "box"'),
  });
  expect(await run('create', 'linux', '--template', 'debian-riscv64', '--memory', '1G')).toEqual(fine);
  expect(await run('create', 'other', '--template', 'nonsense')).toMatchObject({
    status: 1,
    err: expect.stringContaining('debian-riscv64'),
  });
  expect((await list()).map(({ name, state, definition }) => [name, state, definition.memoryMiB, definition.template])).toEqual([
    ['box', 'off', 16, undefined],
    ['linux', 'off', 1024, 'debian-riscv64'],
  ]);
  expect((await run('list')).out).toMatch(/^NAME +STATE.*\nbox +off +16 MiB/);
  expect(await run('set', 'box', '--memory', '32M', '--name', 'crate')).toEqual(fine);
  expect((await run('show', 'crate')).out).toContain('32 MiB');
  expect(await run('undo', 'crate')).toEqual(fine);
  expect(await run('delete', 'box', 'linux')).toEqual(fine);
  expect((await list('--deleted')).map(({ name }) => name).sort()).toEqual(['box', 'linux']);
  expect(await run('undelete', 'box')).toEqual(fine);
  expect((await list()).map(({ name, definition }) => [name, definition.memoryMiB])).toEqual([['box', 16]]);
  expect(await run('start', 'nobody')).toMatchObject({
    status: 1,
    err: expect.stringContaining('there is no machine called "nobody". There are: "box"'),
  });
  await vi.waitFor(() => expect(existsSync(lock)).toBe(false), { timeout: 20_000 });
});

test('tags and a group are kept with the machine, and the list shows and filters them', async () => {
  const { run, list, program } = place();
  expect(await run('create', 'box', '--bare', program, '--tag', 'web', '--tag', 'debian')).toEqual(fine);
  expect(await run('create', 'other', '--bare', program, '--group', 'Release tests')).toEqual(fine);
  expect((await run('list')).out).toMatch(/^NAME +STATE +GROUP +TAGS .*\nbox +off +web,debian /);
  expect((await list('--tag', 'debian', '--tag', 'web')).map(({ name }) => name)).toEqual(['box']);
  expect((await list('--group', 'Release tests')).map(({ name }) => name)).toEqual(['other']);
  expect(await run('list', '--tag', 'none-has-it')).toMatchObject({
    status: 0,
    out: '',
    err: expect.stringContaining('viv list shows all'),
  });
  expect(await run('set', 'box', '--tag', 'none', '--group', 'Release tests')).toEqual(fine);
  expect(await run('set', 'box', '--tag', 'two words')).toMatchObject({ status: 2, err: expect.stringContaining('without spaces') });
  expect((await list('--group', 'Release tests')).map(({ definition: { tags } }) => tags ?? [])).toEqual([[], []]);
});

test('start leaves it running; console, pause, resume, log and stop find it; the background program ends by itself', async () => {
  const { run, list, home, lock, program } = place();
  await run('create', 'box', '--bare', program, '--memory', '16M');
  expect(await run('start', 'box')).toEqual(fine);
  expect(findOwner(lock)).toMatchObject({ program: 'viv serve' });
  expect((await list())[0]).toMatchObject({ state: 'running' });

  const console = startViv(home, 'console', 'box');
  console.write('hello');
  await vi.waitFor(() => expect(console.out()).toBe('hello'), { timeout: 60_000 });
  console.endInput();
  expect(await console.result).toEqual({ status: 0, out: 'hello', err: '' });

  expect(await run('pause', 'box')).toEqual(fine);
  expect((await list())[0]).toMatchObject({ state: 'paused', lastLine: 'hello' });
  expect(await run('pause', 'box')).toMatchObject({ status: 1, err: expect.stringContaining('paused, not running') });
  expect(await run('delete', 'box')).toMatchObject({ status: 1, err: expect.stringContaining('stop it before') });
  expect(await run('resume', 'box')).toEqual(fine);
  expect(await run('log', 'box')).toEqual({ status: 0, out: 'hello', err: '' });
  expect(await run('stop', 'box')).toEqual(fine);
  await vi.waitFor(() => expect(existsSync(lock)).toBe(false), { timeout: 20_000 });
  expect((await list())[0]).toMatchObject({ state: 'off', reason: 'stopped', lastLine: 'hello' });
  expect(await run('log', 'box')).toMatchObject({ out: 'hello' });
  expect(await run('console', 'box')).toMatchObject({ status: 1, err: expect.stringContaining('viv start') });
});

test('an attached console ends when the guest powers off', async () => {
  const { run, home, program } = place();
  await run('create', 'box', '--bare', program, '--memory', '16M');
  await run('start', 'box');
  const console = startViv(home, 'console', 'box');
  console.write('bye q');
  const { status, out, err } = await console.result;
  expect([status, out]).toEqual([0, 'bye q']);
  expect(err).toContain('"box" is off (powered off by the guest)');
});

/** The other side of a pseudo-terminal, as a terminal program has it: what it has shown so far. */
function terminalAt(path: string) {
  const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(fd));
  const buffer = Buffer.alloc(4096);
  let shown = '';
  return {
    type: (text: string) => void writeSync(fd, text),
    look() {
      try {
        shown += buffer.toString('utf8', 0, readSync(fd, buffer));
      } catch (error) {
        // Nothing there.
        expect(error).toMatchObject({ code: 'EAGAIN' });
      }
      return shown;
    },
  };
}

test('console --pty gives the console to another terminal program, until Ctrl-C or the end', async () => {
  const { run, home } = place();
  await run('create', 'box', '--template', 'hello-riscv64');
  await run('start', 'box');
  const open = async () => {
    const console = startViv(home, 'console', 'box', '--pty');
    await vi.waitFor(() => expect(console.out()).toMatch(/^\/dev\/\S+\n$/), { timeout: 60_000 });
    const path = console.out().trim();
    await vi.waitFor(() => expect(console.err()).toContain(`screen ${path}`), { timeout: 60_000 });
    return { console, terminal: terminalAt(path) };
  };

  const first = await open();
  await vi.waitFor(() => expect(first.terminal.look()).toContain('Hello from a bare riscv64 machine'), { timeout: 60_000 });
  const greeting = first.terminal.look();
  first.terminal.type('help\r');
  await vi.waitFor(() => expect(first.terminal.look()).toContain('powers off'), { timeout: 60_000 });
  expect(first.terminal.look().slice(greeting.length).split('help\r'), 'only the guest echoes').toHaveLength(2);
  first.console.kill('SIGINT');
  expect(await first.console.result).toMatchObject({ status: 0 });

  const second = await open();
  // A line feed as it is: made into CR LF, it would be two lines to the guest.
  second.terminal.type('good morning\n');
  await vi.waitFor(() => expect(second.terminal.look()).toContain('You said: good morning'), { timeout: 60_000 });
  second.terminal.type('off\r');
  expect(await second.console.result).toMatchObject({ status: 0, err: expect.stringContaining('"box" is off') });
});

test('a background program that is killed is noticed, and its machine is off with that reason', async () => {
  const { run, list, lock, program } = place();
  await run('create', 'box', '--bare', program, '--memory', '16M');
  await run('start', 'box');
  const owner = findOwner(lock);
  // Process 0 would be this one and all of its kin.
  if (!owner) throw new Error('the machine has no background program');
  process.kill(owner.pid, 'SIGKILL');
  await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 20_000 });
  expect((await list())[0]).toMatchObject({ state: 'off', reason: 'the program ended while the machine ran' });
  expect(await run('start', 'box')).toEqual(fine);
});

test('a start that fails says why and leaves no background program', async () => {
  const { run, list, lock, program } = place();
  expect(await run('create', 'box', '--bare', program)).toEqual(fine);
  rmSync(program);
  expect(await run('start', 'box')).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringContaining(`program file not found: ${program}`),
  });
  await vi.waitFor(() => expect(existsSync(lock)).toBe(false), { timeout: 20_000 });
  expect((await list())[0]?.state).toBe('off');
});

test('a damaged library: every command says so, repair keeps the file', async () => {
  const { run, home } = place();
  await run('list');
  const file = join(home, 'library.db');
  writeFileSync(file, 'not a database at all, '.repeat(100));
  expect(await run('list')).toMatchObject({ status: 1, err: expect.stringContaining('viv library repair') });
  const { status, out } = await run('library', 'repair');
  expect(status).toBe(0);
  const kept = /kept as (\S+);/.exec(out)?.[1] ?? '';
  expect(readFileSync(kept, 'utf8')).toContain('not a database at all');
  expect(await run('list')).toMatchObject({ status: 0 });
  expect(await run('library', 'check')).toMatchObject({ status: 0, out: expect.stringContaining('no problems found') });
});

test('several commands at once wait for each other', async () => {
  const { run, list, program } = place();
  const names = ['a', 'b', 'c', 'd'];
  const results = await Promise.all(names.map((name) => run('create', name, '--bare', program, '--memory', '16M')));
  expect(results).toEqual(names.map(() => fine));
  expect((await list()).map(({ name }) => name).sort()).toEqual(names);
});

test(
  'a branch on one network with the machine that it is of is started with its cable out, and that is said',
  { timeout: 240_000 },
  async () => {
    const { run, program } = place();
    expect(await run('network', 'create', 'office')).toMatchObject({ status: 0 });
    expect(await run('create', 'box', '--bare', program, '--memory', '16M', '--net', 'office,mac=52:54:00:00:00:07')).toEqual(fine);
    expect(await run('start', 'box')).toEqual(fine);
    expect(await run('snapshot', 'create', 'box', 'before')).toMatchObject({ status: 0 });
    const said =
      'viv: warning: "branch" and "box" have the same card address (52:54:00:00:00:07) on the network "office": the cable of "branch" is pulled.';
    expect(await run('snapshot', 'branch', 'box', 'before', 'branch', '--start')).toMatchObject({
      status: 0,
      err: expect.stringContaining(said),
    });
    expect(await run('stop', 'branch')).toEqual(fine);
    expect(await run('start', 'branch')).toMatchObject({ status: 0, err: expect.stringContaining(said) });
    await vi.waitFor(async () => expect((await run('link', 'branch')).out).toContain('down'), { timeout: 60_000 });
    expect(await run('stop', 'box', 'branch')).toEqual(fine);
    // Alone on the network it is plugged in.
    expect(await run('start', 'branch')).toEqual(fine);
    expect(await run('stop', 'branch')).toEqual(fine);
  },
);
