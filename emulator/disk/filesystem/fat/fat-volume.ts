/** A FAT12, FAT16 or FAT32 file system: its tree and its files. */
import { bytesAt } from '../bytes.ts';
import { Allowance, DEEPEST, MAX_ENTRIES } from '../limits.ts';
import { readExtents } from '../read-extents.ts';
import { damaged, type DiskReader, type FileExtent, type Volume, type VolumeEntry } from '../volume.ts';
import type { BootSector } from './boot-sector.ts';
import { followChain } from './chain.ts';
import { ENTRY_BYTES, entriesIn, type DirectoryEntry } from './directory.ts';

/** The format's own limit for a directory. */
const LARGEST_DIRECTORY = 65536 * ENTRY_BYTES;

export class FatVolume implements Volume {
  readonly kind: Volume['kind'];
  readonly label: string;
  readonly notes: readonly string[] = [];
  readonly #reader: DiskReader;
  readonly #boot: BootSector;

  constructor(reader: DiskReader, boot: BootSector, label: string) {
    this.kind = boot.kind;
    this.label = label;
    this.#reader = reader;
    this.#boot = boot;
  }

  async *list(): AsyncGenerator<VolumeEntry> {
    const allowance = new Allowance(MAX_ENTRIES, 'its directories hold too many entries');
    const seen = new Set<number>();
    const open = [{ bytes: await rootOf(this.#reader, this.#boot), path: '', depth: 0 }];
    for (let directory = open.pop(); directory; directory = open.pop()) {
      const { bytes, path, depth } = directory;
      if (depth > DEEPEST) throw damaged('its directories are too deep');
      for (const entry of entriesIn(bytes)) {
        if (entry.isLabel) continue;
        allowance.spend();
        const childPath = path ? `${path}/${entry.name}` : entry.name;
        yield entryOf(childPath, entry);
        if (!entry.isDirectory) continue;
        if (seen.has(entry.cluster)) throw damaged(`the directory ${childPath} is in itself, or in two places`);
        seen.add(entry.cluster);
        open.push({ bytes: await directoryAt(this.#reader, this.#boot, entry.cluster), path: childPath, depth: depth + 1 });
      }
    }
  }

  async entriesIn(path: string): Promise<readonly VolumeEntry[] | undefined> {
    let bytes = await rootOf(this.#reader, this.#boot);
    for (const part of path.split('/').filter(Boolean)) {
      const found = [...entriesIn(bytes)].find(({ isLabel, name }) => !isLabel && name === part);
      if (!found?.isDirectory) return undefined;
      bytes = await directoryAt(this.#reader, this.#boot, found.cluster);
    }
    const children: VolumeEntry[] = [];
    for (const entry of entriesIn(bytes)) if (!entry.isLabel) children.push(entryOf(path ? `${path}/${entry.name}` : entry.name, entry));
    return children;
  }

  async extents({ kind, identity, sizeBytes }: VolumeEntry): Promise<readonly FileExtent[]> {
    if (kind === 'directory') return followChain(this.#reader, this.#boot, identity, undefined);
    return sizeBytes === 0 ? [] : followChain(this.#reader, this.#boot, identity, sizeBytes);
  }

  /** The chain of the last file read: files are read in pieces, one after the other. */
  #last: { readonly fingerprint: string; readonly extents: readonly FileExtent[] } | undefined;

  async read(entry: VolumeEntry, offset: number, into: Uint8Array): Promise<number> {
    if (entry.kind !== 'file') return 0;
    if (this.#last?.fingerprint !== entry.fingerprint) this.#last = { fingerprint: entry.fingerprint, extents: await this.extents(entry) };
    return readExtents(this.#reader, this.#last.extents, entry.sizeBytes, offset, into);
  }
}

async function directoryAt(reader: DiskReader, boot: BootSector, cluster: number): Promise<Uint8Array> {
  const extents = await followChain(reader, boot, cluster, undefined);
  const length = extents.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  // Whole clusters, of up to 128 KiB, so the last one may go beyond the limit.
  if (length > LARGEST_DIRECTORY + boot.clusterBytes) throw damaged(`a directory would have ${length} bytes`);
  const bytes = new Uint8Array(length);
  await readExtents(reader, extents, length, 0, bytes);
  return bytes;
}

export async function rootOf(reader: DiskReader, boot: BootSector): Promise<Uint8Array> {
  const { root } = boot;
  return 'cluster' in root ? directoryAt(reader, boot, root.cluster) : bytesAt(reader, root.offset, root.lengthBytes);
}

function entryOf(path: string, { isDirectory, attributes, cluster, sizeBytes, modifiedAt }: DirectoryEntry): VolumeEntry {
  return {
    path,
    kind: isDirectory ? 'directory' : 'file',
    sizeBytes: isDirectory ? 0 : sizeBytes,
    modifiedAt,
    identity: cluster,
    // The archive bit says that a file was written since a backup; it is no right.
    rights: `${attributes & 0x07}`,
    fingerprint: `${isDirectory ? 'd' : 'f'} ${cluster} ${sizeBytes}`,
  };
}
