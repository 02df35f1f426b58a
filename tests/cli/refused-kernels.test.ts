/** Kernels that a PC cannot start: the program says why, which file it is, and what would be right. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { arm64Image, elf } from '../board/boot-files.ts';
import { bzImage, I386 } from '../board/pc/kernels.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { viv } from './viv.ts';

const GIVE = 'give a bzImage or an ELF file of an x86-64 kernel';

test.each([
  ['32-bit.bz', bzImage({ extendedFlags: 0 }), ` is for 32-bit x86; this board runs 64-bit x86: ${GIVE}`],
  ['32-bit.elf', elf({ machine: I386, elfClass: 1 }), 'for 32-bit x86'],
  ['Image', arm64Image(), ` is an arm64 Linux kernel (Image); this board runs 64-bit x86: ${GIVE}`],
  ['cut.bz', bzImage({ length: 3196 }), ' is a truncated bzImage (3.1 KiB of 3.3 KiB): get the file again'],
  ['old.bz', bzImage({ version: 0x204 }), 'version 2.4 of the boot protocol, which is too old to be started in 64-bit mode'],
  ['large.bz', bzImage({ initSize: 2 ** 30 }), ' needs 1 GiB of memory to start, and this machine has 64 MiB'],
])('%s', async (name, bytes, message) => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  const result = await viv(undefined, 'run', '--board', 'pc', '--memory', '64M', '--kernel', path);
  expect(result).toMatchObject({ status: 1, out: '', err: expect.stringContaining(message) });
  expect(result.err).toContain(`the kernel ${path} `);
});
