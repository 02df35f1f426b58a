/** Locked instructions that the host has no instruction for are atomic between cores all the same. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENGINES } from '../../../kit/engine.ts';
import { describeWith } from '../../../kit/tools.ts';
import { attach } from '../../machine/bare-machine.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vivarium-locks-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWith(['x86-64-gcc'], 'two cores', () => {
  test.each(ENGINES)('lose no addition in the %s', async (engine) => {
    const [object, program] = [join(folder, `${engine}.o`), join(folder, `${engine}.elf`)];
    const source = new URL('./programs/locks.S', import.meta.url).pathname;
    execFileSync('as', ['--64', '-o', object, source]);
    execFileSync('ld', ['-Ttext', '0x200000', '-z', 'noseparate-code', '-o', program, object], { stdio: 'ignore' });
    const boot = { kind: 'bare', program } as const;
    const machine = { board: 'pc', memoryBytes: 64 * 2 ** 20, cores: 2, engine, boot, disks: [], ports: [] } as const;
    const { ended, printed } = await attach(machine);
    await ended;
    expect(printed()).toBe('whole');
  });
});
