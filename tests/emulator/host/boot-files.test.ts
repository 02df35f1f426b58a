/** The files a machine boots from: read whole, and refused without waiting when they are no files. */
import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBootFiles } from '../../../emulator/host/boot-files.ts';
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
