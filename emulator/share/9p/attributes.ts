/** What 9P2000.L tells of a file, and what it asks to be changed. */
import { ShareError } from '../errno.ts';
import type { Attributes, Change, NodeKind } from '../tree.ts';
import type { Qid, Reply, Request } from './message.ts';

const [DIRECTORY, SYMLINK] = [0x80, 0x02] as const;
const [TYPE_MASK, TYPE_DIRECTORY, TYPE_SYMLINK] = [0o170_000, 0o040_000, 0o120_000] as const;
const BLOCK_BYTES = 4096n;
/** All that `stat` tells (P9_GETATTR_BASIC). */
const BASIC = 0x7ffn;
const SECOND = 1_000_000_000n;
const SECONDS_MAX = 1n << 40n;
/** Of an entry of a list whose number was not looked at. */
const UNKNOWN_INODE = 0xffff_ffffn;
/** Linux's names for kinds of entries (`d_type`). */
export const ENTRY_TYPES: Readonly<Record<NodeKind, number>> = { file: 8, directory: 4, symlink: 10, other: 0 };

export function qidOf({ inode, mode, modified }: Attributes): Qid {
  const kind = mode & TYPE_MASK;
  const type = kind === TYPE_DIRECTORY ? DIRECTORY : kind === TYPE_SYMLINK ? SYMLINK : 0;
  return { type, version: Number(BigInt.asUintN(32, modified)), path: inode };
}
export const qidOfEntry = (kind: NodeKind): Qid => ({
  type: kind === 'directory' ? DIRECTORY : kind === 'symlink' ? SYMLINK : 0,
  version: 0,
  path: UNKNOWN_INODE,
});

/** Everything belongs to whoever mounted it. */
export function putAttributes(reply: Reply, attributes: Attributes): Reply {
  const { mode, links, size, blocks, accessed, modified, changed } = attributes;
  reply.u64(BASIC).qid(qidOf(attributes)).u32(mode).u32(0).u32(0);
  for (const value of [BigInt(links), 0n, size, BLOCK_BYTES, blocks]) reply.u64(value);
  for (const time of [accessed, modified, changed, 0n]) {
    const part = ((time % SECOND) + SECOND) % SECOND;
    reply.u64((time - part) / SECOND).u64(part);
  }
  return reply.u64(0n).u64(0n);
}
export const ATTRIBUTES_BYTES = 8 + 13 + 4 * 3 + 8 * 5 + 16 * 4 + 16;

const [MODE, SIZE, ACCESSED, MODIFIED, ACCESSED_SET, MODIFIED_SET] = [1, 8, 16, 32, 128, 256] as const;

/** `Tsetattr` behind its fid. Owners are not among it. */
export function readChange(request: Request): Change {
  const [valid, mode] = [request.u32(), request.u32()];
  request.take(8);
  const size = Number(request.u64());
  const timeOf = (asked: number, given: number): bigint | 'now' | undefined => {
    const [seconds, part] = [BigInt.asIntN(64, request.u64()), request.u64()];
    if ((valid & asked) === 0) return undefined;
    if ((valid & given) === 0) return 'now';
    if (seconds > SECONDS_MAX || seconds < -SECONDS_MAX || part >= SECOND) throw new ShareError('EINVAL');
    return seconds * SECOND + part;
  };
  const [accessed, modified] = [timeOf(ACCESSED, ACCESSED_SET), timeOf(MODIFIED, MODIFIED_SET)];
  if ((valid & SIZE) !== 0 && size >= 2 ** 53) throw new ShareError('EFBIG');
  return {
    mode: (valid & MODE) === 0 ? undefined : mode,
    size: (valid & SIZE) === 0 ? undefined : size,
    ...{ accessed, modified },
  };
}
