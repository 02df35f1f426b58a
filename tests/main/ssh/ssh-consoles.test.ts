/** Consoles that are this computer's ssh: a stand-in for ssh says how it was called and plays a shell. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { SshConsoles } from '../../../main/ssh/ssh-consoles.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';

const folder = mkdtempSync(join(tmpdir(), 'vivarium-ssh-'));
const BOX = 'M1' as MachineId;
const LIMIT = { timeout: 180_000 };
const WAIT = { timeout: 60_000 };
const saved = { path: process.env['PATH'], home: process.env['VIVARIUM_HOME'] };
const consoles = new SshConsoles();
const text = () => Buffer.from(consoles.require(BOX).log.tail()).toString();
const shows = (wanted: string | RegExp) => vi.waitFor(() => expect(text()).toMatch(wanted), WAIT);
const attach = () => consoles.require(BOX).attach({ whole: false, terminal: true }, { output: () => undefined, skipped: () => undefined });

beforeAll(() => {
  const script = [
    '#!/bin/sh',
    'for word; do case "$word" in ProxyCommand=*) echo "by $word";; esac; last=$word; done',
    'echo "to $last from $(stty size)"',
    'trap \'echo "now $(stty size)"\' WINCH',
    // A signal interrupts a read.
    'while :; do read -r line || continue; [ "$line" = exit ] && exit 7; echo "did $line"; done',
  ];
  writeFileSync(join(folder, 'ssh'), script.join('\n'));
  chmodSync(join(folder, 'ssh'), 0o700);
  process.env['PATH'] = `${folder}:${saved.path ?? ''}`;
  process.env['VIVARIUM_HOME'] = join(folder, 'home');
});
afterEach(() => consoles.closeAll());
afterAll(() => {
  process.env['PATH'] = saved.path;
  if (saved.home === undefined) delete process.env['VIVARIUM_HOME'];
  else process.env['VIVARIUM_HOME'] = saved.home;
  rmSync(folder, { recursive: true, force: true });
});

test('logs in through viv connect, takes what is typed and tells its size', LIMIT, async () => {
  await consoles.open(BOX, 'my box');
  await shows('to vivarium from 24 80');
  expect(text()).toMatch(/by ProxyCommand=.* connect --wait \d+ 'my box' 22/);
  const channel = attach();
  expect(await channel.write(Buffer.from('one\r'))).toBe(4);
  await shows('did one');
  consoles.require(BOX).resize({ columns: 101, rows: 37 });
  await channel.write(Buffer.from('two\r'));
  await shows('now 37 101');
  // One that is logged in stays so.
  await consoles.open(BOX, 'my box');
  await channel.write(Buffer.from('three\r'));
  await shows('did three');
});

test('says with what status ssh ended, and logs in again on the same console, at the size it has', LIMIT, async () => {
  await consoles.open(BOX, 'box');
  await shows('to vivarium');
  consoles.require(BOX).resize({ columns: 90, rows: 30 });
  const channel = attach();
  await channel.write(Buffer.from('exit\r'));
  await shows('ssh has ended with status 7');
  expect(await channel.write(Buffer.from('lost'))).toBe(0);
  await consoles.open(BOX, 'box');
  await shows('to vivarium from 30 90');
});

test('logs in again while somebody is logged in: what was there ends', LIMIT, async () => {
  await consoles.open(BOX, 'box');
  await shows('to vivarium');
  const channel = attach();
  await channel.write(Buffer.from('one\r'));
  await shows('did one');
  await consoles.open(BOX, 'box', true);
  await shows(/did one[^]*Logging in to box[^]*to vivarium from/);
  await channel.write(Buffer.from('two\r'));
  await shows('did two');
  // The end of the first is not the second's.
  expect(text()).not.toContain('ssh has ended');
});

test('is gone when it is closed, and none is left where ssh is missing', LIMIT, async () => {
  await consoles.open(BOX, 'box');
  consoles.close(BOX);
  expect(consoles.has(BOX)).toBe(false);
  expect(() => consoles.require(BOX)).toThrow('no console');
  process.env['PATH'] = join(folder, 'nowhere');
  await expect(consoles.open(BOX, 'box')).rejects.toMatchObject({ code: 'cli-ssh-missing' });
  process.env['PATH'] = `${folder}:${saved.path ?? ''}`;
  expect(consoles.has(BOX)).toBe(false);
});
