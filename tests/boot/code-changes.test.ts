/** Code that changes on one core while another executes it, in every way that Linux has for it, devices included. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileGuest, prepareProgram } from '../bench/guest.ts';
import { describeWith } from '../kit/tools.ts';
import { temporaryFolder } from '../main/temporary-home.ts';
import { boot } from './boot.ts';
import { GUEST_TOOLS } from './parts.ts';

/** As the guest's program has them. */
const [BLOCK, BLOCKS] = [4096, 256];
const WAYS = ['rewritten', 'mprotect', 'munmap', 'fork', 'exec', 'DMA'];

/** A disk with a function in each block, which answers with the block's number: `li a0, number; ret`. */
function diskOfFunctions(path: string): void {
  const blocks = new DataView(new ArrayBuffer(BLOCK * BLOCKS));
  for (let block = 0; block < BLOCKS; block++) {
    blocks.setUint32(block * BLOCK, 0x0000_0513 | (block << 20), true);
    blocks.setUint32(block * BLOCK + 4, 0x0000_8067, true);
  }
  writeFileSync(path, new Uint8Array(blocks.buffer));
}

describeWith([...new Set(['riscv64-linux-gnu-gcc' as const, ...GUEST_TOOLS])], 'changing code under Linux', () => {
  // With every block compiled before it runs a boot takes many minutes: that mode has its turn in the long run only.
  const isLong = process.env['VIVARIUM_ROUNDS'] !== undefined;
  test.for([[2, 'auto'], [4, 'auto'], [2, 'interpreter'], ...(isLong ? [[2, 'compiler'] as const] : [])] as const)(
    '%i cores, %s: they run no code that is not there any more',
    { timeout: isLong ? 3_600_000 : 300_000 },
    async ([cores, engine]) => {
      const folder = temporaryFolder();
      mkdirSync(folder, { recursive: true });
      const program = compileGuest(join(import.meta.dirname, 'guest', 'code-changes.c'), folder, 'code-changes');
      const disk = join(folder, 'functions.raw');
      diskOfFunctions(disk);
      const { kernel, initrd, commandLine } = await prepareProgram(program, './code-changes /dev/vda');
      const machine = boot(
        ...['--kernel', kernel, '--append', commandLine, '--memory', '256M', '--cpus', String(cores), '--engine', engine],
        ...(initrd ? ['--initrd', initrd] : []),
        ...['--drive', `file=${disk},readonly`],
      );
      const { console: shown } = await machine.ended();
      const lines = shown.split(/\r?\n/).filter((line) => / wrong of |all right|NOT right/.test(line));
      expect(
        lines.map((line) => line.replace(/\d+$/, 'all')),
        shown,
      ).toEqual([...WAYS.map((way) => `${way}: 0 wrong of all`), 'all right']);
    },
  );
});
