/** A guest's side of FUSE, as small as one can be: writes messages, reads answers, over a folder of the host's. */
import { mkdtempSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { serveMessage } from '../../../emulator/share/fuse/server.ts';
import { CheckedReach } from '../../../main/shares/checked-reach.ts';
import { HostTree } from '../../../main/shares/host-tree.ts';
import { ProcReach } from '../../../main/shares/proc-reach.ts';
import type { SavedTree } from '../../../main/shares/saved-tree.ts';

export const ROOM = 1024 * 1024 + 16;
/** Both ways of reaching; the first is Linux's. */
export const REACHES = {
  ...(process.platform === 'linux' ? { descriptors: (folder: string) => new ProcReach(folder) } : {}),
  paths: (folder: string) => new CheckedReach(folder),
};
export type ReachName = keyof typeof REACHES;
export const REACH_NAMES = Object.keys(REACHES) as ReachName[];

/** `root` with a folder `shared` in it and one `outside`. */
export function folders(): { readonly root: string; readonly shared: string; readonly outside: string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'viv-share-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [shared, outside] = [join(root, 'shared'), join(root, 'outside')];
  mkdirSync(shared);
  mkdirSync(outside);
  return { root, shared, outside };
}

export interface Reply {
  /** Positive; 0 where it went well. */
  readonly errno: number;
  readonly data: Buffer;
}
type Part = number | bigint | string | Uint8Array;

/** Numbers are u32, bigints u64, texts end with a zero. */
export function message(opcode: number, node: number | bigint, parts: readonly Part[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`, 'latin1');
      if (typeof part === 'object') return Buffer.from(part);
      const bytes = Buffer.alloc(typeof part === 'bigint' ? 8 : 4);
      if (typeof part === 'bigint') bytes.writeBigUInt64LE(BigInt.asUintN(64, part));
      else bytes.writeUInt32LE(part >>> 0);
      return bytes;
    }),
  );
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40 + body.length, 0);
  header.writeUInt32LE(opcode, 4);
  header.writeBigUInt64LE(77n, 8);
  header.writeBigUInt64LE(BigInt.asUintN(64, BigInt(node)), 16);
  return Buffer.concat([header, body]);
}

export class FuseGuest {
  tree: HostTree;
  readonly #open: (saved?: SavedTree) => HostTree;

  constructor(folder: string, { reach = REACH_NAMES[0]!, readonly = false }: { reach?: ReachName; readonly?: boolean } = {}) {
    const make = REACHES[reach]!;
    this.#open = (saved) => new HostTree(Buffer.from(folder).toString('latin1'), readonly, { saved, reach: make });
    this.tree = this.#open();
    onTestFinished(() => this.tree.close());
  }

  /** Goes on with what was saved, or with another session, on a tree of its own. */
  goOn(saved: SavedTree = this.tree.saved()): void {
    this.tree.close();
    this.tree = this.#open(saved);
  }

  call(opcode: number, node: number, ...parts: readonly Part[]): Reply {
    const answer = serveMessage(this.tree, message(opcode, node, parts), ROOM);
    if (!answer) throw new Error(`message ${opcode} has no answer`);
    const bytes = Buffer.from(answer);
    if (bytes.readUInt32LE(0) !== bytes.length || bytes.readBigUInt64LE(8) !== 77n) throw new Error('the answer’s header is wrong');
    return { errno: Math.abs(bytes.readInt32LE(4)), data: bytes.subarray(16) };
  }
  /** @throws Error for an answer that is an error */
  ok(opcode: number, node: number, ...parts: readonly Part[]): Buffer {
    const { errno, data } = this.call(opcode, node, ...parts);
    if (errno !== 0) throw new Error(`message ${opcode} failed with ${errno}`);
    return data;
  }

  lookup(parent: number, name: string): number {
    return Number(this.ok(OPCODE.LOOKUP, parent, name).readBigUInt64LE(0));
  }
  /** Says that so many lookups count no more; it has no answer. */
  forget(node: number, lookups: number): void {
    serveMessage(this.tree, message(OPCODE.FORGET, node, [BigInt(lookups)]), ROOM);
  }
  walk(...names: readonly string[]): number {
    return names.reduce((node, name) => this.lookup(node, name), 1);
  }
  open(node: number, flags = 0): number {
    return Number(this.ok(OPCODE.OPEN, node, flags, 0).readBigUInt64LE(0));
  }
  create(parent: number, name: string, mode = 0o644): { readonly node: number; readonly handle: number } {
    const data = this.ok(OPCODE.CREATE, parent, 2 | 0o100, mode, 0, 0, name);
    return { node: Number(data.readBigUInt64LE(0)), handle: Number(data.readBigUInt64LE(128)) };
  }
  read(node: number, handle: number, offset = 0, size = 4096): string {
    return this.ok(OPCODE.READ, node, BigInt(handle), BigInt(offset), size, 0, 0n, 0, 0).toString('latin1');
  }
  write(node: number, handle: number, text: string, offset = 0): number {
    const bytes = Buffer.from(text, 'latin1');
    return this.ok(OPCODE.WRITE, node, BigInt(handle), BigInt(offset), bytes.length, 0, 0n, 0, 0, bytes).readUInt32LE(0);
  }
  /** Sizes, modes and times are where `struct fuse_attr` has them. */
  attributes(node: number): { readonly size: number; readonly mode: number; readonly links: number; readonly modified: number } {
    const at = this.ok(OPCODE.GETATTR, node, 0, 0, 0n).subarray(16);
    return {
      size: Number(at.readBigUInt64LE(8)),
      mode: at.readUInt32LE(60),
      links: at.readUInt32LE(64),
      modified: Number(at.readBigInt64LE(32)),
    };
  }
  setattr(node: number, valid: number, { size = 0, mode = 0, modified = 0 }: { size?: number; mode?: number; modified?: number }): Reply {
    const times = [0n, BigInt(modified), 0n] as const;
    return this.call(OPCODE.SETATTR, node, valid, 0, 0n, BigInt(size), 0n, ...times, 0, 0, 0, mode, 0, 0, 0, 0);
  }
  /** The names of a directory, by as many messages as it takes. @param plus with a lookup of each */
  list(node: number, plus = false): string[] {
    const handle = Number(this.ok(OPCODE.OPENDIR, node, 0, 0).readBigUInt64LE(0));
    const names: string[] = [];
    for (let offset = 0n; ;) {
      const data = this.ok(plus ? OPCODE.READDIRPLUS : OPCODE.READDIR, node, BigInt(handle), offset, 4096, 0, 0n, 0, 0);
      if (data.length === 0) break;
      for (let at = 0; at < data.length;) {
        const entry = at + (plus ? 128 : 0);
        const length = data.readUInt32LE(entry + 16);
        offset = data.readBigUInt64LE(entry + 8);
        names.push(data.toString('latin1', entry + 24, entry + 24 + length));
        at = entry + Math.ceil((24 + length) / 8) * 8;
      }
    }
    this.ok(OPCODE.RELEASEDIR, node, BigInt(handle), 0, 0, 0n);
    return names.filter((name) => name !== '.' && name !== '..');
  }
}
