/**
 * Packages in the cache: fetched once, checked, unpacked, and from then on used without apt or a network.
 * `packages/HASH/` holds an unpacked package; `guests/NAME.json` says which ones a template was given.
 */
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageRecord } from '../mirror/index.ts';
import { requireSpace, sha256OfFile, writeWhole } from './cache.ts';
import { withLock } from './lock.ts';
import { openSource, type SourceOptions } from './open-source.ts';
import type { PackageSource } from './package-source.ts';
import { byteProgress, type Report } from './progress.ts';
import type { LinuxTemplate, PackagePart } from './templates.ts';
import { unpackPackage } from './unpack-package.ts';

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
  readonly #options: () => SourceOptions;

  constructor(cacheDirectory: string, options: () => SourceOptions) {
    this.#cache = cacheDirectory;
    this.#options = options;
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
        (entry) => entry.role === part.role && (part.role !== 'library' || entry.name === part.package) && typeof entry.sha256 === 'string',
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
    const waiting = () => report({ message: faultWith('step-waits-fetching') });
    const work = async () => this.stored(template) ?? (await this.#fetch(template, report, signal));
    return await withLock(join(this.#cache, 'apt.lock'), work, waiting, signal);
  }

  async #fetch(template: LinuxTemplate, report: Report, signal?: AbortSignal): Promise<StoredPackage[]> {
    const source = await openSource(this.#cache, template.suite, template.architecture, this.#options(), signal);
    try {
      return await this.#fetchFrom(source, template, report, signal);
    } finally {
      source.close();
    }
  }

  async #fetchFrom(source: PackageSource, template: LinuxTemplate, report: Report, signal?: AbortSignal): Promise<StoredPackage[]> {
    await source.update(byteProgress(faultWith('step-package-index', { suite: template.suite }), undefined, report), signal);
    const wanted = [];
    for (const part of template.packages) wanted.push({ part, record: await resolvePart(source, part, signal) });
    const total = wanted.reduce((sum, { record }) => sum + record.sizeBytes, 0);
    const installed = wanted.reduce((sum, { record }) => sum + record.installedBytes, 0);
    await requireSpace(this.#cache, total + installed + 32e6);
    let before = 0;
    const stored: StoredPackage[] = [];
    for (const { part, record } of wanted) {
      const bytes = byteProgress(faultWith('step-fetching-package', { name: record.name, version: record.version }), total, report);
      const folder = await this.#package(source, record, (here) => bytes(before + here), report, signal);
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
    source: PackageSource,
    record: PackageRecord,
    bytes: (here: number) => void,
    report: Report,
    signal?: AbortSignal,
  ): Promise<string> {
    const folder = this.#folderOf(record.sha256);
    if (existsSync(folder)) return folder;
    const partial = join(this.#cache, 'partial', record.sha256);
    const file = await source.download(record, partial, bytes, signal);
    report({ message: faultWith('step-checking-package', { name: record.name, bytes: record.sizeBytes }) });
    const found = await sha256OfFile(file, signal);
    if (found !== record.sha256) {
      await rm(partial, { recursive: true, force: true });
      throw new ContractError('package-content-differs', { name: record.name, found, wanted: record.sha256 });
    }
    report({ message: faultWith('step-unpacking', { name: record.name }) });
    try {
      await unpackPackage(record, file, folder, signal);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
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
async function resolvePart(source: PackageSource, part: PackagePart, signal?: AbortSignal): Promise<PackageRecord> {
  let record = await source.show(part.package, signal);
  if (part.follow) {
    const wanted = new RegExp(part.follow);
    const real = record.depends
      .split(/[,|]/)
      .map((entry) => entry.trim().split(/[\s(:]/)[0]!)
      .find((name) => wanted.test(name));
    if (!real) throw new ContractError('package-no-dependency', { name: part.package, version: record.version, follow: part.follow });
    record = await source.show(real, signal);
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
