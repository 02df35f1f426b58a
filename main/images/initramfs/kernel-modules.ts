/**
 * Finds kernel modules and what they depend on. Debian's kernel package has no modules.dep (depmod writes it when the
 * package is installed), so the dependencies are read from the modules themselves: `depends=` and `softdep=` in .modinfo.
 */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ElfError, readElf } from '../../../emulator/format/elf.ts';
import { ArchiveFault, compressionOf, decompressed } from '../../mirror/index.ts';
import { concatenate } from './cpio.ts';
import { trimModule } from './trim-module.ts';

/** A module ready to be loaded. */
export interface KernelModule {
  readonly name: string;
  /** The module, uncompressed and trimmed. */
  readonly content: Uint8Array;
}

/** Modules are named with "_", whatever their file is called. */
const plainName = (file: string): string =>
  basename(file)
    .replace(/\.ko(\.(xz|gz|zst))?$/, '')
    .replaceAll('-', '_');

export class ModuleTree {
  readonly release: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #builtin: ReadonlySet<string>;

  private constructor(release: string, files: ReadonlyMap<string, string>, builtin: ReadonlySet<string>) {
    this.release = release;
    this.#files = files;
    this.#builtin = builtin;
  }

  /** Opens the tree of an unpacked kernel package. */
  static async open(packageFolder: string): Promise<ModuleTree> {
    const home = ['usr/lib/modules', 'lib/modules'].map((path) => join(packageFolder, path)).find((path) => existsSync(path));
    const release = home && (await readdir(home))[0];
    if (!home || !release) throw new ContractError('modules-missing', { folder: packageFolder });
    const folder = join(home, release);
    const names = await readdir(folder, { recursive: true });
    const files = new Map(names.filter((name) => /\.ko(\.\w+)?$/.test(name)).map((name) => [plainName(name), join(folder, name)]));
    const builtin = await readFile(join(folder, 'modules.builtin'), 'utf8').catch(() => '');
    return new ModuleTree(release, files, new Set(builtin.split('\n').filter(Boolean).map(plainName)));
  }

  /**
   * The modules asked for and all they depend on, each once, in an order in which they can be loaded. A wish is a
   * module's name or, if it contains a "/" or ends in ".ko", a file.
   */
  async closure(wishes: readonly string[]): Promise<KernelModule[]> {
    const ordered = new Map<string, KernelModule>();
    const visiting = new Set<string>();
    const visit = async (wish: string, wantedBy?: string): Promise<void> => {
      const isFile = !wantedBy && (wish.includes('/') || /\.ko(\.\w+)?$/.test(wish));
      const name = plainName(wish);
      if (ordered.has(name) || visiting.has(name) || (!isFile && this.#builtin.has(name))) return;
      visiting.add(name);
      const content = await readModule(isFile ? wish : this.#fileOf(name, wantedBy));
      const facts = moduleFacts(content, wish);
      const kernel = facts.get('vermagic')?.[0]?.split(' ')[0];
      if (kernel && kernel !== this.release)
        throw new ContractError('module-other-kernel', { module: wish, kernel, release: this.release });
      for (const dependency of dependencies(facts)) await visit(dependency, name);
      for (const softer of softDependencies(facts)) {
        const found = this.#softFile(softer);
        if (found) await visit(found, name);
      }
      ordered.set(name, { name, content: trimModule(content) });
    };
    for (const wish of wishes) await visit(wish);
    return [...ordered.values()];
  }

  #fileOf(name: string, wantedBy?: string): string {
    const file = this.#files.get(name);
    if (file) return file;
    const similar = [...this.#files.keys()].filter((other) => other.includes(name) || name.includes(other)).slice(0, 5);
    throw new ContractError('module-unknown', { release: this.release, module: name, neededBy: wantedBy, similar });
  }

  /** A soft dependency may name an algorithm ("crypto-crc32c"); the generic implementation serves. It may also be absent. */
  #softFile(name: string): string | undefined {
    const plain = plainName(name.replace(/^crypto-/, ''));
    return [plain, `${plain}_generic`].find((candidate) => this.#files.has(candidate));
  }
}

function modinfo(content: Uint8Array): Uint8Array | undefined {
  try {
    const file = readElf(content);
    const section = file.sections.find(({ name }) => name === '.modinfo');
    return section && file.sectionBytes(section);
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  }
}

/** The `key=value` strings of .modinfo. */
function moduleFacts(content: Uint8Array, wish: string): Map<string, string[]> {
  const section = modinfo(content);
  if (!section) throw new ContractError('module-not-one', { module: wish });
  const facts = new Map<string, string[]>();
  for (const fact of new TextDecoder().decode(section).split('\0')) {
    const at = fact.indexOf('=');
    if (at > 0) facts.set(fact.slice(0, at), [...(facts.get(fact.slice(0, at)) ?? []), fact.slice(at + 1)]);
  }
  return facts;
}
const dependencies = (facts: Map<string, string[]>): string[] =>
  (facts.get('depends') ?? []).flatMap((list) => list.split(',')).filter(Boolean);
/** Those to be loaded before: `pre: a b post: c` gives a and b. */
const softDependencies = (facts: Map<string, string[]>): string[] =>
  (facts.get('softdep') ?? []).flatMap((text) => (/pre:([^:]*?)(?:\bpost:|$)/.exec(text)?.[1] ?? '').split(/\s+/)).filter(Boolean);

/** Of a module, in bytes. The largest (graphics) have some ten MiB, with their symbols. */
const MOST_BYTES = 128 * 1024 * 1024;

async function readModule(file: string): Promise<Uint8Array> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new ContractError('module-unreadable', { file, detail: error.code ?? error.message });
  });
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of decompressed([content], compressionOf(file), MOST_BYTES)) pieces.push(piece);
  } catch (error) {
    if (error instanceof ArchiveFault) throw new ContractError('module-not-decompressed', { file, detail: error.message });
    throw error;
  }
  return pieces.length === 1 ? pieces[0]! : concatenate(pieces);
}
