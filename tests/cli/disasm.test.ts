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

test('a file that is not there, and a program of another machine', async () => {
  const folder = temporaryFolder();
  expect(await viv(folder, 'disasm', join(folder, 'none'))).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringContaining(join(folder, 'none')),
  });
  const x86 = join(folder, 'x86.elf');
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.set([2, 0, 62, 0], 16);
  writeFileSync(x86, header);
  expect(await viv(folder, 'disasm', x86)).toMatchObject({ status: 1, out: '', err: expect.stringContaining(x86) });
  expect(await viv(folder, 'disasm', x86, '--address', 'here')).toMatchObject({ status: 2 });
});

test('a reader that leaves early ends it quietly', () => {
  const file = join(temporaryFolder(), 'long.bin');
  writeFileSync(file, new Uint8Array(4_000_000).fill(1));
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" disasm "$2" | head -n 3 | wc -l', process.execPath, VIV, file], {
    encoding: 'utf8',
  });
  expect([stdout.trim(), stderr]).toEqual(['3', '']);
});
