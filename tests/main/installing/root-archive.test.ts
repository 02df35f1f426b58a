/** The archive that a new root is filled from: what packages have, and dpkg's database as after unpacking. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeRootArchive, type FetchedPackage } from '../../../main/installing/root-archive.ts';
import { debOf, filesOf, paxRecord, type TarPart } from '../mirror/package-writer.ts';
import { describeWith } from '../../kit/tools.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vivarium-root-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fetched(name: string, content: readonly TarPart[], control: Record<string, string>): FetchedPackage {
  const file = join(folder, `${name}.deb`);
  writeFileSync(file, debOf(content, 'xz', filesOf(control)));
  return { record: { name, version: '1', sizeBytes: 1, installedBytes: 1, sha256: '', depends: '' }, file };
}
const stanza = (name: string, more = '') =>
  `Package: ${name}\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody <nobody@example.invalid>\n${more}Description: a package\n for tests\n`;

const long = `usr/share/${'long-name/'.repeat(14)}file`;
const packages = () => [
  fetched(
    'base',
    [
      ...filesOf({ 'usr/bin/base': 'base' }),
      { path: 'x', type: 'x', content: paxRecord('path', long) },
      { path: 'cut', content: 'deep' },
      { path: './sbin', type: '2', target: 'usr/sbin' },
      { path: './usr/bin/su', content: 'su', mode: 0o4755 },
    ],
    {
      control: stanza('base'),
      postinst: '#!/bin/sh\n',
      triggers: 'interest-noawait /usr/share/doc\ninterest reload\n',
    },
  ),
  fetched('lib', [...filesOf({ 'usr/lib/lib.so': 'lib', 'etc/lib.conf': 'setting\n' })], {
    control: stanza('lib', 'Multi-Arch: same\n'),
    conffiles: '/etc/lib.conf\n',
    md5sums: 'x  usr/lib/lib.so\n',
  }),
];

async function unpacked(): Promise<string> {
  const archive = join(folder, 'root.tar');
  const own = [
    { path: 'etc/hostname', content: 'debian\n' },
    { path: 'opt/own/run', content: '#!/bin/sh\n', mode: 0o755 },
  ];
  await writeRootArchive(archive, packages(), own, 'amd64', new AbortController().signal);
  expect(statSync(archive).size % 512).toBe(0);
  const root = join(folder, 'root');
  mkdirSync(root);
  const { status, stderr } = spawnSync('tar', ['-xpf', archive, '-C', root], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return root;
}

describe('the archive', () => {
  test('GNU tar unpacks it: files, modes, links, long names, our own files', async () => {
    const root = await unpacked();
    const text = (path: string) => readFileSync(join(root, path), 'utf8');
    expect([text('usr/bin/base'), text(long), text('usr/lib/lib.so'), text('etc/hostname')]).toEqual(['base', 'deep', 'lib', 'debian\n']);
    expect(readlinkSync(join(root, 'sbin'))).toBe('usr/sbin');
    expect(lstatSync(join(root, 'usr/bin/su')).mode & 0o7777).toBe(0o4755);
    expect(lstatSync(join(root, 'opt/own/run')).mode & 0o777).toBe(0o755);
  });

  test("dpkg's database", async () => {
    const root = await unpacked();
    const text = (path: string) => readFileSync(join(root, 'var/lib/dpkg', path), 'utf8');
    const md5 = createHash('md5').update('setting\n').digest('hex');
    expect(text('status')).toContain('Package: base\nStatus: install ok unpacked\n');
    expect(text('status')).toContain(`Conffiles:\n /etc/lib.conf ${md5}\n`);
    expect(text('info/base.list').split('\n')).toEqual(expect.arrayContaining(['/.', '/usr/bin', '/usr/bin/base'].slice(1)));
    expect(text('info/lib:amd64.conffiles')).toBe('/etc/lib.conf\n');
    expect(existsSync(join(root, 'var/lib/dpkg/info/base.control'))).toBe(false);
    expect(lstatSync(join(root, 'var/lib/dpkg/info/base.postinst')).mode & 0o111).toBe(0o111);
    expect(text('triggers/File')).toBe('/usr/share/doc base/noawait\n');
    expect(text('triggers/reload')).toBe('base\n');
  });

  test('a package that is damaged is named, and what is cancelled stops', async () => {
    const broken = packages();
    writeFileSync(broken[1]!.file, readFileSync(broken[1]!.file).subarray(0, 200));
    const write = (list: readonly FetchedPackage[], signal = new AbortController().signal) =>
      writeRootArchive(join(folder, `root-${Math.random()}.tar`), list, [], 'amd64', signal);
    await expect(write(broken)).rejects.toThrow(/the package lib cannot be unpacked/);
    await expect(write(packages(), AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});

describeWith(['dpkg'], 'dpkg itself', () => {
  test('reads the database and finds nothing missing', async () => {
    const root = await unpacked();
    const query = spawnSync(
      'dpkg-query',
      [`--admindir=${join(root, 'var/lib/dpkg')}`, '-W', '-f', ['$', '{binary:Package} ', '$', '{db:Status-Abbrev}\n'].join('')],
      { encoding: 'utf8' },
    );
    expect(query.stderr).toBe('');
    expect(query.stdout).toBe('base iU \nlib:amd64 iU \n');
    const { stdout } = spawnSync('dpkg', [`--admindir=${join(root, 'var/lib/dpkg')}`, '--listfiles', 'lib'], { encoding: 'utf8' });
    expect(stdout).toContain('/etc/lib.conf');
  });
});
