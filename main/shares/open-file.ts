/** Opening a regular file of a shared folder: never through a link, never anything that would block or act by being opened. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs';
import { ShareError } from '../../emulator/share/errno.ts';
import { hostPath } from './host-paths.ts';

/** Windows lacks both. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
/** macOS's O_NOFOLLOW_ANY: no link in the whole path. */
const NOFOLLOW = process.platform === 'darwin' ? 0x2000_0000 : O_NOFOLLOW;
const PERMISSIONS_AT_FIRST = 0o600;

export interface OpenWish {
  readonly read: boolean;
  readonly write: boolean;
  /** Make it; `exclusive`: it must not be there. */
  readonly make?: 'any' | 'exclusive';
}

/**
 * @returns the descriptor and what it is
 * @throws ShareError ELOOP for a link, EACCES for what is no regular file; or what the host says
 */
export function openFile(path: string, { read, write, make }: OpenWish): { readonly fd: number; readonly stats: BigIntStats } {
  const access = write ? (read ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY;
  const making = make === undefined ? 0 : constants.O_CREAT | (make === 'exclusive' ? constants.O_EXCL : 0);
  const fd = openSync(hostPath(path), access | making | NOFOLLOW | O_NONBLOCK, PERMISSIONS_AT_FIRST);
  try {
    const stats = fstatSync(fd, { bigint: true });
    if (!stats.isFile()) throw new ShareError(stats.isDirectory() ? 'EISDIR' : 'EACCES');
    return { fd, stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
