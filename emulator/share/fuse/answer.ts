/** FUSE's answers (Linux, include/uapi/linux/fuse.h). Numbers are little-endian. */
import type { Attributes, Found, NodeKind, Space } from '../tree.ts';
import { NAME_BYTES_MAX } from '../names.ts';
import { OUT_HEADER_BYTES } from './message.ts';

export const ENTRY_BYTES = 128;
const ATTRIBUTES_AT = { entry: 40, attr: 16 } as const;
const ATTR_OUT_BYTES = 104;
const OPEN_OUT_BYTES = 16;
const DIRENT_BYTES = 24;
const BLOCK_BYTES = 4096;
/**
 * How long the guest may believe a name and attributes, in seconds: what changes on the host is seen after it.
 * What is not there is asked for each time.
 */
const VALID_SECONDS = 1n;
/** Of an entry whose inode number was not looked at, as libfuse has it. */
const UNKNOWN_INODE = 0xffff_ffffn;
const DIRENT_TYPES: Readonly<Record<NodeKind, number>> = { file: 8, directory: 4, symlink: 10, other: 0 };

/** An answer with `length` bytes behind its header, to be filled. */
export class Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;

  constructor(unique: bigint, length: number) {
    this.bytes = new Uint8Array(OUT_HEADER_BYTES + length);
    this.view = new DataView(this.bytes.buffer);
    this.view.setUint32(0, this.bytes.length, true);
    this.view.setBigUint64(8, unique, true);
  }

  /** Where the data is. */
  get data(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(OUT_HEADER_BYTES);
  }
  /** Only so many bytes of the data are used. */
  cut(length: number): Uint8Array<ArrayBuffer> {
    this.view.setUint32(0, OUT_HEADER_BYTES + length, true);
    return this.bytes.subarray(0, OUT_HEADER_BYTES + length);
  }
}

export function failure(unique: bigint, errno: number): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, 0);
  answer.view.setInt32(4, -errno, true);
  return answer.bytes;
}
export const nothing = (unique: bigint): Uint8Array<ArrayBuffer> => new Answer(unique, 0).bytes;

const SECOND = 1_000_000_000n;

/** `struct fuse_attr`; everything belongs to the guest's root. */
function putAttributes(view: DataView, at: number, attributes: Attributes): void {
  const { inode, size, blocks, accessed, modified, changed, mode, links } = attributes;
  [inode, size, blocks].forEach((value, index) => view.setBigUint64(at + 8 * index, value, true));
  [accessed, modified, changed].forEach((time, index) => {
    const part = ((time % SECOND) + SECOND) % SECOND;
    view.setBigInt64(at + 24 + 8 * index, (time - part) / SECOND, true);
    view.setUint32(at + 48 + 4 * index, Number(part), true);
  });
  view.setUint32(at + 60, mode, true);
  view.setUint32(at + 64, links, true);
  view.setUint32(at + 80, BLOCK_BYTES, true);
}

/** `struct fuse_entry_out`. */
export function putEntry(view: DataView, at: number, { node, attributes }: Found): void {
  view.setBigUint64(at, BigInt(node), true);
  view.setBigUint64(at + 16, VALID_SECONDS, true);
  view.setBigUint64(at + 24, VALID_SECONDS, true);
  putAttributes(view, at + ATTRIBUTES_AT.entry, attributes);
}
export function entryAnswer(unique: bigint, found: Found): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, ENTRY_BYTES);
  putEntry(answer.view, OUT_HEADER_BYTES, found);
  return answer.bytes;
}
/** `struct fuse_attr_out`. */
export function attributesAnswer(unique: bigint, attributes: Attributes): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, ATTR_OUT_BYTES);
  answer.view.setBigUint64(OUT_HEADER_BYTES, VALID_SECONDS, true);
  putAttributes(answer.view, OUT_HEADER_BYTES + ATTRIBUTES_AT.attr, attributes);
  return answer.bytes;
}

/** `struct fuse_open_out`. */
export function openAnswer(unique: bigint, handle: number): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, OPEN_OUT_BYTES);
  answer.view.setBigUint64(OUT_HEADER_BYTES, BigInt(handle), true);
  return answer.bytes;
}
export function createAnswer(unique: bigint, found: Found, handle: number): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, ENTRY_BYTES + OPEN_OUT_BYTES);
  putEntry(answer.view, OUT_HEADER_BYTES, found);
  answer.view.setBigUint64(OUT_HEADER_BYTES + ENTRY_BYTES, BigInt(handle), true);
  return answer.bytes;
}
/** `struct fuse_write_out`. */
export function writeAnswer(unique: bigint, count: number): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, 8);
  answer.view.setUint32(OUT_HEADER_BYTES, count, true);
  return answer.bytes;
}
export function bytesAnswer(unique: bigint, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const answer = new Answer(unique, bytes.length);
  answer.data.set(bytes);
  return answer.bytes;
}

/** `struct fuse_kstatfs`. */
export function spaceAnswer(unique: bigint, space: Space): Uint8Array<ArrayBuffer> {
  const { blockBytes, blocks, free, available, files, filesFree } = space;
  const answer = new Answer(unique, 80);
  const { view } = answer;
  [blocks, free, available, files, filesFree].forEach((value, index) => view.setBigUint64(OUT_HEADER_BYTES + 8 * index, value, true));
  [blockBytes, NAME_BYTES_MAX, blockBytes].forEach((value, index) => view.setUint32(OUT_HEADER_BYTES + 40 + 4 * index, value, true));
  return answer.bytes;
}

/** Bytes that an entry of a directory takes in a list. */
export const direntBytes = (name: string): number => Math.ceil((DIRENT_BYTES + name.length) / 8) * 8;

/** `struct fuse_dirent`. @param next where reading goes on after it @param inode absent: not looked at */
export function putDirent(
  answer: Answer,
  at: number,
  { name, kind, next, inode = UNKNOWN_INODE }: { name: string; kind: NodeKind; next: number; inode?: bigint },
): void {
  const { view, bytes } = answer;
  view.setBigUint64(at, inode, true);
  view.setBigUint64(at + 8, BigInt(next), true);
  view.setUint32(at + 16, name.length, true);
  view.setUint32(at + 20, DIRENT_TYPES[kind], true);
  for (let index = 0; index < name.length; index++) bytes[at + DIRENT_BYTES + index] = name.charCodeAt(index);
}
