/** From where a new system's apt fetches, and what of ours it is given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guestMirrors } from '../../../main/installing/guest-mirrors.ts';
import { ownFiles } from '../../../main/installing/own-files.ts';
import { StandInMirror } from '../mirror/stand-in-mirror.ts';

const RELEASE = { suite: 'trixie', architecture: 'riscv64' } as const;
const TEMPLATES = fileURLToPath(new URL('../../../resources/guests/', import.meta.url));

let folder: string;
let mirror: StandInMirror;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-mirrors-'));
  mirror = await StandInMirror.start();
  writeFileSync(join(folder, 'keys.asc'), mirror.armouredKey);
});
afterEach(async () => {
  await mirror.stop();
  rmSync(folder, { recursive: true, force: true });
});
const mirrors = (address: string) =>
  guestMirrors(
    join(folder, 'lists'),
    RELEASE,
    { address, keyring: join(folder, 'keys.asc'), environment: {} },
    new AbortController().signal,
  );

test('what was mended since is fetched from beside the mirror, where that has it, rightly signed', async () => {
  const beside = mirror.address.replace(/debian$/, 'debian-security');
  expect(await mirrors(mirror.address)).toEqual({ main: mirror.address });
  await mirror.publish([], { suite: 'trixie-security', codename: 'trixie-security' });
  for (const [path, content] of [...mirror.files]) mirror.files.set(`/debian-security/${path}`, content);
  expect(await mirrors(`${mirror.address}/`)).toEqual({ main: mirror.address, security: beside });
  const withLogin = mirror.address.replace('://', '://name:secret@');
  expect(await mirrors(withLogin)).toEqual({ main: mirror.address, security: beside });
  mirror.files.set('/debian-security/dists/trixie-security/InRelease', Buffer.from('something else'));
  expect(await mirrors(mirror.address)).toEqual({ main: mirror.address });
  // Nothing is guessed where the address is not as mirrors have it.
  expect(await mirrors(`${mirror.address}/mine`)).toEqual({ main: `${mirror.address}/mine` });
});

test('a system is given its mirrors, its keys, its services and what they run', async () => {
  const keys = [{ path: 'etc/dropbear/ed25519', content: 'the key', mode: 0o600 }];
  const given = await ownFiles(TEMPLATES, RELEASE, { main: 'http://a/debian', security: 'http://a/debian-security' }, keys);
  const files = new Map(given.map(({ path, content }) => [path, Buffer.from(content).toString('latin1')]));
  expect(files.get('etc/apt/sources.list.d/debian.sources')?.match(/^(URIs|Suites): .*$/gm)).toEqual([
    'URIs: http://a/debian',
    'Suites: trixie trixie-updates',
    'URIs: http://a/debian-security',
    'Suites: trixie-security',
  ]);
  expect(given).toContainEqual(keys[0]);
  expect(files.get('etc/systemd/system.conf.d/vivarium.conf')).toMatch(/^DefaultDeviceTimeoutSec=/m);
  // What the services run of ours is there, and they are turned on.
  const services = [...files].filter(([path]) => /^etc\/systemd\/system\/vivarium-\w+\.service$/.test(path));
  expect(services.map(([path]) => path).sort()).toEqual(
    ['agent', 'clock', 'shares', 'ssh'].map((name) => `etc/systemd/system/vivarium-${name}.service`),
  );
  for (const [path, unit] of services) {
    const programs = [...unit.matchAll(/(?<=^ExecStart=.*\/)usr\/lib\/vivarium\/\S+/gm)].map(([program]) => program);
    expect([...files.keys()]).toEqual(expect.arrayContaining(programs));
    expect(files.get('usr/lib/vivarium/configure.sh')).toContain(path.slice(path.lastIndexOf('/') + 1));
  }
});
