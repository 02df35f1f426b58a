/**
 * Extended attributes by 9P2000.L (diod, protocol.md): a fid is made one of an attribute's value, read or written in pieces, and
 * what was written takes effect when the fid is given up.
 */
import { ShareError } from '../errno.ts';
import { bytesOf } from '../names.ts';
import { type AttributeWish, type ShareTree, VALUE_BYTES_MAX } from '../tree.ts';
import type { Fids } from './fids.ts';
import { Reply, type Request } from './message.ts';
import { extendedOf } from './value.ts';

/** XATTR_CREATE and XATTR_REPLACE are numbered so. */
const WISHES: readonly (AttributeWish | undefined)[] = ['any', 'new', 'there'];

interface Ground {
  readonly tree: ShareTree;
  readonly fids: Fids;
}

/** Gives a new fid a value, or the list of names where no name is given. */
export function walkAttribute({ tree, fids }: Ground, request: Request): Uint8Array<ArrayBuffer> {
  const [from, to, name] = [request.u32(), request.u32(), request.text()];
  const extended = extendedOf(tree);
  fids.requireFree(to);
  const { node } = fids.get(from);
  const list = () =>
    bytesOf(
      extended
        .names(node)
        .map((each) => `${each}\0`)
        .join(''),
    );
  const bytes = name === '' ? list() : extended.get(node, name);
  fids.requireValueRoom();
  tree.refer(node);
  fids.set(to, { node, value: { bytes } });
  return new Reply(request, 8).u64(BigInt(bytes.length)).whole();
}

/** Makes a fid one of a value to come. */
export function createAttribute({ tree, fids }: Ground, request: Request): Uint8Array<ArrayBuffer> {
  const [number, name, size, flags] = [request.u32(), request.text(), request.offset(), request.u32()];
  extendedOf(tree);
  const { node, open, value } = fids.get(number);
  const wish = WISHES[flags];
  if (open || value) throw new ShareError('EBADF');
  if (!wish) throw new ShareError('EINVAL');
  if (size > VALUE_BYTES_MAX) throw new ShareError('E2BIG');
  fids.requireValueRoom();
  tree.refer(node);
  fids.set(number, { node, value: { bytes: new Uint8Array(size), written: { name, wish, count: 0 } } });
  return new Reply(request, 0).whole();
}
