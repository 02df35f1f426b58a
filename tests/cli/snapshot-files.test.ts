/** Files out of snapshots with the real program: a disk of a machine that never ran, listed, read, compared and brought out. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { describeWith, tool } from '../kit/tools.ts';
import { viv } from './viv.ts';

function image(folder: string, name: string, files: Readonly<Record<string, string>>): string {
  const tree = join(folder, `${name}-tree`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const file = join(folder, `${name}.img`);
  execFileSync(tool('mke2fs')!, ['-q', '-F', '-t', 'ext4', '-L', 'data', '-d', tree, file, '16M'], { stdio: 'pipe' });
  return file;
}

describeWith(['mke2fs'], 'files of snapshots', () => {
  test('are listed, brought out and compared', { timeout: 240_000 }, async ({ onTestFinished }) => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    onTestFinished(async () => {
      const { lock } = findHome({ VIVARIUM_HOME: home });
      const owner = findOwner(lock);
      if (owner) process.kill(owner.pid, 'SIGTERM');
      await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 60_000 });
    });
    const run = async (...args: readonly string[]) => {
      const { status, out, err } = await viv(home, ...args);
      expect({ args, status, ...(status === 0 ? {} : { err }) }).toEqual({ args, status: 0 });
      return out;
    };
    const file = image(folder, 'data', { 'etc/motd': 'hello\nworld\n', 'etc/conf.d/one': '1' });
    await run('create', 'box', '--template', 'hello-riscv64');
    await run('disk', 'import', 'box', file);
    await run('snapshot', 'create', 'box', 'first');
    const listed = await run('snapshot', 'files', 'box', 'first', '/etc');
    expect(listed.split('\n').map((line) => line.trim().split(/\s+/).at(-1))).toEqual(['conf.d/', 'motd', '']);
    expect(await run('snapshot', 'get', 'box', 'first', '/etc/motd', '-')).toBe('hello\nworld\n');
    expect(await run('snapshot', 'get', 'box', 'now', 'etc/motd', folder)).toBe(`${join(folder, 'motd')}: 12 bytes\n`);
    expect(readFileSync(join(folder, 'motd'), 'utf8')).toBe('hello\nworld\n');
    expect(await run('snapshot', 'diff', 'box', 'first', '--file', '/etc/motd')).toBe('');
    const twice = await viv(home, 'snapshot', 'get', 'box', 'first', '/etc/motd', join(folder, 'motd'));
    expect(twice).toMatchObject({ status: 1, err: expect.stringContaining('already exists') as string });
    const missing = await viv(home, 'snapshot', 'get', 'box', 'first', '/etc/none');
    expect(missing).toMatchObject({ status: 1, err: 'viv: there is no file /etc/none on this disk at that moment\n' });
  });
});
