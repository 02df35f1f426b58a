/** `--copy HOSTPATH[:GUESTPATH]`: host files and folders as archive entries, programs with their libraries. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join, posix, resolve } from 'node:path';
import { elfArchitecture, elfMachineName, isElf } from '../../../emulator/format/elf.ts';
import type { CpioEntry } from './cpio.ts';
import { debianPort } from './debian-ports.ts';
import { realGuestPath } from './layout.ts';
import { libraryClosure } from './libraries.ts';

export interface CopyRequest {
  readonly host: string;
  /** Without leading slash. */
  readonly guest: string;
}

/** Splits a request; without a guest path the file goes to /root, where the shell starts. The last ":/" divides. */
export function parseCopy(text: string): CopyRequest {
  const at = text.lastIndexOf(':/');
  const host = resolve(at < 0 ? text : text.slice(0, at));
  const wished = at < 0 ? posix.join('/root', basename(host)) : text.slice(at + 1);
  const guest = realGuestPath(posix.normalize(wished.endsWith('/') ? posix.join(wished, basename(host)) : wished).replace(/^\/+/, ''));
  if (text === '' || at === 0 || host === '/') throw new ContractError('copy-unreadable-text', { text });
  return { host, guest };
}

/** Entries for one request, the folders above it first. `warn` hears of programs that cannot run in the guest. */
export async function copyEntries(
  request: CopyRequest,
  architecture: string,
  warn: (message: string) => void,
  sysroots?: readonly string[],
): Promise<CpioEntry[]> {
  const entries: CpioEntry[] = [...parents(request.guest)];
  const add = async (host: string, guest: string, follow: boolean): Promise<void> => {
    const facts = await lstat(host).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT'
        ? new ContractError('copy-missing', { path: host })
        : new ContractError('copy-impossible', { path: host, detail: error.code ?? error.message });
    });
    if (facts.isSymbolicLink() && !follow) entries.push({ kind: 'link', path: guest, target: await readlink(host) });
    else if (facts.isDirectory() || (facts.isSymbolicLink() && (await isFolder(host)))) {
      entries.push({ kind: 'directory', path: guest, mode: 0o755 });
      for (const name of (await readdir(host)).sort()) await add(join(host, name), `${guest}/${name}`, false);
    } else if (facts.isFile() || facts.isSymbolicLink()) await addFile(host, guest, facts.isSymbolicLink() ? 0o755 : facts.mode & 0o777);
    // Sockets, pipes and devices have no content to copy.
  };
  const addFile = async (host: string, guest: string, mode: number): Promise<void> => {
    const content = await readFile(host).catch((error: NodeJS.ErrnoException) => {
      throw new ContractError('copy-file-unreadable', { path: host, detail: error.code ?? error.message });
    });
    entries.push({ kind: 'file', path: guest, content, mode });
    if (!isElf(content)) return;
    if (elfArchitecture(content) !== architecture)
      return warn(`${host} is a program for ${elfMachineName(content)}; this guest runs only those for ${architecture}`);
    for (const library of await libraryClosure(host, content, debianPort(architecture), sysroots)) {
      if (entries.some((entry) => entry.path === library.guest)) continue;
      entries.push(...parents(library.guest), { kind: 'file', path: library.guest, content: await readFile(library.host), mode: 0o755 });
    }
  };
  await add(request.host, request.guest, true);
  return entries;
}

const isFolder = async (path: string): Promise<boolean> => (await readdir(path).catch(() => undefined)) !== undefined;

/** The folders above a path, outermost first; the guest's own top folders stay as they are. */
export function parents(path: string): CpioEntry[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => ({ kind: 'directory' as const, path: parts.slice(0, index + 1).join('/') }));
}
