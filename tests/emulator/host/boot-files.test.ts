/** The files a machine boots from: read whole, and refused without waiting when they are no files. */
import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBootFiles } from '../../../emulator/host/boot-files.ts';
import { startMachine } from '../../../emulator/host/index.ts';
import type { MachineConfiguration } from '../../../emulator/index.ts';
import { temporaryFolder } from '../../main/temporary-home.ts';

const memoryBytes = 64 * 2 ** 20;
function place() {
  const folder = temporaryFolder();
  const kernel = join(folder, 'kernel');
  const pipe = join(folder, 'pipe');
  writeFileSync(kernel, 'kernel');
  execFileSync('mkfifo', [pipe]);
  return { kernel, pipe, missing: join(folder, 'missing') };
}

test('they are read whole', async () => {
  const { kernel } = place();
  const initrd = `${kernel}.initrd`;
  writeFileSync(initrd, 'initrd');
  const files = await readBootFiles({ boot: { kind: 'linux', kernel, initrd, commandLine: 'quiet' }, memoryBytes });
  expect(files).toEqual({
    kind: 'linux',
    kernel: new Uint8Array(Buffer.from('kernel')),
    initrd: new Uint8Array(Buffer.from('initrd')),
    commandLine: 'quiet',
  });
});

test('a pipe, a device or nothing in the place of any of them is refused at once', async () => {
  const { kernel, pipe, missing } = place();
  const wrong = [
    [pipe, 'is a pipe'],
    ['/dev/zero', 'is a character device'],
    [missing, 'there is no file'],
  ] as const;
  const linux = { kind: 'linux', kernel, commandLine: '' } as const;
  for (const [path, why] of wrong) {
    const boots: readonly (readonly [string, MachineConfiguration['boot']])[] = [
      ['the program', { kind: 'bare', program: path }],
      ['the firmware', { kind: 'firmware', firmware: path }],
      ['the kernel', { ...linux, kernel: path }],
      ['the initrd', { ...linux, initrd: path }],
      ['the firmware', { ...linux, firmware: path }],
    ];
    for (const [what, boot] of boots) {
      const refused = expect.objectContaining({
        name: 'MachineError',
        message: expect.stringMatching(`^${what} cannot be used: .*${why}`),
      });
      await expect(readBootFiles({ boot, memoryBytes }), `${what} ${path}`).rejects.toEqual(refused);
    }
  }
});

test('an initrd larger than the memory is refused before it is read', async () => {
  const { kernel } = place();
  const initrd = `${kernel}.initrd`;
  writeFileSync(initrd, '');
  truncateSync(initrd, memoryBytes + 1);
  await expect(readBootFiles({ boot: { kind: 'linux', kernel, initrd, commandLine: '' }, memoryBytes })).rejects.toThrow(
    `has ${memoryBytes + 1} bytes; at most 64 MiB can be loaded`,
  );
});

test('what is wrong with a file is said with its path', async () => {
  const folder = temporaryFolder();
  const put = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const text = put('a kernel', 'just text\n'.repeat(500));
  const archive = put('archive', Buffer.from('070701'.padEnd(600, '0')));
  const damaged = put('damaged.gz', Buffer.from([0x1f, 0x8b, 8, 0, ...Array<number>(40).fill(0xff)]));
  const large = put('initrd', new Uint8Array(31 * 2 ** 20));
  const image = put('image', linuxImage());
  const linux = { kind: 'linux', commandLine: '' } as const;
  const cases: readonly (readonly [MachineConfiguration['board'], MachineConfiguration['boot'], string])[] = [
    ['riscv64-virt', { ...linux, kernel: text }, `the kernel ${text} is a file of no known format; `],
    ['pc', { ...linux, kernel: text }, `the kernel ${text} is a file of no known format; `],
    ['riscv64-virt', { ...linux, kernel: damaged }, `the kernel ${damaged} is a truncated or damaged gzip file`],
    ['pc', { ...linux, kernel: damaged }, `the kernel ${damaged} is `],
    ['pc', { kind: 'bare', program: text }, `the program ${text} is a file of no known format; `],
    ['riscv64-virt', { kind: 'bare', program: archive }, `the program ${archive} is `],
    ['riscv64-virt', { kind: 'firmware', firmware: archive }, `the firmware ${archive} is `],
    ['riscv64-virt', { ...linux, kernel: image, initrd: large }, `the initrd ${large} (31 MiB) does not fit`],
  ];
  for (const [board, boot, message] of cases) {
    const configuration = { board, boot, memoryBytes: 32 * 2 ** 20, cores: 1, engine: 'interpreter', disks: [], ports: [] } as const;
    const events = { output: () => undefined, ended: () => undefined, log: () => undefined };
    const starting = startMachine(configuration, events).then((machine) => machine.stop());
    await expect(starting, message).rejects.toThrow(message);
  }
});

/** The header of an `Image` that takes 1 MiB. */
function linuxImage(): Uint8Array {
  const bytes = Buffer.alloc(4096);
  bytes.writeBigUInt64LE(2n ** 20n, 16);
  bytes.write('RISCV\0\0\0', 0x30, 'latin1');
  bytes.write('RSC\x05', 0x38, 'latin1');
  return bytes;
}
