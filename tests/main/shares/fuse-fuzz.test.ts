/**
 * Random FUSE messages over a folder: whatever a guest sends is answered, nothing outside the folder changes, and it serves on.
 * A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OPCODE } from '../../../emulator/share/fuse/opcodes.ts';
import { serveMessage } from '../../../emulator/share/fuse/server.ts';
import { seeded } from '../../devices/kit/test-board.ts';
import { folders, FuseGuest, message, REACH_NAMES, ROOM } from './fuse-guest.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 6000);
const NAMES = ['a', 'b', 'c', 'd', '..', '.', '', 'a/b', '\xff', '../outside/secret', 'x'.repeat(300)];
const ATTRIBUTES = ['user.a', 'user.b', 'user.', 'security.capability', '', 'user.'.padEnd(300, 'x')];
const UNANSWERED: readonly number[] = [OPCODE.FORGET, OPCODE.BATCH_FORGET, OPCODE.INTERRUPT];

test.each(REACH_NAMES)('whatever a guest sends is answered (%s)', { timeout: 120_000 }, (reach) => {
  const random = seeded(SEED);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const { shared, outside, root } = folders();
  fs.writeFileSync(join(outside, 'secret'), 'secret');
  const guest = new FuseGuest(shared, { reach });
  const opcodes = [...Object.values(OPCODE).filter((opcode) => opcode !== OPCODE.DESTROY), 0, 25, 48, 4096];
  const number = () => BigInt(pick([0, 1, 2, 3, 4, 5, 8, 13, 0o100600, 0o1000, 4096, 2 ** 31, 2 ** 32 - 1, 2 ** 53, random(2 ** 31)]));
  const parts = () =>
    Array.from({ length: random(12) }, () => {
      const kind = random(6);
      if (kind < 2) return pick(NAMES);
      return kind < 5 ? Number(number() & 0xffff_ffffn) : number() * (random(4) === 0 ? -1n : 1n);
    });
  /** In the shape that a kernel gives the more talkative ones. */
  const shaped = (opcode: number) => {
    const handle = BigInt(1 + random(6));
    if (opcode === OPCODE.CREATE) return [pick([0, 1, 2]) | 0o100 | pick([0, 0o200, 0o1000]), 0o644, 0, 0, pick(NAMES)];
    if (opcode === OPCODE.WRITE) return [handle, BigInt(random(9000)), 5, 0, 0n, 0, 0, new Uint8Array(random(8))];
    if (opcode === OPCODE.READ || opcode === OPCODE.READDIR || opcode === OPCODE.READDIRPLUS)
      return [handle, BigInt(random(5)), random(9000), 0, 0n, 0, 0];
    if (opcode === OPCODE.MKDIR) return [0o755, 0, pick(NAMES)];
    if (opcode === OPCODE.RENAME2) return [1n, random(5), 0, pick(NAMES), pick(NAMES)];
    if (opcode === OPCODE.SETXATTR) return [random(9), random(4), pick(ATTRIBUTES), new Uint8Array(random(9))];
    if (opcode === OPCODE.GETXATTR || opcode === OPCODE.LISTXATTR) return [random(9), 0, pick(ATTRIBUTES)];
    if (opcode === OPCODE.REMOVEXATTR) return [pick(ATTRIBUTES)];
    return parts();
  };
  for (let round = 0; round < ROUNDS; round++) {
    const opcode = pick(opcodes);
    const node = random(20) === 0 ? number() : 1 + random(6);
    const whole = message(opcode, node, random(3) > 0 ? shaped(opcode) : parts());
    if (random(20) === 0) whole.writeUInt32LE(random(2) === 0 ? random(100) : random(2 ** 31), 0);
    const bytes = random(20) === 0 ? whole.subarray(0, random(whole.length)) : whole;
    const room = random(10) === 0 ? random(200) : ROOM;
    const told = bytes.length >= 40 && bytes.readUInt32LE(0) >= 40 && bytes.readUInt32LE(0) <= bytes.length;
    const answer = serveMessage(guest.tree, bytes, room);
    const where = { seed: SEED, round, opcode, room };
    if (!told || UNANSWERED.includes(opcode) || room < 16) expect({ ...where, answer }).toEqual({ ...where, answer: undefined });
    else expect({ ...where, fits: !!answer && answer.length >= 16 && answer.length <= room }).toEqual({ ...where, fits: true });
    if (random(500) === 0) guest.goOn();
  }
  expect([SEED, fs.readdirSync(outside), fs.readdirSync(root).sort()]).toEqual([SEED, ['secret'], ['outside', 'shared']]);
  expect(fs.readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
  fs.writeFileSync(join(shared, 'last'), 'it serves on');
  const last = guest.lookup(1, 'last');
  expect(guest.read(last, guest.open(last))).toBe('it serves on');
});
