/**
 * Directory entries. A hashed directory is read like any other: its index stands in entries without an inode that span
 * their block (kernel documentation, "Hash Tree Directories").
 */
import { nameOf, u16, u32 } from '../bytes.ts';
import { damaged } from '../volume.ts';

export interface Name {
  readonly inode: number;
  readonly name: string;
}

const HEADER_BYTES = 8;

/**
 * The names in one block of a directory (or in inline data), without `.` and `..`.
 * @throws FileSystemError `damaged` when entries do not fill it
 */
export function* namesIn(block: Uint8Array): Generator<Name> {
  for (let at = 0; at < block.length;) {
    // A block of 64 KiB cannot say its own length in 16 bits: 65535 and 0 stand for it, and the lowest two bits for more.
    const given = at + HEADER_BYTES <= block.length ? u16(block, at + 4) : 1;
    const length = block.length >= 65536 && (given === 65535 || given === 0) ? 65536 : (given & 0xfffc) | ((given & 3) << 16);
    const nameBytes = block[at + 6] ?? 0;
    if (length < HEADER_BYTES || length % 4 !== 0 || at + length > block.length || HEADER_BYTES + nameBytes > length)
      throw damaged(`a directory's entry at byte ${at} would have ${length} bytes`);
    const inode = u32(block, at);
    const name = block.subarray(at + HEADER_BYTES, at + HEADER_BYTES + nameBytes);
    if (inode !== 0 && nameBytes > 0 && !isDots(name)) yield { inode, name: nameOf(name) };
    at += length;
  }
}

const DOT = 0x2e;
const isDots = (name: Uint8Array) => name[0] === DOT && (name.length === 1 || (name.length === 2 && name[1] === DOT));
