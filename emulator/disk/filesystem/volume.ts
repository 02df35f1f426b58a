/** What every file system offers once it is open: its tree, listed and read, never written. */
import { MachineError } from '../../error/machine-error.ts';

/** Bytes that a file system lies on: a disk, or a part of one. */
export interface DiskReader {
  readonly sizeBytes: number;
  /** Fills `into` from `offset`; rejects when the range is not wholly inside. */
  read(offset: number, into: Uint8Array): Promise<void>;
}

export type VolumeKind = 'ext2' | 'ext3' | 'ext4' | 'fat12' | 'fat16' | 'fat32';
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

export interface VolumeEntry {
  /** From the root, without a leading slash, parts joined by `/`; bytes that cannot be shown are written `\xNN`. */
  readonly path: string;
  readonly kind: EntryKind;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; 0 where there is none. FAT stores local time, taken here as UTC. */
  readonly modifiedAt: number;
  /** The inode's number, or the first cluster's (0 for an empty file); names of one inode share it. */
  readonly identity: number;
  /** Owner and rights as one word; two that differ were changed. */
  readonly rights: string;
  /**
   * Says where the content is and how long it is: two states of a volume in which an entry's fingerprint is the same,
   * and its `extents` too, and no byte inside them has changed, have the same content there.
   */
  readonly fingerprint: string;
}

/** A part of a file that is on the volume. What lies between extents is zeros. */
export interface FileExtent {
  readonly fileOffset: number;
  readonly lengthBytes: number;
  /** From the volume's beginning, in bytes. */
  readonly volumeOffset: number;
}

export interface Volume {
  readonly kind: VolumeKind;
  readonly label: string;
  /** What a person may want to know: that the volume was in use, that the guest has noted errors. */
  readonly notes: readonly string[];
  /** Why what is read may not be all there was; absent where it is. */
  readonly incomplete?: string;
  /** Everything but the root, a directory before what is in it; the order is the volume's own. */
  list(): AsyncIterable<VolumeEntry>;
  /**
   * What is right inside one directory, in the volume's own order; links on the way are not followed.
   * @param path as `list` writes it; empty: the root
   * @returns nothing where there is no such directory
   */
  entriesIn(path: string): Promise<readonly VolumeEntry[] | undefined>;
  /** Where the content is; empty for content kept in the inode itself. In ascending order, not overlapping. */
  extents(entry: VolumeEntry): Promise<readonly FileExtent[]>;
  /** Fills `into` from `offset` of a file (or of a link's target), as far as it reaches. @returns the bytes filled */
  read(entry: VolumeEntry, offset: number, into: Uint8Array): Promise<number>;
}

/** `file-system-damaged`: it contradicts itself; `file-system-unsupported`: it uses what we do not read. */
export class FileSystemError extends MachineError {}
export const damaged = (finding: string): FileSystemError => new FileSystemError('file-system-damaged', { finding });
export const unsupported = (finding: string): FileSystemError => new FileSystemError('file-system-unsupported', { finding });
