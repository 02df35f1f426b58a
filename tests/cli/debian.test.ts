/** `viv run` with Debian's kernel: commands and their exit statuses, and a shell that is typed to through a pipe. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
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

  test('what is piped in is typed when the shell is there', async () => {
    const running = startViv(undefined, ...TEMPLATE);
    running.write('echo answer-$((6*7))\npoweroff\n');
    running.endInput();
    const { status, out } = await running.result;
    expect(status).toBe(0);
    expect(out.split(/\r?\n/)).toContain('answer-42');
  });
});
