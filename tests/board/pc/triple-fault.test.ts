/** A guest whose core shuts down: the machine fails, and says with which registers and where; it does not start again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { attach } from '../../emulator/machine/bare-machine.ts';
import { elf } from '../boot-files.ts';
import { X86_64 } from './kernels.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-triple-fault-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CODE_AT = 120;
/** nop; mov eax, 0x1234; ud2: there is no interrupt descriptor table that has anything in it. */
const PROGRAM = [0x90, 0xb8, 0x34, 0x12, 0x00, 0x00, 0x0f, 0x0b];

test.each(['interpreter', 'auto', 'compiler'] as const)('%s: a triple fault ends the machine with what led to it', async (engine) => {
  const program = join(folder, `${engine}.elf`);
  const file = elf({ machine: X86_64, virtual: 0x20_0000n });
  file.set(PROGRAM, CODE_AT);
  writeFileSync(program, file);
  const { ended } = await attach({
    board: 'pc',
    memoryBytes: 16 * 2 ** 20,
    cores: 1,
    engine,
    boot: { kind: 'bare', program },
    disks: [],
    ports: [],
  });
  const ending = await ended;
  expect(ending).toMatchObject({ kind: 'failed', fault: { code: 'processor-shutdown' } });
  if (ending.kind !== 'failed') return;
  expect(ending.fault.facts).toEqual({
    reason: expect.stringMatching(/^triple fault at 0x200006: exception 6, then exception 1[13]/) as string,
  });
  const lines = ending.log.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^RAX 0000000000001234 {2}RCX /),
      expect.stringMatching(/^RIP 0000000000200006 {2}RFLAGS 00000002$/),
      expect.stringMatching(/^CS {3}0010 {2}base 0{16} limit ffffffff attributes /),
    ]),
  );
  expect(lines.slice(-3)).toEqual(['  0000000000200000  nop', '  0000000000200001  mov eax,0x1234', '> 0000000000200006  ud2']);
});
