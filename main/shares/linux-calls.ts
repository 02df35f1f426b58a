/**
 * Calls of Linux's that Node has no names for: extended attributes (xattr(7)) and renaming with a condition (renameat2(2)). Where
 * they are not to be had, on other systems or without the package, nobody is promised them.
 */
import { createRequire } from 'node:module';
import { ERRNO, ShareError, type ErrnoName } from '../../emulator/share/errno.ts';
import { hostPath } from './host-paths.ts';

/** Conditions of a name's and of an attribute's change, as the kernel numbers them. */
export const RENAME = { noReplace: 1, exchange: 2 } as const;
export const ATTRIBUTE = { create: 1, replace: 2 } as const;

/** Paths and names are byte strings. Each throws a `ShareError` with the kernel's number. */
export interface LinuxCalls {
  /** Into `into`, or its length where that is empty. @returns bytes */
  getAttribute(path: string, name: string, into: Uint8Array): number;
  setAttribute(path: string, name: string, value: Uint8Array, flags: number): void;
  /** Names, each with a zero behind it. @returns bytes */
  listAttributes(path: string, into: Uint8Array): number;
  removeAttribute(path: string, name: string): void;
  /** @throws ShareError EINVAL where the file system cannot */
  rename(old: string, fresh: string, flags: number): void;
}

const AT_FDCWD = -100;
const NAMES: ReadonlyMap<number, ErrnoName> = new Map(Object.entries(ERRNO).map(([name, number]) => [number, name as ErrnoName]));

const text = (bytes: string): Buffer => hostPath(`${bytes}\0`);

function loaded(): LinuxCalls | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    // Threads of folders are begun in one go: the package is asked for only where it is of use, and does not have to be there.
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    // The C library is part of this process.
    const library = koffi.load(null);
    const checked = (count: number): number => {
      if (count < 0) throw new ShareError(NAMES.get(koffi.errno()) ?? 'EIO');
      return count;
    };
    const [get, list] = [
      library.func('int64_t getxattr(void *path, void *name, void *value, size_t size)'),
      library.func('int64_t listxattr(void *path, void *list, size_t size)'),
    ];
    const set = library.func('int setxattr(void *path, void *name, void *value, size_t size, int flags)');
    const remove = library.func('int removexattr(void *path, void *name)');
    const rename = library.func('int renameat2(int from, void *old, int to, void *fresh, unsigned int flags)');
    return {
      getAttribute: (path, name, into) => checked(Number(get(text(path), text(name), into, into.length))),
      setAttribute: (path, name, value, flags) => void checked(set(text(path), text(name), value, value.length, flags) as number),
      listAttributes: (path, into) => checked(Number(list(text(path), into, into.length))),
      removeAttribute: (path, name) => void checked(remove(text(path), text(name)) as number),
      rename: (old, fresh, flags) => void checked(rename(AT_FDCWD, text(old), AT_FDCWD, text(fresh), flags) as number),
    };
  } catch {
    return undefined;
  }
}

export const linuxCalls = loaded();
