/** Fetching a template's parts: through a stand-in for apt, so that no network is needed and everything can go wrong. */
import { stepWords } from '../../../preload/contract/task-words.ts';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { partsReason } from '../../../preload/contract/template-words.ts';
import { GuestKit } from '../../../main/images/index.ts';
import type { Progress } from '../../../main/images/index.ts';
import { readCpio } from '../../../main/images/initramfs/cpio.ts';
import { sha256 } from '../mirror/stand-in-mirror.ts';
import { pathOf, standInApt, type StandIn } from './stand-in-apt.ts';

let apt: StandIn;
let kit: GuestKit;
const path = process.env['PATH'];

beforeEach(() => {
  apt = standInApt();
  process.env['PATH'] = pathOf(apt);
  kit = new GuestKit({ cacheDirectory: apt.cache });
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(apt.folder, { recursive: true, force: true });
});

const debian = () => kit.prepare('debian-riscv64');
const failure = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'no failure',
    (error: Error) => error.message,
  );
/** Names under the cache that stand for finished work. */
const finished = () =>
  ['packages', 'guests', 'built'].flatMap((name) => (existsSync(join(apt.cache, name)) ? readdirSync(join(apt.cache, name)) : []));

describe('a first use', () => {
  test('fetches, unpacks and builds; a second use asks no program and works without a network', async () => {
    expect(kit.status('debian-riscv64').parts).toBe('fetchable');
    const seen: Progress[] = [];
    const guest = await kit.prepare('debian-riscv64', {}, (progress) => seen.push(progress));
    expect(guest).toMatchObject({ memoryMiB: 512, cores: 1, ports: ['vivarium.exec'] });
    if (guest.boot.kind !== 'linux') throw new Error('not a Linux guest');
    expect(readFileSync(guest.boot.kernel, 'utf8')).toBe('kernel');
    const paths = readCpio(readFileSync(guest.boot.initrd!)).map((entry) => entry.path);
    expect(paths).toEqual(expect.arrayContaining(['init', 'bin/busybox', 'bin/ash', 'lib/modules/net_failover.ko', 'dev/console']));
    expect(seen.some(({ message }) => stepWords(message).includes('unpacking'))).toBe(true);
    expect(existsSync(join(apt.cache, 'apt.lock'))).toBe(false);

    const calls = apt.calls().length;
    apt.mode('offline');
    expect(kit.status('debian-riscv64').parts).toBe('ready');
    expect(await debian()).toEqual(guest);
    expect(apt.calls()).toHaveLength(calls);
  });

  test("the private configuration keeps the host's proxy and leaves its hooks out", async () => {
    await debian();
    const file = join(apt.cache, 'apt/trixie-riscv64/apt.conf');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('Acquire::http::Proxy "http://proxy.invalid:3128";');
    expect(text).not.toContain('Post-Invoke');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const source = readFileSync(join(apt.cache, 'apt/trixie-riscv64/guest.sources'), 'utf8');
    expect(source).toContain('Suites: trixie');
    expect(source).toContain('URIs: http://mirror.invalid/debian');
    expect(source).toContain('Architectures: riscv64');
  });

  test("the index's progress never goes back, and ends with all of it", async () => {
    apt.mode('moved-index');
    const seen: number[] = [];
    await kit.prepare(
      'debian-riscv64',
      {},
      ({ message, bytesDone = 0 }) => stepWords(message).includes('package index') && seen.push(bytesDone),
    );
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(seen.at(-1)).toBe(1_000_000);
  });

  test('two at once fetch once', async () => {
    const other = new GuestKit({ cacheDirectory: apt.cache });
    const [one, two] = await Promise.all([debian(), other.prepare('debian-riscv64')]);
    expect(two).toEqual(one);
    expect(apt.calls().filter((call) => call.includes('update'))).toHaveLength(1);
  });

  test('a lock left by a process that died, or that no longer moves, does not block', async () => {
    mkdirSync(apt.cache, { recursive: true });
    writeFileSync(join(apt.cache, 'apt.lock'), '999999999\n');
    await debian();
    rmSync(join(apt.cache, 'guests'), { recursive: true });
    const lock = join(apt.cache, 'apt.lock');
    writeFileSync(lock, `${process.pid}\n`);
    utimesSync(lock, new Date(0), new Date(0));
    await debian();
    expect(existsSync(lock)).toBe(false);
  });
});

describe('what goes wrong is said, and leaves nothing half-made', () => {
  test('no apt', async () => {
    apt.without('apt-get');
    expect(kit.status('debian-riscv64')).toMatchObject({
      parts: 'unavailable',
      trouble: { code: 'mirror-not-set' },
    });
    expect(partsReason(kit.status('debian-riscv64'))).toContain('hello-riscv64');
    expect(await failure(debian())).toContain('has no apt');
  });
  test('half an apt', async () => {
    apt.without('apt-cache');
    expect(await failure(debian())).toContain('reinstall apt');
  });
  test('a package that is damaged, though it has the right hash', async () => {
    writeFileSync(
      join(apt.folder, 'record-busybox-static'),
      readFileSync(join(apt.folder, 'record-busybox-static'), 'utf8').replace(/SHA256: .*/, `SHA256: ${sha256('no package')}`),
    );
    writeFileSync(join(apt.folder, 'busybox-static.deb'), 'no package');
    expect(await failure(debian())).toMatch(/busybox-static cannot be unpacked: it is no ar archive/);
    expect(existsSync(join(apt.cache, 'guests'))).toBe(false);
    expect(readdirSync(join(apt.cache, 'packages')).filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
  });
  test.each([
    ['offline', /cannot be reached.*completed downloads are kept/],
    ['no-suite', /no Debian release "trixie"/],
    ['unsigned', /debian-archive-keyring/],
    ['disk-full', /disk is full/],
  ] as const)('%s', async (mode, message) => {
    apt.mode(mode);
    expect(await failure(debian())).toMatch(message);
    expect(finished()).toEqual([]);
    apt.mode('');
    await debian();
  });
  test('a host without a Debian source', async () => {
    rmSync(join(apt.folder, 'etc/sources.list.d/debian.sources'));
    expect(await failure(debian())).toContain('VIVARIUM_APT_SOURCES');
    const file = join(apt.folder, 'own.list');
    writeFileSync(file, 'deb [signed-by=/key.gpg] http://other.invalid/debian sid main contrib\n');
    await new GuestKit({ cacheDirectory: apt.cache, sources: { apt: { sourceFile: file } } }).prepare('debian-riscv64');
    expect(readFileSync(join(apt.cache, 'apt/trixie-riscv64/guest.sources'), 'utf8')).toContain('Signed-By: /key.gpg');
  });
  test('content that is not what the index promises is thrown away', async () => {
    apt.mode('wrong-content');
    expect(await failure(debian())).toContain('does not have the content');
    expect(finished()).toEqual([]);
    expect(readdirSync(join(apt.cache, 'partial'))).toEqual([]);
    apt.mode('');
    await debian();
  });
  test('an interrupted download is continued', async () => {
    apt.mode('cut-off');
    expect(await failure(debian())).toContain('completed downloads are kept');
    expect(finished()).toEqual([]);
    apt.mode('');
    await debian();
    expect(
      apt
        .calls()
        .filter((call) => call.startsWith('resumed-at'))
        .slice(0, 2),
    ).toEqual(['resumed-at 0', 'resumed-at 100']);
  });
  test('a cancelled use stops', async () => {
    await expect(kit.prepare('debian-riscv64', {}, () => undefined, AbortSignal.abort())).rejects.toThrow(/abort/i);
    const cancel = new AbortController();
    const work = kit.prepare(
      'debian-riscv64',
      {},
      ({ message }) => stepWords(message).includes('checking') && cancel.abort(),
      cancel.signal,
    );
    await expect(work).rejects.toThrow(/abort/i);
    expect(existsSync(join(apt.cache, 'guests'))).toBe(false);
    await debian();
  });
  test('a cached package that lost its kernel', async () => {
    const guest = await debian();
    if (guest.boot.kind !== 'linux') throw new Error('not a Linux guest');
    rmSync(guest.boot.kernel);
    expect(await failure(debian())).toContain('Delete that folder');
  });
});

describe('what a person adds', () => {
  test('that there are commands only, files and modules go into a second archive', async () => {
    const file = join(apt.folder, 'data.txt');
    writeFileSync(file, 'data');
    const guest = await kit.prepare('debian-riscv64', { commandsOnly: true, copy: [`${file}:/opt/data`], kmod: ['virtio_blk'] });
    if (guest.boot.kind !== 'linux') throw new Error('not a Linux guest');
    expect(guest.boot.commandLine).toContain('quiet panic=-1');
    const entries = readCpio(readFileSync(guest.boot.initrd!));
    const content = (path: string) => {
      const entry = entries.findLast((candidate) => candidate.path === path);
      return entry?.kind === 'file' ? Buffer.from(entry.content).toString() : undefined;
    };
    expect(content('etc/vivarium/run')).toBe('');
    expect(content('opt/data')).toBe('data');
    expect(content('etc/vivarium/modules')).toContain('- virtio_blk\n');
    expect(content('etc/vivarium/modules')).toMatch(/- virtio_mmio\npci:0x1af4 virtio_pci\n0x0001 net_failover\n0x0001 virtio_net\n/);
  });
  test.each([
    [{ copy: ['/no/such/file'] }, /no file \/no\/such\/file/],
    [{ kmod: ['no_such_module'] }, /no module "no_such_module"/],
    [{ kmod: ['virtio'] }, /^no failure$/],
    [{ kmod: ['virtio_nets'] }, /Is it one of .*virtio_net/],
  ])('%j', async (additions, message) => {
    expect(await failure(kit.prepare('debian-riscv64', additions))).toMatch(message);
  });
  test('an unknown template', async () => {
    expect(await failure(kit.prepare('windows'))).toMatch(/There are: debian-amd64, .*debian-riscv64, .*hello-amd64, hello-riscv64/);
  });
});
