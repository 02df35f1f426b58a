/** Errors about what is stored: the library, the store, overlays of disks, exported machines. */
import { entry, type Entry, type ErrorKind } from '../../../emulator/error/coded-error.ts';
import { listed } from '../counts.ts';

/** Why a file of ours cannot be used: the ends of the codes `library-…`, `store-…` and `overlay-…`. */
export type FileProblem = 'readonly' | 'full' | 'damaged' | 'locked' | 'foreign' | 'unusable';

/** What is wrong with a cluster of an overlay. */
export type ClusterDamage = 'length' | 'checksum' | 'missing';

/** A file and what the system or SQLite said of it. */
export interface OfFile {
  readonly file: string;
  readonly detail: string;
}
const about = (kind: ErrorKind, words: (file: string) => string): Entry<OfFile> =>
  entry<OfFile>(kind, ({ file, detail }) => `${words(file)}${detail === '' ? '' : ` (${detail})`}`);

const fileErrors = {
  'library-readonly': about(
    'readonly',
    (file) => `the library cannot be written: check the permissions of ${file} and its folder, or set VIVARIUM_HOME to a writable folder`,
  ),
  'library-full': about(
    'full',
    (file) => `no space left to write the library ${file}: free some space on that disk and try again; nothing stored was lost`,
  ),
  'library-damaged': about(
    'damaged',
    (file) =>
      `the library ${file} is damaged. Run "viv library repair": it saves what can be read into a new one, and keeps the damaged file beside it as ${file}.damaged-DATE`,
  ),
  'library-locked': about('locked', (file) => `the library ${file} is in use by another program: close that program and try again`),
  'library-foreign': about('foreign', (file) => `the library ${file} was not made by this user's Vivarium and is not used`),
  'library-unusable': about('unavailable', (file) => `the library ${file} cannot be used`),

  'store-readonly': about('readonly', (file) => `${file} cannot be written: check the permissions of the file and its folder`),
  'store-full': about('full', (file) => `no space left to store data in ${file}: free some space and try again; nothing stored was lost`),
  'store-damaged': about('damaged', (file) => `${file} is damaged: run "viv library check" to see what is affected`),
  'store-locked': about('locked', (file) => `${file} is in use by another program: close that program and try again`),
  'store-foreign': about('foreign', (file) => `${file} was not made by this user's Vivarium and is not used`),
  'store-unusable': about('unavailable', (file) => `${file} cannot be used`),

  'overlay-readonly': about(
    'readonly',
    (file) => `the overlay ${file} of a disk cannot be written: check the permissions of the file and its folder`,
  ),
  'overlay-full': about(
    'full',
    (file) => `no space left to write the overlay ${file} of a disk: free some space and try again; nothing stored was lost`,
  ),
  'overlay-damaged': about(
    'damaged',
    (file) =>
      `the overlay ${file} of a disk is damaged: what the guest wrote to this disk since its last snapshot cannot be read. Snapshots are not affected: restore one of them`,
  ),
  'overlay-locked': about(
    'locked',
    (file) => `the overlay ${file} of a disk is in use by another program: close that program and try again`,
  ),
  'overlay-foreign': about('foreign', (file) => `the overlay ${file} of a disk was not made by this user's Vivarium and is not used`),
  'overlay-unusable': about('unavailable', (file) => `the overlay ${file} of a disk cannot be used`),
} as const;

export const storedErrors = {
  ...fileErrors,
  'database-newer': entry<{ file: string; format: number; known: number }>(
    'newer',
    ({ file, format, known }) =>
      `${file} was written by a newer Vivarium (its format is ${format}, this program knows ${known}): use the newer version; nothing was changed`,
  ),
  'database-foreign': entry<{ file: string; what: string }>(
    'foreign',
    ({ file, what }) => `${file} was not made by Vivarium (${what}) and is not used; nothing was changed`,
  ),
  'library-in-use': entry<{ who: string }>(
    'locked',
    ({ who }) => `the library is in use by ${who}: use that one, or quit it and try again`,
  ),
  'library-in-use-by': entry<{ file: string; program: string; pid: number }>(
    'locked',
    ({ file, program, pid }) => `the library ${file} is in use by ${program} (process ${pid}): quit it and try again`,
  ),
  'library-row-damaged': entry<{ file: string; table: string; row: number; column: string; more: number }>(
    'damaged',
    ({ file, table, row, column, more }) =>
      `the library ${file} is damaged (row ${row} of ${table}: ${column}${more > 0 ? `, and ${more} more` : ''}). Run "viv library repair": it saves everything else into a new one, and keeps this file beside it`,
  ),
  'library-absent': entry<{ folder: string }>('missing', ({ folder }) => `there is no library in ${folder}: nothing to repair`),
  'path-of-other-user': entry<{ what: string; path: string; uid: number }>(
    'foreign',
    ({ what, path, uid }) => `${what} ${path} belongs to another user (uid ${uid}) and is not used`,
  ),
  'folder-shared': entry<{ path: string }>(
    'foreign',
    ({ path }) => `the folder ${path} is shared with other users: choose a private folder`,
  ),
  'socket-folder-unsafe': entry<{ path: string; why: string }>(
    'foreign',
    ({ path, why }) =>
      `the folder ${path} ${why} and is not used for the socket: remove it, or set VIVARIUM_HOME to a folder with a shorter path`,
  ),
  'saved-part-damaged': entry<{ detail: string }>(
    'damaged',
    ({ detail }) =>
      `the library's data of this snapshot is damaged (${detail}): use another snapshot, or export its disks, which are stored separately`,
  ),
  'library-check-failed': entry<{ found: readonly string[] }>('damaged', ({ found }) => found.join('\n')),

  'chunk-damaged': entry<{ chunk: number; why: string }>(
    'damaged',
    ({ chunk, why }) => `chunk ${chunk} is damaged (${why}): run "viv library check" to see what it belongs to`,
  ),
  'chunk-missing': entry<{ chunk: number }>('missing', ({ chunk }) => `there is no chunk ${chunk}: it was deleted, or never stored`),
  'chunk-not-stored': entry<{ chunk: number }>('missing', ({ chunk }) => `there is no chunk ${chunk}: store it before a manifest names it`),
  'manifest-damaged': entry<{ manifest: number; label: string }>(
    'damaged',
    ({ manifest, label }) => `the list of chunks of ${label} (manifest ${manifest}) is damaged: run "viv library check", then delete it`,
  ),
  'manifest-missing': entry<{ manifest: number }>(
    'missing',
    ({ manifest }) => `there is no manifest ${manifest}: it was deleted, or never made`,
  ),
  'store-absent': entry<{ file: string }>('missing', ({ file }) => `there is no store ${file}`),
  'store-closed': entry<{ file: string }>('unavailable', ({ file }) => `${file} has been closed`),
  'store-exists': entry<{ file: string }>('unavailable', ({ file }) => `${file} exists already: name a new file`),
  'content-missing': entry<{ name: string; owner: string }>(
    'missing',
    ({ name, owner }) => `the store has no "${name}" of ${owner}: run "viv library check"`,
  ),
  'content-newer': entry<{ name: string; owner: string }>(
    'newer',
    ({ name, owner }) => `"${name}" of ${owner} was written by a newer Vivarium: use that version`,
  ),
  'memory-missing': entry<{ name: string }>(
    'missing',
    ({ name }) => `the memory of "${name}" is no longer stored: run "viv library check", or delete that snapshot`,
  ),
  'memory-not-stored': entry('missing', () => 'the memory of this snapshot is not in the store: run "viv library check"'),
  'memory-of-two-missing': entry('missing', () => 'the memory of one of the two is no longer stored: run "viv library check"'),
  'memory-of-parent-missing': entry('missing', () => 'the snapshot before this one has no stored memory: take another one'),

  /** `offset` and `bytes` of the disk. */
  'overlay-cluster-damaged': entry<{ file: string; offset: number; bytes: number; why: ClusterDamage; found: number }>(
    'damaged',
    ({ file, offset, bytes, why, found }) => {
      const whys = { length: `take ${found} bytes`, checksum: 'do not have the checksum they were written with', missing: 'are missing' };
      return `the overlay ${file} is damaged: the ${bytes} bytes at ${offset} of the disk ${whys[why]}; restore a snapshot, or export the disk to keep the rest`;
    },
  ),
  'overlay-missing': entry<{ file: string }>(
    'missing',
    ({ file }) => `the overlay ${file} is missing: what was written to the disk since its last snapshot is lost`,
  ),
  'overlay-absent': entry<{ file: string }>('missing', ({ file }) => `there is no overlay ${file}`),
  'overlay-exists': entry<{ file: string }>('conflict', ({ file }) => `there is already an overlay ${file}`),
  'overlay-changed': entry<{ file: string }>('conflict', ({ file }) => `${file} changed while it was being stored: try again`),
  'overlay-state-missing': entry<{ file: string }>(
    'damaged',
    ({ file }) => `the overlay ${file} of a disk is damaged: its state is missing. Snapshots are not affected: restore one of them`,
  ),

  'write-back-damaged': entry<OfFile>(
    'damaged',
    ({ file, detail }) => `the overlay ${file} is damaged, and what the guest writes cannot be stored in it (${detail})`,
  ),
  'write-back-full': entry<OfFile>(
    'full',
    ({ file, detail }) =>
      `the disk cannot store what the guest wrote in ${file}: no space left on the host: free some space; nothing is lost, and it resumes automatically (${detail})`,
  ),
  'write-back-refused': entry<OfFile>(
    'readonly',
    ({ file, detail }) =>
      `the disk cannot store what the guest wrote in ${file}: check the permissions of the file and its folder; nothing is lost, and it resumes automatically (${detail})`,
  ),

  'archive-damaged': entry<{ file: string; why: string }>(
    'damaged',
    ({ file, why }) => `${file} is damaged: ${why}. Nothing was imported; copy the file again, or export the machine again`,
  ),
  'archive-not-one': entry<{ file: string }>(
    'invalid',
    ({ file }) => `${file} is not an exported machine: choose a file that Vivarium exported`,
  ),
  'archive-newer': entry<{ file: string; format: number; known: number }>(
    'newer',
    ({ file, format, known }) =>
      `${file} was made by a newer Vivarium (its format is ${format}, this program knows ${known}): use that version`,
  ),
  'archive-disk-in-place': entry<{ slot: number; name: string; path: string }>(
    'conflict',
    ({ slot, name, path }) =>
      `disk ${slot + 1} of "${name}" is the file ${path} itself: remove it and add it again with "--writes overlay", then export the machine`,
  ),
  'archive-file-exists': entry<{ file: string }>('conflict', ({ file }) => `there is already a file ${file}: choose another name`),
  'archive-folder-unwritable': entry<{ file: string; folder: string }>(
    'readonly',
    ({ file, folder }) => `${file} cannot be written: the folder ${folder} is not there or cannot be written into`,
  ),
  'archive-disk-full': entry<{ file: string }>(
    'full',
    ({ file }) => `${file} cannot be written: no space left on the disk: free some space and try again`,
  ),
  'archive-unwritable': entry<{ file: string; why: string }>('unavailable', ({ file, why }) => `${file} cannot be written: ${why}`),
  'archive-files-too-large': entry<{ bytes: number; folder: string }>(
    'full',
    ({ bytes, folder }) => `the files that come with the machine need ${bytes} bytes in ${folder}: free some space first`,
  ),

  'machine-keeps-protected': entry<{ name: string; snapshots: readonly string[] }>('conflict', ({ name, snapshots }) => {
    const one = snapshots.length === 1;
    return `"${name}" cannot be deleted permanently, because its ${one ? 'snapshot' : 'snapshots'} ${listed(snapshots)} ${one ? 'is' : 'are'} protected: restore it and unprotect ${one ? 'it' : 'them'} first`;
  }),
} as const;
