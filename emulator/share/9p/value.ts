/** The value of an extended attribute that a fid stands for (`xattr.ts`). */
import { ShareError } from '../errno.ts';
import type { AttributeWish, ExtendedAttributes, ShareTree } from '../tree.ts';

/** A value that is read, or one that is written. */
export interface Value {
  readonly bytes: Uint8Array;
  /** What becomes of it in the end, and how many of its bytes have come. */
  readonly written?: { readonly name: string; readonly wish: AttributeWish; count: number };
}

/** @throws ShareError EOPNOTSUPP where there are none */
export function extendedOf({ extended }: ShareTree): ExtendedAttributes {
  if (!extended) throw new ShareError('EOPNOTSUPP');
  return extended;
}

/** @returns bytes read @throws ShareError EBADF for one that is written */
export function readValue({ bytes, written }: Value, offset: number, into: Uint8Array): number {
  if (written) throw new ShareError('EBADF');
  const piece = bytes.subarray(offset, offset + into.length);
  into.set(piece);
  return piece.length;
}
/** @returns bytes taken @throws ShareError EBADF for one that is read, EINVAL for more than was said or out of order */
export function writeValue({ bytes, written }: Value, offset: number, piece: Uint8Array): number {
  if (!written) throw new ShareError('EBADF');
  if (offset !== written.count || offset + piece.length > bytes.length) throw new ShareError('EINVAL');
  bytes.set(piece, offset);
  written.count += piece.length;
  return piece.length;
}
/** The fid is given up. A value of no bytes takes the attribute away. @throws ShareError EINVAL where bytes are missing */
export function settle(tree: ShareTree, node: number, { bytes, written }: Value): void {
  if (!written) return;
  if (written.count !== bytes.length) throw new ShareError('EINVAL');
  const extended = extendedOf(tree);
  if (bytes.length === 0) extended.remove(node, written.name);
  else extended.set(node, written.name, bytes, written.wish);
}
