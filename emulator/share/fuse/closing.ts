/** Messages of FUSE whose answer a guest's kernel waits for, or not even that, and makes nothing of. */
import { nothing } from './answer.ts';
import { Message } from './message.ts';
import { OPCODE } from './opcodes.ts';

/** Bytes of `struct fuse_release_in` with the header; one that is shorter is told so by who serves it. */
const RELEASE_BYTES = 64;

/**
 * What closes a file or is forgotten: it always succeeds, so that it may be answered before it is done. What is asked after it
 * must be done after it.
 * @returns undefined for any other message
 */
export function answeredAhead(bytes: Uint8Array): { readonly answer: Uint8Array | undefined } | undefined {
  const message = Message.of(bytes);
  if (!message) return undefined;
  if (message.opcode === OPCODE.FORGET || message.opcode === OPCODE.BATCH_FORGET) return { answer: undefined };
  const closes = message.opcode === OPCODE.RELEASE || message.opcode === OPCODE.RELEASEDIR;
  return closes && bytes.length >= RELEASE_BYTES ? { answer: nothing(message.unique) } : undefined;
}
