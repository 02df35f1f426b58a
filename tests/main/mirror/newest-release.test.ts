/** A release that is older than one that was here is refused, and whether a mirror has a release is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MirrorSession } from '../../../main/mirror/index.ts';
import { newKey, StandInMirror } from './stand-in-mirror.ts';

const DAY = 24 * 3600 * 1000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY);

let folder: string;
let mirror: StandInMirror;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vivarium-newest-'));
  mirror = await StandInMirror.start();
  writeFileSync(join(folder, 'keys.asc'), mirror.armouredKey);
});
afterEach(async () => {
  await mirror.stop();
  rmSync(folder, { recursive: true, force: true });
});

const session = (suite = 'trixie') =>
  new MirrorSession(join(folder, suite), suite, 'riscv64', {
    address: mirror.address,
    keyring: join(folder, 'keys.asc'),
    environment: {},
  });
const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: Error) => error.message,
  );
const update = () => failure(session().update(() => undefined));
const package1 = { name: 'tool', content: Buffer.from('tool') };

test('an older release is not taken when a newer one was here, although it is rightly signed', async () => {
  await mirror.publish([package1], { date: daysAgo(20) });
  expect(await update()).toBe('no failure');
  await mirror.publish([package1], { date: daysAgo(3) });
  expect(await update()).toBe('no failure');
  // The same again is as new.
  expect(await update()).toBe('no failure');
  await mirror.publish([package1], { date: daysAgo(20) });
  expect(await update()).toMatch(/is of .* one of .* was here before.*VIVARIUM_MIRROR.*newest-release/);
  expect(await update()).toContain('was here before');
  rmSync(join(folder, 'trixie', 'newest-release'));
  expect(await update()).toBe('no failure');
});

test('one that is not rightly signed is not remembered', async () => {
  await mirror.publish([package1], { date: daysAgo(3), key: await newKey('Somebody else') });
  expect(await update()).toContain('has no such key');
  await mirror.publish([package1], { date: daysAgo(20) });
  expect(await update()).toBe('no failure');
});

test('whether there is a release is told, and what is wrong with it', async () => {
  const security = 'trixie-security';
  expect(await session(security).has()).toBe(false);
  await mirror.publish([package1], { suite: security, codename: security });
  expect(await session(security).has()).toBe(true);
  await mirror.publish([package1], { suite: security, codename: 'sid' });
  expect(await failure(session(security).has())).toContain('the mirror gives Debian');
});
