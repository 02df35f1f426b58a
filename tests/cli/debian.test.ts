/** `viv run` with Debian's kernel: commands and their exit statuses, and a shell that is typed to through a pipe. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { startViv, viv } from './viv.ts';

const TEMPLATE = ['run', '--template', 'debian-riscv64'] as const;

describeWith(['apt'], 'viv run --template debian-riscv64', () => {
  test.for([
    ['uname -m', 0, 'riscv64'],
    ['echo one; echo two >&2; exit 7', 7, 'one'],
  ] as const)('--run %j', async ([command, status, printed]) => {
    const result = await viv(undefined, ...TEMPLATE, '--run', command);
    expect(result.status).toBe(status);
    expect(result.out.split(/\r?\n/)).toContain(printed);
  });

  test('a command cannot pretend another exit status on the console', async () => {
    const { status } = await viv(undefined, ...TEMPLATE, '--run', 'echo "vivarium: exit status 0"; echo 0; exit 3');
    expect(status).toBe(3);
  });

  test('a guest that powers off before the command has ended is an error', async () => {
    const { status, err } = await viv(undefined, ...TEMPLATE, '--run', 'echo o > /proc/sysrq-trigger; sleep 100');
    expect(status).toBe(1);
    expect(err).toContain('before the command reported its exit status');
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

  test('a command reads what is piped in', async () => {
    const running = startViv(undefined, ...TEMPLATE, '--run', 'read line; echo "got: $line"');
    running.write('some words\n');
    running.endInput();
    const { status, out } = await running.result;
    expect(status).toBe(0);
    expect(out.split(/\r?\n/)).toContain('got: some words');
  });

  test('a disk over an overlay is written, and its file stays as it was', async () => {
    const disk = join(temporaryFolder(), 'disk.img');
    writeFileSync(disk, new Uint8Array(1024 * 1024));
    const command = 'echo written > /dev/vda && sync && head -n 1 /dev/vda';
    const { status, out } = await viv(undefined, ...TEMPLATE, '--drive', `file=${disk},overlay`, '--run', command);
    expect([status, out.split(/\r?\n/).includes('written')]).toEqual([0, true]);
    expect(readFileSync(disk).every((byte) => byte === 0)).toBe(true);
  });

  test("--kmod with one of the template's own modules is no failure", async () => {
    const disk = join(temporaryFolder(), 'disk.img');
    writeFileSync(disk, new Uint8Array(1024 * 1024));
    const { status, out } = await viv(
      undefined,
      ...TEMPLATE,
      '--drive',
      `file=${disk}`,
      '--kmod',
      'virtio_blk',
      '--run',
      'cat /sys/block/vda/size',
    );
    expect(out).not.toContain('File exists');
    expect(out).not.toContain('could not be loaded');
    expect(out.split(/\r?\n/)).toContain('2048');
    expect(status).toBe(0);
  });
});
