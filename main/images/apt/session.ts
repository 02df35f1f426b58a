/**
 * apt with private state: its own lists, its own sources, another architecture. It fetches the package index, looks
 * packages up and downloads them; apt itself checks the signatures, and finds the way through the host's proxies.
 */
import type { Fault } from '../../../emulator/error/coded-error.ts';
import { ContractError, faultWith } from '../../../preload/contract/errors/contract-error.ts';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageRecord, parseStanzas } from '../../mirror/index.ts';
import { writeWhole } from '../cache.ts';
import { isInstalled, runChild, type ChildResult } from '../child.ts';
import type { PackageSource } from '../package-source.ts';
import { privateConfiguration, readHostConfiguration, readHostSources, readSourceFile } from './configuration.ts';
import { aptFailure } from './failure.ts';
import { derivedSource, findDebianSource } from './sources.ts';

export interface AptOptions {
  /** A source file (`.list` or `.sources`) to derive from instead of the host's own lists. */
  readonly sourceFile?: string;
}

/** The host programs needed to fetch packages. */
export const neededPrograms = ['apt-config', 'apt-get', 'apt-cache'] as const;

/** Those of the needed programs that are not installed. */
export const missingPrograms = (path?: string): string[] => neededPrograms.filter((program) => !isInstalled(program, path));

export class AptSession implements PackageSource {
  readonly #folder: string;
  readonly #suite: string;

  private constructor(folder: string, suite: string) {
    this.#folder = folder;
    this.#suite = suite;
  }

  /**
   * Lays out the private folders and configuration.
   * @throws ContractError where there is no apt, or no Debian source to derive from
   */
  static async open(
    folder: string,
    suite: string,
    architecture: string,
    options: AptOptions = {},
    signal?: AbortSignal,
  ): Promise<AptSession> {
    const missing = missingPrograms();
    if (missing.length > 0) throw ContractError.of(withoutApt(missing));
    const host = await readHostConfiguration(signal);
    const source = findDebianSource(options.sourceFile ? await readSourceFile(options.sourceFile) : await readHostSources(host));
    if (!source)
      throw options.sourceFile
        ? new ContractError('apt-source-file-useless', { file: options.sourceFile })
        : new ContractError('apt-no-debian-source');
    for (const name of ['state/lists/partial', 'cache/archives/partial', 'log']) await mkdir(join(folder, name), { recursive: true });
    // Proxies may carry a login, so the file is its owner's alone.
    await writeWhole(join(folder, 'apt.conf'), privateConfiguration(host, folder, architecture), 0o600);
    await writeWhole(join(folder, 'guest.sources'), derivedSource(source, suite, architecture));
    await writeWhole(join(folder, 'status'), '');
    return new AptSession(folder, suite);
  }

  /** Fetches the package index; `progress` gets the bytes of it that are here, unpacked ones included. */
  async update(progress: (bytes: number) => void, signal?: AbortSignal): Promise<void> {
    // apt moves a list from `partial` to its place when it is whole.
    const lists = join(this.#folder, 'state/lists');
    const result = await withPolling(
      () => totalSize(lists),
      progress,
      this.#run('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'], signal),
    );
    if (result.status !== 0) throw aptFailure(result.stderr, { suite: this.#suite, doing: "reading Debian's package index" });
  }

  /** The candidate version of a package. @throws ContractError when the release has no such package */
  async show(name: string, signal?: AbortSignal): Promise<PackageRecord> {
    const result = await this.#run('apt-cache', ['show', '--no-all-versions', name], signal);
    const fields = result.status === 0 ? parseStanzas(result.stdout.toString())[0] : undefined;
    const sha256 = fields?.get('sha256');
    if (!fields || !sha256) throw new ContractError('package-unknown', { suite: this.#suite, name });
    return {
      name: fields.get('package') ?? name,
      version: fields.get('version') ?? '',
      sizeBytes: Number(fields.get('size') ?? 0),
      installedBytes: Number(fields.get('installed-size') ?? 0) * 1024,
      sha256,
      depends: fields.get('depends') ?? '',
    };
  }

  /**
   * Downloads a package into `folder`, continuing a partial file that an earlier call left there.
   * @returns the file's path
   */
  async download(record: PackageRecord, folder: string, progress: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
    await mkdir(folder, { recursive: true });
    const work = this.#run('apt-get', ['-q', 'download', `${record.name}=${record.version}`], signal, folder);
    const result = await withPolling(() => totalSize(folder), progress, work);
    if (result.status !== 0) throw aptFailure(result.stderr, { suite: this.#suite, doing: `downloading ${record.name}` });
    const file = (await readdir(folder)).find((entry) => entry.endsWith('.deb'));
    if (!file) throw new ContractError('package-not-left', { name: record.name, folder });
    return join(folder, file);
  }

  /** apt keeps nothing open. */
  close(): void {}

  #run(program: string, parameters: readonly string[], signal: AbortSignal | undefined, cwd?: string): Promise<ChildResult> {
    return runChild(program, parameters, { environment: { APT_CONFIG: join(this.#folder, 'apt.conf') }, signal, ...(cwd ? { cwd } : {}) });
  }
}

/** What to tell a person whose computer lacks programs. */
export const withoutApt = (missing: readonly string[]): Fault =>
  missing.includes('apt-get') ? faultWith('mirror-not-set') : faultWith('apt-programs-missing', { programs: missing });

/** Calls `progress` with a measured size a few times a second until the work ends. */
async function withPolling<T>(measure: () => Promise<number>, progress: (bytes: number) => void, work: Promise<T>): Promise<T> {
  // While files are moved or replaced there seem to be fewer for a moment; what has arrived does not go away.
  let max = 0;
  const tell = async () => progress((max = Math.max(max, await measure())));
  const timer = setInterval(() => void tell(), 250);
  try {
    const result = await work;
    await tell();
    return result;
  } finally {
    clearInterval(timer);
  }
}

async function totalSize(folder: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(folder).catch(() => [] as string[])) total += await sizeBelow(join(folder, name));
  return total;
}

async function sizeBelow(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  return facts?.isDirectory() ? totalSize(path) : (facts?.size ?? 0);
}
