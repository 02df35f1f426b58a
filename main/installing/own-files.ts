/** What a Debian on a disk has beside its packages: its name, network, shared folders, keys, the host's agent, a shell on the console. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnFile } from './root-archive.ts';

const HOST_NAME = 'debian';

/** Where a guest's apt fetches from, without logins. */
export interface GuestMirrors {
  readonly main: string;
  /** What was mended since the release; absent: the mirror has none beside it. */
  readonly security?: string | undefined;
}

const source = (address: string, suites: string): string =>
  `Types: deb\nURIs: ${address}\nSuites: ${suites}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`;

/**
 * @param templates the folder of templates, with agent and scripts
 * @param keys of the SSH server, and for whom it opens
 */
export async function ownFiles(
  templates: string,
  { suite, architecture }: { readonly suite: string; readonly architecture: string },
  mirrors: GuestMirrors,
  keys: readonly OwnFile[],
): Promise<OwnFile[]> {
  const { main, security } = mirrors;
  const updates = source(main, `${suite} ${suite}-updates`);
  const sources = security === undefined ? updates : `${updates}\n${source(security, `${suite}-security`)}`;
  const file = (name: string) => readFile(join(templates, 'install', name));
  return [
    { path: 'etc/hostname', content: `${HOST_NAME}\n` },
    { path: 'etc/hosts', content: `127.0.0.1 localhost\n127.0.1.1 ${HOST_NAME}\n::1 localhost ip6-localhost ip6-loopback\n` },
    { path: 'etc/fstab', content: '/dev/vda / ext4 errors=remount-ro 0 1\n' },
    { path: 'etc/apt/sources.list.d/debian.sources', content: sources },
    { path: 'etc/systemd/network/80-cards.network', content: await file('cards.network') },
    { path: 'etc/systemd/system/vivarium-agent.service', content: await file('agent.service') },
    { path: 'etc/systemd/system/vivarium-clock.service', content: await file('clock.service') },
    { path: 'etc/systemd/system/vivarium-shares.service', content: await file('shares.service') },
    { path: 'etc/systemd/system/vivarium-ssh.service', content: await file('ssh.service') },
    { path: 'etc/systemd/system.conf.d/vivarium.conf', content: await file('system.conf') },
    { path: 'etc/systemd/system/serial-getty@.service.d/vivarium.conf', content: await file('serial-console.conf') },
    { path: 'etc/systemd/system/systemd-networkd-wait-online.service.d/vivarium.conf', content: await file('wait-online.conf') },
    { path: 'usr/lib/vivarium/agent', content: await readFile(join(templates, 'agent', `agent-${architecture}`)), mode: 0o755 },
    { path: 'usr/lib/vivarium/clock.sh', content: await readFile(join(templates, 'clock.sh')), mode: 0o755 },
    { path: 'usr/lib/vivarium/shares.sh', content: await file('shares.sh'), mode: 0o755 },
    ...keys,
    { path: 'usr/lib/vivarium/configure.sh', content: await file('configure.sh'), mode: 0o755 },
  ];
}
