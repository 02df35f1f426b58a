/** The split virtqueue and its transport: good chains come back, hostile ones stop the device and nothing else. */
import { describe, expect, it } from 'vitest';
import { SEIP } from '../../emulator/device/plic/lines.ts';
import { FEATURE_EVENT_INDEX, FEATURE_INDIRECT } from '../../emulator/device/virtio/state.ts';
import { PLIC, RNG_PLACE, virtioLine } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { QUEUE_SIZE, TestDriver } from './kit/test-driver.ts';
import { settle, testBoard, testOutside } from './kit/test-board.ts';

const NEEDS_RESET = 64;

/** The entropy device is the plainest user of a queue: it fills whatever is offered. */
function rng(features = 0n) {
  const test = testBoard();
  const { board, memory } = test;
  board.attach(testOutside());
  const driver = new TestDriver(test, RNG_PLACE);
  board.write(PLIC.at + 4 * virtioLine(RNG_PLACE), 4, 1);
  board.write(PLIC.at + 0x2080, 4, 1 << virtioLine(RNG_PLACE));
  driver.start([0], features);
  const data = memory.base + 0x20_0000;
  const buffer = (offset: number, length: number, writable = true) => ({ address: data + offset, length, writable });
  const raised = () => (board.signals(0).lines & SEIP) !== 0;
  return { ...test, driver, data, buffer, raised };
}

describe('transport', () => {
  it('answers as virtio-mmio version 2', () => {
    const { driver, board } = rng();
    expect([driver.read(0), driver.read(4), driver.read(8)]).toEqual([0x7472_6976, 2, 4]);
    const empty = new TestDriver({ ...testBoard(), board }, 3);
    expect([empty.read(0), empty.read(4), empty.read(8)]).toEqual([0x7472_6976, 2, 0]);
  });

  it('refuses features that were not offered and drivers that are not modern', () => {
    const { driver } = rng();
    driver.write(0x70, 0);
    driver.write(0x70, 3);
    driver.write(0x24, 1);
    driver.write(0x20, 1 | 0x8000_0000);
    driver.write(0x70, 11);
    expect(driver.status).toBe(3);
    driver.write(0x20, 0);
    driver.write(0x70, 11);
    expect(driver.status).toBe(3);
    driver.write(0x20, 1);
    driver.write(0x70, 11);
    expect(driver.status).toBe(11);
  });

  it('refuses queue sizes that are no power of two or too large, and knows its queues', () => {
    const { driver } = rng();
    driver.write(0x70, 0);
    driver.write(0x30, 0);
    for (const size of [0, 3, 128, 4096, 0xffff_ffff]) driver.write(0x38, size);
    expect(driver.read(0x38)).toBe(0);
    driver.write(0x38, 8);
    expect(driver.read(0x38)).toBe(8);
    driver.write(0x30, 1);
    expect(driver.read(0x34)).toBe(0);
  });

  it('a reset lowers the interrupt, forgets the queues and clears NEEDS_RESET', async () => {
    const { driver, buffer, raised } = rng();
    driver.describe(0, 0, buffer(0, 8), 0);
    driver.offer(0, 99);
    await settle(5);
    expect(driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
    expect(raised()).toBe(true);
    driver.write(0x70, 0);
    expect([driver.status, driver.read(0x60), driver.read(0x44)]).toEqual([0, 0, 0]);
    expect(raised()).toBe(false);
    driver.start([0]);
    driver.send(0, [buffer(0, 8)]);
    await settle(5);
    expect(driver.used(0)).toEqual([{ head: 0, written: 8 }]);
  });
});

describe('queue', () => {
  it('fills a chain of several buffers and interrupts', async () => {
    const { driver, buffer, memory, data, raised, board } = rng();
    driver.send(0, [buffer(0, 3), buffer(100, 5)]);
    await settle(5);
    expect(driver.used(0)).toEqual([{ head: 0, written: 8 }]);
    expect([...(memory.bytes(data, 4) ?? [])]).toEqual([0xa5, 0xa5, 0xa5, 0]);
    expect(memory.bytes(data + 104, 2)).toEqual(Uint8Array.of(0xa5, 0));
    expect(driver.read(0x60)).toBe(1);
    expect(raised()).toBe(true);
    driver.write(0x64, 1);
    expect(raised()).toBe(false);
    await board.outside.close();
  });

  it('takes an indirect chain where that was negotiated', async () => {
    const { driver, buffer } = rng(FEATURE_INDIRECT);
    driver.sendIndirect(0, [buffer(0, 3), buffer(100, 5), buffer(200, 1)]);
    await settle(5);
    expect(driver.used(0)).toEqual([{ head: 0, written: 9 }]);
    const without = rng();
    without.driver.sendIndirect(0, [without.buffer(0, 3)]);
    await settle(5);
    expect(without.driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
    expect(without.log.join()).toContain('not negotiated');
  });

  it('wraps around many times', async () => {
    const { driver, buffer } = rng();
    for (let round = 0; round < 5 * QUEUE_SIZE; round++) {
      driver.send(0, [buffer(round, 1)], round % 8);
      if (round % 7 === 0) await settle(0);
    }
    await settle(5);
    expect(driver.status & NEEDS_RESET).toBe(0);
  });

  it('with the event index, interrupts when the asked-for entry is used and not before', async () => {
    const { driver, buffer, raised } = rng(FEATURE_EVENT_INDEX);
    driver.askForInterrupt(0, 1);
    driver.send(0, [buffer(0, 4)]);
    await settle(5);
    expect(driver.used(0)).toHaveLength(1);
    expect(raised()).toBe(false);
    driver.send(0, [buffer(0, 4)], 1);
    await settle(5);
    expect(driver.used(0)).toHaveLength(1);
    expect(raised()).toBe(true);
  });

  it('without it, heeds NO_INTERRUPT', async () => {
    const { driver, buffer, raised, memory } = rng();
    memory.view.setUint16(0x1_1000, 1, true);
    driver.send(0, [buffer(0, 4)]);
    await settle(5);
    expect(driver.used(0)).toHaveLength(1);
    expect(raised()).toBe(false);
  });

  it('tells the cores when it writes over translated code', async () => {
    const { driver, buffer, pageFlags, data, memory, codeWrites } = rng();
    const page = (data - memory.base) / 4096;
    pageFlags[page] = 1;
    driver.send(0, [buffer(0, 4)]);
    await settle(5);
    expect(codeWrites).toEqual([page]);
  });
});

describe('hostile chains stop the device with a line in the log', () => {
  const cases: Record<string, (t: ReturnType<typeof rng>) => void> = {
    'a loop of two': ({ driver, buffer }) => {
      driver.describe(0, 0, buffer(0, 4), 1, 1);
      driver.describe(0, 1, buffer(8, 4), 1, 0);
      driver.offer(0, 0);
    },
    'a descriptor that is its own next': ({ driver, buffer }) => {
      driver.describe(0, 0, buffer(0, 4), 1, 0);
      driver.offer(0, 0);
    },
    'a head outside the table': ({ driver }) => driver.offer(0, QUEUE_SIZE),
    'a next outside the table': ({ driver, buffer }) => {
      driver.describe(0, 0, buffer(0, 4), 1, 0xffff);
      driver.offer(0, 0);
    },
    'a buffer below RAM': ({ driver }) => driver.send(0, [{ address: 0x1000_0000, length: 4, writable: true }]),
    'a buffer over the end of RAM': ({ driver, memory }) => driver.send(0, [{ address: memory.end - 2, length: 4, writable: true }]),
    'a length of 4 GiB': ({ driver, data }) => driver.send(0, [{ address: data, length: 0xffff_ffff, writable: true }]),
    'a buffer of no bytes': ({ driver, data }) => driver.send(0, [{ address: data, length: 0, writable: true }]),
    'a buffer of no bytes at the start of RAM': ({ driver, memory }) =>
      driver.send(0, [{ address: memory.base, length: 0, writable: true }]),
    'a readable buffer after a writable one': ({ driver, buffer }) => driver.send(0, [buffer(0, 4), buffer(8, 4, false)]),
    'more chains than the queue holds': ({ driver, memory }) => {
      memory.view.setUint16(0x1_1002, 1000, true);
      driver.write(0x50, 0);
    },
  };
  it.each(Object.entries(cases))('%s', async (_, attack) => {
    const test = rng();
    attack(test);
    await settle(5);
    expect(test.driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
    expect(test.driver.read(0x60) & 2, 'a configuration interrupt says so').toBe(2);
    expect(test.log).toHaveLength(1);
    expect(test.log[0]).toContain('stopped until the guest resets it');
    test.driver.write(0x50, 0);
    await settle(2);
    expect(test.log, 'said once').toHaveLength(1);
  });

  it.each([
    ['of no bytes', 0, 4],
    ['of a broken length', 24, 4],
    ['with a next', 16, 5],
    ['outside RAM', 0xffff_fff0, 4],
  ])('an indirect table %s', async (_, length, flags) => {
    const { driver, data } = rng(FEATURE_INDIRECT);
    driver.describe(0, 0, { address: data, length, writable: false }, flags);
    driver.offer(0, 0);
    await settle(5);
    expect(driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
  });

  it('indirect tables inside each other, and one that loops', async () => {
    for (const inner of [4, 1]) {
      const { driver, data } = rng(FEATURE_INDIRECT);
      driver.describe(0, 0, { address: data, length: 16, writable: false }, inner, 0, data);
      driver.describe(0, 0, { address: data, length: 16, writable: false }, 4);
      driver.offer(0, 0);
      await settle(5);
      expect(driver.status & NEEDS_RESET).toBe(NEEDS_RESET);
    }
  });

  it('queue areas outside RAM or not aligned', async () => {
    for (const [register, value] of [
      [0x80, 0x1000],
      [0x90, 0x8001_0001],
      [0xa0, 0x8001_0002],
      [0x84, 0xffff_ffff],
    ] as const) {
      const { driver, buffer } = rng();
      driver.write(0x70, 0);
      driver.start([]);
      driver.setUp(0);
      driver.write(0x44, 0);
      driver.write(register, value);
      driver.write(0x44, 1);
      driver.send(0, [buffer(0, 4)]);
      await settle(5);
      expect(driver.status & NEEDS_RESET, register.toString(16)).toBe(NEEDS_RESET);
    }
  });
});
