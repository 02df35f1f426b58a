/**
 * Random 9P messages over a folder: whatever a guest sends is answered, nothing outside the folder changes, and it serves on.
 * A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TYPE } from '../../../emulator/share/9p/types.ts';
import { seeded } from '../../devices/kit/test-board.ts';
import { message, NinePGuest, type Part, ROOM, u32, u64 } from './9p-guest.ts';
import { folders, REACH_NAMES } from './fuse-guest.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 6000);
const ATTRIBUTES = ['', 'user.a', 'user.b', 'user.', 'security.capability', 'user.'.padEnd(300, 'x')];
const NAMES = ['a', 'b', 'c', 'd', '..', '.', '', 'a/b', '\xff', '../outside/secret', 'x'.repeat(300)];

test.each(REACH_NAMES)('whatever a guest sends is answered (%s)', { timeout: 120_000 }, (reach) => {
  const random = seeded(SEED);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const { shared, outside, root } = folders();
  fs.writeFileSync(join(outside, 'secret'), 'secret');
  const guest = new NinePGuest(shared, { reach });
  const types = [...Object.values(TYPE), 0, 102, 255];
  const number = () => pick([0, 1, 2, 3, 0o1000, 4096, 2 ** 31, 2 ** 32 - 1, 2 ** 53, random(2 ** 31)]);
  const parts = () =>
    Array.from({ length: random(10) }, (): Part => {
      const kind = random(6);
      if (kind < 2) return pick(NAMES);
      return kind < 4 ? u32(number()) : [pick([8, 16, 64]), number()];
    });
  const fid = () => u32(random(6));
  /** In the shape that a kernel gives the more talkative ones. */
  const shaped = (type: number): readonly Part[] => {
    const names = Array.from({ length: random(4) }, () => pick(NAMES));
    if (type === TYPE.WALK) return [fid(), fid(), [16, names.length], ...names];
    if (type === TYPE.LCREATE) return [fid(), pick(NAMES), u32(pick([0, 1, 2]) | pick([0, 0o200, 0o1000])), u32(0o644), u32(0)];
    if (type === TYPE.WRITE) return [fid(), u64(random(9000)), u32(5), new Uint8Array(random(8))];
    if (type === TYPE.READ || type === TYPE.READDIR) return [fid(), u64(random(5)), u32(random(9000))];
    if (type === TYPE.XATTRWALK) return [fid(), fid(), pick(ATTRIBUTES)];
    if (type === TYPE.XATTRCREATE) return [fid(), pick(ATTRIBUTES), u64(pick([0, 5, 5, 70_000])), u32(random(4))];
    if (type === TYPE.MKDIR) return [fid(), pick(NAMES), u32(0o755), u32(0)];
    if (type === TYPE.RENAMEAT) return [fid(), pick(NAMES), fid(), pick(NAMES)];
    if (type === TYPE.UNLINKAT) return [fid(), pick(NAMES), u32(pick([0, 0x200]))];
    if (type === TYPE.VERSION) return [u32(ROOM), pick(['9P2000.L', '9P2000.L', '9P2000'])];
    if (type === TYPE.ATTACH) return [fid(), u32(2 ** 32 - 1), 'root', '', u32(0)];
    return [fid(), ...parts()];
  };
  for (let round = 0; round < ROUNDS; round++) {
    const drawn = pick(types);
    const type = drawn === TYPE.VERSION && random(20) > 0 ? TYPE.ATTACH : drawn;
    const whole = message(type, random(4) > 0 ? shaped(type) : parts());
    if (random(20) === 0) whole.writeUInt32LE(random(2) === 0 ? random(100) : random(2 ** 31), 0);
    const bytes = random(20) === 0 ? whole.subarray(0, random(whole.length)) : whole;
    const room = random(10) === 0 ? random(200) : ROOM;
    const told = bytes.length >= 7 && bytes.readUInt32LE(0) >= 7 && bytes.readUInt32LE(0) <= bytes.length;
    const answer = guest.session.serve(bytes, room);
    const where = { seed: SEED, round, type, room };
    if (!told) expect({ ...where, answer }).toEqual({ ...where, answer: undefined });
    else if (room >= 11)
      expect({ ...where, fits: !!answer && answer.length >= 7 && answer.length <= room }).toEqual({ ...where, fits: true });
    if (random(500) === 0) guest.goOn();
  }
  expect([SEED, fs.readdirSync(outside), fs.readdirSync(root).sort()]).toEqual([SEED, ['secret'], ['outside', 'shared']]);
  expect(fs.readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  fs.writeFileSync(join(shared, 'last'), 'it serves on');
  guest.ok(TYPE.VERSION, u32(ROOM), '9P2000.L');
  guest.ok(TYPE.ATTACH, u32(0), u32(2 ** 32 - 1), 'root', '', u32(0));
  // Nothing that was told is still counted: only the folder itself is known.
  expect(guest.tree.nodes).toBe(1);
  guest.walk(1, 'last');
  guest.open(1);
  expect(guest.read(1)).toBe('it serves on');
});
