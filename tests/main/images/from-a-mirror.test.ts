/** A template's parts without apt: from a mirror on the loopback, signed by a key made here. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { partsReason } from '../../../preload/contract/template-words.ts';
import { GuestKit } from '../../../main/images/index.ts';
import { debOf, filesOf, type TarPart } from '../mirror/package-writer.ts';
import { StandInMirror, type OfferedPackage } from '../mirror/stand-in-mirror.ts';
import { templateParts } from './stand-in-apt.ts';

let folder: string;
let mirror: StandInMirror;
const environment = { ...process.env };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-parts-'));
  mirror = await StandInMirror.start();
  writeFileSync(join(folder, 'keys.asc'), mirror.armouredKey);
  await mirror.publish(offered());
  // No apt is found: there are no programs at all.
  Object.assign(process.env, { PATH: folder, VIVARIUM_MIRROR: mirror.address, VIVARIUM_MIRROR_KEYRING: join(folder, 'keys.asc') });
});
afterEach(async () => {
  for (const name of ['PATH', 'VIVARIUM_MIRROR', 'VIVARIUM_MIRROR_KEYRING'])
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  await mirror.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cache = () => join(folder, 'cache');
const kit = () => new GuestKit({ cacheDirectory: cache() });
const failure = (): Promise<string> =>
  kit()
    .prepare('debian-riscv64')
    .then(
      () => 'no failure',
      (error: Error) => error.message,
    );
const names = (place: string) => (existsSync(join(cache(), place)) ? readdirSync(join(cache(), place)) : []);

function offered(replaced: Record<string, readonly TarPart[]> = {}): OfferedPackage[] {
  const parts = Object.entries(templateParts()).map(([name, files]): OfferedPackage => ({
    name,
    content: debOf(replaced[name] ?? filesOf(files), 'xz'),
  }));
  const kernel = parts.find(({ name }) => name.startsWith('linux-image'))!.name;
  return [...parts, { name: 'linux-image-riscv64', content: debOf([]), fields: { Depends: `${kernel} (= 1)` } }];
}

test('they come, are unpacked and built without a program of the host; the second use needs no mirror', async () => {
  expect(kit().status('debian-riscv64')).toMatchObject({ parts: 'fetchable', source: 'mirror' });
  const guest = await kit().prepare('debian-riscv64');
  if (guest.boot.kind !== 'linux') throw new Error('not a Linux guest');
  expect(readFileSync(guest.boot.kernel, 'utf8')).toBe('kernel');
  expect(names('partial')).toEqual([]);
  const count = mirror.requests.length;
  delete process.env['VIVARIUM_MIRROR'];
  expect(kit().status('debian-riscv64').parts).toBe('ready');
  expect(await kit().prepare('debian-riscv64')).toEqual(guest);
  expect(mirror.requests).toHaveLength(count);
});

test('a template with a disk is ready when the disk is there, and says what it takes', async () => {
  const own = new GuestKit({ cacheDirectory: cache(), systemDirectory: join(folder, 'systems') });
  const template = own.template('debian-riscv64-disk');
  if (template.kind !== 'linux') throw new Error('not a Linux template');
  const before = own.status(template.name);
  expect(partsReason(before)).toMatch(/installed once.*about \d+ MiB/);
  expect(before.fetchBytes).toBeGreaterThan(template.approximateBytes);
  await own.prepare(template.name);
  expect(own.status(template.name).parts).toBe('fetchable');
  mkdirSync(join(folder, 'systems'));
  writeFileSync(own.systemDisk(template), Buffer.alloc(1024 * 1024, 1));
  expect(own.status(template.name).parts).toBe('ready');
  expect(partsReason(own.status(template.name))).toContain('its disk takes 1');
});

test('where there is neither apt nor a mirror, it is said how to set one', async () => {
  delete process.env['VIVARIUM_MIRROR'];
  expect(kit().status('debian-riscv64')).toMatchObject({ parts: 'unavailable', trouble: { code: 'mirror-not-set' } });
  expect(await failure()).toMatch(/set the mirror .*VIVARIUM_MIRROR\) to the address.*http:\/\/HOST\/debian.*hello-riscv64/);
});

test('the settings name a mirror, unless the environment does', async () => {
  delete process.env['VIVARIUM_MIRROR'];
  const own = kit();
  expect(own.status('debian-riscv64').parts).toBe('unavailable');
  own.useMirror(mirror.address);
  expect(own.status('debian-riscv64')).toMatchObject({ parts: 'fetchable', source: 'mirror' });
  await own.prepare('debian-riscv64');
  expect(mirror.requests.length).toBeGreaterThan(0);
  own.useMirror('');
  expect(await own.prepare('debian-riscv64')).toBeDefined();
  process.env['VIVARIUM_MIRROR'] = 'http://127.0.0.1:9/debian';
  const other = new GuestKit({ cacheDirectory: join(folder, 'other') });
  other.useMirror(mirror.address);
  expect(await other.prepare('debian-riscv64').catch((error: Error) => error.message)).toContain('127.0.0.1:9');
});

test("Debian's own keys are asked where no other keyring is named", async () => {
  delete process.env['VIVARIUM_MIRROR_KEYRING'];
  expect(await failure()).toMatch(/debian-archive-keyring\.pgp has no such key/);
});

test.each([
  ['a path that leads out', [{ path: '../../evil', content: 'x' }], /busybox-static is refused: the path/],
  ['more than the package says', [{ path: './bin', content: Buffer.alloc(80 * 1024 * 1024) }], /unpacks to more than/],
] as const)('a signed package with %s leaves nothing behind', async (_name, parts, words) => {
  await mirror.publish(offered({ 'busybox-static': parts }));
  expect(await failure()).toMatch(words);
  expect(names('guests')).toEqual([]);
  expect(names('partial')).toEqual([]);
  expect(names('built')).toEqual([]);
  expect(existsSync(join(folder, 'evil'))).toBe(false);
  // The kernel, which was right, stays.
  expect(names('packages')).toHaveLength(1);
  await mirror.publish(offered());
  expect(await failure()).toBe('no failure');
});

test('a mirror that fails half-way leaves what is whole, and the next use goes on', async () => {
  mirror.instead = (_request, response, path) => path.includes('busybox') && Boolean(response.writeHead(500).end());
  expect(await failure()).toContain('answers 500');
  expect([names('guests'), names('built')]).toEqual([[], []]);
  const before = mirror.requests.length;
  mirror.instead = () => false;
  expect(await failure()).toBe('no failure');
  expect(mirror.requests.slice(before).some(({ path }) => path.includes('linux-image'))).toBe(false);
});
