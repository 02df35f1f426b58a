/** Nothing outside a shared folder is reached: not by names, not by links, not by links that take a directory's place meanwhile. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ERRNO } from '../../../emulator/share/errno.ts';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { folders, FuseGuest, REACH_NAMES } from './fuse-guest.ts';

const SECRET = 'nobody in the guest may read this';
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 1500);

describe.each(REACH_NAMES)('a folder reached by %s', (reach) => {
  const begin = () => {
    const { shared, outside, root } = folders();
    fs.writeFileSync(join(outside, 'secret'), SECRET);
    fs.mkdirSync(join(shared, 'd'));
    fs.writeFileSync(join(shared, 'd', 'secret'), 'harmless');
    return { shared, outside, root, guest: new FuseGuest(shared, { reach }), at: (name: string) => join(shared, name) };
  };
  const untouched = (outside: string) => {
    expect(fs.readdirSync(outside)).toEqual(['secret']);
    expect(fs.readFileSync(join(outside, 'secret'), 'utf8')).toBe(SECRET);
  };

  test('takes no name that leads elsewhere', () => {
    const { guest, outside, root } = begin();
    for (const name of ['..', '.', '', '../outside', 'd/secret', '/etc/passwd', `${root}/outside`]) {
      expect([name, guest.call(OPCODE.LOOKUP, 1, name).errno]).toEqual([name, ERRNO.EINVAL]);
      expect(guest.call(OPCODE.CREATE, 1, 2 | 0o100, 0o600, 0, 0, name).errno).toBe(ERRNO.EINVAL);
      expect(guest.call(OPCODE.MKDIR, 1, 0o700, 0, name).errno).toBe(ERRNO.EINVAL);
      expect(guest.call(OPCODE.RENAME, 1, 1n, 'd', name).errno).toBe(ERRNO.EINVAL);
      expect(guest.call(OPCODE.SYMLINK, 1, name, 'x').errno).toBe(ERRNO.EINVAL);
    }
    untouched(outside);
  });

  test('gives links to the guest as they are and follows none', () => {
    const { guest, outside, at } = begin();
    const file = Number(guest.ok(OPCODE.SYMLINK, 1, 'link', join(outside, 'secret')).readBigUInt64LE(0));
    expect(guest.ok(OPCODE.READLINK, file).toString()).toBe(join(outside, 'secret'));
    fs.symlinkSync(outside, at('way'));
    const way = guest.lookup(1, 'way');
    expect(guest.call(OPCODE.OPEN, file, 2, 0).errno).toBe(ERRNO.EACCES);
    expect(guest.call(OPCODE.CREATE, 1, 2 | 0o100, 0o600, 0, 0, 'link').errno).toBe(ERRNO.ELOOP);
    expect(guest.call(OPCODE.LOOKUP, way, 'secret').errno).toBe(ERRNO.ENOTDIR);
    expect(guest.call(OPCODE.OPENDIR, way, 0, 0).errno).toBe(ERRNO.ENOTDIR);
    expect(guest.setattr(file, 1 | 8, { size: 0, mode: 0o777 }).errno).toBe(ERRNO.EACCES);
    expect(guest.setattr(file, 1 | 32, { mode: 0o777, modified: 1000 }).errno).toBe(0);
    expect(fs.statSync(join(outside, 'secret')).mtimeMs).not.toBe(1_000_000);
    untouched(outside);
  });

  test('does not go where a link has taken the place of what was found', async () => {
    const { guest, outside, at } = begin();
    const directory = guest.lookup(1, 'd');
    const file = guest.lookup(directory, 'secret');
    fs.renameSync(at('d'), at('elsewhere'));
    fs.symlinkSync(outside, at('d'));
    // As long as a guest may believe what it was told, its own directory may still be used; the link never.
    const stale = [ERRNO.ESTALE];
    for (const limit = Date.now() + 20_000; Date.now() < limit;) {
      const { errno, data } = guest.call(OPCODE.OPEN, file, 0, 0);
      if (errno !== 0) {
        expect(stale).toContain(errno);
        break;
      }
      expect(guest.read(file, Number(data.readBigUInt64LE(0)))).toBe('harmless');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(guest.call(OPCODE.LOOKUP, directory, 'secret').errno).toBe(ERRNO.ESTALE);
    expect(guest.call(OPCODE.CREATE, directory, 2 | 0o100, 0o600, 0, 0, 'new').errno).toBe(ERRNO.ESTALE);
    expect(guest.call(OPCODE.UNLINK, directory, 'secret').errno).toBe(ERRNO.ESTALE);
    untouched(outside);
  });

  test('opens nothing that would wait or act', () => {
    const { guest, at } = begin();
    execFileSync('mkfifo', [at('fifo')]);
    const node = guest.lookup(1, 'fifo');
    expect(guest.call(OPCODE.OPEN, node, 0, 0).errno).toBe(ERRNO.EACCES);
    fs.rmSync(at('fifo'));
    fs.writeFileSync(at('fifo'), 'now a file');
    expect(guest.call(OPCODE.OPEN, node, 0, 0).errno).not.toBe(0);
  });
});

test('never reads or writes outside while another process swaps a directory and a link', async () => {
  const { shared, outside } = folders();
  fs.writeFileSync(join(outside, 'file'), SECRET);
  fs.mkdirSync(join(shared, 'd'));
  fs.writeFileSync(join(shared, 'd', 'file'), 'harmless');
  fs.symlinkSync(outside, join(shared, 'link'));
  // Exchanges the two names without a moment's pause.
  const swapping = new Worker(
    `const fs = require('node:fs'); const { workerData: at } = require('node:worker_threads');
     for (;;) { for (const [a, b] of [['d', 'x'], ['link', 'd'], ['d', 'link'], ['x', 'd']]) try { fs.renameSync(at + '/' + a, at + '/' + b); } catch {} }`,
    { eval: true, workerData: shared },
  );
  onTestFinished(() => void swapping.terminate());
  const guest = new FuseGuest(shared);
  let reached = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const found = guest.call(OPCODE.LOOKUP, 1, 'd');
    if (found.errno !== 0) continue;
    const directory = Number(found.data.readBigUInt64LE(0));
    const made = guest.call(OPCODE.CREATE, directory, 2 | 0o100, 0o600, 0, 0, `new-${round}`);
    if (made.errno === 0) reached += 1;
    const file = guest.call(OPCODE.LOOKUP, directory, 'file');
    if (file.errno === 0) {
      const node = Number(file.data.readBigUInt64LE(0));
      const opened = guest.call(OPCODE.OPEN, node, 0, 0);
      if (opened.errno === 0) {
        const handle = opened.data.readBigUInt64LE(0);
        expect(guest.read(node, Number(handle))).toBe('harmless');
        guest.call(OPCODE.RELEASE, node, handle, 0, 0, 0n);
      }
    }
    if (made.errno === 0) guest.call(OPCODE.RELEASE, 1, made.data.readBigUInt64LE(128), 0, 0, 0n);
  }
  expect(reached).toBeGreaterThan(0);
  expect(fs.readdirSync(outside)).toEqual(['file']);
  expect(fs.readFileSync(join(outside, 'file'), 'utf8')).toBe(SECRET);
});
