/**
 * dpkg's database as it is when packages have been unpacked and not configured yet (dpkg's doc/, deb-triggers(5),
 * "status" in dpkg(1)): with it, `dpkg --configure` in the guest does what is left.
 */
import { createHash, type Hash } from 'node:crypto';
import type { TarWriter } from './tar-writer.ts';

/** A package's control files, by name. */
export type ControlFiles = ReadonlyMap<string, Buffer>;

const HOME = 'var/lib/dpkg';
/** Control files that the status says, and that are not kept beside. */
const APART = new Set(['control', 'conffiles']);
const PROGRAMS = new Set(['preinst', 'postinst', 'prerm', 'postrm', 'config']);

const text = (files: ControlFiles, name: string): string => files.get(name)?.toString('utf8') ?? '';
const field = (control: string, name: string): string | undefined => new RegExp(`^${name}: *(.*)$`, 'mi').exec(control)?.[1]?.trim();

/** One package on its way into the database. */
export class UnpackedPackage {
  readonly name: string;
  readonly #control: string;
  readonly #files: ControlFiles;
  readonly #paths: string[] = [];
  /** Of each configuration file the MD5 of its content, by which dpkg later knows whether somebody changed it. */
  readonly #configuration = new Map<string, Hash>();

  constructor(files: ControlFiles) {
    this.#files = files;
    this.#control = text(files, 'control').trim();
    this.name = field(this.#control, 'Package') ?? '';
    for (const line of text(files, 'conffiles').split('\n')) {
      const path = line.trim();
      if (path.startsWith('/')) this.#configuration.set(path.slice(1), createHash('md5'));
    }
  }

  /** A path of the package's content; answers with what wants to know a file's content. */
  saw(path: string): Hash | undefined {
    this.#paths.push(path === '' ? '/.' : `/${path}`);
    return this.#configuration.get(path);
  }

  /** What its files in `info` are called. */
  get #stem(): string {
    const shared = field(this.#control, 'Multi-Arch') === 'same';
    return shared ? `${this.name}:${field(this.#control, 'Architecture')}` : this.name;
  }

  /** Its part of `status`. */
  stanza(): string {
    const hashes = [...this.#configuration].map(([path, hash]) => ` /${path} ${hash.digest('hex')}\n`).join('');
    const [first, ...rest] = this.#control.split('\n');
    return `${[first, 'Status: install ok unpacked', ...rest].join('\n')}\n${hashes ? `Conffiles:\n${hashes}` : ''}`;
  }

  /** Writes its files in `info`. */
  async write(tar: TarWriter): Promise<void> {
    const write = (ending: string, content: Uint8Array | string, mode?: number) =>
      tar.addFile(`${HOME}/info/${this.#stem}.${ending}`, content, mode);
    await write('list', `${this.#paths.join('\n')}\n`);
    if (this.#configuration.size > 0) await write('conffiles', this.#files.get('conffiles')!);
    for (const [name, content] of this.#files) if (!APART.has(name)) await write(name, content, PROGRAMS.has(name) ? 0o755 : 0o644);
  }

  /** What it wants to be told of: files below a path, or a name. */
  interests(): { readonly what: string; readonly line: string }[] {
    return [...text(this.#files, 'triggers').matchAll(/^\s*interest(-noawait|-await)?\s+(\S+)/gm)].map(([, wait, what]) => {
      const by = `${this.name}${wait === '-noawait' ? '/noawait' : ''}`;
      return { what: what!, line: what!.startsWith('/') ? `${what} ${by}` : by };
    });
  }
}

/** Writes what is one for all packages. */
export async function writeDatabase(tar: TarWriter, packages: readonly UnpackedPackage[], architecture: string): Promise<void> {
  for (const folder of ['info', 'triggers', 'updates', 'alternatives', 'parts'])
    await tar.add({ kind: 'directory', path: `${HOME}/${folder}`, mode: 0o755 });
  await tar.addFile(`${HOME}/info/format`, '1\n');
  await tar.addFile(`${HOME}/arch`, `${architecture}\n`);
  await tar.addFile(`${HOME}/status`, packages.map((one) => one.stanza()).join('\n'));
  await tar.addFile(`${HOME}/available`, '');
  for (const one of packages) await one.write(tar);
  const interests = packages.flatMap((one) => one.interests());
  const named = Map.groupBy(interests, ({ what }) => (what.startsWith('/') ? 'File' : what));
  for (const [name, lines] of named) await tar.addFile(`${HOME}/triggers/${name}`, lines.map(({ line }) => `${line}\n`).join(''));
}
