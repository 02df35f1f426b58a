/** `viv history`, with the real program: every change is told, and any of them is gone back to. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

interface Version {
  readonly number: number;
  readonly what: string;
  readonly after: { readonly memoryMiB: number; readonly note: string; readonly commandLine?: string };
}

test('changes are listed newest first, and going back is a change that is undone like any other', { timeout: 180_000 }, async () => {
  const home = join(temporaryFolder(), 'home');
  const run = async (...args: readonly string[]) => {
    const { status, out, err } = await viv(home, ...args);
    expect({ args, status, err }).toEqual({ args, status: 0, err: '' });
    return out;
  };
  const history = async () => JSON.parse(await run('history', 'box', '--json')) as readonly Version[];
  await run('create', 'box', '--template', 'hello-riscv64', '--memory', '32M');
  await run('set', 'box', '--memory', '64M');
  await run('set', 'box', '--forward', '8080:80', '--net', 'nat');
  const [third, second, first] = await history();
  expect([third, second, first].map((version) => [version?.what, version?.after.memoryMiB])).toEqual([
    ['update', 64],
    ['update', 64],
    ['create', 32],
  ]);
  const text = await run('history', 'box');
  expect(text).toContain('memoryMiB: 32 MiB -> 64 MiB');
  expect(text).not.toContain('[object');
  await run('history', 'box', '--revert', String(first?.number));
  const definition = async () =>
    (JSON.parse(await run('show', 'box', '--json')) as { readonly definition: Record<string, unknown> }).definition;
  expect(await definition()).toMatchObject({ name: 'box', memoryMiB: 32 });
  // What it had not then, it has not again.
  expect(await definition()).not.toHaveProperty('networks');
  await run('undo', 'box');
  expect(await definition()).toMatchObject({ memoryMiB: 64, networks: [{ network: 'nat' }] });
  expect((await history()).map(({ what }) => what)).toEqual(['undo', 'update', 'update', 'update', 'create']);
  expect(await viv(home, 'history', 'box', '--revert', '99999')).toMatchObject({
    status: 1,
    err: expect.stringContaining('no change 99999'),
  });
  expect(await viv(home, 'history', 'box', '--revert', 'x')).toMatchObject({ status: 2 });
});
