/** Shared folders by 9P2000.L: what a guest does arrives on the host, nothing leads out of the folder, a session survives a snapshot. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TYPE } from '../../../emulator/share/9p/types.ts';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { describeWith } from '../../kit/tools.ts';
import { folders, REACH_NAMES } from './fuse-guest.ts';
import { NinePGuest, u32, u64 } from './9p-guest.ts';

describe.each(REACH_NAMES)('a folder reached by %s', (reach) => {
  const begin = (options: { readonly?: boolean } = {}) => {
    const { shared, outside } = folders();
    return { shared, outside, guest: new NinePGuest(shared, { reach, ...options }), at: (name: string) => join(shared, name) };
  };

  test('has what the guest makes, writes, renames and removes', () => {
    const { guest, at } = begin();
    guest.ok(TYPE.MKDIR, u32(0), 'd', u32(0o751), u32(0));
    expect(fs.statSync(at('d')).mode & 0o777).toBe(0o751);
    guest.walk(1, 'd');
    guest.walk(2, 'd');
    guest.create(2, 'file', 0o640);
    expect([guest.write(2, 'hello'), guest.write(2, 'there', 3)]).toEqual([5, 5]);
    expect([fs.readFileSync(at('d/file'), 'utf8'), guest.read(2), guest.read(2, 6, 1)]).toEqual(['helthere', 'helthere', 'r']);
    guest.ok(TYPE.RENAMEAT, u32(1), 'file', u32(0), 'moved');
    guest.walk(3, 'moved');
    guest.ok(TYPE.LINK, u32(1), u32(3), 'link');
    expect(guest.attributes(3)).toEqual({ mode: 0o100640, links: 2, size: 8 });
    guest.ok(TYPE.SETATTR, u32(3), u32(1 | 8 | 32 | 256), ...[0o600, 0, 0].map(u32), u64(3), ...[0, 0, 1_577_934_245, 0].map(u64));
    const { mode, size, mtimeMs } = fs.statSync(at('moved'));
    expect([mode & 0o7777, size, mtimeMs]).toEqual([0o600, 3, 1_577_934_245_000]);
    guest.ok(TYPE.UNLINKAT, u32(0), 'moved', u32(0));
    expect([guest.attributes(3).links, guest.read(2)]).toEqual([1, 'hel']);
    expect(guest.call(TYPE.UNLINKAT, u32(0), 'd', u32(0x200)).errno).toBe(ERRNO.ENOTEMPTY);
    guest.walk(4, 'd', 'link');
    guest.ok(TYPE.REMOVE, u32(4));
    // Open still, without a name.
    expect([guest.read(2), guest.attributes(2).links]).toEqual(['hel', 0]);
    guest.ok(TYPE.FSYNC, u32(2), u32(0));
    guest.clunk(2);
    expect(guest.call(TYPE.CLUNK, u32(2)).errno).toBe(ERRNO.EBADF);
    guest.ok(TYPE.UNLINKAT, u32(0), 'd', u32(0x200));
    expect(fs.readdirSync(at(''))).toEqual([]);
  });

  test('walks as far as it comes, up to the folder and no further', () => {
    const { guest, at } = begin();
    fs.mkdirSync(at('a/b'), { recursive: true });
    fs.writeFileSync(at('name'), 'x');
    expect(guest.walk(1, 'a', 'b')).toBe(2);
    expect(guest.tryWalk(0, 2, 'a', 'none', 'b')).toEqual({ errno: 0, found: 1 });
    expect(guest.call(TYPE.GETATTR, u32(2), u64(0x7ff)).errno).toBe(ERRNO.EBADF);
    expect(guest.tryWalk(0, 2, 'none')).toEqual({ errno: ERRNO.ENOENT, found: 0 });
    expect(guest.tryWalk(1, 2, '..', '..', '..', '..', 'name')).toEqual({ errno: 0, found: 5 });
    guest.open(2);
    expect(guest.read(2)).toBe('x');
    expect(guest.tryWalk(0, 2)).toEqual({ errno: ERRNO.EBADF, found: 0 });
    expect(guest.tryWalk(0, 3, ...new Array<string>(17).fill('..')).errno).toBe(ERRNO.EINVAL);
    for (const name of ['.', '', 'a/b', '/etc']) expect([name, guest.tryWalk(0, 9, name).errno]).toEqual([name, ERRNO.EINVAL]);
  });

  test('follows no link, also where one takes the place of what was found', async () => {
    const { guest, at, outside } = begin();
    fs.writeFileSync(join(outside, 'secret'), 'secret');
    guest.ok(TYPE.SYMLINK, u32(0), 'link', join(outside, 'secret'), u32(0));
    guest.walk(1, 'link');
    expect(guest.ok(TYPE.READLINK, u32(1)).toString('latin1', 2)).toBe(join(outside, 'secret'));
    expect(guest.call(TYPE.LOPEN, u32(1), u32(0)).errno).toBe(ERRNO.EACCES);
    fs.mkdirSync(at('d'));
    fs.writeFileSync(at('d/secret'), 'harmless');
    guest.walk(2, 'd');
    fs.renameSync(at('d'), at('elsewhere'));
    fs.symlinkSync(outside, at('d'));
    // As long as a guest may believe what it was told, its own directory may still be used; the link never.
    await expect.poll(() => guest.tryWalk(2, 9, 'secret').errno || (guest.open(9), guest.read(9)), { timeout: 20_000 }).not.toBe('secret');
    expect(guest.tryWalk(0, 10, 'd', 'secret').found).toBeLessThan(2);
    expect(fs.readdirSync(outside)).toEqual(['secret']);
  });

  test('lists many files whole', () => {
    const { guest, at } = begin();
    const names = Array.from({ length: 3000 }, (_, index) => `file-${index}`);
    for (const name of names) fs.writeFileSync(at(name), '');
    guest.walk(1);
    guest.open(1);
    expect(guest.list(1).sort()).toEqual([...names].sort());
    expect(guest.list(1, 512_000)).toHaveLength(3000);
    expect(guest.tree.nodes).toBe(1);
  });

  test('changes nothing that is shared to be read', () => {
    const { guest, at } = begin({ readonly: true });
    fs.writeFileSync(at('file'), 'safe');
    guest.walk(1, 'file');
    const refused = [
      guest.call(TYPE.LCREATE, u32(0), 'new', u32(2), u32(0o600), u32(0)),
      guest.call(TYPE.LOPEN, u32(1), u32(2)),
      guest.call(TYPE.LOPEN, u32(1), u32(0o1000)),
      guest.call(TYPE.MKDIR, u32(0), 'new', u32(0o700), u32(0)),
      guest.call(TYPE.UNLINKAT, u32(0), 'file', u32(0)),
      guest.call(TYPE.SETATTR, u32(1), u32(8), ...[0, 0, 0].map(u32), ...[0, 0, 0, 0, 0].map(u64)),
    ];
    expect(refused.map(({ errno }) => errno)).toEqual(refused.map(() => ERRNO.EROFS));
    guest.open(1);
    expect(guest.read(1)).toBe('safe');
  });

  test('goes on from a snapshot with its fids and what is open', () => {
    const { guest, at } = begin();
    guest.walk(1);
    guest.create(1, 'file');
    guest.write(1, 'before');
    guest.walk(2);
    guest.create(2, 'gone');
    fs.mkdirSync(at('d'));
    guest.walk(3, 'd');
    guest.open(3);
    fs.rmSync(at('gone'));
    guest.goOn();
    expect(guest.write(1, ' and after', 6)).toBe(10);
    expect(fs.readFileSync(at('file'), 'utf8')).toBe('before and after');
    expect(guest.call(TYPE.READ, u32(2), u64(0), u32(10)).errno).toBe(ERRNO.ESTALE);
    expect(guest.list(3)).toEqual([]);
    for (const fid of [0, 1, 2, 3]) guest.clunk(fid);
  });
});

test('agrees upon version and length, answers locks and what it does not have', () => {
  const guest = new NinePGuest(folders().shared);
  expect(guest.ok(TYPE.VERSION, u32(1 << 24), '9P2000.L').readUInt32LE(0)).toBe(512_000);
  const other = guest.ok(TYPE.VERSION, u32(8192), '9P2000.u');
  expect([other.readUInt32LE(0), other.toString('latin1', 6)]).toEqual([8192, 'unknown']);
  expect(guest.call(TYPE.VERSION, u32(100), '9P2000.L').errno).toBe(ERRNO.EINVAL);
  // A version begins anew: nothing has a fid.
  expect(guest.call(TYPE.GETATTR, u32(0), u64(0x7ff)).errno).toBe(ERRNO.EBADF);
  guest.ok(TYPE.ATTACH, u32(0), u32(0xffff_ffff), 'root', '', u32(0));
  guest.walk(1);
  guest.create(1, 'file');
  // No answer is longer than what was agreed upon.
  guest.write(1, 'x'.repeat(20_000));
  expect(guest.read(1, 0, 20_000)).toHaveLength(8192 - 11);
  expect(guest.ok(TYPE.LOCK, u32(1), [8, 1], u32(0), u64(0), u64(0), u32(9), 'client').readUInt8(0)).toBe(0);
  expect(guest.ok(TYPE.GETLOCK, u32(1), [8, 1], u64(0), u64(0), u32(9), 'client').readUInt8(0)).toBe(2);
  guest.ok(TYPE.FLUSH, [16, 3]);
  for (const type of [102, 112, 114, 124, 126, 255])
    expect([type, guest.call(type, u32(1), u32(2), 'user.x').errno]).toEqual([type, ERRNO.EOPNOTSUPP]);
});

test('gives a guest no more fids than there may be', () => {
  const guest = new NinePGuest(folders().shared);
  for (let fid = 1; fid < 65_536; fid++) guest.walk(fid);
  expect(guest.tryWalk(0, 70_000)).toEqual({ errno: ERRNO.ENFILE, found: 0 });
  guest.clunk(5);
  expect(guest.tryWalk(0, 70_000)).toEqual({ errno: 0, found: 0 });
});

describeWith(['user attributes'], 'extended attributes', () => {
  test('are read, listed, set, replaced and taken away', () => {
    const guest = new NinePGuest(folders().shared);
    guest.walk(1);
    guest.create(1, 'file');
    guest.walk(2, 'file');
    const set = (name: string, value: string, flags = 0) => {
      guest.walk(9, 'file');
      const { errno } = guest.call(TYPE.XATTRCREATE, u32(9), name, u64(value.length), u32(flags));
      if (errno === 0 && value !== '') guest.write(9, value);
      return errno === 0 ? guest.call(TYPE.CLUNK, u32(9)).errno : (guest.clunk(9), errno);
    };
    const get = (name: string) => {
      const { errno, data } = guest.call(TYPE.XATTRWALK, u32(2), u32(8), name);
      if (errno !== 0) return errno;
      const value = guest.read(8, 0, Number(data.readBigUInt64LE(0)));
      guest.clunk(8);
      return value;
    };
    expect([set('user.a', 'one'), set('user.b', 'two'), get('user.a'), get('')]).toEqual([0, 0, 'one', 'user.a\0user.b\0']);
    expect([set('user.a', 'new', 1), set('user.a', 'there', 2), get('user.a')]).toEqual([ERRNO.EEXIST, 0, 'there']);
    expect([set('user.a', ''), get('user.a'), set('security.capability', 'x')]).toEqual([0, ERRNO.ENODATA, ERRNO.EOPNOTSUPP]);
  });

  test('that come in part are not set, and a guest has a bounded number of values at once', () => {
    const guest = new NinePGuest(folders().shared);
    guest.walk(1);
    guest.ok(TYPE.XATTRCREATE, u32(1), 'user.a', u64(10), u32(0));
    guest.write(1, 'half');
    expect(guest.call(TYPE.CLUNK, u32(1)).errno).toBe(ERRNO.EINVAL);
    expect(guest.call(TYPE.XATTRWALK, u32(0), u32(1), 'user.a').errno).toBe(ERRNO.ENODATA);
    guest.walk(1);
    expect(guest.call(TYPE.XATTRCREATE, u32(1), 'user.a', u64(70_000), u32(0)).errno).toBe(ERRNO.E2BIG);
    for (let fid = 100; fid < 164; fid++) guest.ok(TYPE.XATTRWALK, u32(0), u32(fid), '');
    expect(guest.call(TYPE.XATTRWALK, u32(0), u32(164), '').errno).toBe(ERRNO.ENFILE);
    guest.clunk(100);
    guest.ok(TYPE.XATTRWALK, u32(0), u32(164), '');
    // A value is no file, and a snapshot keeps none.
    expect(guest.call(TYPE.LOPEN, u32(164), u32(0)).errno).toBe(ERRNO.EBADF);
    guest.goOn();
    expect(guest.call(TYPE.READ, u32(164), u64(0), u32(10)).errno).toBe(ERRNO.EBADF);
  });
});
