/**
 * Random rings for every virtio device: whatever a guest writes there, no device fails, hangs or writes outside RAM, and
 * each works again after a reset. A failure prints its seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import { expect, test } from 'vitest';
import { CONSOLE_PLACE, RNG_PLACE } from '../../emulator/board/riscv64-virt/memory-map.ts';
import type { DiskStore } from '../../emulator/device/kit/outside.ts';
import type { ShareLink } from '../../emulator/device/kit/share.ts';
import { QUEUE_SIZE, TestDriver } from './kit/test-driver.ts';
import { ascii, RAM_BYTES, seeded, settle, type TestBoard, testBoard, testOutside } from './kit/test-board.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 150);
const INDIRECT_AND_EVENT_INDEX = 3n << 28n;
const DISK_BYTES = 64 * 1024;
/** The last place of disks, where the first shared folder is. */
const SHARE_PLACE = 25;

/** A store that fails the test when it is asked for what a disk does not have. */
function strictStore(): DiskStore {
  const check = (offset: number, length: number) => {
    if (offset < 0 || length < 0 || offset + length > DISK_BYTES || (offset | length) % 512 !== 0)
      throw new Error(`the store was asked for ${length} bytes at ${offset}`);
  };
  const range = async (offset: number, length: number) => check(offset, length);
  return {
    sizeBytes: DISK_BYTES,
    readonly: false,
    read: async (offset, into) => (check(offset, into.length), void into.fill(1)),
    write: async (offset, from) => check(offset, from.length),
    flush: async () => {},
    discard: range,
    zero: range,
  };
}

/** Answers with what it was sent, as far as there is room: in a turn of its own, as a folder's thread does. */
const echoingLink: ShareLink = {
  serve: async (bytes, room) => (await new Promise((resolve) => setImmediate(resolve)), bytes.subarray(0, room)),
  settled: () => Promise.resolve(undefined),
  restored: () => undefined,
  reset: () => undefined,
};

/** Fills a queue's descriptors with values from anywhere between right and absurd, and offers some. */
function scramble({ memory }: TestBoard, driver: TestDriver, queue: number, random: (below: number) => number): void {
  const interesting = [0, 1, 2, 15, 16, 17, 512, 4096, 0x8000_0000, 0x8001_0000, memory.end - 16, memory.end, 0xffff_ffff, RAM_BYTES];
  const value = () => (random(2) === 0 ? (interesting[random(interesting.length)] as number) : random(2 ** 31));
  // Half the rounds have chains of three as requests are (two to read, one to write), so that they get past the first checks.
  const shaped = random(2) === 0;
  const absurd = () => random(shaped ? 40 : 6) === 0;
  for (let index = 0; index < QUEUE_SIZE; index++) {
    const address = absurd() ? value() : memory.base + 0x8_0000 + 16 * random((RAM_BYTES - 0x10_0000) / 16);
    const length = absurd() ? value() : random(2) === 0 ? 16 * (1 + random(64)) : 1 + random(9000);
    const last = index % 3 === 2;
    if (shaped) driver.describe(queue, index, { address, length, writable: last }, last ? 0 : 1, index + 1);
    else driver.describe(queue, index, { address, length, writable: random(3) === 0 }, random(8), random(QUEUE_SIZE + 1));
  }
  for (let offers = random(6); offers >= 0; offers--) {
    driver.offer(queue, shaped ? 3 * random(5) : random(QUEUE_SIZE + (random(8) === 0 ? 1 : 0)));
  }
  if (random(10) === 0) memory.view.setUint16(0x1_0000 * (queue + 1) + 0x1002, random(65536), true);
}

/** Small numbers where requests and control messages have their types, so that these get past their first checks. */
function seedHeaders({ memory }: TestBoard, random: (below: number) => number): void {
  for (let at = 0; at < RAM_BYTES; at += 16) {
    memory.view.setUint32(at, random(14), true);
    memory.view.setUint32(at + 4, random(8), true);
    memory.view.setUint32(at + 8, random(DISK_BYTES / 512 + 2), true);
    memory.view.setUint32(at + 12, random(20) === 0 ? random(2 ** 31) : 0, true);
  }
}

const kinds = [
  { name: 'entropy', slot: RNG_PLACE, queues: [0] },
  { name: 'block', slot: 0, queues: [0] },
  { name: 'console', slot: CONSOLE_PLACE, queues: [0, 1, 2, 3, 4, 5] },
  { name: 'shared folder', slot: SHARE_PLACE, queues: [0, 1] },
  { name: 'shared folder by 9P', slot: SHARE_PLACE - 1, queues: [0] },
];

test.each(kinds)('$name survives random rings', async ({ slot, queues }) => {
  const random = seeded(SEED);
  const board = testBoard({ disks: [{ readonly: false }], ports: ['shell', 'a.channel'], shares: [{}, { protocol: '9p' as const }] });
  const outside = testOutside({
    disks: [strictStore()],
    shares: ['fuzz', 'fuzz-9p'].map((tag) => ({ tag, link: echoingLink })),
    output: () => undefined,
  });
  board.board.attach(outside);
  const driver = new TestDriver(board, slot);
  const context = `VIVARIUM_SEED=${SEED}`;
  let answered = 0;
  let stopped = 0;
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 30 === 0) seedHeaders(board, random);
    driver.start(queues, random(3) === 0 ? 0n : INDIRECT_AND_EVENT_INDEX);
    for (const queue of queues) scramble(board, driver, queue, random);
    board.board.outside.input(random(3), ascii('input'));
    for (const console of [0, 1, 2]) board.board.outside.acknowledge(console, 2 ** 20);
    if (random(4) === 0) board.board.outside.resize(1 + random(2), random(200), random(100));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    for (const queue of queues) if (driver.usedIndex(queue) !== 0) answered += 1;
    if ((driver.status & 64) !== 0) stopped += 1;
  }
  expect(
    board.log.filter((line) => line.includes('the store was asked')),
    context,
  ).toEqual([]);
  // Both kinds of outcome must have happened, or this would test nothing.
  expect(answered, context).toBeGreaterThan(ROUNDS / 20);
  expect(stopped, context).toBeGreaterThan(ROUNDS / 20);
  await board.board.outside.quiesce();
  board.board.outside.resume();
  driver.start(queues);
  await settle(5);
  for (const guard of board.guards)
    expect(
      guard.every((byte) => byte === 0),
      context,
    ).toBe(true);
  expect(driver.status & 64, context).toBe(0);
  await board.board.outside.close();
});
