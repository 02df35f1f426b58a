/** Debian's kernel boots to a shell in both engines, runs a command, and its status comes back. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { boot } from './boot.ts';
import { GUEST_TOOLS, TEMPLATE } from './parts.ts';

describeWith(GUEST_TOOLS, 'debian-riscv64', () => {
  test.for(['auto', 'interpreter'] as const)('%s: to the prompt, a command, power-off', async (engine) => {
    const machine = boot('--template', TEMPLATE, '--engine', engine);
    await machine.shows('# ');
    // The doubled quotes keep the echo of what is typed from looking like the answer.
    machine.type('echo "$(uname -s)"":$((6 * 7))"\r');
    await machine.shows('Linux:42');
    await machine.shows('# ');
    machine.type('poweroff\r');
    const { status, errors } = await machine.ended();
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
  });

  test.for(['auto', 'interpreter'] as const)('%s: --run prints and gives its exit status', async (engine) => {
    const { status, console, errors } = await boot('--template', TEMPLATE, '--engine', engine, '--run', 'uname -m; exit 7').ended();
    expect({ status, errors, lines: console.replaceAll('\r', '').split('\n') }).toEqual({
      status: 7,
      errors: '',
      lines: expect.arrayContaining(['riscv64']) as string[],
    });
  });
});
