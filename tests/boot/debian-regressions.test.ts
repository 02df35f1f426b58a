/** What once went wrong with Debian's kernel: the time of day, counters in user mode, RAM above 1 GiB. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { boot } from './boot.ts';
import { GUEST_TOOLS, TEMPLATE } from './parts.ts';

/** How far the guest's clock may be from the host's: it counts whole seconds, and the answer takes its way, too. */
const SECONDS = 5;

describeWith(GUEST_TOOLS, 'debian-riscv64', () => {
  test("the guest has the host's time of day, and a command can be timed", async () => {
    const before = Date.now() / 1000;
    // Under `time` the shell reads the clock in user mode, with rdtime.
    const { status, console, errors } = await boot(
      '--template',
      TEMPLATE,
      '--run',
      'echo "now:$(date +%s)"; time true; echo "timed:$?"',
    ).ended();
    const after = Date.now() / 1000;
    expect(console).toContain('timed:0');
    // What `time` says goes to standard error.
    expect(errors).toMatch(/real\s+0m\s*\d+\.\d+s/);
    const now = Number(/now:(\d+)/.exec(console)?.[1]);
    expect(now).toBeGreaterThan(before - SECONDS);
    expect(now).toBeLessThan(after + SECONDS);
    expect(status).toBe(0);
  });

  test('a machine with 2 GiB comes to its command, has the memory, and powers off', async () => {
    const machine = boot('--template', TEMPLATE, '--memory', '2G', '--run', 'grep MemTotal /proc/meminfo');
    const { status, console } = await machine.ended();
    const kibibytes = Number(/MemTotal:\s+(\d+) kB/.exec(console)?.[1]);
    expect(kibibytes).toBeGreaterThan(1.8 * 1024 ** 2);
    expect(kibibytes).toBeLessThan(2 * 1024 ** 2);
    expect(status).toBe(0);
  });
});
