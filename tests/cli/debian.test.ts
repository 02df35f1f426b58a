/** `viv run` with Debian's kernel: commands and their exit statuses, and a shell that is typed to through a pipe. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { startViv, viv, VIV } from './viv.ts';

const PATIENCE = { timeout: 120_000 };
const TEMPLATE = ['run', '--template', 'debian-riscv64'] as const;

describeWith(['apt'], 'viv run --template debian-riscv64', () => {
  test.for([
    ['uname -m', 0, 'riscv64\n', ''],
    ['printf "1\\n2"; echo warning >&2; exit 7', 7, '1\n2', 'warning\n'],
    ['cat', 0, '', ''],
    ['kill -KILL $$', 137, '', ''],
  ] as const)('--run %j', async ([command, status, out, err]) => {
    expect(await viv(undefined, ...TEMPLATE, '--run', command)).toEqual({ status, out, err });
  });

  test.for([
    ['poweroff -f; sleep 100', 120, /^viv: the guest powered off before the command ended\n$/],
    ['reboot -f; sleep 100', 121, /^viv: the guest rebooted before the command ended\n$/],
    ['echo c > /proc/sysrq-trigger', 122, /^viv: the guest's kernel panicked: sysrq triggered crash\nThe guest's console printed last:\n/],
    ['tail /dev/zero', 123, /^viv: the guest ran out of memory /],
  ] as const)('a guest that ends before its command: %j gives %i', async ([command, status, message]) => {
    const result = await viv(undefined, ...TEMPLATE, '--memory', '128M', '--run', command);
    expect(result).toMatchObject({ status, out: '' });
    expect(result.err).toMatch(message);
  });

  test('what is piped in waits for the guest, however early it comes and however much it is', async () => {
    const running = startViv(undefined, ...TEMPLATE);
    for (let line = 0; line < 100; line++) running.write(`echo answer-$((6*7))-${line}\n`);
    running.write('poweroff\n');
    running.endInput();
    const { status, out } = await running.result;
    expect(status).toBe(0);
    const answers = out.split(/\r?\n/).filter((line) => line.startsWith('answer-42-'));
    expect(answers).toEqual(Array.from({ length: 100 }, (_, line) => `answer-42-${line}`));
  });

  test('what is piped in reaches the command byte for byte, and comes back so', async () => {
    const bytes = randomBytes(3_000_000);
    const running = spawn(process.execPath, [VIV, ...TEMPLATE, '--run', 'tee /dev/stderr'], { stdio: 'pipe' });
    onTestFinished(() => void running.kill('SIGKILL'));
    running.stdin.end(bytes);
    const [out, err, [status]] = await Promise.all([buffer(running.stdout), buffer(running.stderr), once(running, 'close')]);
    expect(status).toBe(0);
    expect([out.equals(bytes), err.equals(bytes)]).toEqual([true, true]);
  });

  test('signals are passed on, and the second one ends the run', async () => {
    const running = startViv(undefined, ...TEMPLATE, '--run', 'trap "echo caught" TERM; echo ready; while :; do sleep 0.1; done');
    await vi.waitFor(() => expect(running.out()).toBe('ready\n'), PATIENCE);
    running.kill('SIGTERM');
    await vi.waitFor(() => expect(running.out()).toBe('ready\ncaught\n'), PATIENCE);
    running.kill('SIGTERM');
    expect(await running.result).toMatchObject({ status: 143 });
  });

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s reaches the command, whose status the run has; one that does not heed it is not waited for', async ([signal, status]) => {
    const trap = `trap 'echo caught; exit 7' ${signal.slice(3)}; echo ready; while :; do sleep 0.1; done`;
    const heeding = startViv(undefined, ...TEMPLATE, '--run', trap);
    await vi.waitFor(() => expect(heeding.out()).toBe('ready\n'), PATIENCE);
    heeding.kill(signal);
    expect(await heeding.result).toMatchObject({ status: 7, out: 'ready\ncaught\n' });
    const deaf = startViv(undefined, ...TEMPLATE, '--run', `trap '' ${signal.slice(3)}; echo ready; while :; do sleep 0.1; done`);
    await vi.waitFor(() => expect(deaf.out()).toBe('ready\n'), PATIENCE);
    deaf.kill(signal);
    expect(await deaf.result).toMatchObject({ status });
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP', '--timeout'] as const)(
    'with nobody reading its output a run is ended all the same: %s',
    async (how) => {
      const limit = how === '--timeout' ? ['--timeout', '40'] : [];
      // It heeds no signal, so that none but the run's end can come of one.
      const command = `trap '' INT TERM HUP; seq 1 100000000`;
      const running = spawn(process.execPath, [VIV, ...TEMPLATE, ...limit, '--run', command], { stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(() => void running.kill('SIGKILL'));
      // Begins to be read, and then is not any more.
      await once(running.stdout, 'readable');
      if (how !== '--timeout') running.kill(how);
      expect(await once(running, 'exit')).toEqual([{ SIGINT: 130, SIGTERM: 143, SIGHUP: 129, '--timeout': 124 }[how], null]);
    },
  );

  test('a disk over an overlay is written, and its file stays as it was', async () => {
    const disk = join(temporaryFolder(), 'disk.img');
    writeFileSync(disk, new Uint8Array(1024 * 1024));
    const command = 'echo written > /dev/vda && sync && head -n 1 /dev/vda';
    const { status, out } = await viv(undefined, ...TEMPLATE, '--drive', `file=${disk},overlay`, '--run', command);
    expect([status, out]).toEqual([0, 'written\n']);
    expect(readFileSync(disk).every((byte) => byte === 0)).toBe(true);
  });

  test("--kmod with one of the template's own modules is no failure", async () => {
    const disk = join(temporaryFolder(), 'disk.img');
    writeFileSync(disk, new Uint8Array(1024 * 1024));
    const { status, out, err } = await viv(
      undefined,
      ...TEMPLATE,
      '--console',
      '--drive',
      `file=${disk}`,
      '--kmod',
      'virtio_blk',
      '--run',
      'cat /sys/block/vda/size',
    );
    expect([status, out, err]).toEqual([0, '2048\n', expect.not.stringMatching(/File exists|could not be loaded/)]);
  });
});
