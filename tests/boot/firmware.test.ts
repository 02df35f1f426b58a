/** Unmodified firmware: OpenSBI starts the kernel, or U-Boot, as on QEMU's board. */
import { expect, test } from 'vitest';
import { describeWith } from '../kit/tools.ts';
import { boot } from './boot.ts';
import { FIRMWARE, FIRMWARE_TOOLS, GUEST_TOOLS, guestFiles } from './parts.ts';

describeWith([...FIRMWARE_TOOLS, ...GUEST_TOOLS], 'OpenSBI', () => {
  test.for(['dynamic', 'jump'] as const)('fw_%s starts the kernel, which comes to its prompt and powers off', async (name) => {
    const { kernel, initrd, commandLine } = await guestFiles();
    const machine = boot('--bios', FIRMWARE[name], '--kernel', kernel, '--initrd', initrd, '--append', commandLine);
    await machine.shows('OpenSBI v');
    await machine.shows('Linux version');
    await machine.shows(/SBI implementation ID=0x1\b/); // OpenSBI, not the built-in one
    await machine.shows('# ');
    machine.type('poweroff\r');
    expect(await machine.ended()).toMatchObject({ status: 0 });
  });
});

describeWith(FIRMWARE_TOOLS, 'U-Boot', () => {
  test('in S-mode under OpenSBI comes to its prompt and answers', async () => {
    const machine = boot('--bios', FIRMWARE.dynamic, '--kernel', FIRMWARE.uBoot);
    await machine.shows('OpenSBI v');
    await machine.shows('U-Boot 20');
    await machine.shows('Hit any key to stop autoboot');
    machine.type(' ');
    await machine.shows('=> ');
    machine.type('echo a""nswer $((0x20))\r');
    await machine.shows('=> ');
    machine.type('bdinfo\r');
    await machine.shows(/-> size\s+= 0x0*20000000/);
    machine.type('poweroff\r');
    expect(await machine.ended()).toMatchObject({ status: 0 });
  });
});
