/** `viv search` over real machines: found while they run, after they stopped, and after the program ended. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { join } from 'node:path';
import { findHome } from '../../main/library/home.ts';
import { findOwner } from '../../main/library/instance-lock.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

test(
  'lines that consoles printed are found by any piece of them, with machine, time and nearest snapshot',
  { timeout: 240_000 },
  async () => {
    const home = join(temporaryFolder(), 'home');
    const { lock } = findHome({ VIVARIUM_HOME: home });
    onTestFinished(async () => {
      const owner = findOwner(lock);
      if (!owner) return;
      process.kill(owner.pid, 'SIGTERM');
      await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 60_000 });
    });
    const run = (...args: readonly string[]) => viv(home, ...args);
    const found = async (...args: readonly string[]) =>
      (await run('search', '--json', ...args)).out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { name: string; line: string; time?: number; snapshot?: { name: string } });
    expect(await run('search', 'anything')).toMatchObject({ status: 1, err: expect.stringContaining('nothing that a console printed') });
    for (const name of ['one', 'two']) expect((await run('create', name, '--template', 'hello-riscv64')).status).toBe(0);
    const before = Date.now();
    expect((await run('start', 'one', 'two')).status).toBe(0);
    await vi.waitFor(async () => expect((await found('BARE riscv64')).map(({ name }) => name).sort()).toEqual(['one', 'two']), {
      timeout: 120_000,
      interval: 500,
    });
    expect((await run('snapshot', 'create', 'one', 'greeted')).status).toBe(0);
    const [line] = await found('bare riscv64', '--machine', 'one');
    expect(line).toMatchObject({ name: 'one', line: 'Hello from a bare riscv64 machine.', snapshot: { name: 'greeted' } });
    expect(line?.time).toBeGreaterThanOrEqual(before);
    expect((await run('stop', 'one', 'two')).status).toBe(0);
    await vi.waitFor(() => expect(findOwner(lock)).toBeUndefined(), { timeout: 60_000 });
    expect((await run('search', 'bare riscv64', '--machine', 'two')).out).toMatch(
      /^two {2}\d{4}-.*\n {4}Hello from a bare riscv64 machine\.\n$/,
    );
    expect((await run('delete', 'one')).status).toBe(0);
    expect((await found('bare riscv64')).map(({ name }) => name)).toEqual(['two']);
    expect(await run('search', 'x', '--console', '1')).toMatchObject({ status: 2, err: expect.stringContaining('needs --machine') });
  },
);
