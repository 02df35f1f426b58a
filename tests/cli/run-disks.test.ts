/** The disks of `viv run`: raw files in place, everything else above an overlay that is gone afterwards. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openRunDisks } from '../../main/cli/run/run-disks.ts';
import type { OverlaySetup } from '../../main/disks/overlay-messages.ts';
import type { AttachedDisk, DiskAttachment, ModuleDisk, OpenDisk } from '../../emulator/index.ts';
import { temporaryFolder } from '../main/temporary-home.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const isModule = (disk: DiskAttachment | undefined): disk is ModuleDisk => disk !== undefined && 'module' in disk;

/** As the machine's I/O thread does it. */
async function attach(disk: DiskAttachment | undefined): Promise<AttachedDisk> {
  if (!isModule(disk)) throw new Error('it is attached by its file');
  const { openDisk } = (await import(disk.module)) as { openDisk: OpenDisk };
  return openDisk(disk.setup, { log: () => undefined, trouble: () => undefined, recovered: () => undefined });
}

function image(): string {
  const file = join(temporaryFolder(), 'disk.img');
  writeFileSync(file, Buffer.alloc(64 * 1024, 'base '));
  return file;
}

test('raw files that are written in place or only read go to the emulator as they are', async () => {
  const [a, b, c] = [image(), image(), image()];
  const { attachments, remove } = await openRunDisks([
    { path: a, readonly: false },
    { path: b, format: 'raw', readonly: true },
    { path: c, readonly: false, writes: 'direct' },
  ]);
  expect(attachments).toEqual([
    { path: a, readonly: false },
    { path: b, readonly: true },
    { path: c, readonly: false },
  ]);
  await remove();
});

test('an overlay is written beside the file, keeps its place in the list, and goes', async () => {
  const path = image();
  const { attachments, remove } = await openRunDisks([
    { path, readonly: false, writes: 'overlay', sizeBytes: 1024 * 1024 },
    { path: image(), readonly: true },
    { readonly: false, writes: 'throwaway', sizeBytes: 4096 },
  ]);
  expect(attachments.map(isModule)).toEqual([true, false, true]);
  const disk = await attach(attachments[0]);
  const into = new Uint8Array(5);
  await disk.read(0, into);
  expect([disk.sizeBytes, text(into)]).toEqual([1024 * 1024, 'base ']);
  await disk.write(0, new TextEncoder().encode('guest'));
  await disk.flush();
  await disk.read(0, into);
  expect(text(into)).toBe('guest');
  await disk.close();
  expect(readFileSync(path, 'latin1')).toBe('base '.repeat(13108).slice(0, 64 * 1024));
  const { overlay } = (attachments[0] as ModuleDisk).setup as OverlaySetup;
  expect(existsSync(dirname(overlay))).toBe(true);
  await remove();
  expect(existsSync(dirname(overlay))).toBe(false);
});

test('what is wrong with an image is said before the machine starts', async () => {
  const path = image();
  const open = (more: object) => openRunDisks([{ path, readonly: false, writes: 'throwaway', ...more }]);
  await expect(open({ path: '/nowhere/disk.img' })).rejects.toThrow('there is no file /nowhere/disk.img');
  await expect(open({ format: 'qcow2' })).rejects.toThrow(`the disk ${path} cannot be used: `);
  await expect(open({ sizeBytes: 512 })).rejects.toThrow('it cannot be reduced to 512');
  // As they are, these bytes are no disk, whatever is done with them; a person may say that they are one.
  writeFileSync(path, Buffer.concat([Buffer.from('QFI\xfb and more', 'latin1'), Buffer.alloc(1024)]).subarray(0, 1024));
  await expect(openRunDisks([{ path, readonly: false }])).rejects.toThrow(`${path} is a qcow2 image`);
  await expect(openRunDisks([{ path, readonly: true }])).rejects.toThrow('cannot be used');
  await (await openRunDisks([{ path, format: 'raw', readonly: true }])).remove();
});
