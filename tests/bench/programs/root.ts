/**
 * A root file system with the measured programs for a board: packages of Debian fetched by debootstrap through this computer's
 * apt, unpacked and not configured, with a first program that runs what the kernel's command line names. Kept in `.cache`.
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aptValue, readHostConfiguration, readHostSources } from '../../../main/images/apt/configuration.ts';
import { findDebianSource } from '../../../main/images/apt/sources.ts';
import { installCommand, tool, type ToolName } from '../../kit/tools.ts';
import { GUEST_BOARDS, type GuestBoardName } from '../boards.ts';
import { DATA_MB } from './cases.ts';

const SUITE = 'trixie';
const VERSION = 1;
const CACHE = fileURLToPath(new URL('../../../.cache/guests/', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
const INCLUDED = ['xz-utils', 'zstd', 'openssl', 'gcc', 'libc6-dev', 'python3', 'perl', 'sqlite3', 'git'];
const NEEDED: readonly ToolName[] = ['apt', 'debootstrap', 'mke2fs'];
const SIZE_MIB = 1500;
const LIMIT_MS = 1_800_000;

/** The command line of the kernel ends with what follows `--`; the initial file system hands over with it in /proc/cmdline. */
const INIT = `#!/bin/bash
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /tmp
cat /root/data > /dev/null
for each in $(sed 's/.*vivarium.programs=\\([^ ]*\\).*/\\1/; s/,/ /g' /proc/cmdline); do
  bash /root/programs.sh "\${each%:*}" "\${each#*:}"
done
echo o > /proc/sysrq-trigger
sleep 60
`;

const run = promisify(execFile);

/** @returns the image's path @throws Error with what is missing, or what the program that failed said */
export async function programsRoot(board: GuestBoardName): Promise<string> {
  const { debian } = GUEST_BOARDS[board];
  const image = join(CACHE, `programs-${SUITE}-${debian}-${VERSION}.raw`);
  if (existsSync(image)) return image;
  const missing = NEEDED.filter((name) => tool(name) === undefined);
  if (missing.length > 0) throw new Error(`this machine lacks ${missing.join(' and ')}. Install with: ${installCommand(missing)}`);
  const host = await readHostConfiguration();
  const mirror = findDebianSource(await readHostSources(host))?.uris[0];
  if (mirror === undefined) throw new Error('apt names no Debian archive');
  const proxy = aptValue(host, 'Acquire::http::Proxy');
  const env = { ...process.env, ...(proxy ? { http_proxy: proxy } : {}) };
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'making-'));
  const root = join(folder, 'root');
  const say = (program: string, ...args: readonly string[]) => run(program, args, { env, timeout: LIMIT_MS, maxBuffer: 2 ** 26 });
  try {
    console.error(`making a root with programs for ${debian}`);
    const how = ['--foreign', '--variant=minbase', `--arch=${debian}`, `--include=${INCLUDED.join(',')}`, SUITE, root, mirror];
    await say(tool('debootstrap') ?? 'debootstrap', ...how);
    const archives = join(root, 'var/cache/apt/archives');
    for (const name of readdirSync(archives)) if (name.endsWith('.deb')) await say('dpkg-deb', '-x', join(archives, name), root);
    rmSync(archives, { recursive: true });
    addOwnFiles(root);
    const format = ['-q', '-t', 'ext4', '-L', 'root', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
    await say(tool('mke2fs') ?? 'mke2fs', ...format, '-d', root, join(folder, 'image'), `${SIZE_MIB}M`);
    renameSync(join(folder, 'image'), image);
    return image;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function addOwnFiles(root: string): void {
  // In some containers debootstrap makes these links to the host's.
  for (const name of ['proc', 'sys', 'dev']) {
    rmSync(join(root, name), { recursive: true, force: true });
    mkdirSync(join(root, name));
  }
  rmSync(join(root, 'sbin/init'), { force: true });
  writeFileSync(join(root, 'sbin/init'), INIT, { mode: 0o755 });
  for (const name of ['programs.sh', 'program.py', 'program.pl', 'program.c']) copyFileSync(join(HERE, name), join(root, 'root', name));
  writeFileSync(join(root, 'root/data'), data());
  // Signatures without padding at random are the same each time; the key is not, so results are compared between the sides only.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 }) as { privateKey: KeyObject };
  writeFileSync(join(root, 'root/key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** Text of words that repeat as in real text, and some bytes that do not compress. */
function data(): Buffer {
  let seed = 0x2545f491;
  const next = (below: number): number => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
  const words = Array.from({ length: 4000 }, () => String.fromCharCode(...Array.from({ length: 2 + next(8) }, () => 97 + next(26))));
  const bytes = Buffer.alloc(DATA_MB * 1_000_000);
  for (let at = 0; at < bytes.length;) {
    // Low numbers are frequent.
    const word = words[Math.min(next(4000), next(4000), next(4000))] as string;
    at += bytes.write(next(12) === 0 ? `${word}\n` : `${word} `, at, 'latin1');
    if (next(200) === 0) for (let count = next(64); count > 0 && at < bytes.length; count--) bytes[at++] = next(256);
  }
  return bytes;
}
