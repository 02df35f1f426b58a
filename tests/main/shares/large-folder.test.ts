/** A folder with very many files: looked at, moved, emptied; what a guest has forgotten is not kept. VIVARIUM_ROUNDS is how many. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { folders, FuseGuest } from './fuse-guest.ts';

const MANY = Number(process.env['VIVARIUM_ROUNDS'] ?? 3000);
const LIMIT = 60_000 + MANY * 20;

test(`${MANY} files are listed, looked at, renamed, moved and removed, and forgotten`, { timeout: LIMIT }, () => {
  const { shared } = folders();
  const names = Array.from({ length: MANY }, (_, index) => `file-${index}`);
  for (const name of names) fs.writeFileSync(join(shared, name), '');
  const guest = new FuseGuest(shared);
  const directory = Number(guest.ok(OPCODE.MKDIR, 1, 0o755, 0, 'moved').readBigUInt64LE(0));
  expect(guest.list(1, true).length).toBe(MANY + 1);
  // The guest's kernel looks at each twice: for its list, and for what is done with it.
  const nodes = names.map((name) => guest.lookup(1, name));
  expect(new Set(nodes).size).toBe(MANY);
  for (const [index, name] of names.entries()) guest.ok(OPCODE.RENAME2, 1, BigInt(directory), 1, 0, name, `moved-${index}`);
  expect(guest.call(OPCODE.RENAME2, directory, 1n, 1, 0, 'moved-0', 'moved').errno).toBe(ERRNO.EEXIST);
  expect(fs.readdirSync(shared)).toEqual(['moved']);
  expect(guest.list(directory).length).toBe(MANY);
  expect(guest.tree.nodes).toBe(MANY + 2);
  // They are the same files under their new names, and each number still stands for one.
  expect(guest.lookup(directory, `moved-${MANY - 1}`)).toBe(nodes.at(-1));
  for (const node of nodes) expect(guest.attributes(node).links).toBe(1);
  for (const index of names.keys()) guest.ok(OPCODE.UNLINK, directory, `moved-${index}`);
  expect(guest.list(directory)).toEqual([]);
  for (const node of nodes) guest.forget(node, 3);
  guest.ok(OPCODE.RMDIR, 1, 'moved');
  guest.forget(directory, 9);
  expect(guest.tree.nodes).toBe(1);
});
