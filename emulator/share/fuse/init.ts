/** `INIT`: what guest and host agree upon (`struct fuse_init_in`, `struct fuse_init_out`). */
import { ShareError } from '../errno.ts';
import { Answer } from './answer.ts';
import { type Message, OUT_HEADER_BYTES } from './message.ts';
import { MAJOR, MINOR, MINOR_LEAST, PAGES_MAX, WANTED, WRITE_BYTES_MAX } from './opcodes.ts';

const INIT_OUT_BYTES = 64;
const BACKGROUND_MAX = 64;
const CONGESTED = 48;

/** @throws ShareError EOPNOTSUPP for a guest that is too old */
export function initAnswer(message: Message): Uint8Array {
  const [major, minor, readahead, flags] = [message.u32(), message.u32(), message.u32(), message.u32()];
  if (major < MAJOR || (major === MAJOR && minor < MINOR_LEAST)) throw new ShareError('EOPNOTSUPP');
  const { bytes, view } = new Answer(message.unique, INIT_OUT_BYTES);
  const at = OUT_HEADER_BYTES;
  view.setUint32(at, MAJOR, true);
  // A guest of a later major number begins anew with this one.
  if (major > MAJOR) return bytes;
  view.setUint32(at + 4, Math.min(minor, MINOR), true);
  view.setUint32(at + 8, readahead, true);
  view.setUint32(at + 12, (flags & WANTED) >>> 0, true);
  view.setUint16(at + 16, BACKGROUND_MAX, true);
  view.setUint16(at + 18, CONGESTED, true);
  view.setUint32(at + 20, WRITE_BYTES_MAX, true);
  // The host's file systems tell times apart by the nanosecond.
  view.setUint32(at + 24, 1, true);
  view.setUint16(at + 28, PAGES_MAX, true);
  return bytes;
}
