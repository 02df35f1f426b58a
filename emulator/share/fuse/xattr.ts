/** Extended attributes in FUSE's messages (`struct fuse_getxattr_in`, `struct fuse_setxattr_in` without its extension). */
import { ShareError } from '../errno.ts';
import { bytesOf } from '../names.ts';
import { type AttributeWish, type ExtendedAttributes, type ShareTree, VALUE_BYTES_MAX } from '../tree.ts';
import { Answer, bytesAnswer, nothing } from './answer.ts';
import type { Message } from './message.ts';
import { OPCODE } from './opcodes.ts';

/** XATTR_CREATE and XATTR_REPLACE are numbered so. */
const WISHES: readonly (AttributeWish | undefined)[] = ['any', 'new', 'there'];
const SIZE_BYTES = 8;

/** @throws ShareError ENOSYS: a kernel that hears it does not ask again */
function extendedOf({ extended }: ShareTree): ExtendedAttributes {
  if (!extended) throw new ShareError('ENOSYS');
  return extended;
}

/** What was asked for, or how long it is where the guest has no room for it yet. @throws ShareError ERANGE */
function sized(message: Message, room: number, bytes: Uint8Array): Uint8Array {
  if (room > 0) {
    if (bytes.length > room) throw new ShareError('ERANGE');
    return bytesAnswer(message.unique, bytes);
  }
  const answer = new Answer(message.unique, SIZE_BYTES);
  new DataView(answer.data.buffer, answer.data.byteOffset).setUint32(0, bytes.length, true);
  return answer.bytes;
}
/** @returns bytes that the guest has room for */
function asked(message: Message): number {
  const room = message.u32();
  message.skip(4);
  return room;
}

export const EXTENDED_HANDLERS: Readonly<Record<number, (tree: ShareTree, message: Message) => Uint8Array>> = {
  [OPCODE.SETXATTR]: (tree, message) => {
    const extended = extendedOf(tree);
    const [size, flags] = [message.u32(), message.u32()];
    const name = message.text();
    const wish = WISHES[flags];
    if (!wish) throw new ShareError('EINVAL');
    if (size > VALUE_BYTES_MAX) throw new ShareError('E2BIG');
    extended.set(message.node, name, message.take(size), wish);
    return nothing(message.unique);
  },
  [OPCODE.GETXATTR]: (tree, message) => {
    const extended = extendedOf(tree);
    const room = asked(message);
    return sized(message, room, extended.get(message.node, message.text()));
  },
  [OPCODE.LISTXATTR]: (tree, message) => {
    const extended = extendedOf(tree);
    const list = extended.names(message.node).map((name) => `${name}\0`);
    return sized(message, asked(message), bytesOf(list.join('')));
  },
  [OPCODE.REMOVEXATTR]: (tree, message) => {
    extendedOf(tree).remove(message.node, message.text());
    return nothing(message.unique);
  },
};
