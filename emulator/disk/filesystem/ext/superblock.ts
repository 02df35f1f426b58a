/**
 * The superblock of ext2, ext3 and ext4: read once, and checked before anything else is believed. Fields and features
 * as in the Linux kernel's documentation, "ext4 Data Structures and Algorithms", section "Super Block".
 */
import { bytesAt, labelOf, u16, u32 } from '../bytes.ts';
import { damaged, unsupported, type DiskReader } from '../volume.ts';

export const SUPERBLOCK_AT = 1024;
const SUPERBLOCK_BYTES = 1024;
const MAGIC = 0xef53;

/** Incompatible features by bit: who does not know one must not read. */
export const INCOMPAT = {
  compression: 0x1,
  filetype: 0x2,
  recover: 0x4,
  journalDevice: 0x8,
  metaBg: 0x10,
  extents: 0x40,
  bits64: 0x80,
  multipleMounts: 0x100,
  flexBg: 0x200,
  eaInode: 0x400,
  dirData: 0x1000,
  checksumSeed: 0x2000,
  largeDir: 0x4000,
  inlineData: 0x8000,
  encrypt: 0x10000,
  casefold: 0x20000,
} as const;
/** Without compression and data in directory entries, which no released kernel writes, and without an external journal's own device. */
const KNOWN =
  Object.values(INCOMPAT).reduce((bits, bit) => bits | bit, 0) & ~(INCOMPAT.compression | INCOMPAT.dirData | INCOMPAT.journalDevice);
const COMPAT = { journal: 0x4, sparseSuper2: 0x200, fastCommit: 0x400 } as const;
const READ_ONLY = { sparseSuper: 0x1, hugeFile: 0x8, checksums: 0x400 } as const;
/** ext4's own: with any of these it is not ext3 any more. */
const OF_EXT4 = INCOMPAT.extents | INCOMPAT.bits64 | INCOMPAT.flexBg | INCOMPAT.inlineData | INCOMPAT.encrypt | INCOMPAT.casefold;

export interface Superblock {
  readonly kind: 'ext2' | 'ext3' | 'ext4';
  readonly label: string;
  readonly blockBytes: number;
  readonly blocks: number;
  readonly inodes: number;
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly groups: number;
  readonly inodeBytes: number;
  readonly descriptorBytes: number;
  readonly incompat: number;
  readonly sparseSuper: boolean;
  /** The two groups with copies of the superblock, where the feature sparse_super2 says so. */
  readonly backupGroups: readonly number[] | undefined;
  readonly firstMetaBg: number;
  /** 0: no journal inside. */
  readonly journalInode: number;
  /** The journal holds what has not reached its place yet. */
  readonly needsRecovery: boolean;
  readonly fastCommit: boolean;
  readonly hasErrors: boolean;
}

export async function looksLikeExt(reader: DiskReader): Promise<boolean> {
  if (reader.sizeBytes < SUPERBLOCK_AT + SUPERBLOCK_BYTES) return false;
  const bytes = await bytesAt(reader, SUPERBLOCK_AT, SUPERBLOCK_BYTES);
  return u16(bytes, 0x38) === MAGIC && u32(bytes, 0x18) <= 6 && u32(bytes, 0x0) > 0 && u32(bytes, 0x4) > 0;
}

/** @throws FileSystemError `damaged` for numbers that cannot be; `unsupported` naming the features */
export function readSuperblock(bytes: Uint8Array, sizeBytes: number): Superblock {
  const [compat, incompat, readOnly] = [u32(bytes, 0x5c), u32(bytes, 0x60), u32(bytes, 0x64)];
  const dynamic = u32(bytes, 0x4c) > 0;
  refuseUnknown(dynamic ? incompat : 0);
  const logBlock = u32(bytes, 0x18);
  if (logBlock > 6) throw damaged(`its blocks would have 2^${logBlock + 10} bytes`);
  const blockBytes = 1024 << logBlock;
  const is64 = (incompat & INCOMPAT.bits64) !== 0;
  const blocks = u32(bytes, 0x4) + (is64 ? u32(bytes, 0x150) * 2 ** 32 : 0);
  const superblock = {
    label: labelOf(bytes.subarray(0x78, 0x88)),
    blockBytes,
    blocks,
    inodes: u32(bytes, 0x0),
    firstDataBlock: u32(bytes, 0x14),
    blocksPerGroup: u32(bytes, 0x20),
    inodesPerGroup: u32(bytes, 0x28),
    inodeBytes: dynamic ? u16(bytes, 0x58) : 128,
    descriptorBytes: is64 ? u16(bytes, 0xfe) : 32,
    incompat: dynamic ? incompat : 0,
    sparseSuper: (readOnly & READ_ONLY.sparseSuper) !== 0,
    backupGroups: compat & COMPAT.sparseSuper2 ? [u32(bytes, 0x24c), u32(bytes, 0x250)] : undefined,
    firstMetaBg: u32(bytes, 0x104),
    journalInode: compat & COMPAT.journal ? u32(bytes, 0xe0) : 0,
    needsRecovery: (incompat & INCOMPAT.recover) !== 0,
    fastCommit: (compat & COMPAT.fastCommit) !== 0,
    hasErrors: (u16(bytes, 0x3a) & 2) !== 0,
  };
  check(superblock, sizeBytes);
  const groups = Math.ceil((blocks - superblock.firstDataBlock) / superblock.blocksPerGroup);
  if (groups > 2 ** 31 || groups * superblock.inodesPerGroup < superblock.inodes) throw damaged('its groups do not hold its inodes');
  return { ...superblock, groups, kind: kindOf(compat, incompat, readOnly) };
}

type Unchecked = Omit<Superblock, 'groups' | 'kind'>;

function check({ blockBytes, blocks, firstDataBlock, ...of }: Unchecked, sizeBytes: number): void {
  const isPower = (value: number) => value > 0 && (value & (value - 1)) === 0;
  if (of.inodeBytes < 128 || of.inodeBytes > blockBytes || !isPower(of.inodeBytes))
    throw damaged(`its inodes would have ${of.inodeBytes} bytes`);
  if (of.descriptorBytes < 32 || of.descriptorBytes > 1024 || !isPower(of.descriptorBytes))
    throw damaged(`its group descriptors would have ${of.descriptorBytes} bytes`);
  if (of.blocksPerGroup < 8 || of.blocksPerGroup > blockBytes * 8 * 65536)
    throw damaged(`its groups would have ${of.blocksPerGroup} blocks`);
  if (of.inodesPerGroup < 1 || of.inodesPerGroup > blockBytes * 8) throw damaged(`its groups would have ${of.inodesPerGroup} inodes`);
  if (firstDataBlock > 1 || blocks <= firstDataBlock + 1) throw damaged('its blocks cannot be counted');
  if (blocks * blockBytes > sizeBytes)
    throw damaged(
      `it would have ${blocks} blocks of ${blockBytes} bytes, but only ${sizeBytes} bytes are there: the disk may have been cut off`,
    );
}

function refuseUnknown(incompat: number): void {
  const unknown = incompat & ~KNOWN;
  if (incompat & INCOMPAT.journalDevice)
    throw unsupported('it is the journal of another file system, or has its journal on another device');
  if (unknown !== 0)
    throw unsupported(`this ext file system has features that are not read here (incompatible features 0x${(unknown >>> 0).toString(16)})`);
}

function kindOf(compat: number, incompat: number, readOnly: number): Superblock['kind'] {
  if (incompat & OF_EXT4 || readOnly & (READ_ONLY.hugeFile | READ_ONLY.checksums)) return 'ext4';
  return compat & COMPAT.journal ? 'ext3' : 'ext2';
}
