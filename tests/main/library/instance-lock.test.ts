/** One program at a time: living ones are respected, what dead ones left is taken over. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findOwner, lockInstance } from '../../../main/library/instance-lock.ts';
import { temporaryFolder } from '../temporary-home.ts';

const lockFile = () => join(temporaryFolder(), 'library.lock');

test('the owner can be found by others, with its socket', () => {
  const file = lockFile();
  const lock = lockInstance(file, 'the window', '/some/socket');
  expect(findOwner(file)).toMatchObject({ pid: process.pid, program: 'the window', socket: '/some/socket' });
  lock.release();
  expect(findOwner(file)).toBeUndefined();
  expect(existsSync(file)).toBe(false);
});

test('a second one is refused and leaves nothing behind', () => {
  const file = lockFile();
  lockInstance(file, 'the window');
  expect(() => lockInstance(file, 'viv list')).toThrow(`in use by the window (process ${process.pid})`);
  expect(readdirSync(join(file, '..'))).toEqual(['library.lock']);
});

test('the lock of a dead process is taken over', () => {
  const file = lockFile();
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  writeFileSync(file, JSON.stringify({ pid, program: 'the window', birth: '1' }));
  expect(findOwner(file)).toBeUndefined();
  lockInstance(file, 'viv list');
  expect(findOwner(file)).toMatchObject({ program: 'viv list' });
});

test('a later process with the same number is not taken for the owner', () => {
  const file = lockFile();
  writeFileSync(file, JSON.stringify({ pid: process.pid, program: 'the window', birth: process.platform === 'linux' ? '12' : '' }));
  expect(findOwner(file) === undefined).toBe(process.platform === 'linux');
});

test('a lock file that is not readable as one is taken over', () => {
  const file = lockFile();
  writeFileSync(file, 'half a li');
  lockInstance(file, 'viv list');
  expect(findOwner(file)).toMatchObject({ program: 'viv list' });
});
