/**
 * The log of a journal: transactions of descriptor blocks, copies of blocks, revocations and a commit block each, in a
 * ring. What has no commit block never happened. Kernel documentation, "Journal (jbd2)".
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../volume.ts';

export interface JournalBlock {
  /** Where the copy stands, in bytes from the volume's beginning. */
  readonly journalOffset: number;
  /** The copy begins with zeros where the block begins with the journal's own magic number. */
  readonly escaped: boolean;
}
export interface JournalContent {
  /** By block number on the volume. */
  readonly blocks: ReadonlyMap<number, JournalBlock>;
  readonly transactions: number;
  /** Why not everything could be taken from it, as a sentence. */
  readonly partly?: string;
}
type ReadBlock = (number: number) => Promise<{ readonly offset: number; readonly bytes: Uint8Array }>;

const MAGIC = 0xc03b3998;
const TYPE = { descriptor: 1, commit: 2, superblock1: 3, superblock2: 4, revoke: 5 } as const;
const FEATURE = { revoke: 0x1, bits64: 0x2, asyncCommit: 0x4, checksums2: 0x8, checksums3: 0x10, fastCommit: 0x20 } as const;
const KNOWN = 0x3f;
const TAG = { escaped: 1, sameUuid: 2, last: 8 } as const;
/** Where nothing else is said, so many blocks at the journal's end are for fast commits. */
const FAST_BLOCKS = 256;

interface Log {
  readonly first: number;
  readonly end: number;
  readonly start: number;
  readonly sequence: number;
  readonly features: number;
}

async function readLog(read: ReadBlock): Promise<Log> {
  const { bytes } = await read(0);
  const view = viewOf(bytes);
  const type = view.getUint32(4);
  if (view.getUint32(0) !== MAGIC || (type !== TYPE.superblock1 && type !== TYPE.superblock2))
    throw damaged('its journal has no superblock');
  const features = type === TYPE.superblock2 ? view.getUint32(0x28) : 0;
  if (features & ~KNOWN) throw damaged(`its journal has features that are not read here (0x${features.toString(16)})`);
  const [blockBytes, length, first] = [view.getUint32(0xc), view.getUint32(0x10), view.getUint32(0x14)];
  const fast = features & FEATURE.fastCommit ? view.getUint32(0x54) || FAST_BLOCKS : 0;
  const log = { first, end: length - fast, start: view.getUint32(0x1c), sequence: view.getUint32(0x18), features };
  if (blockBytes !== bytes.length || first < 1 || first >= log.end || log.start >= log.end)
    throw damaged("its journal's numbers contradict each other");
  return log;
}

/**
 * What a recovery would write.
 * @param volumeBlocks blocks of the volume; a copy of a block beyond them is damage
 * @throws FileSystemError `damaged`
 */
export async function readJournal(read: ReadBlock, volumeBlocks: number): Promise<JournalContent> {
  const log = await readLog(read);
  const blocks = new Map<number, JournalBlock & { readonly sequence: number }>();
  if (log.start === 0) return { blocks, transactions: 0 };
  const revoked = new Map<number, number>();
  let sequence = log.sequence;
  let pending: { block: number; copy: JournalBlock }[] = [];
  let pendingRevokes: number[] = [];
  let left = log.end - log.first;
  let at = log.start;
  const next = () => {
    const number = at++;
    if (at >= log.end) at = log.first;
    left--;
    return read(number);
  };
  while (left > 0) {
    const { bytes } = await next();
    const view = viewOf(bytes);
    if (view.getUint32(0) !== MAGIC || view.getUint32(8) !== sequence) break;
    const type = view.getUint32(4);
    if (type === TYPE.descriptor) {
      const tags = tagsOf(bytes, log.features);
      if (tags.length > left) break;
      for (const { block, escaped } of tags) {
        if (block >= volumeBlocks) throw damaged(`its journal has a copy of block ${block} of ${volumeBlocks}`);
        pending.push({ block, copy: { journalOffset: (await next()).offset, escaped } });
      }
    } else if (type === TYPE.revoke) pendingRevokes.push(...revocationsOf(bytes, log.features));
    else if (type === TYPE.commit) {
      for (const { block, copy } of pending) blocks.set(block, { ...copy, sequence });
      for (const block of pendingRevokes) revoked.set(block, sequence);
      [pending, pendingRevokes] = [[], []];
      sequence = (sequence + 1) >>> 0;
    } else break;
  }
  // Sequence numbers wrap; the signed difference says which is later.
  for (const [block, when] of revoked) if (((when - (blocks.get(block)?.sequence ?? when + 1)) | 0) >= 0) blocks.delete(block);
  return { blocks, transactions: (sequence - log.sequence) >>> 0, ...(await fastCommits(read, log)) };
}

/** Fast commits describe changes instead of copying blocks; they are not followed here. */
async function fastCommits(read: ReadBlock, { features, end }: Log): Promise<{ partly?: string }> {
  if (!(features & FEATURE.fastCommit)) return {};
  const { bytes } = await read(end);
  // A fast commit area in use begins with the tag EXT4_FC_TAG_HEAD (9), little-endian.
  if (viewOf(bytes).getUint16(0, true) !== 9) return {};
  return { partly: 'the file system was in use, and its last changes (fast commits) are not seen' };
}

interface Tag {
  readonly block: number;
  readonly escaped: boolean;
}

function tagsOf(bytes: Uint8Array, features: number): Tag[] {
  const view = viewOf(bytes);
  const is3 = (features & FEATURE.checksums3) !== 0;
  const is64 = (features & FEATURE.bits64) !== 0;
  const is2 = (features & FEATURE.checksums2) !== 0;
  const tagBytes = is3 ? 16 : (is2 ? 10 : 8) + (is64 ? 4 : 0);
  const end = bytes.length - (is2 || is3 ? 4 : 0);
  const tags: Tag[] = [];
  for (let at = 12; at + tagBytes <= end;) {
    const flags = is3 ? view.getUint32(at + 4) : view.getUint16(at + 6);
    const high = is64 ? view.getUint32(at + 8) : 0;
    tags.push({ block: view.getUint32(at) + high * 2 ** 32, escaped: (flags & TAG.escaped) !== 0 });
    if (flags & TAG.last) return tags;
    at += tagBytes + (flags & TAG.sameUuid ? 0 : 16);
  }
  return tags;
}

function revocationsOf(bytes: Uint8Array, features: number): number[] {
  const view = viewOf(bytes);
  const size = features & FEATURE.bits64 ? 8 : 4;
  const end = Math.min(view.getUint32(12), bytes.length);
  const blocks: number[] = [];
  for (let at = 16; at + size <= end; at += size)
    blocks.push(size === 8 ? view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4) : view.getUint32(at));
  return blocks;
}
