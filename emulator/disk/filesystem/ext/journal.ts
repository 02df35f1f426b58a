/**
 * A volume as its journal leaves it, without writing anything: blocks of committed transactions that have not reached
 * their place are read from the journal. A file system in use nearly always has such; without them a live snapshot would
 * show files as they were half a minute ago. Kernel documentation, "Journal (jbd2)"; numbers are big-endian.
 */
import { bytesAt, viewOf } from '../bytes.ts';
import { damaged, FileSystemError, type DiskReader, type FileExtent } from '../volume.ts';
import { placeOfInode } from './group-descriptors.ts';
import { readInode } from './inode.ts';
import { readJournal, type JournalBlock } from './journal-blocks.ts';
import { mapBlocks } from './map-blocks.ts';
import type { Superblock } from './superblock.ts';

export interface Replayed {
  readonly reader: DiskReader;
  readonly notes: readonly string[];
  /** What cannot be seen of the journal, as a sentence. */
  readonly incomplete?: string;
}

/** The reader itself where there is nothing to replay. */
export async function replayed(reader: DiskReader, superblock: Superblock): Promise<Replayed> {
  if (!superblock.needsRecovery || superblock.journalInode === 0) return { reader, notes: [] };
  try {
    const place = await placeOfInode(reader, superblock, superblock.journalInode);
    const inode = readInode(superblock.journalInode, await bytesAt(reader, place, superblock.inodeBytes));
    const extents = await mapBlocks(reader, superblock, inode);
    const { blocks, transactions, partly } = await readJournal(journalReader(reader, extents, superblock.blockBytes), superblock.blocks);
    const notes = [
      blocks.size === 0
        ? 'the file system was in use'
        : `the file system was in use: read with the ${transactions} transactions in its journal`,
    ];
    const current = blocks.size === 0 ? reader : over(reader, blocks, superblock.blockBytes);
    return { reader: current, notes, ...(partly === undefined ? {} : { incomplete: partly }) };
  } catch (error) {
    if (!(error instanceof FileSystemError)) throw error;
    const incomplete = `the file system was in use, and its last changes may be missing: its journal cannot be read (${error.message})`;
    return { reader, notes: [], incomplete };
  }
}

/** The journal's blocks by their number in the journal; answers with the bytes and where they stand on the volume. */
function journalReader(reader: DiskReader, extents: readonly FileExtent[], blockBytes: number) {
  return async (number: number) => {
    const at = number * blockBytes;
    const extent = extents.find(({ fileOffset, lengthBytes }) => fileOffset <= at && at < fileOffset + lengthBytes);
    if (!extent) throw damaged(`its journal has no block ${number}`);
    const offset = extent.volumeOffset + at - extent.fileOffset;
    return { offset, bytes: await bytesAt(reader, offset, blockBytes) };
  };
}

/** A reader that knows where some blocks of the volume really are. */
export interface ReplayedReader extends DiskReader {
  /** The same content with the parts that are in the journal placed there: what is compared is where bytes come from. */
  relocated(extents: readonly FileExtent[]): readonly FileExtent[];
}

const MAGIC = 0xc03b3998;

function over(reader: DiskReader, blocks: ReadonlyMap<number, JournalBlock>, blockBytes: number): ReplayedReader {
  const numbers = Float64Array.from(blocks.keys()).sort();
  const from = (number: number) => {
    let [low, high] = [0, numbers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    sizeBytes: reader.sizeBytes,
    async read(offset, into) {
      await reader.read(offset, into);
      const end = offset + into.length;
      for (let index = from(Math.floor(offset / blockBytes)); index < numbers.length && numbers[index]! * blockBytes < end; index++) {
        const place = numbers[index]! * blockBytes;
        const { journalOffset, escaped } = blocks.get(numbers[index]!)!;
        const bytes = await bytesAt(reader, journalOffset, blockBytes);
        if (escaped) viewOf(bytes).setUint32(0, MAGIC);
        const start = Math.max(place, offset);
        into.set(bytes.subarray(start - place, Math.min(end, place + blockBytes) - place), start - offset);
      }
    },
    relocated(extents) {
      return extents.flatMap((extent) => {
        const parts: FileExtent[] = [];
        let done = 0;
        const take = (until: number, volumeOffset: number) => {
          if (until > done) parts.push({ fileOffset: extent.fileOffset + done, lengthBytes: until - done, volumeOffset });
          done = until;
        };
        const end = extent.volumeOffset + extent.lengthBytes;
        for (let index = from(extent.volumeOffset / blockBytes); index < numbers.length && numbers[index]! * blockBytes < end; index++) {
          const at = numbers[index]! * blockBytes - extent.volumeOffset;
          take(at, extent.volumeOffset + done);
          take(at + blockBytes, blocks.get(numbers[index]!)!.journalOffset);
        }
        take(extent.lengthBytes, extent.volumeOffset + done);
        return parts;
      });
    },
  };
}
