/** What a guest is told where nobody serves its message any more. */
import { ERRNO, type ErrnoName } from '../errno.ts';
import { failure } from './answer.ts';
import { Message } from './message.ts';
import { OPCODE } from './opcodes.ts';

const UNANSWERED: readonly number[] = [OPCODE.FORGET, OPCODE.BATCH_FORGET, OPCODE.INTERRUPT];

/** @returns the answer that is this error; undefined for a message that has none */
export function refusalOf(bytes: Uint8Array, error: ErrnoName = 'EIO'): Uint8Array<ArrayBuffer> | undefined {
  const message = Message.of(bytes);
  return message && !UNANSWERED.includes(message.opcode) ? failure(message.unique, ERRNO[error]) : undefined;
}
