/** Templates, file inspection and folder listing. */
import { ReceivedFiles } from '../../../main/images/files/received.ts';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GuestKit, imagesService } from '../../../main/images/index.ts';
import { writeCpio } from '../../../main/images/initramfs/cpio.ts';
import { checkTemplate, readTemplates } from '../../../main/images/templates.ts';
import { program } from './elf-writer.ts';

let folder: string;
let kit: GuestKit;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-templates-'));
  kit = new GuestKit({ cacheDirectory: join(folder, 'cache') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('templates', () => {
  const templates = readTemplates(new URL('../../../resources/guests/', import.meta.url).pathname);
  const debian = templates.find(({ name }) => name === 'debian-riscv64')!;
  const { name: _, ...fields } = debian;

  test('ours are right', () =>
    expect(templates.map(({ name }) => name)).toEqual([
      ...['debian-amd64', 'debian-amd64-disk', 'debian-amd64-ssh', 'debian-riscv64', 'debian-riscv64-disk', 'debian-riscv64-ssh'],
      ...['hello-amd64', 'hello-riscv64'],
    ]));
  test.each([
    [{ memoryMiB: 8 }, /memoryMiB must be a whole number of MiB from 16 to 3072/],
    [{ memoryMib: 512 }, /memoryMib is not a known field/],
    [{ engine: 'steam' }, /engine must be one of auto, interpreter, compiler/],
    [{ architecture: 'z80' }, /architecture must be riscv64, the architecture of the board riscv64-virt/],
    [{ packages: [{ role: 'kernel', package: 'a b', sha256: 'apt' }] }, /packages\.0\.package must be a name/],
    [{ packages: [{ role: 'kernel', package: 'linux', sha256: 'apt' }] }, /exactly one package with the role "busybox"/],
    [{ packages: [{ role: 'kernel', package: 'linux', sha256: 'abc' }] }, /64 hexadecimal digits/],
    [{ modules: [{ name: 'x', device: -1 }] }, /modules\.0\.device must be a whole number/],
    [{ title: undefined }, /title must be text/],
  ])('%j is refused with its field', (change, message) => {
    expect(() => checkTemplate({ ...fields, ...change }, 'debian-riscv64', 'x.json')).toThrow(message);
  });
  test('a template that is not JSON is named', () => {
    writeFileSync(join(folder, 'odd.json'), '{');
    expect(() => readTemplates(folder)).toThrow(/odd\.json is not valid JSON/);
    rmSync(join(folder, 'odd.json'));
  });
});

describe('inspecting a file', () => {
  const image = Buffer.alloc(4096);
  image.write('MZ', 0);
  image.write('RISCV', 0x30);
  image.write('RSC\x05', 0x38);
  const x86 = Buffer.alloc(4096);
  x86.write('MZ', 0);
  x86.write('HdrS', 0x202);
  const iso = Buffer.alloc(36 * 1024);
  iso.write('CD001', 0x8001);
  const ext = Buffer.alloc(2048);
  ext.writeUInt16LE(0xef53, 0x438);
  const cpio = writeCpio([{ kind: 'directory', path: 'dev' }]);
  test.each([
    ['Image', image, 'kernel-image'],
    ['Image.gz', gzipSync(image), 'packed-kernel'],
    ['bzImage', x86, 'packed-kernel'],
    ['bzImage.gz', gzipSync(x86), 'packed-kernel'],
    ['program', program([]), 'program'],
    ['amd64 program', program([], { machine: 62 }), 'program'],
    ['foreign', program([], { machine: 183 }), 'other-architecture'],
    ['initrd', cpio, 'initrd'],
    ['initrd.gz', gzipSync(cpio), 'initrd'],
    ['cut.gz', gzipSync(cpio).subarray(0, 40), 'initrd'],
    ['cd.iso', iso, 'disk'],
    ['root.ext4', ext, 'disk'],
    ['disk.qcow2', Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'), 'disk'],
    ['disk.vmdk', Buffer.from('KDMV\x01\0\0\0', 'latin1'), 'foreign-disk'],
    ['disk.qcow2.gz', gzipSync(Buffer.from('QFI\xfb\0\0\0\x03', 'latin1')), 'compressed-disk'],
    [
      'disk.qcow2.zst',
      zstdCompressSync(Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'), randomBytes(100_000)])),
      'compressed-disk',
    ],
    ['notes.txt', Buffer.from('hello'), 'unrecognised'],
    ['empty', Buffer.alloc(0), 'unrecognised'],
  ] as const)('%s', async (name, content, kind) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    expect(await kit.inspect(path)).toMatchObject({ path, kind, sizeBytes: content.length });
  });
  test('what is not there is said', async () => {
    await expect(kit.inspect(join(folder, 'absent'))).rejects.toThrow(/there is no file/);
    await expect(kit.inspect(folder)).rejects.toThrow(/is a folder/);
  });
});

describe('the service', () => {
  test('lists folders first', async () => {
    mkdirSync(join(folder, 'listing/zoo'), { recursive: true });
    writeFileSync(join(folder, 'listing/file'), '123');
    expect(await kit.browse(join(folder, 'listing'))).toEqual({
      folder: join(folder, 'listing'),
      parent: folder,
      entries: [
        { name: 'zoo', directory: true, sizeBytes: 0 },
        { name: 'file', directory: false, sizeBytes: 3 },
      ],
    });
    await expect(kit.browse(join(folder, 'nowhere'))).rejects.toThrow(/no folder/);
    expect((await kit.browse('/')).parent).toBeUndefined();
  });
  test('a fetch is a task whose end is announced', async () => {
    const changes: unknown[] = [];
    const works: Promise<void>[] = [];
    const tasks = {
      received: new ReceivedFiles(folder),
      saved: { list: () => Promise.resolve([]), remove: () => Promise.resolve() },
      booted: () => Promise.resolve(new Set(['hello-riscv64'])),
      prepare: (name: string) => kit.prepare(name),
      fetch: (template: string, work: (report: () => void, signal: AbortSignal) => Promise<void>) => {
        works.push(work(() => undefined, new AbortController().signal));
        return template;
      },
    };
    const service = imagesService(kit, tasks, { changed: (status) => changes.push(status.name) });
    expect(await service.fetch('hello-riscv64')).toEqual({ task: 'hello-riscv64' });
    await Promise.allSettled(works);
    expect(changes).toEqual(['hello-riscv64']);
    // Of all it can be told when they have booted; of one the state is stored.
    const booted = (await service.templates()).map(({ name, booted: stored }) => [name, stored]);
    expect(booted).toEqual([
      ['debian-amd64-disk', false],
      ['debian-riscv64-disk', false],
      ['debian-amd64', false],
      ['debian-amd64-ssh', false],
      ['debian-riscv64', false],
      ['debian-riscv64-ssh', false],
      ['hello-amd64', false],
      ['hello-riscv64', true],
    ]);
    expect(() => service.fetch('absent')).toThrow(/no template "absent"/);
  });
});
