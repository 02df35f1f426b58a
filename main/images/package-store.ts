/**
 * Packages in the cache: fetched through apt once, checked, unpacked, and from then on used without apt or a network.
 * `packages/HASH/` holds an unpacked package; `guests/NAME.json` says which ones a template was given.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { mkdir, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AptSession, type AptOptions, type PackageRecord } from './apt/session.ts';
import { placeFolder, requireSpace, sha256OfFile, temporaryBeside, writeWhole, storageError } from './cache.ts';
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { runChild } from './child.ts';
import { withLock } from './lock.ts';
import { byteProgress, type Report } from './progress.ts';
import type { LinuxTemplate, PackagePart } from './templates.ts';

/** A package that is here: its content lies unpacked in `folder`. */
export interface StoredPackage {
  readonly role: PackagePart['role'];
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly folder: string;
}

export class PackageStore {
  readonly #cache: string;
  readonly #aptOptions: AptOptions;

  constructor(cacheDirectory: string, aptOptions: AptOptions) {
    this.#cache = cacheDirectory;
    this.#aptOptions = aptOptions;
  }

  /** The template's packages if all of them are here. */
  stored(template: LinuxTemplate): StoredPackage[] | undefined {
    let listed: unknown;
    try {
      listed = JSON.parse(readFileSync(this.#listFile(template), 'utf8'));
    } catch {
      return undefined;
    }
    if (!Array.isArray(listed)) return undefined;
    const packages: StoredPackage[] = [];
    for (const part of template.packages) {
      const found = (listed as Omit<StoredPackage, 'folder'>[]).find(
        (entry) => entry.role === part.role && typeof entry.sha256 === 'string',
      );
      if (!found || (part.sha256 !== 'apt' && part.sha256 !== found.sha256)) return undefined;
      const folder = this.#folderOf(found.sha256);
      if (!existsSync(folder)) return undefined;
      packages.push({ ...found, folder });
    }
    return packages;
  }

  /** The template's packages, fetched first where they are not here. @throws ContractError saying what to do */
  async obtain(template: LinuxTemplate, report: Report, signal?: AbortSignal): Promise<StoredPackage[]> {
    const here = this.stored(template);
    if (here) return here;
    const waiting = () => report({ message: 'Another Vivarium is fetching the same parts; waiting for it' });
    const work = async () => this.stored(template) ?? (await this.#fetch(template, report, signal));
    return await withLock(join(this.#cache, 'apt.lock'), work, waiting, signal);
  }

  async #fetch(template: LinuxTemplate, report: Report, signal?: AbortSignal): Promise<StoredPackage[]> {
    const apt = await AptSession.open(
      join(this.#cache, 'apt', `${template.suite}-${template.architecture}`),
      template.suite,
      template.architecture,
      this.#aptOptions,
      signal,
    );
    await apt.update(byteProgress(`Reading Debian's package index (${template.suite})`, undefined, report), signal);
    const wanted = [];
    for (const part of template.packages) wanted.push({ part, record: await resolvePart(apt, part, signal) });
    const total = wanted.reduce((sum, { record }) => sum + record.sizeBytes, 0);
    const installed = wanted.reduce((sum, { record }) => sum + record.installedBytes, 0);
    await requireSpace(this.#cache, total + installed + 32e6);
    let before = 0;
    const stored: StoredPackage[] = [];
    for (const { part, record } of wanted) {
      const bytes = byteProgress(`Fetching ${record.name} ${record.version}`, total, report);
      const folder = await this.#package(apt, record, (here) => bytes(before + here), report, signal);
      stored.push({ role: part.role, name: record.name, version: record.version, sha256: record.sha256, folder });
      before += record.sizeBytes;
    }
    await writeWhole(
      this.#listFile(template),
      JSON.stringify(
        stored.map(({ folder: _, ...entry }) => entry),
        undefined,
        2,
      ) + '\n',
    );
    return stored;
  }

  /** Downloads, checks and unpacks one package unless it is here already; answers with its folder. */
  async #package(
    apt: AptSession,
    record: PackageRecord,
    bytes: (here: number) => void,
    report: Report,
    signal?: AbortSignal,
  ): Promise<string> {
    const folder = this.#folderOf(record.sha256);
    if (existsSync(folder)) return folder;
    const partial = join(this.#cache, 'partial', record.sha256);
    const file = await apt.download(record, partial, bytes, signal);
    report({ message: `Checking ${record.name} (${formatBytes(record.sizeBytes)})` });
    const found = await sha256OfFile(file, signal);
    if (found !== record.sha256) {
      await rm(partial, { recursive: true, force: true });
      throw new ContractError('package-content-differs', { name: record.name, found, wanted: record.sha256 });
    }
    report({ message: `Unpacking ${record.name}` });
    await unpack(file, folder, signal);
    await rm(partial, { recursive: true, force: true });
    return folder;
  }

  #folderOf(hash: string): string {
    return join(this.#cache, 'packages', hash);
  }
  #listFile(template: LinuxTemplate): string {
    return join(this.#cache, 'guests', `${template.name}.json`);
  }
}

/** Follows a package that only depends on the real one, and compares a pinned hash. */
async function resolvePart(apt: AptSession, part: PackagePart, signal?: AbortSignal): Promise<PackageRecord> {
  let record = await apt.show(part.package, signal);
  if (part.follow) {
    const wanted = new RegExp(part.follow);
    const real = record.depends
      .split(/[,|]/)
      .map((entry) => entry.trim().split(/[\s(:]/)[0]!)
      .find((name) => wanted.test(name));
    if (!real) throw new ContractError('package-no-dependency', { name: part.package, version: record.version, follow: part.follow });
    record = await apt.show(real, signal);
  }
  if (part.sha256 !== 'apt' && part.sha256 !== record.sha256)
    throw new ContractError('package-other-version', {
      name: record.name,
      wanted: part.sha256,
      version: record.version,
      offered: record.sha256,
    });
  return record;
}

async function unpack(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  const made = temporaryBeside(folder);
  try {
    await mkdir(made, { recursive: true });
    const { status, stderr } = await runChild('dpkg-deb', ['--extract', file, made], { signal });
    if (/No space left|Disk quota/.test(stderr)) throw storageError({ code: 'ENOSPC' }, folder);
    if (status !== 0) throw new ContractError('package-not-unpacked', { file, detail: stderr.trim().slice(0, 300) });
    await placeFolder(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}
