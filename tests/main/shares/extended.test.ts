/** Extended attributes and exchanged names, where the host has them: another program of the host's is asked what there is. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { RootTree } from '../../../emulator/share/gathered/root-tree.ts';
import { serveMessage } from '../../../emulator/share/fuse/server.ts';
import { describeWith } from '../../kit/tools.ts';
import { folders, FuseGuest, message, REACH_NAMES, ROOM } from './fuse-guest.ts';

const READ =
  'import os,sys; sys.stdout.buffer.write(b"\\0".join(n.encode()+b"="+os.getxattr(sys.argv[1],n) for n in sorted(os.listxattr(sys.argv[1]))))';
const WRITE = 'import os,sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())';
const python = (script: string, ...args: readonly string[]) => spawnSync('python3', ['-c', script, ...args], { encoding: 'latin1' });
const onHost = (path: string): string => python(READ, path).stdout;

describeWith(['user attributes'], 'extended attributes', () => {
  describe.each(REACH_NAMES)('%s', (reach) => {
    test('are the host’s own, of files, directories and the folder', () => {
      const { shared } = folders();
      const guest = new FuseGuest(shared, { reach });
      const file = guest.create(1, 'file');
      const directory = Number(guest.ok(OPCODE.MKDIR, 1, 0o755, 0, 'd').readBigUInt64LE(0));
      guest.ok(OPCODE.RELEASE, file.node, BigInt(file.handle), 0, 0, 0n);
      for (const node of [file.node, directory, 1]) set(guest, node, 'user.of', `node ${node}`);
      expect(['file', 'd', '.'].map((name) => onHost(join(shared, name)))).toEqual(
        [file.node, directory, 1].map((node) => `user.of=node ${node}`),
      );
      python(WRITE, join(shared, 'file'), 'user.host', 'caf\u00e9');
      expect(get(guest, file.node, 'user.host').data.toString()).toBe('caf\u00e9');
      expect(names(guest, file.node)).toEqual(['user.host', 'user.of']);
      guest.ok(OPCODE.REMOVEXATTR, file.node, 'user.of');
      expect([names(guest, file.node), get(guest, file.node, 'user.of').errno]).toEqual([['user.host'], ERRNO.ENODATA]);
    });

    test('are set only where they are not there, or only where they are, as is wanted', () => {
      const { shared } = folders();
      const guest = new FuseGuest(shared, { reach });
      const { node } = guest.create(1, 'file');
      const [NEW, THERE] = [1, 2];
      const results = [
        set(guest, node, 'user.a', '1', THERE),
        set(guest, node, 'user.a', '2', NEW),
        set(guest, node, 'user.a', '3', NEW),
        set(guest, node, 'user.a', '4', THERE),
        set(guest, node, 'user.a', '5', NEW | THERE),
      ];
      expect(results).toEqual([ERRNO.ENODATA, 0, ERRNO.EEXIST, 0, ERRNO.EINVAL]);
      expect(onHost(join(shared, 'file'))).toBe('user.a=4');
    });

    test('tell how long they are, and are not given in part', () => {
      const guest = new FuseGuest(folders().shared, { reach });
      const { node } = guest.create(1, 'file');
      set(guest, node, 'user.long', 'x'.repeat(3000));
      expect(guest.ok(OPCODE.GETXATTR, node, 0, 0, 'user.long').readUInt32LE(0)).toBe(3000);
      expect(guest.ok(OPCODE.LISTXATTR, node, 0, 0).readUInt32LE(0)).toBe('user.long\0'.length);
      expect([get(guest, node, 'user.long', 2999).errno, get(guest, node, 'user.long', 3000).data.length]).toEqual([ERRNO.ERANGE, 3000]);
    });

    test('of the host’s system and of links stay its own, and a folder to be read is not changed', () => {
      const { shared, outside } = folders();
      fs.writeFileSync(join(outside, 'secret'), '');
      python(WRITE, join(outside, 'secret'), 'user.secret', 'x');
      fs.symlinkSync(join(outside, 'secret'), join(shared, 'link'));
      fs.writeFileSync(join(shared, 'file'), '');
      const guest = new FuseGuest(shared, { reach });
      const [link, file] = [guest.lookup(1, 'link'), guest.lookup(1, 'file')];
      const refused = ['security.capability', 'system.posix_acl_access', 'trusted.overlay.opaque', ''].flatMap((name) => [
        get(guest, file, name).errno,
        set(guest, file, name, 'x'),
        guest.call(OPCODE.REMOVEXATTR, file, name).errno,
      ]);
      refused.push(get(guest, link, 'user.secret').errno, set(guest, link, 'user.secret', 'y'));
      expect(refused).toEqual(refused.map(() => ERRNO.EOPNOTSUPP));
      expect(onHost(join(outside, 'secret'))).toBe('user.secret=x');
      const reader = new FuseGuest(shared, { reach, readonly: true });
      expect(set(reader, reader.lookup(1, 'file'), 'user.a', 'b')).toBe(ERRNO.EROFS);
    });
  });

  test('a file that is open and has no name any more keeps them', () => {
    const { shared } = folders();
    const guest = new FuseGuest(shared);
    const { node } = guest.create(1, 'file');
    guest.ok(OPCODE.UNLINK, 1, 'file');
    expect([set(guest, node, 'user.a', 'b'), get(guest, node, 'user.a').data.toString()]).toEqual([0, 'b']);
  });
});

describe('where there are none', () => {
  test('a kernel is told once; of a device with several folders it is told of this one alone', () => {
    const tree = new FuseGuest(folders().shared).tree;
    const without = new Proxy(tree, { get: (target, name) => (name === 'extended' ? undefined : Reflect.get(target, name)) });
    const asked = message(OPCODE.GETXATTR, 1, [100, 0, 'user.a']);
    const errnoOf = (of: typeof tree | RootTree) => -Buffer.from(serveMessage(of, asked, ROOM) ?? []).readInt32LE(4);
    expect([errnoOf(without), errnoOf(new RootTree(() => [], 0n))]).toEqual([ERRNO.ENOSYS, ERRNO.EOPNOTSUPP]);
  });
});

describeWith(['user attributes'], 'names are exchanged', () => {
  const [KEEP, EXCHANGE] = [1, 2];

  test.each(REACH_NAMES)('in one step, and each node is found under the other name (%s)', (reach) => {
    const { shared } = folders();
    fs.mkdirSync(join(shared, 'd'));
    fs.writeFileSync(join(shared, 'd', 'in'), 'in d');
    fs.writeFileSync(join(shared, 'file'), 'a file');
    const guest = new FuseGuest(shared, { reach });
    const [d, file, inside] = [guest.lookup(1, 'd'), guest.lookup(1, 'file'), guest.walk('d', 'in')];
    guest.ok(OPCODE.RENAME2, 1, 1n, EXCHANGE, 0, 'd', 'file');
    expect([fs.readFileSync(join(shared, 'd'), 'utf8'), fs.readFileSync(join(shared, 'file', 'in'), 'utf8')]).toEqual(['a file', 'in d']);
    // What a guest knows it still has, without asking anew.
    expect([guest.read(inside, guest.open(inside)), guest.read(file, guest.open(file))]).toEqual(['in d', 'a file']);
    expect([guest.lookup(1, 'd'), guest.lookup(1, 'file'), guest.lookup(d, 'in')]).toEqual([file, d, inside]);
    expect(guest.call(OPCODE.RENAME2, 1, 1n, EXCHANGE, 0, 'd', 'nothing').errno).toBe(ERRNO.ENOENT);
    expect(guest.call(OPCODE.RENAME2, 1, 1n, EXCHANGE | KEEP, 0, 'd', 'file').errno).toBe(ERRNO.EINVAL);
  });

  test('also with a name that the guest has never looked up', () => {
    const { shared } = folders();
    for (const name of ['known', 'unknown']) fs.writeFileSync(join(shared, name), name);
    const guest = new FuseGuest(shared);
    const known = guest.lookup(1, 'known');
    guest.ok(OPCODE.RENAME2, 1, 1n, EXCHANGE, 0, 'known', 'unknown');
    expect([guest.lookup(1, 'unknown'), guest.read(known, guest.open(known))]).toEqual([known, 'known']);
    expect(fs.readFileSync(join(shared, 'known'), 'utf8')).toBe('unknown');
  });

  test('and a directory takes no name that something has', () => {
    const { shared } = folders();
    for (const name of ['d', 'e']) fs.mkdirSync(join(shared, name));
    const guest = new FuseGuest(shared);
    expect(guest.call(OPCODE.RENAME2, 1, 1n, KEEP, 0, 'd', 'e').errno).toBe(ERRNO.EEXIST);
    guest.ok(OPCODE.RENAME2, 1, 1n, KEEP, 0, 'd', 'f');
    expect(fs.readdirSync(shared).sort()).toEqual(['e', 'f']);
  });
});

function set(guest: FuseGuest, node: number, name: string, value: string, flags = 0): number {
  const bytes = Buffer.from(value);
  return guest.call(OPCODE.SETXATTR, node, bytes.length, flags, name, bytes).errno;
}
const get = (guest: FuseGuest, node: number, name: string, room = 4096) => guest.call(OPCODE.GETXATTR, node, room, 0, name);
const names = (guest: FuseGuest, node: number): string[] =>
  guest.ok(OPCODE.LISTXATTR, node, 4096, 0).toString('latin1').split('\0').filter(Boolean).sort();
