/** `viv duplicate`, `viv template` and machines of saved templates, with the real program. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

test('a copy has the hardware, and a template makes machines until it is deleted', { timeout: 120_000 }, async () => {
  const home = join(temporaryFolder(), 'home');
  const run = async (...args: readonly string[]) => {
    const { status, out, err } = await viv(home, ...args);
    expect({ args, status, err }).toEqual({ args, status: 0, err: '' });
    return out;
  };
  await run('create', 'box', '--template', 'hello-riscv64', '--memory', '32M');
  expect(await run('duplicate', 'box')).toBe('box copy\n');
  expect(await run('duplicate', 'box', 'second')).toBe('second\n');
  await run('template', 'save', 'box', 'small', '--note', 'a small one');
  const templates = JSON.parse(await run('templates', '--json')) as readonly { readonly name: string; readonly description: string }[];
  expect(templates[0]).toMatchObject({ name: 'small', description: 'a small one', source: 'machine', parts: 'ready' });
  await run('create', 'third', '--template', 'small');
  await run('create', 'fourth', '--template', 'small', '--memory', '48M');
  const machines = JSON.parse(await run('list', '--json')) as readonly {
    readonly name: string;
    readonly definition: { memoryMiB: number };
  }[];
  expect(machines.map(({ name, definition }) => [name, definition.memoryMiB])).toEqual([
    ['box', 32],
    ['box copy', 32],
    ['second', 32],
    ['third', 32],
    ['fourth', 48],
  ]);
  await run('template', 'delete', 'small');
  expect(await viv(home, 'create', 'fifth', '--template', 'small')).toMatchObject({ status: 1 });
  expect(await viv(home, 'duplicate', 'box', 'second')).toMatchObject({ status: 1, err: expect.stringContaining('already a machine') });
  expect(await viv(home, 'template', 'save', 'box', 'not a name')).toMatchObject({ status: 1 });
});

test('a fork runs beside the machine it was made from, from now and from a snapshot', { timeout: 180_000 }, async () => {
  const home = join(temporaryFolder(), 'home');
  const run = async (...args: readonly string[]) => {
    const { status, out, err } = await viv(home, ...args);
    expect({ args, status, err }).toMatchObject({ args, status: 0 });
    return out;
  };
  await run('create', 'box', '--template', 'hello-riscv64', '--memory', '32M');
  await run('start', 'box');
  try {
    await vi.waitFor(async () => expect(await run('log', 'box')).toContain('Hello from'), { timeout: 60_000, interval: 200 });
    expect(await run('fork', 'box')).toBe('box fork\n');
    await run('snapshot', 'create', 'box', 'before');
    expect(await run('fork', 'box', 'third', '--snapshot', 'before')).toBe('third\n');
    const machines = JSON.parse(await run('list', '--json')) as readonly { readonly name: string; readonly state: string }[];
    expect(machines.map(({ name, state }) => [name, state])).toEqual(['box', 'box fork', 'third'].map((name) => [name, 'running']));
    // Its memory came along: it greeted before it was made.
    expect(await run('log', 'box fork')).toContain('Hello from');
    expect(await viv(home, 'fork', 'box', 'third')).toMatchObject({ status: 1, err: expect.stringContaining('already a machine') });
  } finally {
    for (const name of ['box', 'box fork', 'third']) await viv(home, 'stop', name);
  }
});
