/** `viv shutdown`: a guest that heeds the power button, one without a button, and one that does not listen. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { elf } from '../board/boot-files.ts';
import { X86_64 } from '../board/pc/kernels.ts';
import { guestBox } from './guest-box.ts';

const CODE_AT = 120;
/** jmp to itself. */
const SPIN = [0xeb, 0xfe];

test('the power button of a PC is heeded by its guest', async () => {
  const { run } = guestBox();
  const { status, out } = await run(
    'viv create box --template hello-amd64 && viv start box && viv shutdown box && viv log box && viv list',
  );
  expect(status).toBe(0);
  expect(out).toContain('The power button.');
  expect(out).toMatch(/box +off .* powered off by the guest/);
});

test('a board without a button and a guest without an agent: nothing is asked, and what to do is said', async () => {
  const { run } = guestBox();
  const result = await run('viv create box --template hello-riscv64 && viv start box && viv shutdown box; s=$?; viv stop box; exit $s');
  expect(result).toMatchObject({
    status: 1,
    err: 'viv: "box" cannot be asked to shut down: its board has no power button, and no agent answers in its guest. Shut it down from inside, or stop it\n',
  });
});

test('a guest that does not listen runs on', async () => {
  const { run, folder } = guestBox();
  const program = elf({ machine: X86_64, virtual: 0x20_0000n });
  program.set(SPIN, CODE_AT);
  writeFileSync(join(folder, 'spin.elf'), program);
  const made = 'viv create box --board pc --bare spin.elf --memory 16M && viv start box';
  const result = await run(`${made} && viv shutdown box --timeout 1; s=$?; viv list; viv shutdown box --timeout 0; viv stop box; exit $s`);
  expect(result).toMatchObject({
    status: 124,
    out: expect.stringMatching(/box +running /),
    err: expect.stringContaining('"box" still runs 1 s after its power button was pressed; its guest may not listen for it'),
  });
  expect(await run('viv shutdown box')).toMatchObject({ status: 1, err: 'viv: the machine is off, not running\n' });
  expect(await run('viv shutdown box --timeout soon')).toMatchObject({ status: 2 });
});
