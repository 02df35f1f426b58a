/** FUSE's lists of a directory: `READDIR` with names only, `READDIRPLUS` with what a lookup of each would find. */
import { ShareError } from '../errno.ts';
import type { Entry, ShareTree } from '../tree.ts';
import { Answer, direntBytes, ENTRY_BYTES, putDirent, putEntry } from './answer.ts';
import { type Message, OUT_HEADER_BYTES } from './message.ts';

/** `.` and `..` come first; the guest knows what they are. */
const DOTS: readonly Entry[] = [
  { name: '.', kind: 'directory' },
  { name: '..', kind: 'directory' },
];

/** @param room for the whole answer, in bytes */
export function listAnswer(tree: ShareTree, message: Message, room: number, isPlus: boolean): Uint8Array {
  const handle = message.u64();
  const offset = message.u64();
  const size = Math.min(message.u32(), room - OUT_HEADER_BYTES);
  if (size < 0) throw new ShareError('EINVAL');
  const entries = tree.entries(handle, offset === 0);
  const answer = new Answer(message.unique, size);
  const around = isPlus ? ENTRY_BYTES : 0;
  let at = 0;
  for (let index = offset; index < DOTS.length + entries.length; index++) {
    const { name, kind } = (DOTS[index] ?? entries[index - DOTS.length]) as Entry;
    const length = around + direntBytes(name);
    if (at + length > size) break;
    const found = isPlus && index >= DOTS.length ? tree.entry(handle, name) : undefined;
    if (found) putEntry(answer.view, OUT_HEADER_BYTES + at, found);
    const inode = found ? { inode: found.attributes.inode } : {};
    putDirent(answer, OUT_HEADER_BYTES + at + around, { name, kind, next: index + 1, ...inode });
    at += length;
  }
  return answer.cut(at);
}
