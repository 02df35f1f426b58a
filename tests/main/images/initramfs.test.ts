/** The initial file system: archive, libraries, modules, applets. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxApplets } from '../../../main/images/initramfs/applets.ts';
import { copyEntries, parseCopy } from '../../../main/images/initramfs/copies.ts';
import { readCpio, writeCpio, type CpioEntry } from '../../../main/images/initramfs/cpio.ts';
import { readElf } from '../../../emulator/format/elf.ts';
import { dynamicLinks } from '../../../main/images/initramfs/dynamic-links.ts';
import { ModuleTree } from '../../../main/images/initramfs/kernel-modules.ts';
import { debianPort } from '../../../main/images/initramfs/debian-ports.ts';
import { realGuestPath } from '../../../main/images/initramfs/layout.ts';
import { libraryClosure } from '../../../main/images/initramfs/libraries.ts';
import { trimModule } from '../../../main/images/initramfs/trim-module.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { kernelModule, program, relocatable } from './elf-writer.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'vivarium-initramfs-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file below the test's folder; answers with its path. */
function put(path: string, content: string | Uint8Array): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const sample: CpioEntry[] = [
  { kind: 'directory', path: 'dev', mode: 0o755 },
  { kind: 'characters', path: 'dev/null', major: 1, minor: 3, mode: 0o666 },
  { kind: 'file', path: 'odd', content: Buffer.from('12345'), mode: 0o644 },
  { kind: 'file', path: 'empty', content: new Uint8Array(), mode: 0o600 },
  { kind: 'link', path: 'init', target: 'bin/busybox' },
];

describe('the archive', () => {
  test('what is written is read back, also from several archives in a row', () => {
    expect(readCpio(writeCpio(sample))).toEqual(
      sample.map((entry) => (entry.kind === 'file' ? { ...entry, content: Uint8Array.from(entry.content) } : entry)),
    );
    expect(readCpio(Buffer.concat([writeCpio(sample), writeCpio([{ kind: 'directory', path: 'more' }], 100)])).at(-1)).toEqual({
      kind: 'directory',
      path: 'more',
      mode: 0o755,
    });
  });
  test('the same entries give the same bytes, padded to four', () => {
    expect(Buffer.compare(writeCpio(sample), writeCpio(sample))).toBe(0);
    expect(writeCpio(sample).length % 4).toBe(0);
  });
  test('a damaged archive is refused', () => {
    const bytes = writeCpio(sample);
    expect(() => readCpio(bytes.subarray(0, bytes.length - 200))).toThrow();
    expect(() => readCpio(Buffer.from('not an archive'))).toThrow(/no cpio record/);
  });
});
describeWith(['cpio'], 'the archive, by cpio', () => {
  test('lists what was written', () => {
    const listed = execFileSync(tool('cpio')!, ['-t', '-v', '--quiet'], { input: writeCpio(sample), encoding: 'utf8' });
    expect(listed).toMatch(/^drwxr-xr-x .* dev$/m);
    expect(listed).toMatch(/^crw-rw-rw- .* 1, +3 .* dev\/null$/m);
    expect(listed).toMatch(/^lrwxrwxrwx .* init -> bin\/busybox$/m);
    expect(listed).toMatch(/^-rw-r--r-- .* 5 .* odd$/m);
  });
});

const RISCV64 = debianPort('riscv64');

describe('libraries', () => {
  test('a program brings its loader and its libraries, also those of libraries, each once', async () => {
    put('root/lib/libc.so.6', program([]));
    put('root/usr/lib/libm.so.6', program(['libc.so.6']));
    put('root/lib/ld-linux-riscv64-lp64d.so.1', program([]));
    put('near/libown.so', program(['libm.so.6']));
    const file = put(
      'near/tool',
      program(['libown.so', 'libc.so.6'], { interpreter: '/lib/ld-linux-riscv64-lp64d.so.1', runpath: '$ORIGIN' }),
    );
    const closure = await libraryClosure(
      file,
      program(['libown.so', 'libc.so.6'], { interpreter: '/lib/ld-linux-riscv64-lp64d.so.1' }),
      RISCV64,
      [join(folder, 'root')],
    );
    expect(closure.map(({ guest }) => guest).sort()).toEqual([
      'lib/ld-linux-riscv64-lp64d.so.1',
      'lib/libc.so.6',
      'lib/libm.so.6',
      'lib/libown.so',
    ]);
  });
  test('a library of another processor is passed over, and a missing one is named with where it was looked for', async () => {
    put('mixed/lib/libz.so', program([], { machine: 62 }));
    const file = put('tool', program(['libz.so']));
    await expect(libraryClosure(file, program(['libz.so']), RISCV64, [join(folder, 'mixed')])).rejects.toThrow(
      /needs the library libz\.so.*mixed\/lib/,
    );
    await expect(libraryClosure(file, program([], { interpreter: '/lib/ld.so' }), RISCV64, [join(folder, 'mixed')])).rejects.toThrow(
      /dynamic loader \/lib\/ld\.so/,
    );
  });
  test('what a program asks its loader for is read', () => {
    expect(dynamicLinks(program(['a.so', 'b.so'], { interpreter: '/lib/ld.so', runpath: '/x:/y' }))).toEqual({
      interpreter: '/lib/ld.so',
      needed: ['a.so', 'b.so'],
      searchPath: ['/x', '/y'],
    });
    expect(dynamicLinks(Buffer.from('#!/bin/sh'))).toBeUndefined();
  });
});

test('a program of an amd64 guest finds its libraries where that port keeps them', async () => {
  put('pc/usr/lib/x86_64-linux-gnu/libc.so.6', program([], { machine: 62 }));
  put('pc/lib64/ld-linux-x86-64.so.2', program([], { machine: 62 }));
  const content = program(['libc.so.6'], { machine: 62, interpreter: '/lib64/ld-linux-x86-64.so.2' });
  const warnings: string[] = [];
  const request = { host: put('pc/tool', content), guest: 'root/tool' };
  const entries = await copyEntries(request, 'amd64', (message) => warnings.push(message), [join(folder, 'pc')]);
  expect([entries.filter(({ kind }) => kind === 'file').map(({ path }) => path), warnings]).toEqual([
    ['root/tool', 'lib/libc.so.6', realGuestPath('lib64/ld-linux-x86-64.so.2')],
    [],
  ]);
});

describe('copies', () => {
  test.each([
    ['/a/b', '/a/b', 'root/b'],
    ['/a/b:/c/d', '/a/b', 'c/d'],
    ['/a/b:/c/', '/a/b', 'c/b'],
    ['/a:b:/usr/bin/x', '/a:b', 'bin/x'],
    ['/a:/../../etc/x', '/a', 'etc/x'],
    ['/a:/', '/a', 'a'],
  ])('%s', (text, host, guest) => expect(parseCopy(text)).toEqual({ host, guest }));
  test.each(['', ':/x', '/'])('"%s" is refused', (text) => expect(() => parseCopy(text)).toThrow(/is not a copy/));
  test('a folder goes with what is in it, links as links, foreign programs with a warning', async () => {
    put('tree/sub/text', 'x');
    put('tree/foreign', program([], { machine: 62 }));
    symlinkSync('sub/text', join(folder, 'tree/link'));
    const warnings: string[] = [];
    const entries = await copyEntries(
      { host: join(folder, 'tree'), guest: 'opt/tree' },
      'riscv64',
      (message) => warnings.push(message),
      [],
    );
    expect(entries.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'directory opt',
      'directory opt/tree',
      'file opt/tree/foreign',
      'link opt/tree/link',
      'directory opt/tree/sub',
      'file opt/tree/sub/text',
    ]);
    expect(warnings).toEqual([expect.stringContaining('foreign is a program for x86-64; this guest runs only those for riscv64')]);
  });
});

describe('modules', () => {
  const tree = async () => {
    const home = 'kernel/usr/lib/modules/1.0';
    put(`${home}/modules.builtin`, 'kernel/virtio.ko\n');
    const facts = { vermagic: '1.0 SMP' };
    put(`${home}/kernel/top-one.ko`, kernelModule({ ...facts, depends: 'middle,low', softdep: 'pre: crypto-sum post: later' }));
    put(`${home}/kernel/middle.ko`, kernelModule({ ...facts, depends: 'low,virtio' }));
    put(`${home}/kernel/low.ko`, kernelModule(facts));
    put(`${home}/kernel/sum_generic.ko`, kernelModule(facts));
    put(`${home}/kernel/broken.ko`, kernelModule({ ...facts, depends: 'absent' }));
    return await ModuleTree.open(join(folder, 'kernel'));
  };
  test('come after what they depend on, each once; built-in ones are left out', async () => {
    const names = (await (await tree()).closure(['top_one', 'low'])).map(({ name }) => name);
    expect([...names].sort()).toEqual(['low', 'middle', 'sum_generic', 'top_one']);
    expect(names.indexOf('low')).toBeLessThan(names.indexOf('middle'));
    expect(names.at(-1)).toBe('top_one');
  });
  test('what cannot be had is named', async () => {
    await expect((await tree()).closure(['broken'])).rejects.toThrow(/no module "absent", which broken needs/);
    await expect((await tree()).closure([put('other.ko', kernelModule({ vermagic: '2.0 SMP' }))])).rejects.toThrow(/built for Linux 2\.0/);
    await expect((await tree()).closure([put('text.ko', 'text')])).rejects.toThrow(/not a kernel module/);
  });
  test('a trimmed module keeps what its relocations name, under new numbers', () => {
    const symbol = (name: number, info: number) => {
      const bytes = Buffer.alloc(24);
      bytes.writeUInt32LE(name, 0);
      bytes[4] = info;
      return bytes;
    };
    // Null, a label nobody names, a label a relocation names, a local function, a global.
    const strings = Buffer.from('\0.L1\0.L2\0helper\0init_module\0');
    const symbols = Buffer.concat([symbol(0, 0), symbol(1, 0), symbol(5, 0), symbol(9, 2), symbol(16, 0x12)]);
    const relocation = Buffer.alloc(24);
    relocation.writeUInt32LE(2, 12);
    const module = relocatable([
      { name: '.text', type: 1, content: Buffer.from('code') },
      { name: '.rela.text', type: 4, content: relocation, link: 4, info: 1 },
      { name: '.BTF', type: 1, content: Buffer.alloc(1000) },
      { name: '.symtab', type: 2, content: symbols, link: 5, info: 4 },
      { name: '.strtab', type: 3, content: strings },
    ]);
    const trimmed = trimModule(module);
    const file = readElf(trimmed);
    const elfSection = (name: string) => file.sectionBytes(file.sections.find((section) => section.name === name)!);
    expect(trimmed.length).toBeLessThan(module.length - 990);
    expect(Buffer.from(elfSection('.strtab')).toString()).toBe('\0.L2\0helper\0init_module\0');
    expect(elfSection('.symtab').length).toBe(4 * 24);
    expect(Buffer.from(elfSection('.rela.text')).readUInt32LE(12)).toBe(1);
    expect(Buffer.from(elfSection('.text')).toString()).toBe('code');
    expect(elfSection('.BTF').length).toBe(0);
    expect(Buffer.compare(trimModule(trimmed), trimmed)).toBe(0);
  });
});

test('the commands of BusyBox are read from it', () => {
  expect(busyboxApplets(Buffer.from('\0x\0[\0[[\0ash\0sh\0zcat\0\0', 'latin1'))).toEqual(['[', '[[', 'ash', 'sh', 'zcat']);
  expect(() => busyboxApplets(Buffer.from('nothing here'))).toThrow(/no list of commands/);
});
