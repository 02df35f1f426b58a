/** Finds the shared libraries a guest program needs, in the sysroots a cross compiler or a foreign architecture brings. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { elfMachine } from '../../../emulator/format/elf.ts';
import { type DebianPort, libraryFoldersOf, sysrootsOf } from './debian-ports.ts';
import { dynamicLinks } from './dynamic-links.ts';
import { realGuestPath } from './layout.ts';

/** A host file and the guest path (without leading slash) it belongs at. */
export interface GuestFile {
  readonly host: string;
  readonly guest: string;
}

/**
 * The dynamic loader and every library that a program asks for, directly or through others. The loader keeps its path;
 * the libraries go to `lib/`, where every loader looks.
 * @throws ContractError naming a library that is nowhere, and where it was looked for
 */
export async function libraryClosure(
  program: string,
  content: Uint8Array,
  port: DebianPort,
  sysroots: readonly string[] = sysrootsOf(port),
): Promise<GuestFile[]> {
  const libraryFolders = libraryFoldersOf(port);
  const found = new Map<string, GuestFile>();
  const machine = elfMachine(content);
  const visit = async (file: string, bytes: Uint8Array): Promise<void> => {
    const elf = dynamicLinks(bytes);
    if (!elf) return;
    const own = elf.searchPath.filter((path) => path.includes('$ORIGIN')).map((path) => path.replaceAll(/\$\{?ORIGIN\}?/g, dirname(file)));
    for (const name of elf.needed) {
      if (found.has(name)) continue;
      const folders = [
        ...own,
        dirname(program),
        ...sysroots.flatMap((root) =>
          [...elf.searchPath.filter((path) => path.startsWith('/')), ...libraryFolders].map((path) => join(root, path)),
        ),
      ];
      const library = await firstOfMachine(
        folders.map((folder) => join(folder, name)),
        machine,
      );
      if (!library)
        throw new ContractError('copy-library-missing', {
          file,
          library: name,
          folders: [...new Set(folders)].filter((folder) => existsSync(folder)),
          packageName: port.crossLibrary,
        });
      found.set(name, { host: library.host, guest: `lib/${name}` });
      await visit(library.host, library.content);
    }
  };
  await visit(program, content);
  const interpreter = dynamicLinks(content)?.interpreter;
  if (interpreter) {
    const name = basename(interpreter);
    const candidates = sysroots.flatMap((root) => [join(root, interpreter), ...libraryFolders.map((folder) => join(root, folder, name))]);
    const loader = await firstOfMachine(candidates, machine);
    if (!loader)
      throw new ContractError('copy-loader-missing', {
        file: program,
        loader: interpreter,
        folders: sysroots,
        packageName: port.crossLibrary,
      });
    found.set(name, { host: loader.host, guest: realGuestPath(interpreter.replace(/^\/+/, '')) });
  }
  return [...found.values()];
}

/** The first candidate that is an ELF file for the machine; a host library of the same name is passed over. */
async function firstOfMachine(candidates: readonly string[], machine: number): Promise<{ host: string; content: Uint8Array } | undefined> {
  for (const host of candidates) {
    const content = await readFile(host).catch(() => undefined);
    if (content && elfMachine(content) === machine) return { host, content };
  }
  return undefined;
}
