/** What moving and removing files costs the host: the same in a folder of thousands as in one of a few, counted in its operations. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { folders, FuseGuest } from './fuse-guest.ts';

const counted = vi.hoisted(() => new Map<string, number>());
vi.mock('node:fs', async (original) => {
  const real = await original<Record<string, unknown>>();
  const counting = ([name, value]: [string, unknown]) => {
    if (typeof value !== 'function' || !name.endsWith('Sync')) return [name, value] as const;
    const counter = (...given: unknown[]) => {
      counted.set(name, (counted.get(name) ?? 0) + 1);
      return (value as (...all: unknown[]) => unknown)(...given);
    };
    return [name, Object.assign(counter, value)] as const;
  };
  return Object.fromEntries(Object.entries(real).map(counting));
});

const MOVED = 20;

/** The host's operations while a guest moves and removes some of so many files, as `mv` and `rm` of Debian's BusyBox do. */
function operations(files: number): Readonly<Record<string, number>> {
  const { shared } = folders();
  for (let index = 0; index < files; index++) fs.writeFileSync(join(shared, `file-${index}`), '');
  const guest = new FuseGuest(shared);
  // It knows them all.
  expect(guest.list(1, true).length).toBe(files);
  counted.clear();
  for (let index = 0; index < MOVED; index++) {
    const [old, fresh] = [`file-${index}`, `moved-${index}`];
    guest.call(OPCODE.LOOKUP, 1, fresh);
    const node = guest.lookup(1, old);
    guest.attributes(node);
    guest.ok(OPCODE.RENAME2, 1, 1n, 0, 0, old, fresh);
    expect(guest.lookup(1, fresh)).toBe(node);
    guest.ok(OPCODE.UNLINK, 1, fresh);
    guest.forget(node, 3);
  }
  return Object.fromEntries(counted);
}

test('a file is moved and removed without a look at the others, however many they are', { timeout: 120_000 }, () => {
  const few = operations(MOVED);
  expect(few).toMatchObject({ renameSync: MOVED, unlinkSync: MOVED });
  expect(few).not.toHaveProperty('readdirSync');
  const looks = few['lstatSync'] ?? 0;
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThanOrEqual(MOVED * 6);
  expect(operations(2000)).toEqual(few);
});
