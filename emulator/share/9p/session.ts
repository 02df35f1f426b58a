/**
 * A 9P2000.L session over a folder: every message of a guest's gets what the protocol says, or an error number. The guest is
 * not trusted; whatever it sends, nothing but the folder is touched and nothing is thrown.
 */
import { ERRNO, type ErrnoName, errnoOf, ShareError } from '../errno.ts';
import { ROOT, type ShareTree } from '../tree.ts';
import { qidOf } from './attributes.ts';
import { Fids, type SavedFid } from './fids.ts';
import { HANDLERS } from './handlers.ts';
import { failure, QID_BYTES, Reply, Request } from './message.ts';
import { MESSAGE_BYTES_LEAST, MESSAGE_BYTES_MAX, TYPE, VERSION, WALK_MAX } from './types.ts';

/** As a snapshot keeps it, beside the tree. */
export interface SavedSession {
  readonly messageBytes: number;
  readonly fids: readonly SavedFid[];
}

export class Session {
  readonly tree: ShareTree;
  readonly fids: Fids;
  /** The longest message of either side's, as agreed. */
  messageBytes = MESSAGE_BYTES_LEAST;

  constructor(tree: ShareTree, saved?: SavedSession) {
    this.tree = tree;
    this.fids = new Fids(tree);
    if (!saved) return;
    if (Number.isInteger(saved.messageBytes)) this.#agree(saved.messageBytes);
    this.fids.restore(saved.fids);
  }

  #agree(bytes: number): number {
    return (this.messageBytes = Math.min(Math.max(bytes, MESSAGE_BYTES_LEAST), MESSAGE_BYTES_MAX));
  }
  get saved(): SavedSession {
    return { messageBytes: this.messageBytes, fids: this.fids.saved };
  }

  /** Begins anew. */
  version(request: Request): Uint8Array<ArrayBuffer> {
    const [bytes, version] = [request.u32(), request.text()];
    if (bytes < MESSAGE_BYTES_LEAST) throw new ShareError('EINVAL');
    this.fids.clear();
    const agreed = version === VERSION ? VERSION : 'unknown';
    return new Reply(request, 6 + agreed.length).u32(this.#agree(bytes)).text(agreed).whole();
  }
  attach(request: Request): Uint8Array<ArrayBuffer> {
    const fid = request.u32();
    this.fids.requireFree(fid);
    const attributes = this.tree.attributes(ROOT);
    this.tree.refer(ROOT);
    this.fids.set(fid, { node: ROOT });
    return new Reply(request, QID_BYTES).qid(qidOf(attributes)).whole();
  }
  /** As far as it comes; only a whole walk gives the new fid its node. */
  walk(request: Request): Uint8Array<ArrayBuffer> {
    const [from, to, count] = [request.u32(), request.u32(), request.u16()];
    if (count > WALK_MAX) throw new ShareError('EINVAL');
    const names = Array.from({ length: count }, () => request.text());
    if (to !== from) this.fids.requireFree(to);
    let { node } = this.fids.get(from);
    if (to === from && this.fids.get(from).open) throw new ShareError('EBADF');
    this.tree.refer(node);
    const reply = new Reply(request, 2 + QID_BYTES * count).u16(0);
    let walked = 0;
    try {
      for (const name of names) {
        const found = name === '..' ? this.tree.above(node) : this.tree.lookup(node, name);
        this.tree.forget(node, 1);
        node = found.node;
        reply.qid(qidOf(found.attributes));
        walked += 1;
      }
    } catch (error) {
      this.tree.forget(node, 1);
      if (walked === 0) throw error;
      return counted(reply, walked);
    }
    this.fids.set(to, { node });
    return counted(reply, walked);
  }

  /**
   * Serves one message.
   * @param room bytes that the guest has for the answer
   * @returns the answer; undefined where there is none to give
   */
  serve(bytes: Uint8Array, room: number): Uint8Array<ArrayBuffer> | undefined {
    const request = Request.of(bytes);
    if (!request) return undefined;
    const answer = this.#answer(request, Math.min(room, this.messageBytes));
    if (answer.length <= room) return answer;
    const instead = failure(request, ERRNO.EIO);
    return instead.length <= room ? instead : undefined;
  }
  #answer(request: Request, room: number): Uint8Array<ArrayBuffer> {
    try {
      switch (request.type) {
        case TYPE.VERSION:
          return this.version(request);
        case TYPE.ATTACH:
          return this.attach(request);
        case TYPE.WALK:
          return this.walk(request);
      }
      const handler = HANDLERS[request.type];
      // Authentication and the messages of other dialects.
      if (!handler) throw new ShareError('EOPNOTSUPP');
      return handler(this, request, room);
    } catch (error) {
      return failure(request, errnoOf(error));
    }
  }
}

function counted(reply: Reply, walked: number): Uint8Array<ArrayBuffer> {
  const bytes = reply.whole();
  new DataView(bytes.buffer).setUint16(7, walked, true);
  return bytes;
}

/** What a guest is told where nobody serves its message any more. @returns undefined for what is none */
export function refusalOf(bytes: Uint8Array, error: ErrnoName = 'EIO'): Uint8Array<ArrayBuffer> | undefined {
  const request = Request.of(bytes);
  return request && failure(request, ERRNO[error]);
}
