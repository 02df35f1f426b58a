/** The guest kit: from a template's name to files that a machine can boot. */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BootSource } from '../../emulator/index.ts';
import type { FileInspection, TemplateStatus } from '../../preload/contract/images.ts';
import { findHome } from '../library/home.ts';
import type { MirrorOptions } from '../mirror/index.ts';
import { defaultCacheDirectory, openCache, sha256, touch, writeWhole } from './cache.ts';
import { browseFolder, type FolderListing } from './files/browse.ts';
import { inspectFile } from './files/inspect.ts';
import { copyEntries, parseCopy } from './initramfs/copies.ts';
import type { CpioEntry } from './initramfs/cpio.ts';
import { baseInitramfs, extendedInitramfs, type BaseParts } from './initramfs/initramfs.ts';
import { ModuleTree } from './initramfs/kernel-modules.ts';
import { PackageStore, type StoredPackage } from './package-store.ts';
import { mirrorFor, sourceMissing, sourceOptions, type SourceOptions } from './open-source.ts';
import type { Report } from './progress.ts';
import { guestEntries, sshKeys } from './ssh/keys.ts';
import { serverEntries } from './ssh/server.ts';
import { readTemplates, type BareTemplate, type LinuxTemplate, type Template } from './templates.ts';

export interface GuestKitOptions {
  /** Default: see `defaultCacheDirectory`. */
  readonly cacheDirectory?: string | undefined;
  /** Where the disks of templates are, which machines stand on. Default: `systems` in the library's folder. */
  readonly systemDirectory?: string | undefined;
  /** Where packages come from. Default: what the environment says. */
  readonly sources?: SourceOptions | undefined;
  /** The folder of templates; a bundled program must name it. Default: `resources/guests` of this checkout. */
  readonly templateDirectory?: string | undefined;
  /** The library's folder, whose SSH keys guests get. Default: see `findHome`. */
  readonly home?: string | undefined;
}
/** What a person adds to a template's guest. */
export interface GuestAdditions {
  /** The guest is there to run commands through its agent: it has no shell on its console. */
  readonly commandsOnly?: boolean | undefined;
  /** `HOSTPATH[:GUESTPATH]` each. */
  readonly copy?: readonly string[] | undefined;
  /** Module names, or module files. */
  readonly kmod?: readonly string[] | undefined;
}
/** A guest whose files are all here; paths are absolute. */
export interface PreparedGuest {
  readonly boot: BootSource;
  readonly memoryMiB: number;
  readonly cores: number;
  /** Virtio console ports to give the machine. */
  readonly ports: readonly string[];
}

/** Bumped when the same inputs give another archive. */
const builderVersion = 3;
/** Bumped when installing the same packages gives another system. */
const systemVersion = 2;
/** Built files not used for this long go when new ones are made. */
const keepFor = 7 * 24 * 3600 * 1000;
/** Of younger ones, so many stay. */
const keepCount = 24;
/** A file that was used this recently may be about to be read by a process that is starting a machine. */
const inUseFor = 24 * 3600 * 1000;

export class GuestKit {
  readonly #cache: string;
  readonly #templates: string;
  readonly #store: PackageStore;
  #sources: SourceOptions;
  readonly #hasOwnSources: boolean;
  readonly #home: string | undefined;
  readonly #systems: string;

  constructor(options: GuestKitOptions = {}) {
    this.#cache = options.cacheDirectory ?? defaultCacheDirectory();
    this.#templates = options.templateDirectory ?? fileURLToPath(new URL('../../resources/guests/', import.meta.url));
    this.#systems = options.systemDirectory ?? join(options.home ?? findHome().folder, 'systems');
    this.#hasOwnSources = options.sources !== undefined;
    this.#sources = options.sources ?? sourceOptions(process.env, this.#keyring);
    this.#store = new PackageStore(this.#cache, () => this.#sources);
    this.#home = options.home;
  }

  /** Every template and whether its parts are here, first those of systems that stay. Asks no other program. */
  templates(): TemplateStatus[] {
    const stays = (template: Template) => Number(template.kind === 'linux' && template.disk !== undefined);
    const all = readTemplates(this.#templates).sort((one, other) => stays(other) - stays(one));
    return all.map((template) => this.#status(template));
  }

  /** @throws ContractError('missing') for an unknown name */
  status(name: string): TemplateStatus {
    return this.#status(this.template(name));
  }

  /** The template of that name. @throws ContractError('missing') naming those there are */
  template(name: string): Template {
    const all = readTemplates(this.#templates);
    const found = all.find((template) => template.name === name);
    if (!found) throw new ContractError('template-missing', { name, known: all.map((template) => template.name) });
    return found;
  }

  /**
   * Fetches what is missing, builds what is asked for, and answers with the files to boot. The second time it needs
   * neither apt nor a network.
   * @throws ContractError saying what to do; the signal's reason when cancelled
   */
  async prepare(
    name: string,
    additions: GuestAdditions = {},
    report: Report = () => undefined,
    signal?: AbortSignal,
  ): Promise<PreparedGuest> {
    signal?.throwIfAborted();
    const template = this.template(name);
    openCache(this.#cache);
    const boot = template.kind === 'linux' ? await this.#linux(template, additions, report, signal) : await this.#bare(template, additions);
    return { boot, memoryMiB: template.memoryMiB, cores: template.cores, ports: template.ports };
  }

  /** The folder of templates and what belongs to them. */
  get folder(): string {
    return this.#templates;
  }
  get #keyring(): string {
    return join(this.#templates, 'keyring', 'debian-archive-keyring.pgp');
  }
  get cache(): string {
    return this.#cache;
  }
  /** Where the disk of a template is or will be; another system gets another name, so that machines keep theirs. */
  systemDisk({ name, suite, architecture, disk }: LinuxTemplate): string {
    const install = join(this.#templates, 'install');
    const files = readdirSync(install)
      .sort()
      .map((file) => [file, readFileSync(join(install, file), 'utf8')]);
    const key = sha256(JSON.stringify([systemVersion, suite, architecture, disk, files])).slice(0, 12);
    return join(this.#systems, `${name}-${key}.img`);
  }
  /** From now on parts come from that mirror, unless the environment names one. @param address empty: this computer's apt */
  useMirror(address: string): void {
    if (!this.#hasOwnSources) this.#sources = sourceOptions(process.env, this.#keyring, address);
  }
  /** The library's keys, for a guest that has an SSH server. */
  async sshEntries(): Promise<readonly CpioEntry[]> {
    return guestEntries(await sshKeys(this.#home));
  }
  /** The mirror for our own client. @throws ContractError where there is none */
  mirror(signal?: AbortSignal): Promise<MirrorOptions> {
    return mirrorFor(this.#sources, this.#keyring, signal);
  }

  inspect(file: string): Promise<FileInspection> {
    return inspectFile(file);
  }
  browse(folder: string): Promise<FolderListing> {
    return browseFolder(folder);
  }

  #status(template: Template): TemplateStatus {
    const { name, title, description, architecture, board, memoryMiB, cores, ready } = template;
    // Whether it is stored, the library says; here only that it can be had.
    const head = { name, title, description, architecture, board, memoryMiB, cores, ...(ready === undefined ? {} : { booted: false }) };
    if (template.kind === 'bare') return { ...head, parts: 'ready', source: 'program' };
    const source = this.#sources.mirror ? 'mirror' : 'apt';
    const { disk } = template;
    const isInstalled = disk === undefined || existsSync(this.systemDisk(template));
    if (this.#store.stored(template) && isInstalled) return { ...head, parts: 'ready', source, ...this.#diskSize(template) };
    const trouble = sourceMissing(this.#sources);
    if (trouble) return { ...head, parts: 'unavailable', source, trouble };
    const fetchBytes = template.approximateBytes + (disk?.fetchBytes ?? 0);
    return { ...head, parts: 'fetchable', source, fetchBytes, ...(disk ? { diskBytes: disk.installedBytes } : {}) };
  }

  #diskSize(template: LinuxTemplate): { diskBytes?: number } {
    return template.disk ? { diskBytes: statSync(this.systemDisk(template)).blocks * 512 } : {};
  }

  async #linux(template: LinuxTemplate, additions: GuestAdditions, report: Report, signal?: AbortSignal): Promise<BootSource> {
    const packages = await this.#store.obtain(template, report, signal);
    const kernelPackage = partOf(packages, 'kernel');
    // Walking three thousand files takes longer than all the rest of a second use.
    let tree: Promise<ModuleTree> | undefined;
    const parts: BaseParts = {
      busybox: await readFile(await firstFile(partOf(packages, 'busybox').folder, ['usr/bin/busybox', 'bin/busybox'])),
      init: readFileSync(join(this.#templates, 'init.sh'), 'utf8'),
      profile: readFileSync(join(this.#templates, 'profile.sh'), 'utf8'),
      resize: readFileSync(join(this.#templates, 'resize.sh'), 'utf8'),
      clock: readFileSync(join(this.#templates, 'clock.sh'), 'utf8'),
      dhcp: readFileSync(join(this.#templates, 'dhcp.sh'), 'utf8'),
      agent: readFileSync(join(this.#templates, 'agent', `agent-${template.architecture}`)),
      modules: () => (tree ??= ModuleTree.open(kernelPackage.folder)),
      wanted: template.modules,
    };
    const base = await this.#base(parts, packages, report);
    signal?.throwIfAborted();
    const server = await serverEntries(packages, template.architecture);
    // The library's keys are in no file that other people may read.
    const files = server.length === 0 ? [] : [...server, ...(await this.sshEntries())];
    const mode = server.length === 0 ? undefined : 0o600;
    for (const request of additions.copy ?? [])
      files.push(
        ...(await copyEntries(parseCopy(request), template.architecture, (line) => report({ message: faultWith('step-line', { line }) }))),
      );
    const whole = await extendedInitramfs(
      base.content,
      { commandsOnly: additions.commandsOnly, files, modules: additions.kmod ?? [] },
      parts,
    );
    const initrd = whole === base.content ? base.path : await this.#keep(whole, 'cpio', mode);
    await this.#clean();
    return {
      kind: 'linux',
      kernel: await kernelFile(kernelPackage),
      initrd,
      commandLine: additions.commandsOnly ? template.runCommandLine : template.commandLine,
    };
  }

  /** The base archive, from the cache where the same inputs have made it before. */
  async #base(parts: BaseParts, packages: readonly StoredPackage[], report: Report): Promise<{ path: string; content: Uint8Array }> {
    const key = sha256(
      JSON.stringify([
        builderVersion,
        parts.init,
        parts.profile,
        parts.resize,
        parts.clock,
        parts.dhcp,
        sha256(parts.agent),
        parts.wanted,
        packages.map((entry) => entry.sha256),
      ]),
    );
    const path = join(this.#cache, 'built', `base-${key}.cpio`);
    const cached = await readFile(path).catch(() => undefined);
    if (cached) {
      await touch(path);
      return { path, content: cached };
    }
    report({ message: faultWith('step-building-initramfs') });
    const content = await baseInitramfs(parts);
    await writeWhole(path, content);
    return { path, content };
  }

  async #bare(template: BareTemplate, additions: GuestAdditions): Promise<BootSource> {
    if (additions.commandsOnly || additions.copy?.length || additions.kmod?.length)
      throw new ContractError('template-no-system', { name: template.name, others: [`debian-${template.architecture}`] });
    if (template.program !== undefined) return { kind: 'bare', program: join(this.#templates, template.program) };
    const file = join(this.#templates, template.source ?? '');
    const source = await readFile(file, 'utf8');
    // Only here: the rows need not be there to list templates.
    const { assemble, AssemblyError } = await import('../../emulator/isa/assembly.ts');
    try {
      return { kind: 'bare', program: await this.#keep(assemble(source).bytes, 'bin') };
    } catch (error) {
      if (error instanceof AssemblyError) throw new ContractError('program-not-assembled', { file, detail: error.message });
      throw error;
    }
  }

  /** Keeps built content under the hash of its bytes. */
  async #keep(content: Uint8Array, extension: string, mode?: number): Promise<string> {
    const path = join(this.#cache, 'built', `${sha256(content)}.${extension}`);
    if ((await stat(path).catch(() => undefined))?.size === content.length) await touch(path);
    else await writeWhole(path, content, mode);
    return path;
  }

  /** Old built files go; whoever boots one made or touched it a moment ago. */
  async #clean(): Promise<void> {
    const folder = join(this.#cache, 'built');
    const files = [];
    for (const name of await readdir(folder).catch(() => [] as string[])) {
      const facts = await stat(join(folder, name)).catch(() => undefined);
      if (facts) files.push({ path: join(folder, name), age: Date.now() - facts.mtimeMs });
    }
    files.sort((one, other) => one.age - other.age);
    for (const [index, { path, age }] of files.entries())
      if (age > keepFor || (index >= keepCount && age > inUseFor)) await removeUnused(path);
  }
}

/** Looks once more: another process may have taken the file into use since the folder was read. */
async function removeUnused(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (facts && Date.now() - facts.mtimeMs > inUseFor) await rm(path, { force: true });
}

function partOf(packages: readonly StoredPackage[], role: StoredPackage['role']): StoredPackage {
  const found = packages.find((entry) => entry.role === role);
  if (!found) throw new ContractError('package-role-missing', { role });
  return found;
}

/** The kernel in its package: `vmlinuz-RELEASE` or `vmlinux-RELEASE` (where a boot Image is the usual kernel, both are one). */
async function kernelFile(kernel: StoredPackage): Promise<string> {
  const names = await readdir(join(kernel.folder, 'boot')).catch(() => [] as string[]);
  const name = names.find((entry) => /^vmlinu[xz]-/.test(entry));
  if (!name) throw damaged(kernel.folder);
  return join(kernel.folder, 'boot', name);
}

async function firstFile(folder: string, paths: readonly string[]): Promise<string> {
  for (const path of paths) if ((await stat(join(folder, path)).catch(() => undefined))?.isFile()) return join(folder, path);
  throw damaged(folder);
}
const damaged = (folder: string): ContractError => new ContractError('package-cache-damaged', { folder });
