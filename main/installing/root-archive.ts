/** One tar archive of everything that a Debian root has before its packages are configured. */
import { open, type FileHandle } from 'node:fs/promises';
import { archiveError } from '../images/index.ts';
import { debEntries, MOST_CONTROL_BYTES, type PackageRecord, type TarEntry } from '../mirror/index.ts';
import { type ControlFiles, UnpackedPackage, writeDatabase } from './package-database.ts';
import { type TarFacts, TarWriter } from './tar-writer.ts';

/** A package with the file that it was downloaded to and verified in. */
export interface FetchedPackage {
  readonly record: PackageRecord;
  readonly file: string;
}
/** A file of our own. */
export interface OwnFile {
  readonly path: string;
  readonly content: Uint8Array | string;
  readonly mode?: number;
}

/** A package's content may be so much larger than it says, in bytes: headers, folders, and the rounding of its sum. */
const SLACK = 64 * 1024 * 1024;

/**
 * Writes the archive to `path`; a guest reads it as a disk.
 * @param packages what has to be there first comes first
 * @throws ContractError where a package is damaged
 */
export async function writeRootArchive(
  path: string,
  packages: readonly FetchedPackage[],
  own: readonly OwnFile[],
  architecture: string,
  signal: AbortSignal,
): Promise<void> {
  const file: FileHandle = await open(path, 'wx');
  try {
    const tar = new TarWriter(file);
    const folders = new Set<string>();
    const unpacked: UnpackedPackage[] = [];
    for (const { record, file: deb } of packages) {
      const most = record.installedBytes * 2 + SLACK;
      try {
        const one = new UnpackedPackage(await controlFiles(deb, signal));
        for await (const entry of debEntries(deb, 'data', most, signal)) await take(entry, one, tar, folders);
        unpacked.push(one);
      } catch (error) {
        throw archiveError(error, record.name, most);
      }
    }
    await writeDatabase(tar, unpacked, architecture);
    for (const { path: name, content, mode } of own) {
      for (const parent of parentsOf(name)) if (!folders.has(parent)) await tar.add({ kind: 'directory', path: parent });
      await tar.addFile(name, content, mode);
    }
    await tar.end();
  } finally {
    await file.close();
  }
}

async function controlFiles(deb: string, signal: AbortSignal): Promise<ControlFiles> {
  const files = new Map<string, Buffer>();
  for await (const entry of debEntries(deb, 'control', MOST_CONTROL_BYTES, signal)) {
    if (entry.kind !== 'file') continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of entry.content()) pieces.push(Uint8Array.from(piece));
    files.set(entry.path, Buffer.concat(pieces));
  }
  return files;
}

/** Passes an entry on; a folder that several packages have is written once. */
async function take(entry: TarEntry, into: UnpackedPackage, tar: TarWriter, folders: Set<string>): Promise<void> {
  const hash = into.saw(entry.path);
  if (entry.kind === 'directory') {
    if (entry.path === '' || folders.has(entry.path)) return;
    folders.add(entry.path);
  }
  const { content, ...facts } = entry;
  await tar.add(facts satisfies TarFacts);
  if (entry.kind !== 'file') return;
  for await (const piece of content()) {
    hash?.update(piece);
    await tar.content(piece);
  }
  await tar.pad(entry.size);
}

const parentsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, at, parts) => parts.slice(0, at + 1).join('/'));
