/** The library's SSH keys: what OpenSSH's own programs make of them, and that several makers make one set. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guestEntries, SSH_HOST, sshKeys } from '../../../main/images/ssh/keys.ts';
import { describeWith, tool } from '../../kit/tools.ts';
import { temporaryFolder } from '../temporary-home.ts';

const text = (path: string) => readFileSync(path, 'utf8');

test('keys are made once, whoever asks first, and are their owner’s alone', async () => {
  const home = temporaryFolder();
  const all = await Promise.all([1, 2, 3, 4].map(() => sshKeys(home)));
  expect(new Set(all.map(({ identity }) => identity)).size).toBe(1);
  expect(readdirSync(home)).toEqual(['ssh']);
  const [keys] = all;
  for (const path of Object.values(keys!)) expect(statSync(path as string).mode & 0o77).toBe(0);
  const before = text(keys!.identity);
  expect(text((await sshKeys(home)).identity)).toBe(before);
});

test('the guest gets its own key, and whom to let in', async () => {
  const keys = await sshKeys(temporaryFolder());
  const entries = await guestEntries(keys);
  const file = (path: string) => entries.find((entry) => entry.path === path);
  expect(file('root/.ssh/authorized_keys')).toMatchObject({ mode: 0o600, content: readFileSync(keys.authorized) });
  const key = file('etc/dropbear/ed25519') as { content: Uint8Array };
  // The public half, which known_hosts has, is the last half of the key.
  const known = Buffer.from(String(text(keys.knownHosts).split(' ')[2]), 'base64').subarray(-32);
  expect(Buffer.from(key.content).subarray(-32)).toEqual(known);
});

describeWith(['ssh'], 'for OpenSSH', () => {
  test('the key is a key, and known_hosts names every guest', async () => {
    const home = temporaryFolder();
    const keys = await sshKeys(home);
    const keygen = (...args: readonly string[]) => spawnSync(join(String(tool('ssh')), '..', 'ssh-keygen'), args, { encoding: 'utf8' });
    const shown = keygen('-y', '-f', keys.identity);
    expect([shown.status, shown.stdout]).toEqual([0, text(keys.authorized)]);
    expect(keygen('-F', SSH_HOST, '-f', keys.knownHosts).stdout).toContain('ssh-ed25519 ');
  });
});
