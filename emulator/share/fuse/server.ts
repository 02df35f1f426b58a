/**
 * A FUSE session over a folder: every message of a guest's gets what the protocol says, or an error number. The guest is not
 * trusted; whatever it sends, nothing but the folder is touched and nothing is thrown.
 */
import { ERRNO, errnoOf, ShareError } from '../errno.ts';
import { bytesOf } from '../names.ts';
import type { Access, Allocation, RenameWish, ShareTree } from '../tree.ts';
import * as answers from './answer.ts';
import { initAnswer } from './init.ts';
import { listAnswer } from './list.ts';
import { Message, OUT_HEADER_BYTES } from './message.ts';
import { OPCODE, WRITE_BYTES_MAX } from './opcodes.ts';
import { readChange } from './setattr.ts';
import { EXTENDED_HANDLERS } from './xattr.ts';

/** What of `open`'s flags means the same on every architecture of Linux. */
const [ACCESS_MODE, WRITE_ONLY, READ_WRITE, EXCLUSIVE, TRUNCATE] = [3, 1, 2, 0o200, 0o1000] as const;
const FSYNC_DATA_ONLY = 1;
const RENAMES: readonly (RenameWish | undefined)[] = ['replace', 'keep', 'exchange'];
const TYPE_MASK = 0o170_000;
const TYPE_REGULAR = 0o100_000;

/** Of one call, in bytes: others wait behind it, and whoever copies asks again. */
const COPY_BYTES_MAX = 16 * 1024 * 1024;
/** Modes of fallocate (Linux, include/uapi/linux/falloc.h). */
const [KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE] = [1, 2, 16] as const;

function allocationOf(mode: number): Allocation {
  const keepSize = (mode & KEEP_SIZE) !== 0;
  const what = mode & ~KEEP_SIZE;
  // A hole never makes a file longer; ranges are neither taken out nor put in.
  if ((what !== 0 && what !== ZERO_RANGE && what !== PUNCH_HOLE) || (what === PUNCH_HOLE && !keepSize)) throw new ShareError('EOPNOTSUPP');
  return { zero: what !== 0, keepSize };
}

type Handler = (tree: ShareTree, message: Message, room: number) => Uint8Array;

const accessOf = (flags: number): Access => ({
  read: (flags & ACCESS_MODE) !== WRITE_ONLY,
  write: (flags & ACCESS_MODE) === WRITE_ONLY || (flags & ACCESS_MODE) === READ_WRITE,
  truncate: (flags & TRUNCATE) !== 0,
});

function rename(tree: ShareTree, message: Message, flags: number, to: number): Uint8Array {
  const wish = RENAMES[flags];
  if (!wish) throw new ShareError('EINVAL');
  tree.rename(message.node, message.text(), to, message.text(), wish);
  return answers.nothing(message.unique);
}

const HANDLERS: Readonly<Record<number, Handler>> = {
  [OPCODE.LOOKUP]: (tree, message) => answers.entryAnswer(message.unique, tree.lookup(message.node, message.text())),
  [OPCODE.GETATTR]: (tree, message) => answers.attributesAnswer(message.unique, tree.attributes(message.node)),
  [OPCODE.SETATTR]: (tree, message) => answers.attributesAnswer(message.unique, tree.change(message.node, readChange(message))),
  [OPCODE.READLINK]: (tree, message) => answers.bytesAnswer(message.unique, bytesOf(tree.readlink(message.node))),
  [OPCODE.SYMLINK]: (tree, message) => answers.entryAnswer(message.unique, tree.makeSymlink(message.node, message.text(), message.text())),
  [OPCODE.MKNOD]: (tree, message) => {
    const mode = message.u32();
    message.skip(12);
    const type = mode & TYPE_MASK;
    if (type !== TYPE_REGULAR && type !== 0) throw new ShareError('EPERM');
    return answers.entryAnswer(message.unique, tree.makeFile(message.node, message.text(), mode));
  },
  [OPCODE.MKDIR]: (tree, message) => {
    const mode = message.u32();
    message.skip(4);
    return answers.entryAnswer(message.unique, tree.makeDirectory(message.node, message.text(), mode));
  },
  [OPCODE.UNLINK]: (tree, message) => {
    tree.unlink(message.node, message.text());
    return answers.nothing(message.unique);
  },
  [OPCODE.RMDIR]: (tree, message) => {
    tree.removeDirectory(message.node, message.text());
    return answers.nothing(message.unique);
  },
  [OPCODE.RENAME]: (tree, message) => rename(tree, message, 0, message.u64()),
  [OPCODE.RENAME2]: (tree, message) => {
    const to = message.u64();
    const flags = message.u32();
    message.skip(4);
    return rename(tree, message, flags, to);
  },
  [OPCODE.LINK]: (tree, message) => answers.entryAnswer(message.unique, tree.link(message.u64(), message.node, message.text())),
  [OPCODE.OPEN]: (tree, message) => answers.openAnswer(message.unique, tree.open(message.node, accessOf(message.u32()))),
  [OPCODE.CREATE]: (tree, message) => {
    const flags = message.u32();
    const mode = message.u32();
    message.skip(8);
    const access = { ...accessOf(flags), exclusive: (flags & EXCLUSIVE) !== 0 };
    const { handle, ...found } = tree.create(message.node, message.text(), mode, access);
    return answers.createAnswer(message.unique, found, handle);
  },
  [OPCODE.READ]: (tree, message, room) => {
    const [handle, offset, wanted] = [message.u64(), message.u64(), message.u32()];
    const size = Math.min(wanted, room - OUT_HEADER_BYTES, WRITE_BYTES_MAX);
    if (!Number.isFinite(offset) || size < 0) throw new ShareError('EINVAL');
    const answer = new answers.Answer(message.unique, size);
    return answer.cut(tree.read(handle, offset, answer.data));
  },
  [OPCODE.WRITE]: (tree, message) => {
    const [handle, offset, size] = [message.u64(), message.u64(), message.u32()];
    message.skip(20);
    if (!Number.isFinite(offset)) throw new ShareError('EFBIG');
    return answers.writeAnswer(message.unique, tree.write(handle, offset, message.take(size)));
  },
  [OPCODE.FALLOCATE]: (tree, message) => {
    const [handle, offset, length, mode] = [message.u64(), message.u64(), message.u64(), message.u32()];
    message.skip(4);
    if (!Number.isFinite(offset + length)) throw new ShareError('EFBIG');
    tree.allocate(handle, { offset, length }, allocationOf(mode));
    return answers.nothing(message.unique);
  },
  [OPCODE.COPY_FILE_RANGE]: (tree, message) => {
    const from = { handle: message.u64(), offset: message.u64() };
    const node = message.u64();
    tree.requireBeside?.(node);
    const to = { handle: message.u64(), offset: message.u64() };
    const [length, flags] = [message.u64(), message.u64()];
    if (flags !== 0) throw new ShareError('EINVAL');
    if (!Number.isFinite(from.offset + to.offset)) throw new ShareError('EFBIG');
    return answers.writeAnswer(message.unique, tree.copy(from, to, Math.min(length, COPY_BYTES_MAX)));
  },
  [OPCODE.FSYNC]: (tree, message) => {
    tree.sync(message.u64(), (message.u32() & FSYNC_DATA_ONLY) !== 0);
    return answers.nothing(message.unique);
  },
  [OPCODE.RELEASE]: (tree, message) => {
    tree.release(message.u64());
    return answers.nothing(message.unique);
  },
  [OPCODE.OPENDIR]: (tree, message) => answers.openAnswer(message.unique, tree.openDirectory(message.node)),
  [OPCODE.READDIR]: (tree, message, room) => listAnswer(tree, message, room, false),
  [OPCODE.READDIRPLUS]: (tree, message, room) => listAnswer(tree, message, room, true),
  [OPCODE.RELEASEDIR]: (tree, message) => {
    tree.releaseDirectory(message.u64());
    return answers.nothing(message.unique);
  },
  [OPCODE.FSYNCDIR]: (tree, message) => {
    tree.syncDirectory(message.u64());
    return answers.nothing(message.unique);
  },
  [OPCODE.STATFS]: (tree, message) => answers.spaceAnswer(message.unique, tree.space()),
  ...EXTENDED_HANDLERS,
};

/** What a message asks for; undefined where it is none. */
export const opcodeOf = (bytes: Uint8Array): number | undefined => Message.of(bytes)?.opcode;

/**
 * Serves one message.
 * @param tree absent: the share has no folder, and whoever asks for something of it learns that
 * @param room bytes that the guest has for the answer
 * @returns the answer; undefined where there is none to give
 */
export function serveMessage(tree: ShareTree | undefined, bytes: Uint8Array, room: number): Uint8Array | undefined {
  const message = Message.of(bytes);
  if (!message) return undefined;
  if (message.opcode === OPCODE.FORGET || message.opcode === OPCODE.BATCH_FORGET) return forget(tree, message);
  if (message.opcode === OPCODE.INTERRUPT || room < OUT_HEADER_BYTES) return undefined;
  const answer = answerOf(tree, message, room);
  return answer.length <= room ? answer : answers.failure(message.unique, ERRNO.EIO);
}

function answerOf(tree: ShareTree | undefined, message: Message, room: number): Uint8Array {
  try {
    if (message.opcode === OPCODE.INIT) return initAnswer(message);
    if (message.opcode === OPCODE.DESTROY) return answers.nothing(message.unique);
    const handler = HANDLERS[message.opcode];
    // Once told, a kernel does not ask again, and does without.
    if (!handler) throw new ShareError('ENOSYS');
    if (!tree) throw new ShareError('ENODEV');
    return handler(tree, message, room);
  } catch (error) {
    return answers.failure(message.unique, errnoOf(error));
  }
}

/** Neither has an answer, not even of what is wrong with it. */
function forget(tree: ShareTree | undefined, message: Message): undefined {
  try {
    if (message.opcode === OPCODE.FORGET) return tree?.forget(message.node, message.u64()) as undefined;
    let left = message.u32();
    message.skip(4);
    for (; left > 0; left--) tree?.forget(message.u64(), message.u64());
  } catch {
    // What was read before the fault holds.
  }
  return undefined;
}
