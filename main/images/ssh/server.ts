/** The SSH server of guests that have one, from its packages, with every library that it needs. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { copyEntries } from '../initramfs/copies.ts';
import type { CpioEntry } from '../initramfs/cpio.ts';
import type { StoredPackage } from '../package-store.ts';

/** By the role of the package: where it has the program, and where the guest does. */
const PROGRAMS = {
  ssh: [['usr/sbin/dropbear'], 'bin/dropbear'],
  sftp: [['usr/lib/openssh/sftp-server', 'usr/lib/sftp-server'], 'lib/openssh/sftp-server'],
} as const;
/** Where Dropbear looks for the other. */
const SFTP_LINK: CpioEntry = { kind: 'link', path: 'lib/sftp-server', target: 'openssh/sftp-server' };

async function pathIn(folder: string, paths: readonly string[]): Promise<string> {
  for (const path of paths) if ((await stat(join(folder, path)).catch(() => undefined))?.isFile()) return join(folder, path);
  throw new ContractError('package-cache-damaged', { folder });
}

/** The server's files; none where the packages have no server. */
export async function serverEntries(packages: readonly StoredPackage[], architecture: string): Promise<readonly CpioEntry[]> {
  const roots = packages.filter(({ role }) => role === 'library').map(({ folder }) => folder);
  const entries = new Map<string, CpioEntry>();
  for (const { role, folder } of packages) {
    if (role !== 'ssh' && role !== 'sftp') continue;
    const [paths, guest] = PROGRAMS[role];
    const host = await pathIn(folder, paths);
    for (const entry of await copyEntries({ host, guest }, architecture, () => undefined, roots)) entries.set(entry.path, entry);
    if (role === 'sftp') entries.set(SFTP_LINK.path, SFTP_LINK);
  }
  return [...entries.values()];
}
