/** A program without an operating system drives the teaching device by its documentation, in every engine mode. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { viv } from '../cli/viv.ts';
import { describeWith } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';

const GUEST = join(import.meta.dirname, 'guest');

describeWith(['riscv64-linux-gnu-gcc'], 'edu', () => {
  test.for(['auto', 'interpreter', 'compiler'] as const)('%s: keeps what its documentation says', async (engine) => {
    const program = join(temporaryFolder(), 'edu.elf');
    const flags = ['-O1', '-nostdlib', '-static', '-ffreestanding', '-fno-pic', '-mcmodel=medany', '-Wl,--build-id=none'];
    const sources = ['start.s', 'edu.c'].map((name) => join(GUEST, name));
    execFileSync('riscv64-linux-gnu-gcc', [
      '-Wl,--no-warn-rwx-segments',
      ...flags,
      `-Wl,-T,${join(GUEST, 'bare.ld')}`,
      ...sources,
      '-o',
      program,
    ]);
    const { status, err } = await viv(undefined, 'run', '--bare', program, '--device', 'edu', '--engine', engine, '--timeout', '60');
    // The status is the number of the check that failed.
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });
});
