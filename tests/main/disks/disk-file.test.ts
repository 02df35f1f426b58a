/** What a file is that somebody gives as a disk: used, or refused with the command that makes a disk of it. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openFileDisk } from '../../../emulator/host/file-disk.ts';
import { lookAtDiskFile } from '../../../main/disks/disk-file.ts';
import { admitDefinition } from '../../../main/supervisor/admit-definition.ts';
import type { DiskDefinition, MachineDefinition } from '../../../preload/contract/machines.ts';
import { elf, image } from '../../board/boot-files.ts';
import { qemuImg } from '../../emulator/disk/qemu.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { temporaryFolder } from '../temporary-home.ts';
import { diskLibrary } from './disk-library.ts';

function put(name: string, content: Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
const QCOW2 = Buffer.from('QFI\xfb\0\0\0\x03'.padEnd(1024, '\0'), 'latin1');

test('raw content is raw, whatever it is; a qcow2 image is one unless the person says otherwise', async () => {
  for (const content of [Buffer.alloc(1024), Buffer.from('some text'), Buffer.from('070701'.padEnd(512, '0'))])
    expect(await lookAtDiskFile(put('disk.img', content))).toMatchObject({ format: 'raw', fileBytes: content.length });
  const path = put('disk.qcow2', QCOW2);
  expect((await lookAtDiskFile(path)).format).toBe('qcow2');
  expect((await lookAtDiskFile(path, { format: 'raw', writes: true })).format).toBe('raw');
  await expect(lookAtDiskFile(path, { writes: true })).rejects.toThrow(
    /is a qcow2 image, which is never written in place: use format=qcow2 with overlay .*throwaway or readonly/,
  );
});

test.each([
  ['disk.img.gz', gzipSync(Buffer.alloc(4096)), /is a gzip file: unpack it first with "gunzip -k .*disk\.img\.gz", or use format=raw/],
  ['disk.img.zst', zstdCompressSync(Buffer.alloc(4096)), /is a zstd-compressed file: unpack it first with "unzstd /],
  ['disk.img.xz', Buffer.from('\xfd7zXZ\0 and more', 'latin1'), /is an xz-compressed file: unpack it first with "unxz -k /],
  ['a name.elf', elf(), /is an ELF file for 64-bit RISC-V: it is a program, not a disk; start it with --kernel or --bare/],
  ['Image', image(), /is a RISC-V Linux kernel \(Image\)/],
  ['box.vivarium', Buffer.from('VIVARIUM\x89\r\n\x1a', 'latin1'), /an exported machine \(\.vivarium\): viv snapshot import /],
  ['empty.img', Buffer.alloc(0), /is empty: a disk needs a size \(truncate -s 1G /],
])('%s is refused', async (name, content, message) => {
  const path = put(name, content);
  await expect(lookAtDiskFile(path)).rejects.toThrow(message);
  if (content.length > 0) expect((await lookAtDiskFile(path, { format: 'raw' })).format).toBe('raw');
});

test('a definition is stored with the formats of its disks; a file that cannot be used is named before', async () => {
  const raw = put('disk.img', Buffer.alloc(1024));
  const disks: readonly DiskDefinition[] = [
    { path: raw, readonly: false },
    { path: put('disk.qcow2', QCOW2), readonly: false, writes: 'overlay' },
    { readonly: false, writes: 'overlay', sizeBytes: 512 },
  ];
  const { disks: admitted } = await admitDefinition({ disks });
  expect(admitted.map(({ format }) => format)).toEqual(['raw', 'qcow2', undefined]);
  const gone = { path: '/no/such/disk', readonly: false };
  await expect(admitDefinition({ disks: [gone] })).rejects.toMatchObject({ kind: 'missing', message: 'there is no file /no/such/disk' });
  await expect(admitDefinition({ boot: { kind: 'linux', kernel: '/no/such/kernel' } })).rejects.toThrow('/no/such/kernel');
  await expect(admitDefinition({ boot: { kind: 'bare', program: '/dev/zero' } })).rejects.toThrow('is a character device');
  // What the machine had before is not in the way of other changes.
  const known = { boot: { kind: 'linux', kernel: '/no/such/kernel' }, disks: [gone] } as unknown as MachineDefinition;
  expect(await admitDefinition({ boot: known.boot, disks: [gone, ...disks] }, known)).toMatchObject({ disks: { length: 4 } });
});

describeWith(['qemu-img'], 'images of other programs', () => {
  test.each(['vmdk', 'vdi', 'vhdx', 'vpc', 'qed', 'parallels'])(
    '%s is refused everywhere, with the command that converts it',
    async (format) => {
      const home = await diskLibrary();
      const path = home.path(`other disk.${format}`);
      qemuImg('create', '-q', '-f', format, path, '8M');
      const advice = `convert it first with "qemu-img convert -O qcow2 '${path}' 'other disk.qcow2'"`;
      await expect(lookAtDiskFile(path)).rejects.toThrow(advice);
      await expect(home.service.import(await home.machine(), { path, copy: true })).rejects.toThrow(advice);
      await expect(home.service.import(await home.machine(), { path, copy: false })).rejects.toThrow(advice);
      expect(wordsOf((await home.service.list(await home.machine({ path, readonly: true })))[0]!.problem!)).toContain(advice);
    },
  );

  test('a fixed-size VHD has its mark at its end', async () => {
    const path = join(temporaryFolder(), 'fixed.vhd');
    qemuImg('create', '-q', '-f', 'vpc', '-o', 'subformat=fixed', path, '8M');
    await expect(lookAtDiskFile(path)).rejects.toThrow(/is a fixed-size VHD \(Virtual PC\) disk image/);
  });
});

describeWith(['qemu-img'], 'a raw file that ends within a sector', () => {
  const END = 'END-OF-DISK';
  const odd = () => put('odd.img', Buffer.concat([Buffer.alloc(100_000 - END.length, 'x'), Buffer.from(END)]));
  const lastOf = (content: Uint8Array) => Buffer.from(content).toString('latin1', 100_000 - END.length, 100_352);
  const WHOLE = `${END}${'\0'.repeat(352)}`;

  test('is whole under an overlay, imported, and exported again', async () => {
    const home = await diskLibrary();
    const path = odd();
    for (const copy of [true, false]) {
      const id = await home.machine();
      expect(await home.ended(await home.service.import(id, { path, copy }))).toBe('');
      expect((await home.service.list(id))[0]).toMatchObject({ sizeBytes: 100_352 });
      for (const format of ['raw', 'qcow2'] as const) {
        const out = home.path(`out-${copy}.${format}`);
        expect(await home.ended(await home.service.export(id, 0, { path: out, format }))).toBe('');
        const raw = home.path(`again-${copy}-${format}.raw`);
        qemuImg('convert', '-f', format, '-O', 'raw', out, raw);
        expect([statSync(raw).size, lastOf(readFileSync(raw))]).toEqual([100_352, WHOLE]);
      }
    }
  });

  test('is whole below a qcow2 image, and used in place refused in one sentence', async () => {
    const home = await diskLibrary();
    const path = odd();
    const top = home.path('top.qcow2');
    qemuImg('create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', path, top);
    const id = await home.machine();
    expect(await home.ended(await home.service.import(id, { path: top, copy: true }))).toBe('');
    const out = home.path('out.raw');
    expect(await home.ended(await home.service.export(id, 0, { path: out, format: 'raw' }))).toBe('');
    expect(lastOf(readFileSync(out))).toBe(WHOLE);
    const machine = await home.library.machines.get(await home.machine({ path, readonly: false }));
    await expect(home.attaching.attach(machine, machine.definition)).rejects.toThrow(
      /^disk 1 cannot be used: .*odd\.img is 100000 bytes long, .*add overlay, throwaway or readonly/,
    );
  });
});

describeWith(['losetup'], 'a block device', () => {
  test('is a disk of its size, imported and in place', async () => {
    const file = put('backing', Buffer.concat([Buffer.alloc(2 ** 20, 'device'), Buffer.alloc(2 ** 20)]));
    const device = execFileSync(tool('losetup')!, ['--find', '--show', file], { encoding: 'utf8' }).trim();
    try {
      const home = await diskLibrary();
      const id = await home.machine();
      expect(await home.ended(await home.service.import(id, { path: device, copy: true }))).toBe('');
      expect((await home.service.list(id))[0]).toMatchObject({ sizeBytes: 2 ** 21 });
      const out = home.path('out.raw');
      expect(await home.ended(await home.service.export(id, 0, { path: out, format: 'raw' }))).toBe('');
      expect(readFileSync(out).equals(readFileSync(file))).toBe(true);
      const direct = await home.machine({ path: device, readonly: false });
      expect((await home.service.list(direct))[0]).toMatchObject({ sizeBytes: 2 ** 21 });
      await expect(home.service.resize(direct, 0, 2 ** 22)).rejects.toThrow('is a block device');
      const disk = await openFileDisk({ path: device, readonly: false }, { log() {}, trouble() {}, recovered() {} });
      const start = new Uint8Array(512);
      await disk.read(0, start);
      expect([disk.sizeBytes, Buffer.from(start).toString('latin1', 0, 6)]).toEqual([2 ** 21, 'device']);
      await disk.close();
    } finally {
      execFileSync(tool('losetup')!, ['--detach', device]);
    }
  });
});
