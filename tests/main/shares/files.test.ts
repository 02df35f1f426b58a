/** Shared folders: what a guest does with files arrives on the host, and what happens on the host is seen by the guest. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { folders, FuseGuest, REACH_NAMES } from './fuse-guest.ts';

const MANY = 5000;

describe.each(REACH_NAMES)('a folder reached by %s', (reach) => {
  const begin = (options: { readonly?: boolean } = {}) => {
    const { shared } = folders();
    return { shared, guest: new FuseGuest(shared, { reach, ...options }), at: (name: string) => join(shared, name) };
  };

  test('has what the guest writes, with the permissions that it gave', () => {
    const { guest, at } = begin();
    const { node, handle } = guest.create(1, 'file', 0o640);
    expect(guest.write(node, handle, 'hello')).toBe(5);
    expect(guest.write(node, handle, 'there', 3)).toBe(5);
    expect(fs.readFileSync(at('file'), 'utf8')).toBe('helthere');
    expect(fs.statSync(at('file')).mode & 0o777).toBe(0o640);
    expect([guest.read(node, handle), guest.read(node, handle, 6), guest.read(node, handle, 99)]).toEqual(['helthere', 're', '']);
    expect(guest.call(OPCODE.CREATE, 1, 2 | 0o100 | 0o200, 0o600, 0, 0, 'file').errno).toBe(ERRNO.EEXIST);
    guest.open(node, 1 | 0o1000);
    expect(guest.attributes(node).size).toBe(0);
  });

  test('makes, renames, links and removes', () => {
    const { guest, at } = begin();
    const directory = Number(guest.ok(OPCODE.MKDIR, 1, 0o751, 0, 'd').readBigUInt64LE(0));
    expect(fs.statSync(at('d')).mode & 0o777).toBe(0o751);
    const { node, handle } = guest.create(directory, 'a');
    guest.write(node, handle, 'content');
    guest.ok(OPCODE.RENAME, directory, 1n, 'a', 'b');
    expect(fs.readFileSync(at('b'), 'utf8')).toBe('content');
    expect(Number(guest.ok(OPCODE.LINK, directory, BigInt(node), 'c').readBigUInt64LE(0))).toBe(node);
    guest.ok(OPCODE.UNLINK, 1, 'b');
    expect([guest.attributes(node).links, guest.read(node, guest.open(node))]).toEqual([1, 'content']);
    expect(guest.call(OPCODE.RMDIR, 1, 'd').errno).toBe(ERRNO.ENOTEMPTY);
    guest.ok(OPCODE.RENAME2, 1, 1n, 0, 0, 'd', 'e');
    expect(guest.lookup(guest.lookup(1, 'e'), 'c')).toBe(node);
    guest.create(1, 'in the way');
    expect(guest.call(OPCODE.RENAME2, 1, 1n, 1, 0, 'e', 'in the way').errno).toBe(ERRNO.EEXIST);
    const other = guest.create(1, 'other');
    expect(guest.call(OPCODE.RENAME2, 1, 1n, 1, 0, 'other', 'in the way').errno).toBe(ERRNO.EEXIST);
    guest.ok(OPCODE.RENAME2, 1, 1n, 1, 0, 'other', 'renamed');
    expect([guest.lookup(1, 'renamed'), fs.existsSync(at('other')), fs.statSync(at('renamed')).nlink]).toEqual([other.node, false, 1]);
    expect(guest.call(OPCODE.RENAME2, 1, 1n, 4, 0, 'e', 'in the way').errno).toBe(ERRNO.EINVAL);
    guest.ok(OPCODE.UNLINK, directory, 'c');
    guest.ok(OPCODE.RMDIR, 1, 'e');
    expect(fs.existsSync(at('e'))).toBe(false);
  });

  test('keeps a file that is open and has no name any more', () => {
    const { guest, at } = begin();
    const { node, handle } = guest.create(1, 'file');
    guest.write(node, handle, 'still here');
    guest.ok(OPCODE.UNLINK, 1, 'file');
    expect(fs.existsSync(at('file'))).toBe(false);
    guest.write(node, handle, '!', 10);
    expect([guest.read(node, handle), guest.attributes(node).size, guest.attributes(node).links]).toEqual(['still here!', 11, 0]);
    expect(guest.setattr(node, 8, { size: 5 }).errno).toBe(0);
    expect(guest.read(node, handle)).toBe('still');
    guest.ok(OPCODE.RELEASE, node, BigInt(handle), 0, 0, 0n);
    expect(guest.call(OPCODE.GETATTR, node, 0, 0, 0n).errno).toBe(ERRNO.ESTALE);
  });

  test('changes sizes, permissions and times, and lets owners be', () => {
    const { guest, at } = begin();
    fs.writeFileSync(at('file'), 'abcdef');
    const node = guest.lookup(1, 'file');
    const changed = guest.setattr(node, 1 | 2 | 4 | 8 | 32, { size: 3, mode: 0o104600, modified: 1_577_934_245 });
    expect(changed.errno).toBe(0);
    const { size, mode, mtimeMs } = fs.statSync(at('file'));
    expect([size, mode & 0o7777, mtimeMs]).toEqual([3, 0o600, 1_577_934_245_000]);
    expect(guest.setattr(node, 8, { size: -1 }).errno).toBe(ERRNO.EFBIG);
  });

  test('shows what the host does meanwhile', () => {
    const { guest, at } = begin();
    fs.mkdirSync(at('d'));
    fs.writeFileSync(at('d/file'), 'old');
    const node = guest.walk('d', 'file');
    fs.writeFileSync(at('d/file'), 'newer');
    expect(guest.read(node, guest.open(node))).toBe('newer');
    expect(guest.attributes(node).size).toBe(5);
    fs.rmSync(at('d/file'));
    fs.writeFileSync(at('d/file'), 'another file');
    // The number may be used again for it: by its time of birth it is another.
    const other = guest.walk('d', 'file');
    expect(other).not.toBe(node);
    expect(guest.call(OPCODE.OPEN, node, 0, 0).errno).toBe(ERRNO.ESTALE);
    fs.renameSync(at('d'), at('moved'));
    expect(guest.call(OPCODE.LOOKUP, 1, 'd').errno).toBe(ERRNO.ENOENT);
    expect(guest.walk('moved', 'file')).toBe(other);
    expect(guest.list(1)).toEqual(['moved']);
  });

  test('lists many files whole, with and without looking each up', () => {
    const { guest, at } = begin();
    const names = Array.from({ length: MANY }, (_, index) => `file-${index}`);
    for (const name of names) fs.writeFileSync(at(name), '');
    expect(guest.list(1).sort()).toEqual([...names].sort());
    expect(guest.tree.nodes).toBe(1);
    expect(guest.list(1, true).sort()).toEqual([...names].sort());
    expect(guest.tree.nodes).toBe(1 + MANY);
  });

  test('changes nothing that is shared to be read', () => {
    const { guest, at } = begin({ readonly: true });
    fs.writeFileSync(at('file'), 'safe');
    const node = guest.lookup(1, 'file');
    const refused = [
      guest.call(OPCODE.CREATE, 1, 2 | 0o100, 0o600, 0, 0, 'new'),
      guest.call(OPCODE.OPEN, node, 1, 0),
      guest.call(OPCODE.OPEN, node, 0o1000, 0),
      guest.call(OPCODE.MKDIR, 1, 0o700, 0, 'new'),
      guest.call(OPCODE.MKNOD, 1, 0o100600, 0, 0, 0, 'new'),
      guest.call(OPCODE.SYMLINK, 1, 'new', 'target'),
      guest.call(OPCODE.LINK, 1, BigInt(node), 'new'),
      guest.call(OPCODE.UNLINK, 1, 'file'),
      guest.call(OPCODE.RENAME, 1, 1n, 'file', 'new'),
      guest.setattr(node, 8, { size: 0 }),
    ];
    expect(refused.map(({ errno }) => errno)).toEqual(refused.map(() => ERRNO.EROFS));
    expect(guest.read(node, guest.open(node))).toBe('safe');
    expect(fs.readdirSync(at(''))).toEqual(['file']);
  });
});

test('copies between files, and makes room and zeroes as far as the host can', () => {
  const { shared } = folders();
  const guest = new FuseGuest(shared);
  const at = (name: string) => fs.readFileSync(join(shared, name), 'latin1');
  const [from, to] = [guest.create(1, 'from'), guest.create(1, 'to')];
  guest.write(from.node, from.handle, 'abcdefgh');
  const copy = (offset: bigint, length: bigint, flags = 0n) =>
    guest.call(OPCODE.COPY_FILE_RANGE, from.node, BigInt(from.handle), offset, BigInt(to.node), BigInt(to.handle), 2n, length, flags);
  expect(copy(3n, 100n).data.readUInt32LE(0)).toBe(5);
  expect(at('to')).toBe('\0\0defgh');
  expect([copy(99n, 10n).data.readUInt32LE(0), copy(0n, 1n, 1n).errno]).toEqual([0, ERRNO.EINVAL]);
  const within = [from.node, BigInt(from.handle), 0n, BigInt(from.node), BigInt(from.handle), 2n, 4n, 0n] as const;
  expect(guest.call(OPCODE.COPY_FILE_RANGE, ...within).errno).toBe(ERRNO.EINVAL);

  const [KEEP, PUNCH, COLLAPSE, ZERO] = [1, 2, 8, 16];
  const allocate = (mode: number, offset: number, length: number) =>
    guest.call(OPCODE.FALLOCATE, from.node, BigInt(from.handle), BigInt(offset), BigInt(length), mode, 0).errno;
  expect([allocate(PUNCH | KEEP, 1, 2), at('from')]).toEqual([0, 'a\0\0defgh']);
  expect([allocate(PUNCH | KEEP, 6, 1000), at('from')]).toEqual([0, 'a\0\0def\0\0']);
  expect([allocate(ZERO, 7, 3), at('from')]).toEqual([0, 'a\0\0def\0\0\0\0']);
  expect([allocate(0, 4, 8), at('from')]).toEqual([0, 'a\0\0def\0\0\0\0\0\0']);
  const refused = [allocate(KEEP, 0, 1 << 20), allocate(PUNCH, 0, 1), allocate(COLLAPSE, 0, 4096), allocate(0, 0, 2 ** 40)];
  expect(refused).toEqual(refused.map(() => ERRNO.EOPNOTSUPP));
  fs.truncateSync(join(shared, 'from'), 1 << 20);
  // Holes cannot be filled without changing what somebody writes meanwhile.
  expect(allocate(0, 0, 100)).toBe(ERRNO.EOPNOTSUPP);
});

test('names are bytes, whatever they would be as text', () => {
  const { shared } = folders();
  const guest = new FuseGuest(shared);
  const names = ['\xff\xfe', 'caf\xe9', 'caf\xc3\xa9', 'a\nb', ' ', '\xf0\x9f', 'x'.repeat(255)];
  for (const name of names) guest.write(...nodeAndHandle(guest, name), name);
  const onHost = fs.readdirSync(shared, { encoding: 'buffer' }).map((name) => name.toString('latin1'));
  expect(onHost.sort()).toEqual([...names].sort());
  expect(guest.list(1, true).sort()).toEqual([...names].sort());
  for (const name of names) {
    const node = guest.lookup(1, name);
    expect(guest.read(node, guest.open(node))).toBe(name);
  }
  expect(guest.call(OPCODE.LOOKUP, 1, 'x'.repeat(256)).errno).toBe(ERRNO.ENAMETOOLONG);
});
function nodeAndHandle(guest: FuseGuest, name: string): [number, number] {
  const { node, handle } = guest.create(1, name);
  return [node, handle];
}

test('a kernel is told once of what there is not', () => {
  const guest = new FuseGuest(folders().shared);
  const init = guest.ok(OPCODE.INIT, 0, 7, 41, 131_072, 0xffff_ffff, ...new Array<number>(12).fill(0));
  expect([init.readUInt32LE(0), init.readUInt32LE(4), init.readUInt32LE(20), init.readUInt16LE(28)]).toEqual([7, 38, 1024 * 1024, 256]);
  // No locks, no cache of writes, no windows of memory.
  expect(init.readUInt32LE(12) & ((1 << 1) | (1 << 10) | (1 << 16) | (1 << 21))).toBe(0);
  for (const opcode of [25, 31, 32, 34, 39, 46, 50, 51, 52])
    expect([opcode, guest.call(opcode, 1, ...new Array<number>(16).fill(0)).errno]).toEqual([opcode, ERRNO.ENOSYS]);
  expect(guest.call(OPCODE.MKNOD, 1, 0o010600, 0, 0, 0, 'fifo').errno).toBe(ERRNO.EPERM);
});
