/** Threads that wait for the next machine: machines run on them as on others, and they keep no process alive. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { keepThreadsReady } from '../../../emulator/host/index.ts';
import { attach, bare, pointOf, restorePoint, sleep } from './bare-machine.ts';
import { WANDERER } from './wanderer.ts';

const MEMORY = 64 * 2 ** 20;
const module = new URL('./noting-disk.ts', import.meta.url).href;

it('machines start on threads kept ready, with cores made of modules kept from others', async () => {
  keepThreadsReady([module, new URL('./no-such-module.ts', import.meta.url).href]);
  await sleep(1500);
  const disks = [{ module, setup: { name: 'one', sizeBytes: 4096, filled: 1 }, readonly: false }];
  const configuration = bare(WANDERER, 'auto', { disks });
  const first = await attach(configuration);
  await first.says('a');
  const snapshotPoint = await first.machine.save();
  const letters = first.printed().length;
  const point = await pointOf(snapshotPoint);
  // At once: there is only one spare thread of each kind; then on the next.
  const second = await attach(configuration, restorePoint(point, MEMORY, { paused: true }));
  expect((await pointOf(await second.machine.save())).hash).toBe(point.hash);
  await sleep(3000);
  const third = await attach({ ...configuration, cores: 1 }, restorePoint(point, MEMORY));
  await third.says('abcdefgh'[letters] as string);
  for (const { machine, ended } of [first, second, third]) {
    await machine.stop();
    expect(await ended).toEqual({ kind: 'stopped' });
  }
}, 60_000);

it('a process whose machines have ended ends, though threads wait for the next', async () => {
  const host = new URL('../../../emulator/host/index.ts', import.meta.url).href;
  const program = `
    const { keepThreadsReady } = await import(${JSON.stringify(host)});
    keepThreadsReady();
    setTimeout(() => console.log('done'), 1200);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 30_000 });
  expect(stdout).toBe('done\n');
}, 60_000);
