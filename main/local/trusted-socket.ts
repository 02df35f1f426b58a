/**
 * Whom a program talks to over its local socket. Nobody else can put anything into the socket's folder, so whoever listens
 * there, or connects, is the same user. Both sides look at it before every use.
 */
import { dirname } from 'node:path';
import { requireOwnFile, requirePrivateFolder, requireUnshared } from '../library/own-files.ts';

/** Named pipes of Windows have access lists of their own. */
const isFile = process.platform !== 'win32';

/**
 * @param libraryFolder the library's own folder, which may be readable to others; any other place must have mode 0700
 * @param make makes the folder where it is absent
 * @throws ContractError `foreign` in one sentence; ENOENT when there is no such folder
 */
export function requireSocketFolder(path: string, libraryFolder: string | undefined, make = false): void {
  if (!isFile) return;
  const folder = dirname(path);
  if (folder === libraryFolder) requireUnshared(folder);
  else requirePrivateFolder(folder, make);
}

/**
 * Before connecting to a socket.
 * @throws ContractError `foreign` in one sentence; ENOENT when there is no such folder
 */
export function requireTrustedSocket(path: string, libraryFolder: string | undefined): void {
  requireSocketFolder(path, libraryFolder);
  if (isFile) requireOwnFile(path, 'the socket');
}
