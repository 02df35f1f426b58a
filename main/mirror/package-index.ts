/** A `Packages` file (Debian Repository Format): tens of thousands of stanzas, of which a few are read. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { IndexedPackage } from './package-record.ts';
import { parseStanzas } from './stanzas.ts';
import { compareVersions } from './version.ts';

export class PackageIndex {
  readonly #text: Buffer;
  readonly #suite: string;
  /** Where the stanzas of a name begin. */
  readonly #starts = new Map<string, number[]>();
  #providers: Map<string, string[]> | undefined;

  /** @param text the whole file, of which everything has been verified */
  constructor(text: Buffer, suite: string) {
    this.#text = text;
    this.#suite = suite;
    for (const { start, value } of this.#fields('Package')) this.#starts.set(value, [...(this.#starts.get(value) ?? []), start]);
  }

  /** The newest version. @throws ContractError where the release has no such package */
  find(name: string): IndexedPackage {
    const found = this.findIfAny(name);
    if (!found) throw new ContractError('package-unknown', { suite: this.#suite, name });
    return found;
  }

  findIfAny(name: string): IndexedPackage | undefined {
    const versions = (this.#starts.get(name) ?? []).map((start) => this.#record(start));
    return versions.sort((one, other) => compareVersions(other.version, one.version))[0];
  }

  /** Packages that say they provide a name, in the index's order. */
  providers(name: string): IndexedPackage[] {
    if (!this.#providers) {
      this.#providers = new Map();
      for (const { start, value } of this.#fields('Provides'))
        for (const provided of value.split(',').map((text) => text.trim().split(/[\s(:]/)[0]!)) {
          const before = this.#text.lastIndexOf('\n\n', start);
          const record = this.#record(before < 0 ? 0 : before + 2);
          this.#providers.set(provided, [...(this.#providers.get(provided) ?? []), record.name]);
        }
    }
    return (this.#providers.get(name) ?? []).map((provider) => this.find(provider));
  }

  /** Names of all packages whose priority is one of these. */
  ofPriority(...priorities: readonly string[]): string[] {
    const names = new Set<string>();
    for (const { start, value } of this.#fields('Priority')) {
      if (!priorities.includes(value)) continue;
      const before = this.#text.lastIndexOf('\n\n', start);
      names.add(this.#record(before < 0 ? 0 : before + 2).name);
    }
    return [...names];
  }

  /** Every line of one field, with where it begins. */
  *#fields(name: string): Generator<{ start: number; value: string }> {
    const mark = Buffer.from(`\n${name}: `);
    const first = mark.subarray(1);
    if (this.#text.subarray(0, first.length).equals(first)) yield { start: 0, value: this.#line(first.length) };
    for (let at = this.#text.indexOf(mark); at >= 0; at = this.#text.indexOf(mark, at + mark.length))
      yield { start: at + 1, value: this.#line(at + mark.length) };
  }

  #line(start: number): string {
    const end = this.#text.indexOf(10, start);
    return this.#text.toString('utf8', start, end < 0 ? this.#text.length : end).trim();
  }

  #record(start: number): IndexedPackage {
    const end = this.#text.indexOf('\n\n', start);
    const [fields = new Map<string, string>()] = parseStanzas(this.#text.toString('utf8', start, end < 0 ? this.#text.length : end));
    const field = (name: string) => fields.get(name) ?? '';
    const record: IndexedPackage = {
      name: field('package'),
      version: field('version'),
      sizeBytes: Number(field('size')),
      installedBytes: Number(field('installed-size')) * 1024,
      sha256: field('sha256'),
      depends: field('depends'),
      preDepends: field('pre-depends'),
      provides: field('provides'),
      priority: field('priority'),
      isEssential: field('essential') === 'yes',
      architecture: field('architecture'),
      fileName: field('filename'),
    };
    if (!/^[0-9a-f]{64}$/.test(record.sha256) || !Number.isSafeInteger(record.sizeBytes) || !isBelow(record.fileName))
      throw new ContractError('mirror-index-damaged', { suite: this.#suite, name: record.name });
    return record;
  }
}

/** Whether a path stays below the mirror's address. */
const isBelow = (path: string): boolean =>
  /^[\w+.~%:=-]+(\/[\w+.~%:=-]+)*$/.test(path) && !path.split('/').some((part) => part === '..' || part === '.');
