/**
 * The keys with which this computer and its guests know each other: made once for a library, and put into guests that have an SSH
 * server. All guests of a library have one host key: branches of a booted state share its memory, so they could not have each
 * their own, and a connection cannot come to the wrong guest, because it leads through that machine's network card alone.
 */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findHome } from '../../library/home.ts';
import type { CpioEntry } from '../initramfs/cpio.ts';
import { dropbearPrivate, opensshPrivate, publicLine, type Ed25519 } from './formats.ts';

/** The name under which SSH programs know every guest of the library. */
export const SSH_HOST = 'vivarium';

const KEY_BYTES = 32;

export interface SshKeys {
  /** The private key file of whoever owns the library. */
  readonly identity: string;
  /** Holds the guests' key alone. */
  readonly knownHosts: string;
  /** A file of Dropbear's, for the guest. */
  readonly guestKey: string;
  /** For the guest's authorized_keys. */
  readonly authorized: string;
}

const pathsIn = (folder: string): SshKeys => ({
  identity: join(folder, 'id_ed25519'),
  knownHosts: join(folder, 'known_hosts'),
  guestKey: join(folder, 'guest_ed25519.dropbear'),
  authorized: join(folder, 'id_ed25519.pub'),
});

function newKey(): Ed25519 {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [seed, open] = [Buffer.from(String(d), 'base64url'), Buffer.from(String(x), 'base64url')];
  if (seed.length !== KEY_BYTES || open.length !== KEY_BYTES) throw new Error('the host made a key that is none of Ed25519');
  return { seed, public: open };
}

/** The library's keys, made where there are none. Whoever is first of several makes them. */
export async function sshKeys(home: string = findHome().folder): Promise<SshKeys> {
  const folder = join(home, 'ssh');
  const keys = pathsIn(folder);
  if (existsSync(folder)) return keys;
  await mkdir(home, { recursive: true, mode: 0o700 });
  const made = await mkdtemp(`${folder}-`);
  try {
    const [own, guest] = [newKey(), newKey()];
    const paths = pathsIn(made);
    const put = (path: string, content: string | Buffer) => writeFile(path, content, { mode: 0o600, flush: true });
    await put(paths.identity, opensshPrivate(own, SSH_HOST));
    await put(paths.authorized, `${publicLine(own)} ${SSH_HOST}\n`);
    await put(paths.guestKey, dropbearPrivate(guest));
    await put(paths.knownHosts, `${SSH_HOST} ${publicLine(guest)}\n`);
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    // Another program was faster.
    if (!existsSync(folder)) throw error;
  }
  return keys;
}

/** What a guest with an SSH server gets of them. */
export async function guestEntries(keys: SshKeys): Promise<readonly CpioEntry[]> {
  const [guestKey, authorized] = await Promise.all([readFile(keys.guestKey), readFile(keys.authorized)]);
  return [
    { kind: 'directory', path: 'etc/dropbear', mode: 0o700 },
    { kind: 'file', path: 'etc/dropbear/ed25519', content: guestKey, mode: 0o600 },
    { kind: 'directory', path: 'root/.ssh', mode: 0o700 },
    { kind: 'file', path: 'root/.ssh/authorized_keys', content: authorized, mode: 0o600 },
  ];
}
