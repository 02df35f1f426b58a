/** A guest's side of 9P2000.L, as small as one can be: writes messages, reads answers, over a folder of the host's. */
import { onTestFinished } from 'vitest';
import { Session } from '../../../emulator/share/9p/session.ts';
import { TYPE } from '../../../emulator/share/9p/types.ts';
import { HostTree } from '../../../main/shares/host-tree.ts';
import { type ReachName, REACH_NAMES, REACHES, type Reply } from './fuse-guest.ts';

export const ROOM = 512_000;
/** Numbers by their width in bits, texts with their length (u16) before them, bytes as they are. */
export type Part = readonly [bits: 8 | 16 | 32 | 64, value: number | bigint] | string | Uint8Array;
export const u32 = (value: number): Part => [32, value];
export const u64 = (value: number | bigint): Part => [64, value];

export function message(type: number, parts: readonly Part[], tag = 7): Buffer {
  const body = parts.map((part) => {
    if (typeof part === 'string') return Buffer.concat([Buffer.of(part.length & 0xff, part.length >> 8), Buffer.from(part, 'latin1')]);
    if (part instanceof Uint8Array) return Buffer.from(part);
    const [bits, value] = part as readonly [number, number | bigint];
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    return bytes.subarray(0, bits / 8);
  });
  const whole = Buffer.concat([Buffer.alloc(7), ...body]);
  whole.writeUInt32LE(whole.length, 0);
  whole.writeUInt8(type, 4);
  whole.writeUInt16LE(tag, 5);
  return whole;
}

/** Names of one walk, with their number before them. */
const walkOf = (names: readonly string[]): readonly Part[] => [[16, names.length], ...names];

export class NinePGuest {
  tree: HostTree;
  session: Session;
  readonly #open: (saved?: ReturnType<NinePGuest['saved']>) => HostTree;

  constructor(folder: string, { reach = REACH_NAMES[0]!, readonly = false }: { reach?: ReachName; readonly?: boolean } = {}) {
    const make = REACHES[reach]!;
    this.#open = (saved) => new HostTree(Buffer.from(folder).toString('latin1'), readonly, { saved: saved?.tree, reach: make });
    this.tree = this.#open();
    this.session = new Session(this.tree);
    onTestFinished(() => this.tree.close());
    this.ok(TYPE.VERSION, u32(ROOM), '9P2000.L');
    this.ok(TYPE.ATTACH, u32(0), u32(0xffff_ffff), 'root', '', u32(0));
  }

  saved() {
    return { tree: this.tree.saved(), session: this.session.saved };
  }
  /** Goes on with what was saved, as a snapshot keeps it. */
  goOn(): void {
    const saved = JSON.parse(JSON.stringify(this.saved())) as ReturnType<NinePGuest['saved']>;
    this.tree.close();
    this.tree = this.#open(saved);
    this.session = new Session(this.tree, saved.session);
  }

  call(type: number, ...parts: readonly Part[]): Reply {
    const answer = this.session.serve(message(type, parts), ROOM);
    if (!answer) throw new Error(`message ${type} has no answer`);
    const bytes = Buffer.from(answer);
    if (bytes.readUInt32LE(0) !== bytes.length || bytes.readUInt16LE(5) !== 7) throw new Error('the answer’s header is wrong');
    const got = bytes.readUInt8(4);
    if (got === TYPE.RLERROR) return { errno: bytes.readUInt32LE(7), data: Buffer.alloc(0) };
    if (got !== type + 1) throw new Error(`message ${type} was answered by ${got}`);
    return { errno: 0, data: bytes.subarray(7) };
  }
  /** @throws Error for an answer that is an error */
  ok(type: number, ...parts: readonly Part[]): Buffer {
    const { errno, data } = this.call(type, ...parts);
    if (errno !== 0) throw new Error(`message ${type} failed with ${errno}`);
    return data;
  }

  /** Gives a fid what is found by names from the folder. @returns how many were found */
  walk(fid: number, ...names: readonly string[]): number {
    return this.ok(TYPE.WALK, u32(0), u32(fid), ...walkOf(names)).readUInt16LE(0);
  }
  /** @returns errno, or names found */
  tryWalk(from: number, fid: number, ...names: readonly string[]): { readonly errno: number; readonly found: number } {
    const { errno, data } = this.call(TYPE.WALK, u32(from), u32(fid), ...walkOf(names));
    return { errno, found: errno === 0 ? data.readUInt16LE(0) : 0 };
  }
  open(fid: number, flags = 0): void {
    this.ok(TYPE.LOPEN, u32(fid), u32(flags));
  }
  create(fid: number, name: string, mode = 0o644): void {
    this.ok(TYPE.LCREATE, u32(fid), name, u32(2 | 0o100), u32(mode), u32(0));
  }
  read(fid: number, offset = 0, size = 4096): string {
    return this.ok(TYPE.READ, u32(fid), u64(offset), u32(size)).toString('latin1', 4);
  }
  write(fid: number, text: string, offset = 0): number {
    return this.ok(TYPE.WRITE, u32(fid), u64(offset), u32(text.length), Buffer.from(text, 'latin1')).readUInt32LE(0);
  }
  clunk(fid: number): void {
    this.ok(TYPE.CLUNK, u32(fid));
  }
  attributes(fid: number): { readonly mode: number; readonly size: number; readonly links: number } {
    const data = this.ok(TYPE.GETATTR, u32(fid), u64(0x7ff));
    return { mode: data.readUInt32LE(21), links: Number(data.readBigUInt64LE(33)), size: Number(data.readBigUInt64LE(49)) };
  }
  /** The names of a directory that a fid has open. */
  list(fid: number, size = 4096): string[] {
    const names: string[] = [];
    for (let offset = 0n; ;) {
      const data = this.ok(TYPE.READDIR, u32(fid), u64(offset), u32(size));
      if (data.readUInt32LE(0) === 0) return names;
      for (let at = 4; at < data.length;) {
        offset = data.readBigUInt64LE(at + 13);
        const length = data.readUInt16LE(at + 22);
        names.push(data.toString('latin1', at + 24, at + 24 + length));
        at += 24 + length;
      }
    }
  }
}
