/** An ext2, ext3 or ext4 file system: its tree and its files. */
import { bytesAt } from '../bytes.ts';
import { Allowance, DEEPEST, MAX_ENTRIES } from '../limits.ts';
import { readExtents } from '../read-extents.ts';
import { damaged, type DiskReader, type FileExtent, type Volume, type VolumeEntry } from '../volume.ts';
import { namesIn, type Name } from './directory.ts';
import { placeOfInode } from './group-descriptors.ts';
import { inlineData } from './inline-data.ts';
import { FLAG, fingerprintOf, MAP_BYTES, readInode, ROOT_INODE, type Inode } from './inode.ts';
import { mapBlocks } from './map-blocks.ts';
import type { ReplayedReader } from './journal.ts';
import type { Superblock } from './superblock.ts';
import { systemData } from './system-data.ts';

/** Larger directories than this do not exist: Linux stops at 2 GiB, and that needs the feature large_dir. */
const LARGEST_DIRECTORY = 2 ** 31;

export class ExtVolume implements Volume {
  readonly kind: Volume['kind'];
  readonly label: string;
  readonly notes: readonly string[];
  readonly incomplete?: string;
  readonly #reader: DiskReader & Partial<ReplayedReader>;
  readonly #superblock: Superblock;

  constructor(reader: DiskReader, superblock: Superblock, notes: readonly string[], incomplete?: string) {
    this.kind = superblock.kind;
    this.label = superblock.label;
    this.notes = notes;
    if (incomplete !== undefined) this.incomplete = incomplete;
    this.#reader = reader;
    this.#superblock = superblock;
  }

  async *list(): AsyncGenerator<VolumeEntry> {
    const entries = new Allowance(MAX_ENTRIES, 'its directories hold too many entries');
    const blocks = new Allowance(this.#superblock.blocks, 'its directories are larger than the volume');
    const seen = new Set<number>();
    const open: { readonly inode: Inode; readonly path: string; readonly depth: number }[] = [
      { inode: await this.#inode(ROOT_INODE), path: '', depth: 0 },
    ];
    for (let directory = open.pop(); directory; directory = open.pop()) {
      const { inode, path, depth } = directory;
      if (seen.has(inode.number) || depth > DEEPEST) throw damaged(`the directory ${path || '/'} is in itself, or in two places`);
      seen.add(inode.number);
      for await (const { name, inode: number } of this.#names(inode, blocks)) {
        entries.spend();
        const child = await this.#inode(number);
        const childPath = path ? `${path}/${name}` : name;
        yield entryOf(childPath, child);
        if (child.kind === 'directory') open.push({ inode: child, path: childPath, depth: depth + 1 });
      }
    }
  }

  async entriesIn(path: string): Promise<readonly VolumeEntry[] | undefined> {
    const entries = new Allowance(MAX_ENTRIES, 'its directories hold too many entries');
    const blocks = new Allowance(this.#superblock.blocks, 'its directories are larger than the volume');
    let inode = await this.#inode(ROOT_INODE);
    for (const part of path.split('/').filter(Boolean)) {
      let found: number | undefined;
      for await (const { name, inode: number } of this.#names(inode, blocks)) if (name === part) found = number;
      if (found === undefined) return undefined;
      inode = await this.#inode(found);
      if (inode.kind !== 'directory') return undefined;
    }
    const children: VolumeEntry[] = [];
    for await (const { name, inode: number } of this.#names(inode, blocks)) {
      entries.spend();
      children.push(entryOf(path ? `${path}/${name}` : name, await this.#inode(number)));
    }
    return children;
  }

  async extents(entry: VolumeEntry): Promise<readonly FileExtent[]> {
    const inode = await this.#inode(entry.identity);
    if (hasContentInside(inode)) return [];
    const extents = await mapBlocks(this.#reader, this.#superblock, inode);
    return this.#reader.relocated?.(extents) ?? extents;
  }

  /** The last file read and its extents: files are read in pieces, one after the other. */
  #last: { readonly fingerprint: string; readonly inode: Inode; readonly extents: readonly FileExtent[] } | undefined;

  async read(entry: VolumeEntry, offset: number, into: Uint8Array): Promise<number> {
    if (this.#last?.fingerprint !== entry.fingerprint) {
      const inode = await this.#inode(entry.identity);
      const extents = hasContentInside(inode) ? [] : await mapBlocks(this.#reader, this.#superblock, inode);
      this.#last = { fingerprint: entry.fingerprint, inode, extents };
    }
    const { inode, extents } = this.#last;
    if (!hasContentInside(inode)) return readExtents(this.#reader, extents, inode.sizeBytes, offset, into);
    const content = contentInside(inode).subarray(offset, offset + into.length);
    into.set(content);
    return content.length;
  }

  async #inode(number: number): Promise<Inode> {
    const place = await placeOfInode(this.#reader, this.#superblock, number);
    return readInode(number, await bytesAt(this.#reader, place, this.#superblock.inodeBytes));
  }

  async *#names(inode: Inode, allowance: Allowance): AsyncGenerator<Name> {
    if (inode.kind !== 'directory') throw damaged(`inode ${inode.number} is no directory where one must be`);
    if (inode.flags & FLAG.inlineData) return yield* inlineNames(inode);
    if (inode.sizeBytes > LARGEST_DIRECTORY) throw damaged(`a directory would have ${inode.sizeBytes} bytes`);
    const { blockBytes } = this.#superblock;
    const extents = await mapBlocks(this.#reader, this.#superblock, inode);
    for (const { volumeOffset, lengthBytes } of extents) {
      for (let at = 0; at < lengthBytes; at += blockBytes) {
        allowance.spend();
        yield* namesIn(await bytesAt(this.#reader, volumeOffset + at, blockBytes));
      }
    }
  }
}

/** An inline directory: the parent's number, then entries; more entries in the attribute. */
function* inlineNames({ map, bytes }: Inode): Generator<Name> {
  yield* namesIn(map.subarray(4, MAP_BYTES));
  const rest = systemData(bytes);
  if (rest) yield* namesIn(rest);
}

const isShortLink = ({ kind, sizeBytes, flags }: Inode) => kind === 'link' && sizeBytes < MAP_BYTES && !(flags & FLAG.extents);

const hasContentInside = (inode: Inode) =>
  isShortLink(inode) ||
  (inode.flags & FLAG.inlineData) !== 0 ||
  (inode.kind !== 'file' && inode.kind !== 'directory' && inode.kind !== 'link');

function contentInside(inode: Inode): Uint8Array {
  if (inode.flags & FLAG.inlineData) return inlineData(inode);
  return isShortLink(inode) ? inode.map.subarray(0, inode.sizeBytes) : new Uint8Array(0);
}

function entryOf(path: string, inode: Inode): VolumeEntry {
  const { kind, sizeBytes, modifiedAt, number, mode, owner, group } = inode;
  const rights = `${(mode & 0o7777).toString(8)} ${owner}:${group}`;
  return { path, kind, sizeBytes, modifiedAt, identity: number, rights, fingerprint: fingerprintOf(inode) };
}
