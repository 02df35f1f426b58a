/** The extended attribute `system.data` in the inode itself. Kernel documentation, "Extended Attributes". */
import { u16, u32 } from '../bytes.ts';

const ATTRIBUTES_MAGIC = 0xea020000;
const ENTRY_BYTES = 16;
/** Index 7 is the prefix `system.`. */
const SYSTEM = 7;

/** The value of `system.data` in the inode's own attributes. */
export function systemData(bytes: Uint8Array): Uint8Array | undefined {
  const header = bytes.length > 128 ? 128 + u16(bytes, 128) : bytes.length;
  if (header + 4 > bytes.length || u32(bytes, header) !== ATTRIBUTES_MAGIC) return undefined;
  const first = header + 4;
  for (let at = first; at + ENTRY_BYTES <= bytes.length && u32(bytes, at) !== 0;) {
    const nameBytes = bytes[at]!;
    const name = String.fromCharCode(...bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    if (bytes[at + 1] === SYSTEM && name === 'data') {
      const start = first + u16(bytes, at + 2);
      const length = u32(bytes, at + 8);
      return start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;
    }
    at += ENTRY_BYTES + Math.ceil(nameBytes / 4) * 4;
  }
  return undefined;
}
