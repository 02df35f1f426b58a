/**
 * Files and folders that are one person's alone. They hold guests' memory, disks and what was typed, so nobody else may
 * read them, and nobody else may have put them there. On Windows the profile's access lists do this; nothing is checked.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { chmodSync, closeSync, fchmodSync, lstatSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync, type Stats } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, parse } from 'node:path';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
/** SQLite gives these the mode of the file they belong to, but only when it makes them. */
const SQLITE_COMPANIONS = ['-wal', '-shm', '-journal'];
/** File systems without permissions (exFAT) answer a change of them with one of these. */
const NO_PERMISSIONS = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EROFS', 'EINVAL'];

const hasOwners = process.platform !== 'win32';

function lookAt(path: string, look: (path: string) => Stats): Stats | undefined {
  try {
    return look(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const isOurs = ({ uid }: Stats): boolean => uid === process.geteuid?.();

const foreign = (what: string, path: string, uid: number): ContractError => new ContractError('path-of-other-user', { what, path, uid });

/** The link itself and what it leads to: who owns a link decides what is found behind it. */
function refuseForeign(path: string, what: string): Stats | undefined {
  const entry = lookAt(path, lstatSync);
  if (entry && !isOurs(entry)) throw foreign(what, path, entry.uid);
  const target = entry?.isSymbolicLink() ? lookAt(path, statSync) : entry;
  if (target && !isOurs(target)) throw foreign(what, path, target.uid);
  return target;
}

/** Takes rights away and gives none: what its person made read-only stays so. */
function restrict(path: string, { mode }: Stats, allowed: number): void {
  if ((mode & 0o7777 & ~allowed) === 0) return;
  try {
    chmodSync(path, mode & allowed);
  } catch (error) {
    if (!NO_PERMISSIONS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Makes sure that a file is this user's and closed to others, whatever the umask: one that is absent is made empty, one
 * that is too open is corrected. For a database its companions are corrected too.
 * @throws ContractError `foreign`; file errors as Node throws them
 */
export function ownFile(path: string): void {
  if (!hasOwners) return;
  const there = refuseForeign(path, 'the file');
  if (!there) return closeSync(openSync(path, 'wx', FILE_MODE));
  restrict(path, there, FILE_MODE);
  for (const end of SQLITE_COMPANIONS) {
    const companion = refuseForeign(path + end, 'the file');
    if (companion) restrict(path + end, companion, FILE_MODE);
  }
}

/** A folder that everything of the person's lies in is never closed, whatever else is found there. */
const isGeneral = (path: string): boolean => path === homedir() || path === parse(path).root;

/**
 * Makes sure that a folder is there, is this user's, and that nobody else can write into it. One that is for this alone
 * is closed to others altogether; one that holds other things too stays readable to whom it was.
 * @param isForThis whether the names of its entries show that it is for this alone
 * @throws ContractError `foreign`, also for a folder that is shared with other users, as /tmp is
 */
export function ownFolder(path: string, isForThis: (names: readonly string[]) => boolean): void {
  const parent = dirname(path);
  if (!lookAt(path, statSync)) {
    // Folders on the way are the system's usual ones (~/.local/share); only the last is ours to close.
    mkdirSync(parent, { recursive: true, mode: FOLDER_MODE });
    if (!lookAt(path, lstatSync)) mkdirSync(path, { mode: FOLDER_MODE });
  }
  if (!hasOwners) return;
  const there = refuseForeign(path, 'the folder') as Stats;
  const { mode } = there;
  if (mode & STICKY && mode & OTHERS_WRITE) throw new ContractError('folder-shared', { path });
  const isClosed = (mode & OTHERS) === 0;
  if (!isClosed) restrict(path, there, !isGeneral(path) && isForThis(readdirSync(path)) ? FOLDER_MODE : 0o7777 & ~OTHERS_WRITE);
}

/**
 * Closes to others what an earlier version or another program left open in a folder, one level down.
 * @param isOf whether an entry of that name is the program's; other people's things in the same folder are left alone
 * @throws ContractError `foreign` for one that belongs to another user
 */
export function closeContents(folder: string, isOf: (name: string) => boolean): void {
  if (!hasOwners || !lookAt(folder, statSync)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!isOf(entry.name)) continue;
    const path = join(folder, entry.name);
    const there = refuseForeign(path, entry.isDirectory() ? 'the folder' : 'the file');
    if (there) restrict(path, there, there.isDirectory() ? FOLDER_MODE : FILE_MODE);
  }
}

const notForSocket = (path: string, why: string) => new ContractError('socket-folder-unsafe', { path, why });

/**
 * A folder that must be this user's with mode 0700 already, because others can write where it lies. Links are not followed.
 * @param make makes it where it is absent
 * @throws ContractError `foreign` saying why it is not trusted; ENOENT when it is absent and is not to be made
 */
export function requirePrivateFolder(path: string, make: boolean): void {
  if (make && !lookAt(path, lstatSync)) {
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    mkdirSync(path, { mode: FOLDER_MODE });
  }
  const there = hasOwners ? lstatSync(path) : undefined;
  if (!there) return;
  if (!isOurs(there)) throw notForSocket(path, `belongs to another user (uid ${there.uid})`);
  if (!there.isDirectory()) throw notForSocket(path, 'is not a folder');
  if (there.mode & OTHERS) throw notForSocket(path, `is open to other users (mode ${modeText(there)})`);
}

/**
 * A folder of this user that nobody else can write into.
 * @throws ContractError `foreign`; ENOENT when it is absent
 */
export function requireUnshared(path: string): void {
  const there = hasOwners ? refuseForeign(path, 'the folder') : undefined;
  if (there && there.mode & OTHERS_WRITE) throw notForSocket(path, `is open to other users (mode ${modeText(there)})`);
}

const modeText = ({ mode }: Stats): string => (mode & 0o777).toString(8).padStart(4, '0');

/** @throws ContractError `foreign` when a file that is there is not this user's; links are not followed */
export function requireOwnFile(path: string, what: string): void {
  const there = hasOwners ? lookAt(path, lstatSync) : undefined;
  if (there && !isOurs(there)) throw foreign(what, path, there.uid);
}

/** Makes room for a new file that is opened exclusively: a leftover of that name goes; a link goes, not what it leads to. */
export function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Closes an open file to others. */
export function closeToOthers(descriptor: number): void {
  if (hasOwners) fchmodSync(descriptor, FILE_MODE);
}

/** Everything this process makes from now on is closed to others, whatever umask it was started with. For entry points. */
export function makeFilesPrivate(): void {
  if (hasOwners) process.umask(OTHERS);
}
