/** `viv disasm` on flat code, and what it says to files it cannot show. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { printsAndEnds } from './bare-program.ts';
import { viv, VIV } from './viv.ts';

test('flat code lies at the start of memory, or where it is told', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'program.bin');
  writeFileSync(file, printsAndEnds('H', 0));
  const { status, out, err } = await viv(folder, 'disasm', file);
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^ +80000000: +100002b7 +lui +t0,0x10000$/m);
  expect(out).toMatch(/^ +80000004: +04800313 +(li|addi) +t1,/m);
  expect((await viv(folder, 'disasm', file, '--address', '0x1000')).out).toMatch(/^ +1000: +100002b7/m);
});

test('code of another architecture, in either syntax, with the bits of its segment', async () => {
  const file = join(temporaryFolder(), 'boot.bin');
  // mov eax,[rbx+4] in 64-bit mode, and the same bytes elsewhere.
  writeFileSync(file, Uint8Array.of(0x8b, 0x43, 0x04));
  const shown = async (...options: string[]) => (await viv(folder, 'disasm', file, '--architecture', 'amd64', ...options)).out;
  const folder = temporaryFolder();
  expect(await shown()).toMatch(/^ +0: +8b 43 04 +mov +eax,.*\[rbx\+0x4\]$/m);
  expect(await shown('--syntax', 'att')).toMatch(/^ +0: +8b 43 04 +movl? +0x4\(%rbx\),%eax$/m);
  expect(await shown('--bits', '32', '--address', '0x7c00')).toMatch(/^ +7c00: +8b 43 04 +mov +eax,.*\[ebx\+0x4\]$/m);
  for (const [option, value] of [
    ['architecture', 'z80'],
    ['syntax', 'nasm'],
    ['bits', '8'],
  ] as const)
    expect(await viv(folder, 'disasm', file, `--${option}`, value)).toMatchObject({
      status: 2,
      err: expect.stringMatching(new RegExp(`--${option} takes .* or .*, not "${value}"`)),
    });
});

test('a file that is not there, and a program of another machine', async () => {
  const folder = temporaryFolder();
  expect(await viv(folder, 'disasm', join(folder, 'none'))).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringContaining(join(folder, 'none')),
  });
  const foreign = join(folder, 'foreign.elf');
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  // The header of a program for arm64.
  header.set([2, 0, 183, 0], 16);
  writeFileSync(foreign, header);
  expect(await viv(folder, 'disasm', foreign)).toMatchObject({ status: 1, out: '', err: expect.stringContaining(foreign) });
  expect(await viv(folder, 'disasm', foreign, '--address', 'here')).toMatchObject({ status: 2 });
});

test('a reader that leaves early ends it quietly', () => {
  const file = join(temporaryFolder(), 'long.bin');
  writeFileSync(file, new Uint8Array(4_000_000).fill(1));
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" disasm "$2" | head -n 3 | wc -l', process.execPath, VIV, file], {
    encoding: 'utf8',
  });
  expect([stdout.trim(), stderr]).toEqual(['3', '']);
});
