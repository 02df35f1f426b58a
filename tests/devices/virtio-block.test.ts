/** The virtio block device over a store in memory. */
import { describe, expect, it } from 'vitest';
import type { DiskStore } from '../../emulator/device/kit/outside.ts';
import { TestDriver } from './kit/test-driver.ts';
import { eventually, settle, testBoard, testOutside, text } from './kit/test-board.ts';

const SECTORS = 64;
const FLUSH = 1n << 9n;

function memoryStore(parts: Partial<DiskStore> = {}) {
  const bytes = Uint8Array.from({ length: SECTORS * 512 }, (_, index) => (index >> 9) & 0xff);
  const done: string[] = [];
  const store: DiskStore = {
    sizeBytes: bytes.length,
    readonly: false,
    read: async (offset, into) => {
      done.push(`read ${offset} ${into.length}`);
      into.set(bytes.subarray(offset, offset + into.length));
    },
    write: async (offset, from) => {
      done.push(`write ${offset} ${from.length}`);
      bytes.set(from, offset);
    },
    flush: async () => void done.push('flush'),
    ...parts,
  };
  return { bytes, done, store };
}

function block(parts: Partial<DiskStore> = {}, features = FLUSH) {
  const disk = memoryStore(parts);
  const test = testBoard({ disks: [{ readonly: disk.store.readonly }] });
  test.board.attach(testOutside({ disks: [disk.store] }));
  const driver = new TestDriver(test, 0);
  driver.start([0], features);
  const { memory } = test;
  const data = memory.base + 0x20_0000;
  const STATUS_AT = data - 512;
  /** Sends one request; `length` bytes of data lie at `data`, written by the device for reads. */
  const request = (type: number, sector: number, length: number, toDevice: boolean, first = 0) => {
    const header = data - 1024 + 16 * first;
    memory.view.setUint32(header - memory.base, type, true);
    memory.view.setUint32(header - memory.base + 4, 0, true);
    memory.view.setBigUint64(header - memory.base + 8, BigInt(sector), true);
    memory.view.setUint8(STATUS_AT + first - memory.base, 0xff);
    const middle = length > 0 ? [{ address: data, length, writable: !toDevice }] : [];
    driver.send(
      0,
      [{ address: header, length: 16, writable: false }, ...middle, { address: STATUS_AT + first, length: 1, writable: true }],
      first,
    );
  };
  const status = (first = 0) => memory.view.getUint8(STATUS_AT + first - memory.base);
  return { ...test, ...disk, driver, data, request, status };
}

it('shows its capacity and limits', async () => {
  const { driver } = block();
  expect([driver.read(0x100), driver.read(0x104)]).toEqual([SECTORS, 0]);
  expect(driver.read(0x10c)).toBe(254);
  expect(driver.read(0x114)).toBe(512);
  expect(driver.offered() & (1n << 5n)).toBe(0n);
  expect(driver.offered() & (1n << 13n), 'no discard without a store that can').toBe(0n);
});

it('reads, writes and flushes', async () => {
  const { request, status, memory, data, driver, bytes, done } = block();
  request(0, 3, 1024, false);
  await settle(5);
  expect([status(), driver.used(0)[0]?.written]).toEqual([0, 1025]);
  expect([memory.bytes(data, 1)?.[0], memory.bytes(data + 512, 1)?.[0]]).toEqual([3, 4]);
  memory.bytes(data, 512)?.fill(0x77);
  request(1, 9, 512, true);
  await settle(5);
  expect([status(), bytes[9 * 512], bytes[10 * 512]]).toEqual([0, 0x77, 10]);
  request(4, 0, 0, true);
  await settle(5);
  expect(status()).toBe(0);
  expect(done).toEqual(['read 1536 1024', 'write 4608 512', 'flush']);
});

it('names itself', async () => {
  const { request, memory, data } = block();
  request(8, 0, 20, false);
  await settle(5);
  expect(text(memory.bytes(data, 14))).toBe('vivarium-disk0');
});

it('makes writes durable by itself for a driver without FLUSH', async () => {
  const { request, done } = block({}, 0n);
  request(1, 0, 512, true);
  await settle(5);
  expect(done).toEqual(['write 0 512', 'flush']);
});

describe('refuses', () => {
  it.each([
    ['a read over the end', 0, SECTORS - 1, 1024, false, 1],
    ['a write over the end', 1, SECTORS, 512, true, 1],
    ['half a sector', 0, 0, 100, false, 1],
    ['a request it does not know', 77, 0, 0, false, 2],
    ['discard without a store that can', 11, 0, 16, true, 2],
  ])('%s', async (_, type, sector, length, toDevice, expected) => {
    const { request, status, done } = block();
    request(type, sector, length, toDevice);
    await settle(5);
    expect(status()).toBe(expected);
    expect(done).toEqual([]);
  });

  it('writes to a read-only disk, which says that it is one', async () => {
    const { request, status, driver, done } = block({ readonly: true });
    expect(driver.offered() & (1n << 5n)).not.toBe(0n);
    request(1, 0, 512, true);
    await settle(5);
    expect(status()).toBe(1);
    expect(done).toEqual([]);
  });
});

it('reports an error of the store to the guest and to the log, and goes on', async () => {
  const broken = { read: async () => Promise.reject(new Error('medium error')) };
  const { request, status, log } = block(broken);
  request(0, 2, 512, false);
  await settle(5);
  expect(status()).toBe(1);
  expect(log).toEqual(['virtio-block-0: read from the disk failed at byte 1024: medium error']);
  request(4, 0, 0, true);
  await settle(5);
  expect(status()).toBe(0);
});

it('discards and zeroes where the store can', async () => {
  const calls: string[] = [];
  const able = {
    discard: async (offset: number, length: number) => void calls.push(`discard ${offset} ${length}`),
    zero: async (offset: number, length: number) => void calls.push(`zero ${offset} ${length}`),
  };
  const { request, status, driver, memory, data } = block(able);
  expect(driver.offered() & (3n << 13n)).toBe(3n << 13n);
  memory.view.setBigUint64(data - memory.base, 4n, true);
  memory.view.setUint32(data - memory.base + 8, 8, true);
  request(11, 0, 16, true);
  await settle(5);
  request(13, 0, 16, true);
  await settle(5);
  expect([status(), calls]).toEqual([0, ['discard 2048 4096', 'zero 2048 4096']]);
  memory.view.setUint32(data - memory.base + 8, 1000, true);
  request(13, 0, 16, true);
  await settle(5);
  expect(status()).toBe(1);
});

describe('many in flight', () => {
  function slow() {
    const waiting: (() => void)[] = [];
    const read = (_: number, into: Uint8Array) => new Promise<void>((resolve) => waiting.push(() => (into.fill(0x33), resolve())));
    return { ...block({ read }), waiting };
  }

  it('are counted, answered in any order, and can be drained', async () => {
    const { request, status, board, waiting, driver } = slow();
    for (const first of [0, 3, 6]) request(0, 0, 512, false, first);
    await settle(5);
    expect([waiting.length, board.outside.inFlight]).toEqual([3, 3]);
    waiting[2]?.();
    await settle(5);
    expect([status(6), status(0), driver.used(0)[0]?.head]).toEqual([0, 0xff, 6]);
    let quiet = false;
    const drained = board.outside.quiesce().then(() => (quiet = true));
    request(0, 0, 512, false, 9);
    await settle(5);
    expect([quiet, waiting.length]).toEqual([false, 3]);
    waiting[0]?.();
    waiting[1]?.();
    await drained;
    expect(board.outside.inFlight).toBe(0);
    board.outside.resume();
    await settle(5);
    expect(waiting.length, 'what came meanwhile is taken now').toBe(4);
    waiting[3]?.();
    await board.outside.close();
  });

  it('never touch memory after a reset of the device', async () => {
    const { request, status, memory, data, waiting, driver } = slow();
    request(0, 0, 512, false);
    await settle(5);
    memory.bytes(data, 512)?.fill(0x11);
    driver.start([0]);
    waiting[0]?.();
    await settle(5);
    expect([memory.bytes(data, 1)?.[0], status()]).toEqual([0x11, 0xff]);
    expect(driver.used(0)).toEqual([]);
  });
});

describe('a guest that makes requests without end', () => {
  it('leaves the thread its other work', async () => {
    const REQUESTS = 5_000;
    let served = 0;
    // As another core would: a new request for each that is taken.
    const { request, board } = block({
      read: async () => {
        served++;
        if (served < REQUESTS) request(0, 0, 512, false, 3 * (served % 4));
      },
    });
    request(0, 0, 512, false);
    let turns = 0;
    while (served < REQUESTS) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(turns, 'the event loop went round while they were served').toBeGreaterThan(REQUESTS / 256 / 2);
    await board.outside.close();
  });

  it('may make one of gigabytes: it is broken off between two steps, and begun anew', async () => {
    const GIB = 1024 ** 3;
    let steps = 0;
    const { driver, data, memory, board } = block({ sizeBytes: 4 * GIB, read: async (_, into) => void (steps++, into.fill(1)) });
    const { view, base } = memory;
    const header = data - 1024 - base;
    view.setUint32(header, 0, true);
    view.setBigUint64(header + 8, 0n, true);
    // A megabyte of memory again and again: 10 descriptors of the queue name 10 MiB.
    const pieces = Array.from({ length: 10 }, () => ({ address: data, length: 1024 * 1024, writable: true }));
    driver.send(0, [{ address: data - 1024, length: 16, writable: false }, ...pieces, { address: data - 512, length: 1, writable: true }]);
    while (steps === 0) await new Promise((resolve) => setImmediate(resolve));
    await board.outside.quiesce();
    expect([steps < 3, board.outside.inFlight, driver.usedIndex(0)], 'it was not waited for').toEqual([true, 0, 0]);
    const until = steps;
    await settle(5);
    expect(steps, 'nothing goes on').toBe(until);
    board.outside.resume();
    await eventually(() => driver.usedIndex(0) === 1);
    expect([steps - until, driver.used(0)[0]]).toEqual([3, { head: 0, written: 10 * 1024 * 1024 + 1 }]);
    await board.outside.close();
  });
});

it('a chain without room for header or status stops the device', async () => {
  const { driver, data, log } = block();
  driver.send(0, [{ address: data, length: 8, writable: false }]);
  await settle(5);
  expect(driver.status & 64).toBe(64);
  expect(log[0]).toContain('without a header');
});
