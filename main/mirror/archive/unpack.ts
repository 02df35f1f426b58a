/** Unpacks a package's content into a folder of the host. Nothing gets outside it, whatever the archive says. */
import { link, lstat, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unsafe } from './archive-fault.ts';
import { debEntries } from './deb.ts';
import type { TarEntry } from './tar.ts';

/**
 * @param folder an empty folder that is there
 * @param most bytes that the content may have, as a tar archive
 * @throws ArchiveFault; what the operating system says where it cannot write
 */
export async function unpackDeb(file: string, folder: string, most: number, signal?: AbortSignal): Promise<void> {
  const tree = new Tree(folder);
  for await (const entry of debEntries(file, 'data', most, signal)) await tree.add(entry);
}

class Tree {
  readonly #root: string;
  /** Folders made or looked at; an archive's links are never among them. */
  readonly #folders = new Set(['']);
  readonly #files = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  async add(entry: TarEntry): Promise<void> {
    if (entry.kind === 'directory') return this.#folder(entry.path);
    if (entry.path === '') throw unsafe('it puts a file in place of its root');
    await this.#folder(parentOf(entry.path));
    const path = join(this.#root, entry.path);
    switch (entry.kind) {
      case 'file':
        return this.#file(entry, path);
      case 'symbolic-link':
        return ignoring(['EEXIST', process.platform === 'win32' ? 'EPERM' : 'EEXIST'], () => symlink(entry.target, path));
      case 'hard-link':
        if (!this.#files.has(entry.target)) throw unsafe(`"${entry.path}" is a link to something that is not in the package`);
        return ignoring(['EEXIST'], () => link(join(this.#root, entry.target), path));
      default:
        throw unsafe(`"${entry.path}" is a device, which no package needs`);
    }
  }

  /**
   * A file that is there already stays. File systems that do not tell case apart have one for two in a kernel package
   * (xt_TCPMSS, xt_tcpmss), and a second entry of one name can only be a mistake.
   */
  async #file(entry: TarEntry, path: string): Promise<void> {
    await ignoring(['EEXIST'], async () => {
      // Exclusively: neither a file nor what a link points to is ever written over.
      const file = await open(path, 'wx', (entry.mode & 0o111) !== 0 ? 0o755 : 0o644);
      try {
        for await (const piece of entry.content()) await file.writeFile(piece);
        this.#files.add(entry.path);
      } finally {
        await file.close();
      }
    });
  }

  /** The folder with all above it, each a folder and no link. */
  async #folder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    await this.#folder(parentOf(path));
    await ignoring(['EEXIST'], () => mkdir(join(this.#root, path)));
    if (!(await lstat(join(this.#root, path))).isDirectory()) throw unsafe(`"${path}" is a link or a file and a folder`);
    this.#folders.add(path);
  }
}

const parentOf = (path: string): string => {
  const parent = dirname(path);
  return parent === '.' ? '' : parent;
};

async function ignoring(codes: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
