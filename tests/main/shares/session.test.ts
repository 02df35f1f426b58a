/** What a guest knows of a shared folder and has open survives a snapshot; what has gone meanwhile is said to be gone. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import type { SavedTree } from '../../../main/shares/saved-tree.ts';
import { folders, FuseGuest, REACH_NAMES } from './fuse-guest.ts';

test.each(REACH_NAMES)('files and directories stay open over a return (%s)', (reach) => {
  const { shared } = folders();
  const guest = new FuseGuest(shared, { reach });
  const directory = Number(guest.ok(OPCODE.MKDIR, 1, 0o755, 0, 'd').readBigUInt64LE(0));
  const { node, handle } = guest.create(directory, 'caf\xe9');
  guest.write(node, handle, 'before');
  const gone = guest.create(directory, 'gone');
  const nameless = guest.create(directory, 'nameless');
  guest.ok(OPCODE.UNLINK, directory, 'nameless');
  const list = guest.ok(OPCODE.OPENDIR, directory, 0, 0).readBigUInt64LE(0);
  const saved = JSON.parse(JSON.stringify(guest.tree.saved())) as SavedTree;
  fs.rmSync(join(shared, 'd', 'gone'));
  fs.writeFileSync(join(shared, 'd', 'gone'), 'another');

  guest.goOn(saved);
  guest.write(node, handle, ' and after', 6);
  expect(guest.read(node, handle)).toBe('before and after');
  expect(guest.walk('d', 'caf\xe9')).toBe(node);
  expect(guest.ok(OPCODE.READDIR, directory, list, 0n, 4096, 0, 0n, 0, 0).length).toBeGreaterThan(0);
  expect(guest.call(OPCODE.READ, gone.node, BigInt(gone.handle), 0n, 10, 0, 0n, 0, 0).errno).toBe(ERRNO.ESTALE);
  expect(guest.call(OPCODE.GETATTR, gone.node, 0, 0, 0n).errno).toBe(ERRNO.ESTALE);
  expect(guest.call(OPCODE.READ, nameless.node, BigInt(nameless.handle), 0n, 10, 0, 0n, 0, 0).errno).toBe(ERRNO.ESTALE);
  // A number that was given stays what it was; new ones are others.
  const fresh = guest.walk('d', 'gone');
  expect([node, gone.node, nameless.node, directory]).not.toContain(fresh);
  expect(guest.open(fresh)).toBeGreaterThan(Math.max(handle, gone.handle, nameless.handle, Number(list)));
});

test('a session that somebody made up leads nowhere', () => {
  const { shared, outside } = folders();
  fs.writeFileSync(join(outside, 'secret'), 'secret');
  const guest = new FuseGuest(shared);
  const { dev, ino, birthtimeNs } = fs.statSync(outside, { bigint: true });
  const identity = [String(dev), String(ino), String(birthtimeNs)] as const;
  const made = (name: string): SavedTree => ({
    nodes: [[2, 'directory', ...identity, 1, [[1, name]]]],
    files: [],
    directories: [],
    next: 1,
  });
  for (const name of ['../outside', '..', outside, '']) expect(() => guest.goOn(made(name))).toThrow('EINVAL');
  // Two directories that are in one another.
  const circle: SavedTree = { ...made('a'), nodes: [2, 3].map((id) => [id, 'directory', '1', String(id), '0', 1, [[5 - id, 'x']]]) };
  guest.tree.close();
  guest.goOn(circle);
  expect(guest.call(OPCODE.LOOKUP, 2, 'secret').errno).not.toBe(0);
  expect(guest.list(1)).toEqual([]);
});
