/**
 * A real root file system: Debian's minimal base for riscv64, laid out by debootstrap through this computer's own apt
 * configuration and written as an ext4 image by mke2fs. Made once and kept in `.cache`; a test works on a copy or an overlay.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aptValue, readHostConfiguration, readHostSources } from '../../main/images/apt/configuration.ts';
import { findDebianSource } from '../../main/images/apt/sources.ts';
import { GuestKit } from '../../main/images/index.ts';
import { tool, type ToolName } from '../kit/tools.ts';
import { TEMPLATE } from './parts.ts';

const SUITE = 'trixie';
const CACHE = fileURLToPath(new URL('../../.cache/guests/', import.meta.url));
const IMAGE = join(CACHE, `debian-${SUITE}-riscv64-4.raw`);
const SIZE_MIB = 400;
/** As long as it takes to fetch some 60 packages over a slow line. */
const LIMIT_MS = 600_000;

const kept = statSync(IMAGE, { throwIfNoEntry: false }) !== undefined;
export const ROOT_TOOLS: readonly ToolName[] = kept ? [] : ['apt', 'debootstrap', 'mke2fs'];

/**
 * The first program of the root: the packages are unpacked but not configured, so nothing but a shell is expected. It
 * powers off through the kernel, as there is no init system to ask.
 */
const INIT = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -o remount,rw /
cd /root
echo "root is $(. /etc/os-release; echo $PRETTY_NAME)"
ENV=/etc/shell exec sh -i
`;
/** Aliases for the shell that INIT starts. */
const SHELL = `PS1='root# '
alias off='sync; mount -o remount,ro /; echo o > /proc/sysrq-trigger; sleep 100'
`;

/** The initial file system's first program: what the disk needs, then over to the disk. */
const FIRST = `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r type module; do
  case "$type" in -|pci:*|*2) insmod "/lib/modules/$module.ko" ;; esac
done < /etc/vivarium/modules
mkdir -p /newroot
mount -t ext4 -o ro /dev/vda /newroot || exec sh
mount --move /dev /newroot/dev
exec switch_root /newroot /sbin/init
`;

/** `lspci` and what it needs. */
const INCLUDED = /^(pciutils|libpci3|pci\.ids|libkmod2)_.*\.deb$/;

const run = promisify(execFile);

/** The image's path. @throws Error with what the program that failed said */
export async function debianRoot(): Promise<string> {
  if (kept) return IMAGE;
  const host = await readHostConfiguration();
  const mirror = findDebianSource(await readHostSources(host))?.uris[0];
  if (mirror === undefined) throw new Error('apt names no Debian archive');
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'making-'));
  try {
    const root = join(folder, 'root');
    const proxy = aptValue(host, 'Acquire::http::Proxy');
    const env = { ...process.env, ...(proxy ? { http_proxy: proxy } : {}) };
    const how = ['--foreign', '--variant=minbase', '--include=pciutils', '--arch=riscv64', SUITE, root, mirror];
    await run(tool('debootstrap') ?? 'debootstrap', how, { env, timeout: LIMIT_MS, maxBuffer: 2 ** 26 });
    // What is included beside the base is fetched, but not unpacked in this stage.
    const archives = join(root, 'var/cache/apt/archives');
    for (const name of readdirSync(archives).filter((archive) => INCLUDED.test(archive)))
      await run('dpkg-deb', ['-x', join(archives, name), root]);
    rmSync(archives, { recursive: true });
    // In some containers debootstrap makes these links to the host's.
    for (const name of ['proc', 'sys', 'dev']) {
      rmSync(join(root, name), { recursive: true, force: true });
      mkdirSync(join(root, name));
    }
    rmSync(join(root, 'sbin/init'), { force: true });
    writeFileSync(join(root, 'sbin/init'), INIT, { mode: 0o755 });
    writeFileSync(join(root, 'etc/shell'), SHELL);
    const image = join(folder, 'image');
    const format = ['-q', '-t', 'ext4', '-L', 'root', '-E', 'lazy_itable_init=0,lazy_journal_init=0', '-d', root, image, `${SIZE_MIB}M`];
    await run(tool('mke2fs') ?? 'mke2fs', format, { timeout: LIMIT_MS });
    renameSync(image, IMAGE);
    return IMAGE;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Debian's kernel with an initial file system that hands over to the root on the first disk. */
export async function rootBoot(folder: string, template = TEMPLATE): Promise<{ kernel: string; initrd: string; commandLine: string }> {
  const first = join(folder, 'first');
  writeFileSync(first, FIRST, { mode: 0o755 });
  const { boot } = await new GuestKit().prepare(template, { copy: [`${first}:/first`] });
  if (boot.kind !== 'linux' || boot.initrd === undefined) throw new Error(`the template ${template} has no kernel and initrd`);
  return { kernel: boot.kernel, initrd: boot.initrd, commandLine: 'console=ttyS0 cryptomgr.notests quiet rdinit=/first' };
}
