/** Opens an image with everything below it: chains of backing files, found by the caller, bounded and without loops. */
import { causeOf } from '../error/machine-error.ts';
import type { ByteStore } from './byte-store.ts';
import type { Decompressors } from './codecs.ts';
import { type DiskImage, DiskImageError, shownName } from './disk-image.ts';
import { hasQcow2Magic, type Qcow2Header, readHeader } from './qcow2/header.ts';
import { Qcow2Image } from './qcow2/image.ts';
import { RawImage } from './raw.ts';

export type ImageFormat = 'raw' | 'qcow2';

/** Deeper chains are a mistake, or meant to hurt. */
export const CHAIN_MAX = 64;

/** A file of a chain. */
export interface ImageFile {
  readonly store: ByteStore;
  /** What makes the file itself: two names of one file have one identity (a device and inode, or a resolved path). */
  readonly identity: string;
  /** What to call it in messages. */
  readonly name: string;
}

/**
 * Finds a backing file.
 * @param name as written in the image; relative names are meant from the place of the file that names it
 * @param from the file that names it
 * @throws anything, when there is no such file or it may not be used; the message reaches the person
 */
export type BackingResolver = (name: string, from: ImageFile) => Promise<ImageFile>;

export interface OpenOptions {
  /** Which format the file has. Take care to let a person say it: a guest can write a qcow2 header into a raw disk. */
  readonly format: ImageFormat;
  readonly decompressors: Decompressors;
  /** Absent: an image with a backing file is refused. */
  readonly resolve?: BackingResolver;
}

/** An open image and what it was made of, the topmost file first. */
export interface OpenedImage {
  readonly image: DiskImage;
  readonly chain: readonly ChainLink[];
}
export interface ChainLink {
  readonly name: string;
  readonly format: ImageFormat;
  /** Length of the file in bytes. */
  readonly fileBytes: number;
  /** Bytes that the file takes on the host, where that is known. */
  readonly hostBytes?: number;
  /** Size of the virtual disk at this level, in bytes. */
  readonly sizeBytes: number;
  readonly qcow2?: Qcow2Header;
}

/** What a file's first bytes say: qcow2, or else raw, which has no mark. */
export async function detectFormat(store: ByteStore): Promise<ImageFormat> {
  return (await hasQcow2Magic(store)) ? 'qcow2' : 'raw';
}

/**
 * Opens an image and its backing files. All stores are closed by the image's `close`, or by this function if it fails.
 * @throws DiskImageError with a message that names the file
 */
export async function openImage(file: ImageFile, options: OpenOptions): Promise<OpenedImage> {
  const links: ChainLink[] = [];
  const image = await openLink(file, options.format, options, links, new Set());
  return { image, chain: links };
}

async function openLink(
  file: ImageFile,
  format: ImageFormat,
  options: OpenOptions,
  links: ChainLink[],
  seen: Set<string>,
): Promise<DiskImage> {
  const { store, name } = file;
  let backing: DiskImage | undefined;
  try {
    if (seen.has(file.identity)) throw new DiskImageError('image-backs-itself');
    if (seen.size === CHAIN_MAX) throw new DiskImageError('image-chain-too-long', { most: CHAIN_MAX });
    seen.add(file.identity);
    const { hostBytes } = store;
    const link = { name, format, fileBytes: store.sizeBytes, ...(hostBytes !== undefined && { hostBytes }) };
    if (format === 'raw') {
      links.push({ ...link, sizeBytes: store.sizeBytes });
      return new RawImage(store);
    }
    const header = await readHeader(store);
    links.push({ ...link, sizeBytes: header.sizeBytes, qcow2: header });
    if (header.backing) {
      const below = await resolveBacking(header.backing.name, file, options);
      backing = await openLink(below, await backingFormat(header.backing, below), options, links, seen);
    }
    return await Qcow2Image.open(store, header, options.decompressors, backing);
  } catch (cause) {
    await closeQuietly(store);
    if (backing) await closeQuietly(backing);
    throw named(name, cause);
  }
}

async function resolveBacking(name: string, from: ImageFile, { resolve }: OpenOptions): Promise<ImageFile> {
  if (/^[^/\\]*:/.test(name) && !/^[a-z]:[\\/]/i.test(name)) {
    throw new DiskImageError('image-backing-is-address', { backing: name });
  }
  if (!resolve) throw new DiskImageError('image-backing-not-allowed', { backing: name });
  try {
    return await resolve(name, from);
  } catch (cause) {
    throw new DiskImageError('image-backing-unusable', { backing: name, why: causeOf(cause) }, { cause });
  }
}

/**
 * The format that the image names for its backing file. Where it names none (older images), the file's first bytes
 * decide, but a backing file guessed to be qcow2 may not name further files: a guest could have written that header.
 */
async function backingFormat(backing: { readonly format: string | undefined }, below: ImageFile): Promise<ImageFormat> {
  try {
    if (backing.format === 'raw' || backing.format === 'qcow2') return backing.format;
    if (backing.format !== undefined) {
      throw new DiskImageError('image-backing-format', { format: backing.format });
    }
    const format = await detectFormat(below.store);
    if (format === 'qcow2' && (await readHeader(below.store)).backing) {
      throw new DiskImageError('image-backing-unsaid', { name: below.name });
    }
    return format;
  } catch (cause) {
    await closeQuietly(below.store);
    throw named(below.name, cause);
  }
}

/** The error with the file's name in front; a backing file's error already has one and keeps it. */
function named(name: string, cause: unknown): DiskImageError {
  if (cause instanceof DiskImageError && cause.code === 'image-unusable') return cause;
  return new DiskImageError('image-unusable', { name: shownName(name), why: causeOf(cause) }, { cause });
}

/** The first error is the one to report. */
const closeQuietly = (what: { close(): Promise<void> }): Promise<void> => what.close().catch(() => undefined);
