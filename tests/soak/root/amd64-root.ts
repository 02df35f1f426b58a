/**
 * A whole Debian for amd64 on an ext4 image, with its own kernel, initrd, init and a few programs: laid out by debootstrap
 * through this computer's apt configuration and configured by running it. Made once and kept in `.cache`.
 */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aptValue, readHostConfiguration, readHostSources } from '../../../main/images/apt/configuration.ts';
import { findDebianSource } from '../../../main/images/apt/sources.ts';
import { installCommand, tool, type ToolName } from '../../kit/tools.ts';

const SUITE = 'trixie';
const VERSION = 1;
const CACHE = fileURLToPath(new URL('../../../.cache/guests/', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('programs.sh', import.meta.url));
const SIZE_MIB = 2000;
const LIMIT_MS = 3_600_000;
export const PASSWORD = 'vivarium';
export const HOST_NAME = 'box';

/** What boots to a login, and what programs.sh runs. */
// prettier-ignore
const INCLUDED = [
  'systemd-sysv', 'dbus', 'libpam-systemd', 'login', 'udev', 'kmod', 'initramfs-tools', 'linux-image-cloud-amd64',
  'python3', 'perl', 'gcc', 'libc6-dev', 'openssl', 'sqlite3', 'gzip', 'xz-utils', 'zstd',
];
const NEEDED: readonly ToolName[] = ['apt', 'debootstrap', 'mke2fs'];

export interface Amd64Root {
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
  /** What programs.sh, which is in /root, prints on this computer's processor. */
  readonly expected: string;
}

const run = promisify(execFile);

/** @throws Error with what is missing, or what the program that failed said */
export async function amd64Root(): Promise<Amd64Root> {
  const done = join(CACHE, `debian-${SUITE}-amd64-${VERSION}`);
  if (!existsSync(done)) await make(done);
  const file = (name: string) => join(done, name);
  return { image: file('root.raw'), kernel: file('vmlinuz'), initrd: file('initrd.img'), expected: readFileSync(file('expected'), 'utf8') };
}

async function make(done: string): Promise<void> {
  if (process.arch !== 'x64') throw new Error('the root is configured by running it, which needs an x86-64 computer');
  const missing = NEEDED.filter((name) => tool(name) === undefined);
  if (missing.length > 0) throw new Error(`this machine lacks ${missing.join(' and ')}. ${installCommand(missing)}`);
  const host = await readHostConfiguration();
  const mirror = findDebianSource(await readHostSources(host))?.uris[0];
  if (mirror === undefined) throw new Error('apt names no Debian archive');
  const proxy = aptValue(host, 'Acquire::http::Proxy');
  const env = { ...process.env, ...(proxy ? { http_proxy: proxy } : {}), DEBIAN_FRONTEND: 'noninteractive' };
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'making-'));
  const root = join(folder, 'root');
  const say = (program: string, ...args: readonly string[]) => run(program, args, { env, timeout: LIMIT_MS, maxBuffer: 2 ** 26 });
  try {
    const how = ['--variant=minbase', '--arch=amd64', `--include=${INCLUDED.join(',')}`, SUITE, root, mirror];
    await say(tool('debootstrap') ?? 'debootstrap', ...how);
    await say('chroot', root, 'sh', '-c', `echo root:${PASSWORD} | chpasswd && apt-get clean`);
    writeFileSync(join(root, 'etc/hostname'), `${HOST_NAME}\n`);
    writeFileSync(join(root, 'etc/fstab'), '/dev/vda / ext4 errors=remount-ro 0 1\n');
    copyFileSync(PROGRAMS, join(root, 'root/programs.sh'));
    chmodSync(join(root, 'root/programs.sh'), 0o755);
    const { stdout } = await say('chroot', root, '/root/programs.sh');
    writeFileSync(join(folder, 'expected'), stdout);
    for (const name of ['vmlinuz', 'initrd.img']) {
      const [found] = globSync(join(root, 'boot', `${name}-*`));
      if (found === undefined) throw new Error(`the root has no ${name} in /boot`);
      copyFileSync(found, join(folder, name));
    }
    const format = ['-q', '-t', 'ext4', '-L', 'root', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await say(tool('mke2fs') ?? 'mke2fs', ...format, '-d', root, join(folder, 'root.raw'), `${SIZE_MIB}M`);
    rmSync(root, { recursive: true, force: true });
    renameSync(folder, done);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
