/**
 * Disks with a whole Debian on them, one for each template that has one: made once from packages, never written again, and
 * the base of the disks of all machines that are made from the template.
 */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type GuestKit, type LinuxTemplate, type Report, byteProgress, debianPort, requireSpace, withLock } from '../images/index.ts';
import { MirrorSession, type MirrorOptions } from '../mirror/index.ts';
import { templateDefinition } from '../supervisor/template-definition.ts';
import { resolveConfiguration } from '../supervisor/resolve-configuration.ts';
import { installInGuest } from './install-in-guest.ts';
import { guestMirrors } from './guest-mirrors.ts';
import { ownFiles } from './own-files.ts';
import { type FetchedPackage, writeRootArchive } from './root-archive.ts';

/** The machine that installs holds the formatting program and its libraries in memory, in MiB. */
const INSTALLING_MEMORY = 1024;

/** A template that has a disk of its own. */
type SystemTemplate = LinuxTemplate & { readonly disk: NonNullable<LinuxTemplate['disk']> };

/**
 * The template's disk, made first where it is not here; others that want it wait.
 * @returns the file of the disk, raw
 * @throws ContractError saying what to do; the signal's reason when cancelled
 */
export async function haveSystemDisk(kit: GuestKit, template: SystemTemplate, report: Report, signal: AbortSignal): Promise<string> {
  const path = kit.systemDisk(template);
  const isHere = async () => (await stat(path).catch(() => undefined))?.isFile() ?? false;
  if (await isHere()) return path;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const waiting = () => report({ message: faultWith('step-waits-installing') });
  await withLock(`${path}.lock`, async () => void ((await isHere()) || (await make(kit, template, path, report, signal))), waiting, signal);
  return path;
}

async function make(kit: GuestKit, template: SystemTemplate, path: string, report: Report, signal: AbortSignal): Promise<void> {
  const { boot, ...guest } = await kit.prepare(
    template.name,
    { commandsOnly: true, copy: [join(kit.folder, 'install', 'install.sh')] },
    report,
    signal,
  );
  const folder = dirname(path);
  const [archive, image] = [`${path}.tar`, `${path}.part`];
  for (const old of [archive, image]) await rm(old, { force: true });
  const mirror = await kit.mirror(signal);
  try {
    const packages = await fetchPackages(kit, template, mirror, report, signal);
    const bytes = packages.reduce((sum, { record }) => sum + record.installedBytes, 0);
    await requireSpace(folder, bytes * 2.5);
    report({ message: faultWith('step-joining-packages', { count: packages.length }) });
    const keys = (await kit.sshEntries()).flatMap((entry) => (entry.kind === 'file' ? entry : []));
    const own = await ownFiles(kit.folder, template, await guestMirrors(join(kit.cache, 'mirror'), template, mirror, signal), keys);
    await writeRootArchive(archive, packages, own, template.architecture, signal);
    await emptyFile(image, template.disk.sizeMiB * 1024 * 1024);
    if (boot.kind !== 'linux') throw new ContractError('package-role-missing', { role: 'kernel' });
    const configuration = resolveConfiguration(
      { ...templateDefinition(template, 'installing', []), memoryMiB: INSTALLING_MEMORY, networks: [] },
      { ...guest, boot: { ...boot, commandLine: template.runCommandLine.replace(/ root=\S+/, '') } },
      [
        { path: image, readonly: false },
        { path: archive, readonly: true },
      ],
      { isTemporary: true },
    );
    const command = `sh /root/install.sh ${debianPort(template.architecture).tuple}`;
    let done = 0;
    await installInGuest(
      configuration,
      command,
      (line) => {
        if (/^Setting up /.test(line)) done++;
        report({
          message: faultWith('step-installing', { line: line.slice(0, 80) }),
          ...(done > 0 ? { fraction: Math.min(1, done / packages.length) } : {}),
        });
      },
      signal,
    );
    await rename(image, path);
    const { blocks } = await stat(path);
    report({ message: faultWith('step-installed', { title: template.title, bytes: blocks * 512 }) });
    for (const { file } of packages) await rm(dirname(file), { recursive: true, force: true });
  } finally {
    for (const old of [archive, image]) await rm(old, { force: true });
  }
}

async function fetchPackages(
  kit: GuestKit,
  { suite, architecture, disk }: SystemTemplate,
  options: MirrorOptions,
  report: Report,
  signal: AbortSignal,
): Promise<FetchedPackage[]> {
  const session = new MirrorSession(join(kit.cache, 'mirror', `${suite}-${architecture}`), suite, architecture, options);
  try {
    await session.update(byteProgress(faultWith('step-package-index', { suite }), undefined, report), signal);
    const names = [...new Set([...session.index.ofPriority('required'), ...disk.packages])];
    const closure = session.closure(names);
    // It has the links that make /lib and /bin parts of /usr, without which nothing else finds its place.
    const ordered = [...closure.filter(({ name }) => name === 'base-files'), ...closure.filter(({ name }) => name !== 'base-files')];
    const total = ordered.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const progress = byteProgress(faultWith('step-fetching-packages', { count: ordered.length }), total, report);
    const fetched: FetchedPackage[] = [];
    let before = 0;
    for (const record of ordered) {
      const file = await session.download(record, join(kit.cache, 'partial', record.sha256), (here) => progress(before + here), signal);
      fetched.push({ record, file });
      before += record.sizeBytes;
    }
    return fetched;
  } finally {
    session.close();
  }
}

async function emptyFile(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

/** Whether a template has a disk of its own. */
export const hasDisk = (template: { readonly kind: string; readonly disk?: unknown }): template is SystemTemplate =>
  template.kind === 'linux' && template.disk !== undefined;
