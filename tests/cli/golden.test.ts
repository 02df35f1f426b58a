/**
 * A machine exported before boards were data and virtio devices knew no transport goes on running: memory of a running
 * guest (hello-riscv64, 16 MiB), an empty disk and one with content. `golden-2.vivarium` is never made anew.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { startViv, viv } from './viv.ts';

const GOLDEN = fileURLToPath(new URL('../main/archive/golden-2.vivarium', import.meta.url));

test('a machine that an earlier version exported while it ran goes on', async () => {
  const home = join(temporaryFolder(), 'home');
  const { lock } = findHome({ VIVARIUM_HOME: home });
  onTestFinished(async () => {
    const owner = findOwner(lock);
    if (owner) process.kill(owner.pid, 'SIGTERM');
    await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 20_000 });
  });
  const call = (...args: readonly string[]) => viv(home, ...args);
  expect(await call('snapshot', 'import', GOLDEN, '--name', 'old')).toMatchObject({ status: 0 });
  expect(await call('snapshot', 'restore', 'old', 'running')).toMatchObject({ status: 0 });
  const console = startViv(home, 'console', 'old');
  console.write('still here\r');
  await vi.waitFor(() => expect(console.out()).toContain('You said: still here'), { timeout: 30_000 });
  expect(console.out()).toContain('You said: echo of the past');
  console.endInput();
  await console.result;

  const content = join(home, '..', 'disk.raw');
  expect(await call('disk', 'export', 'old', '2', content)).toMatchObject({ status: 0 });
  const bytes = readFileSync(content);
  expect(bytes.length).toBe(65_536);
  expect(bytes.subarray(0, 15).toString()).toBe('before issue 7\n');
  expect(await call('stop', 'old')).toMatchObject({ status: 0 });
});
