/** What 9P2000.L's messages do, by type: all but those that begin a session or walk. */
import { ShareError } from '../errno.ts';
import { NAME_BYTES_MAX } from '../names.ts';
import type { Access, Found, ShareTree } from '../tree.ts';
import { ATTRIBUTES_BYTES, ENTRY_TYPES, putAttributes, qidOf, qidOfEntry, readChange } from './attributes.ts';
import type { Fids } from './fids.ts';
import { QID_BYTES, Reply, type Request } from './message.ts';
import { HEADER_BYTES, TYPE } from './types.ts';
import { readValue, writeValue } from './value.ts';
import { createAttribute, walkAttribute } from './xattr.ts';

/** What a handler works on. */
export interface Ground {
  readonly tree: ShareTree;
  readonly fids: Fids;
}
/** @param room for the whole answer, in bytes */
type Handler = (ground: Ground, request: Request, room: number) => Uint8Array<ArrayBuffer>;

const [ACCESS_MODE, WRITE_ONLY, READ_WRITE, EXCLUSIVE, TRUNCATE] = [3, 1, 2, 0o200, 0o1000] as const;
const [TYPE_MASK, TYPE_REGULAR] = [0o170_000, 0o100_000] as const;
const REMOVE_DIRECTORY = 0x200;
const [LOCK_DONE, UNLOCKED] = [0, 2] as const;
/** How Linux knows the file system (V9FS_MAGIC). */
const MAGIC = 0x0102_1997;

const accessOf = (flags: number): Access => ({
  read: (flags & ACCESS_MODE) !== WRITE_ONLY,
  write: (flags & ACCESS_MODE) === WRITE_ONLY || (flags & ACCESS_MODE) === READ_WRITE,
  truncate: (flags & TRUNCATE) !== 0,
});
const done = (request: Request): Uint8Array<ArrayBuffer> => new Reply(request, 0).whole();
/** Bytes of data that an answer has room for, behind its count. */
const roomFor = (room: number, wanted: number): number => {
  const left = Math.min(wanted, room - HEADER_BYTES - 4);
  if (left < 0) throw new ShareError('EINVAL');
  return left;
};
const isDirectory = (mode: number): boolean => (mode & TYPE_MASK) === 0o040_000;

/** What was made has no fid yet. */
function made({ tree }: Ground, request: Request, { node, attributes }: Found): Uint8Array<ArrayBuffer> {
  tree.forget(node, 1);
  return new Reply(request, QID_BYTES).qid(qidOf(attributes)).whole();
}
const nodeOf = ({ fids }: Ground, request: Request): number => fids.get(request.u32()).node;

function list({ tree, fids }: Ground, request: Request, room: number): Uint8Array<ArrayBuffer> {
  const [handle, offset, wanted] = [fids.handle(request.u32(), true), request.offset(), request.u32()];
  const size = roomFor(room, wanted);
  const entries = tree.entries(handle, offset === 0);
  const around = QID_BYTES + 8 + 1 + 2;
  let [index, length] = [offset, 0];
  for (; index < entries.length; index++) {
    const more = around + (entries[index]?.name.length ?? 0);
    if (length + more > size) break;
    length += more;
  }
  const reply = new Reply(request, 4 + length).u32(length);
  entries.slice(offset, index).forEach(({ name, kind }, at) =>
    reply
      .qid(qidOfEntry(kind))
      .u64(BigInt(offset + at + 1))
      .u8(ENTRY_TYPES[kind])
      .text(name),
  );
  return reply.whole();
}

export const HANDLERS: Readonly<Record<number, Handler>> = {
  [TYPE.FLUSH]: (_ground, request) => done(request),
  [TYPE.CLUNK]: ({ fids }, request) => {
    fids.clunk(request.u32());
    return done(request);
  },
  [TYPE.REMOVE]: ({ tree, fids }, request) => {
    const number = request.u32();
    const { node } = fids.get(number);
    try {
      const { parent, name } = tree.way(node);
      if (isDirectory(tree.attributes(node).mode)) tree.removeDirectory(parent, name);
      else tree.unlink(parent, name);
    } finally {
      fids.clunk(number);
    }
    return done(request);
  },
  [TYPE.STATFS]: (ground, request) => {
    nodeOf(ground, request);
    const { blockBytes, blocks, free, available, files, filesFree } = ground.tree.space();
    const reply = new Reply(request, 60).u32(MAGIC).u32(blockBytes);
    for (const value of [blocks, free, available, files, filesFree, 0n]) reply.u64(value);
    return reply.u32(NAME_BYTES_MAX).whole();
  },
  [TYPE.LOPEN]: ({ tree, fids }, request) => {
    const [number, flags] = [request.u32(), request.u32()];
    const { node } = fids.get(number);
    const attributes = tree.attributes(node);
    const ofDirectory = isDirectory(attributes.mode);
    fids.opened(number, () => ({
      handle: ofDirectory ? tree.openDirectory(node) : tree.open(node, accessOf(flags)),
      isDirectory: ofDirectory,
    }));
    return new Reply(request, QID_BYTES + 4).qid(qidOf(attributes)).u32(0).whole();
  },
  [TYPE.LCREATE]: ({ tree, fids }, request) => {
    const [number, name, flags, mode] = [request.u32(), request.text(), request.u32(), request.u32()];
    const { node: parent, open } = fids.get(number);
    if (open) throw new ShareError('EBADF');
    const access = { ...accessOf(flags), exclusive: (flags & EXCLUSIVE) !== 0 };
    const { node, attributes, handle } = tree.create(parent, name, mode, access);
    fids.set(number, { node, open: { handle, isDirectory: false } });
    return new Reply(request, QID_BYTES + 4).qid(qidOf(attributes)).u32(0).whole();
  },
  [TYPE.SYMLINK]: (ground, request) =>
    made(ground, request, ground.tree.makeSymlink(nodeOf(ground, request), request.text(), request.text())),
  [TYPE.MKNOD]: (ground, request) => {
    const [parent, name, mode] = [nodeOf(ground, request), request.text(), request.u32()];
    const type = mode & TYPE_MASK;
    if (type !== TYPE_REGULAR && type !== 0) throw new ShareError('EPERM');
    return made(ground, request, ground.tree.makeFile(parent, name, mode));
  },
  [TYPE.MKDIR]: (ground, request) =>
    made(ground, request, ground.tree.makeDirectory(nodeOf(ground, request), request.text(), request.u32())),
  [TYPE.RENAME]: (ground, request) => {
    const [node, to, newName] = [nodeOf(ground, request), nodeOf(ground, request), request.text()];
    const { parent, name } = ground.tree.way(node);
    ground.tree.rename(parent, name, to, newName, 'replace');
    return done(request);
  },
  [TYPE.RENAMEAT]: (ground, request) => {
    const [from, name] = [nodeOf(ground, request), request.text()];
    const [to, newName] = [nodeOf(ground, request), request.text()];
    ground.tree.rename(from, name, to, newName, 'replace');
    return done(request);
  },
  [TYPE.UNLINKAT]: (ground, request) => {
    const [parent, name, flags] = [nodeOf(ground, request), request.text(), request.u32()];
    if ((flags & REMOVE_DIRECTORY) === 0) ground.tree.unlink(parent, name);
    else ground.tree.removeDirectory(parent, name);
    return done(request);
  },
  [TYPE.LINK]: (ground, request) => {
    const [parent, node, name] = [nodeOf(ground, request), nodeOf(ground, request), request.text()];
    ground.tree.forget(ground.tree.link(node, parent, name).node, 1);
    return done(request);
  },
  [TYPE.READLINK]: (ground, request) => {
    const target = ground.tree.readlink(nodeOf(ground, request));
    return new Reply(request, 2 + target.length).text(target).whole();
  },
  [TYPE.GETATTR]: (ground, request) =>
    putAttributes(new Reply(request, ATTRIBUTES_BYTES), ground.tree.attributes(nodeOf(ground, request))).whole(),
  [TYPE.SETATTR]: (ground, request) => {
    ground.tree.change(nodeOf(ground, request), readChange(request));
    return done(request);
  },
  [TYPE.XATTRWALK]: walkAttribute,
  [TYPE.XATTRCREATE]: createAttribute,
  [TYPE.READDIR]: list,
  [TYPE.READ]: ({ tree, fids }, request, room) => {
    const [number, offset, wanted] = [request.u32(), request.offset(), request.u32()];
    const { value } = fids.get(number);
    const size = roomFor(room, value ? Math.min(wanted, value.bytes.length) : wanted);
    const reply = new Reply(request, 4 + size).u32(0);
    const count = value ? readValue(value, offset, reply.rest(size)) : tree.read(fids.handle(number), offset, reply.rest(size));
    const bytes = reply.whole(size - count);
    new DataView(bytes.buffer).setUint32(HEADER_BYTES, count, true);
    return bytes;
  },
  [TYPE.WRITE]: ({ tree, fids }, request) => {
    const [number, offset, length] = [request.u32(), request.offset(), request.u32()];
    const { value } = fids.get(number);
    const piece = request.take(length);
    return new Reply(request, 4).u32(value ? writeValue(value, offset, piece) : tree.write(fids.handle(number), offset, piece)).whole();
  },
  [TYPE.FSYNC]: ({ tree, fids }, request) => {
    const [number, onlyData] = [request.u32(), request.u32()];
    const { open } = fids.get(number);
    if (!open) throw new ShareError('EBADF');
    if (open.isDirectory) tree.syncDirectory(open.handle);
    else tree.sync(open.handle, onlyData !== 0);
    return done(request);
  },
  // A guest takes its locks itself before it asks, and is the only one here.
  [TYPE.LOCK]: (ground, request) => {
    nodeOf(ground, request);
    return new Reply(request, 1).u8(LOCK_DONE).whole();
  },
  [TYPE.GETLOCK]: (ground, request) => {
    nodeOf(ground, request);
    request.u8();
    const [start, length, process, client] = [request.u64(), request.u64(), request.u32(), request.text()];
    return new Reply(request, 23 + client.length).u8(UNLOCKED).u64(start).u64(length).u32(process).text(client).whole();
  },
};
