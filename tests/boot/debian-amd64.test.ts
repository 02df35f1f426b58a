/** Debian's amd64 kernel boots on a PC to a shell, runs commands, and their status comes back; with one core and with two. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { boot } from './boot.ts';
import { toolsFor } from './parts.ts';

const TEMPLATE = 'debian-amd64';

describeWith(toolsFor(TEMPLATE), TEMPLATE, () => {
  test.for([1, 2])('%i cores: to the prompt, commands, power-off', async (cores) => {
    const machine = boot('--template', TEMPLATE, '--cpus', String(cores));
    await machine.shows('# ');
    // The doubled quotes keep the echo of what is typed from looking like the answer.
    machine.type('echo "$(uname -m)"":$(nproc):""$(cat /sys/class/rtc/rtc0/name | cut -d " " -f 1)"\r');
    await machine.shows(`x86_64:${cores}:rtc_cmos`);
    machine.type('dmesg | grep -icE "tsc.*unstable|\\\\bbug:|call trace" | sed "s/^/faults: /"\r');
    await machine.shows('faults: 0');
    // What the kernel warns of under QEMU's PC, too (there it finds four more things), and that this host was slow for a moment.
    machine.type('dmesg -r | grep -E "^<[0-4]>" | grep -vcE "fail to add MMCONFIG|hrtimer: interrupt took" | sed "s/^/warnings: /"\r');
    await machine.shows('warnings: 0');
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
      lines: expect.arrayContaining(['x86_64']) as string[],
    });
  });
});
