/** The common share of a machine: all folders behind one device, added and taken away while the guest runs. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AttachedFolder } from '../../../emulator/index.ts';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { openShare } from '../../../main/shares/common-link.ts';
import type { CommonMessage, CommonStatus, NamedSetup } from '../../../main/shares/messages.ts';
import { folders, message, type Reply, ROOM } from './fuse-guest.ts';

const LIMIT = 60_000;
const CREATE = 2 | 0o100;

/** A guest of the share whose folders are named. */
class CommonGuest {
  readonly link: AttachedFolder;

  private constructor(link: AttachedFolder) {
    this.link = link;
    onTestFinished(() => link.close());
  }
  static async of(...shared: readonly NamedSetup[]): Promise<CommonGuest> {
    return new CommonGuest(await openShare({ folders: shared }, { log: () => undefined }));
  }

  has(...shared: readonly NamedSetup[]): Promise<CommonStatus> {
    return this.link.told({ kind: 'folders', setup: { folders: shared } } satisfies CommonMessage) as Promise<CommonStatus>;
  }
  async call(opcode: number, node: number | bigint, ...parts: Parameters<typeof message>[2]): Promise<Reply> {
    const answer = await this.link.serve(Uint8Array.from(message(opcode, node, parts)), ROOM);
    if (!answer) throw new Error(`message ${opcode} has no answer`);
    const bytes = Buffer.from(answer);
    return { errno: Math.abs(bytes.readInt32LE(4)), data: bytes.subarray(16) };
  }
  async ok(...parts: Parameters<CommonGuest['call']>): Promise<Buffer> {
    const { errno, data } = await this.call(...parts);
    expect([parts, errno]).toEqual([parts, 0]);
    return data;
  }
  async walk(...names: readonly string[]): Promise<bigint> {
    let node = 1n;
    for (const name of names) node = (await this.ok(OPCODE.LOOKUP, node, name)).readBigUInt64LE(0);
    return node;
  }
  /** Makes a file. @returns its node and handle */
  async create(directory: bigint, name: string): Promise<readonly [bigint, bigint]> {
    const data = await this.ok(OPCODE.CREATE, directory, CREATE, 0o600, 0, 0, name);
    return [data.readBigUInt64LE(0), data.readBigUInt64LE(128)];
  }
  write(node: bigint, handle: bigint, text: string, offset = 0): Promise<Reply> {
    const bytes = Buffer.from(text);
    return this.call(OPCODE.WRITE, node, handle, BigInt(offset), bytes.length, 0, 0n, 0, 0, bytes);
  }
  async root(): Promise<readonly string[]> {
    const handle = (await this.ok(OPCODE.OPENDIR, 1, 0, 0)).readBigUInt64LE(0);
    const data = await this.ok(OPCODE.READDIR, 1, handle, 0n, 4096, 0, 0n, 0, 0);
    const names: string[] = [];
    for (let at = 0; at < data.length; at = at + Math.ceil((24 + data.readUInt32LE(at + 16)) / 8) * 8)
      names.push(data.toString('latin1', at + 24, at + 24 + data.readUInt32LE(at + 16)));
    return names.slice(2);
  }
}

function two() {
  const { shared, outside } = folders();
  const setup = (tag: string, folder: string, readonly = false): NamedSetup => ({ tag, folder, readonly });
  return { shared, outside, a: setup('a', shared), b: setup('b', outside), setup };
}

test('lists what there is, and each folder is used through its name', { timeout: LIMIT }, async () => {
  const { shared, outside, a, b } = two();
  fs.writeFileSync(join(outside, 'name'), 'of b');
  const guest = await CommonGuest.of(a, b);
  expect(await guest.root()).toEqual(['a', 'b']);
  const [file, handle] = await guest.create(await guest.walk('a'), 'new');
  expect((await guest.write(file, handle, 'written')).errno).toBe(0);
  expect(fs.readFileSync(join(shared, 'new'), 'utf8')).toBe('written');
  const name = await guest.walk('b', 'name');
  const opened = (await guest.ok(OPCODE.OPEN, name, 0, 0)).readBigUInt64LE(0);
  expect((await guest.ok(OPCODE.READ, name, opened, 0n, 100, 0, 0n, 0, 0)).toString()).toBe('of b');
  expect((await guest.call(OPCODE.LOOKUP, 1, 'c')).errno).toBe(ERRNO.ENOENT);
});

test('what comes is there at once, and what goes is gone', { timeout: LIMIT }, async () => {
  const { outside, a, b, setup } = two();
  fs.writeFileSync(join(outside, 'name'), 'of b');
  const guest = await CommonGuest.of();
  expect(await guest.root()).toEqual([]);
  await guest.has(a);
  const [file, handle] = await guest.create(await guest.walk('a'), 'new');
  await guest.has(a, b);
  expect(await guest.root()).toEqual(['a', 'b']);
  // What stays goes on with what is open.
  expect((await guest.write(file, handle, 'still')).errno).toBe(0);
  await guest.has(b);
  expect(await guest.root()).toEqual(['b']);
  expect((await guest.write(file, handle, 'gone')).errno).toBe(ERRNO.ESTALE);
  expect((await guest.call(OPCODE.LOOKUP, 1, 'a')).errno).toBe(ERRNO.ENOENT);
  // Another folder of the same name is another: no number of the first is one of its.
  await guest.has(b, setup('a', outside, true));
  expect((await guest.write(file, handle, 'gone')).errno).toBe(ERRNO.ESTALE);
  const anew = await guest.walk('a');
  expect(await guest.walk('a', 'name')).not.toBe(file);
  expect((await guest.call(OPCODE.CREATE, anew, CREATE, 0o600, 0, 0, 'x')).errno).toBe(ERRNO.EROFS);
});

test('its root takes nothing, and folders are file systems of their own', { timeout: LIMIT }, async () => {
  const { shared, outside, a, b } = two();
  fs.writeFileSync(join(shared, 'file'), '');
  const guest = await CommonGuest.of(a, b);
  const [inA, inB] = [await guest.walk('a'), await guest.walk('b')];
  const file = await guest.walk('a', 'file');
  const refused = [
    await guest.call(OPCODE.MKDIR, 1, 0o700, 0, 'new'),
    await guest.call(OPCODE.CREATE, 1, CREATE, 0o600, 0, 0, 'new'),
    await guest.call(OPCODE.RMDIR, 1, 'a'),
    await guest.call(OPCODE.RENAME, 1, 1n, 'a', 'c'),
    await guest.call(OPCODE.LINK, 1, file, 'link'),
  ];
  expect(refused.map(({ errno }) => errno)).toEqual(refused.map(() => ERRNO.EROFS));
  expect((await guest.call(OPCODE.RENAME, inA, inB, 'file', 'file')).errno).toBe(ERRNO.EXDEV);
  expect((await guest.call(OPCODE.RENAME, inA, 1n, 'file', 'file')).errno).toBe(ERRNO.EXDEV);
  expect((await guest.call(OPCODE.LINK, inB, file, 'link')).errno).toBe(ERRNO.EXDEV);
  expect((await guest.call(OPCODE.GETATTR, 0xffff_0000_0007n, 0, 0, 0n)).errno).toBe(ERRNO.ESTALE);
  expect(fs.readdirSync(outside)).toEqual([]);
});

test('forgets what a guest forgets, whichever folders it is of', { timeout: LIMIT }, async () => {
  const { a, b } = two();
  const guest = await CommonGuest.of(a, b);
  const [one] = await guest.create(await guest.walk('a'), 'one');
  const [other] = await guest.create(await guest.walk('b'), 'other');
  const forgets = message(OPCODE.BATCH_FORGET, 0, [3, 0, one, 1n, other, 1n, 1n, 5n]);
  expect(await guest.link.serve(Uint8Array.from(forgets), 0)).toBeUndefined();
  // They are open, and live on without a name that is known.
  expect((await guest.call(OPCODE.GETATTR, one, 0, 0, 0n)).errno).toBe(0);
  expect(await guest.walk('b', 'other')).toBe(other);
});

test('goes on from a snapshot with the folders that there are', { timeout: LIMIT }, async () => {
  const { shared, a, b } = two();
  const guest = await CommonGuest.of(b, a);
  await guest.ok(OPCODE.INIT, 0, 7, 41, 131_072, 0, ...new Array<number>(12).fill(0));
  const [file, handle] = await guest.create(await guest.walk('a'), 'file');
  const [lost, lostHandle] = await guest.create(await guest.walk('b'), 'lost');
  await guest.write(file, handle, 'before');
  const session = await guest.link.settled();

  const later = await CommonGuest.of(a);
  later.link.restored(session);
  expect(await later.has(a)).toEqual({ isMounted: true, folders: [{ tag: 'a' }] });
  expect((await later.write(file, handle, ' and after', 6)).errno).toBe(0);
  expect(fs.readFileSync(join(shared, 'file'), 'utf8')).toBe('before and after');
  expect((await later.write(lost, lostHandle, 'x')).errno).toBe(ERRNO.ESTALE);
  // The folder that came back has other numbers.
  await later.has(a, b);
  expect((await later.write(lost, lostHandle, 'x')).errno).toBe(ERRNO.ESTALE);
  for (const bytes of [undefined, Uint8Array.of(1, 2, 3), new TextEncoder().encode('{"version":1,"slots":[[0,"a",null],["x"]]}')]) {
    later.link.restored(bytes);
    expect(await later.root()).toEqual(['a', 'b']);
  }
});
