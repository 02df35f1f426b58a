/** The template that needs nothing from outside: assembled from our rows, and run by our own machine. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMachine } from '../../../emulator/host/index.ts';
import type { Ending, MachineConfiguration } from '../../../emulator/index.ts';
import { disassembleFile, GuestKit, type PreparedGuest } from '../../../main/images/index.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { program } from './elf-writer.ts';

let folder: string;
let kit: GuestKit;
let guest: PreparedGuest;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-hello-'));
  kit = new GuestKit({ cacheDirectory: join(folder, 'cache') });
  guest = await kit.prepare('hello-riscv64');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const programFile = (): string => {
  if (guest.boot.kind !== 'bare') throw new Error('not a bare guest');
  return guest.boot.program;
};

/** Runs the guest, typing each answer when the text before it has appeared; gives what it printed and how it ended. */
async function converse(
  conversation: [awaited: string, typed: string][],
  memoryMiB = guest.memoryMiB,
  { board, boot }: Pick<MachineConfiguration, 'board' | 'boot'> = { board: 'riscv64-virt', boot: guest.boot },
): Promise<{ shown: string; ending: Ending }> {
  const left = [...conversation];
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let shown = '';
  let from = 0;
  const machine = await startMachine(
    { board, memoryBytes: memoryMiB * 1024 ** 2, cores: 1, engine: 'auto', boot, disks: [], ports: [] },
    {
      output: (console, bytes) => {
        shown += Buffer.from(bytes).toString('latin1');
        machine.acknowledge(console, bytes.length);
        for (let at; left[0] && (at = shown.indexOf(left[0][0], from)) >= 0;) {
          const [awaited, typed] = left.shift()!;
          from = at + awaited.length;
          void machine.write(0, Buffer.from(typed));
        }
      },
      ended: resolve,
      log: () => undefined,
    },
  );
  // A guest that hangs is shown with what it printed.
  const patience = setTimeout(() => void machine.stop(), 60_000);
  const ending = await promise;
  clearTimeout(patience);
  return { ending, shown };
}

const prompt = '>\x1b[0m ';

describe('hello', () => {
  test('greets, answers its commands, survives a wrong address and powers off', async () => {
    const { shown, ending } = await converse(
      [
        ['help lists what it does.', 'help\r'],
        ['Anything else is echoed.', 'mem\r'],
        ['c....', 'time\r'],
        ['ticks)', 'mem 0\r'],
        ['exception 5 at 0x0000000000000000', 'oo\x7fps\r'],
        ['You said: ops', 'off\r'],
      ],
      48,
    );
    expect(shown).toContain('hexadecimal address');
    expect(shown).toContain('48 MiB of memory from 0x80000000');
    expect(shown).toMatch(/\d+\.\d{3} seconds since the machine started/);
    expect(shown).toContain('oo\b \bps');
    expect(shown).toContain('Good bye.');
    expect(shown).toContain(prompt);
    expect(ending).toEqual({ kind: 'poweroff', code: 0 });
  });
  test('Ctrl-D powers off', async () => {
    expect((await converse([[prompt, '\x04']])).ending).toEqual({ kind: 'poweroff', code: 0 });
  });
  test('is made once and found again; it takes no Linux additions', async () => {
    expect(await kit.prepare('hello-riscv64')).toEqual(guest);
    await expect(kit.prepare('hello-riscv64', { commandsOnly: true })).rejects.toThrow(/no operating system/);
  });
});

describe('hello for amd64', () => {
  test('was built from the source beside it (hello-amd64.sh builds it anew)', () => {
    const file = (name: string) => readFileSync(new URL(`../../../resources/guests/${name}`, import.meta.url));
    const hash = createHash('sha256').update(file('hello-amd64.c')).digest('hex');
    expect(file('hello-amd64.elf').includes(`source ${hash}`)).toBe(true);
  });
  test('greets, answers its commands, survives wrong addresses and powers off', async () => {
    const { boot } = await kit.prepare('hello-amd64');
    const { shown, ending } = await converse(
      [
        ['help lists what it does.', 'help\r'],
        ['Anything else is echoed.', 'mem\r'],
        ['MiB of memory', 'time\r'],
        ['ticks)', 'mem 100000000\r'],
        ['exception 14 at 0x0000000100000000', 'mem 8000000000000000\r'],
        ['exception 13 at', 'oo\x7fps\r'],
        ['You said: ops', 'off\r'],
      ],
      48,
      { board: 'pc', boot },
    );
    expect(shown).toContain('48 MiB of memory from 0x00000000');
    expect(shown).toMatch(/\d+\.\d{3} seconds since the machine started/);
    expect(shown).toContain('Good bye.');
    expect(ending).toEqual({ kind: 'poweroff', code: 0 });
  });
});

const lines = async (path: string, origin?: bigint): Promise<string[]> => await Array.fromAsync(disassembleFile(path, { origin }));

describe('showing code', () => {
  test('a flat file, from the start of RAM or where it is said to lie', async () => {
    expect((await lines(programFile())).find((line) => line.startsWith('    80000000:'))).toMatch(/ {2}bnez {4}a0,0x8000/);
    expect((await lines(programFile(), 0x1000n))[2]).toMatch(/^ {8}1000: {2}[\da-f]{8} {2}bnez {4}a0,0x1/);
  });
  test('what holds no code of a board is refused', async () => {
    const put = (name: string, content: Uint8Array): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    await expect(lines(put('foreign', program([], { machine: 183 })))).rejects.toThrow(/arm64.*riscv64 or amd64/);
    await expect(lines(put('cut', program([]).subarray(0, 70)))).rejects.toThrow(/cut off/);
    await expect(lines(put('empty-elf', program([])))).rejects.toThrow(/no code/);
    await expect(lines(join(folder, 'absent'))).rejects.toThrow(/no file/);
  });
});
describeWith(['riscv64-linux-gnu-gcc'], 'showing a compiled program', () => {
  test('by sections and symbols', async () => {
    writeFileSync(join(folder, 'add.c'), 'int add(int a, int b) { return a + b; }\nint main(void) { return add(1, 2); }\n');
    execFileSync(tool('riscv64-linux-gnu-gcc')!, ['-O1', '-fno-inline', '-o', join(folder, 'add'), join(folder, 'add.c')]);
    const text = (await lines(join(folder, 'add'))).join('\n');
    expect(text).toMatch(/<add>:\n.*addw {4}a0,a0,a1\n.*ret/);
    expect(text).toMatch(/jal {5}0x[\da-f]+ <add>/);
  });
});
