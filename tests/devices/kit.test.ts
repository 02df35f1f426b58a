/** What devices are made of: locks and rings between threads, the doorbell, registers as data, guest memory. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ByteRing } from '../../emulator/device/kit/byte-ring.ts';
import { MTIP } from '../../emulator/device/clint/lines.ts';
import { ATTENTION, CoreSignals } from '../../emulator/device/kit/core-signals.ts';
import { SEIP } from '../../emulator/device/plic/lines.ts';
import { Doorbell } from '../../emulator/device/kit/doorbell.ts';
import { Lock } from '../../emulator/device/kit/lock.ts';
import { registers } from '../../emulator/device/kit/registers.ts';
import { boardLayout } from '../../emulator/board/kit/layout.ts';
import { GuestMemory } from '../../emulator/memory/guest-memory.ts';
import { WANTED } from '../../emulator/memory/attention.ts';
import { ascii, eventually, seeded, settle, testBoard, testOutside, text } from './kit/test-board.ts';

const kit = (file: string) => JSON.stringify(new URL(`../../emulator/device/kit/${file}`, import.meta.url).href);

/** Runs a module's text on a thread of its own and resolves with what it posts. */
function onThread(source: string, workerData: unknown): { posted: Promise<unknown>; end(): Promise<number> } {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData });
  const posted = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  return { posted, end: () => worker.terminate() };
}

it('a lock lets one thread in at a time', async () => {
  const buffer = new SharedArrayBuffer(16);
  const source = `
    import { workerData, parentPort } from 'node:worker_threads';
    import { Lock } from ${kit('lock.ts')};
    const lock = new Lock(workerData, 0);
    const plain = new Int32Array(workerData, 8, 1);
    for (let i = 0; i < 20000; i++) lock.hold(() => { plain[0] = plain[0] + 1; });
    parentPort.postMessage('done');`;
  const threads = [1, 2, 3].map(() => onThread(source, buffer));
  await Promise.all(threads.map(({ posted }) => posted));
  expect(new Int32Array(buffer)[2]).toBe(60_000);
  await Promise.all(threads.map(({ end }) => end()));
});

it('a lock is free again when what it guarded throws', () => {
  const lock = new Lock(new SharedArrayBuffer(8), 0);
  expect(() =>
    lock.hold(() => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(lock.hold(() => 5)).toBe(5);
});

describe('byte ring', () => {
  it('carries every byte in order between threads, however slow the consumer', async () => {
    const capacity = 4096;
    const buffer = new SharedArrayBuffer(ByteRing.size(capacity) + 16);
    const ring = new ByteRing(buffer, 8, capacity, 0);
    const total = 100_000;
    const source = `
      import { workerData, parentPort } from 'node:worker_threads';
      import { ByteRing } from ${kit('byte-ring.ts')};
      const ring = new ByteRing(workerData, 8, ${capacity}, 0);
      for (let i = 0; i < ${total}; i++) while (!ring.push(i * 7 & 0xff).done) ring.waitForRoom();
      parentPort.postMessage('done');`;
    const thread = onThread(source, buffer);
    const random = seeded(7);
    let seen = 0;
    while (seen < total) {
      for (const byte of ring.take(random(3000))) {
        if (byte !== ((seen * 7) & 0xff)) throw new Error(`byte ${seen} is ${byte}`);
        seen += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await thread.posted).toBe('done');
    expect(ring.length).toBe(0);
    await thread.end();
  });

  it('is full before its end, and keeps the reserve for those that were released', () => {
    const buffer = new SharedArrayBuffer(ByteRing.size(2048) + 16);
    const release = new Int32Array(buffer, 0, 1);
    const ring = new ByteRing(buffer, 8, 2048, 0);
    let count = 0;
    while (ring.push(1).done) count += 1;
    expect([count, ring.room]).toEqual([1024, 0]);
    release[0] = 1;
    ring.waitForRoom();
    for (let index = 0; index < 2000; index++) expect(ring.push(2).done).toBe(true);
    expect(ring.length).toBe(2048);
    expect(ring.take(5000).length).toBe(2048);
  });

  it('says when the consumer must be woken', () => {
    const ring = new ByteRing(new SharedArrayBuffer(ByteRing.size(2048) + 16), 8, 2048, 0);
    expect([ring.push(1).wake, ring.push(2).wake]).toEqual([true, false]);
    ring.take(2);
    expect(ring.push(3).wake).toBe(true);
  });
});

it('a doorbell rung on another thread wakes the event loop', async () => {
  const buffer = new SharedArrayBuffer(Doorbell.SIZE);
  const bell = new Doorbell(buffer, 0);
  const waiting = bell.rung();
  const source = `
    import { workerData } from 'node:worker_threads';
    import { Doorbell } from ${kit('doorbell.ts')};
    const bell = new Doorbell(workerData, 0);
    bell.ring(3); bell.ring(31); bell.ring(3);`;
  const alive = setTimeout(() => undefined, 20_000);
  const thread = onThread(source, buffer);
  await waiting;
  clearTimeout(alive);
  let rung = 0;
  await eventually(() => (rung |= bell.take()) === ((1 << 3) | (1 << 31)));
  expect(rung).toBe((1 << 3) | (1 << 31));
  expect(bell.take()).toBe(0);
  bell.ring(0);
  await bell.rung();
  await thread.end();
});

it('core signals wake a core only when something changed', () => {
  const signals = new CoreSignals(new SharedArrayBuffer(8), 0);
  signals.raise(MTIP);
  expect([signals.lines, signals.words[ATTENTION]]).toEqual([MTIP, WANTED]);
  signals.words[ATTENTION] = 0;
  signals.raise(MTIP);
  signals.lower(SEIP);
  expect(signals.words[ATTENTION]).toBe(0);
  signals.lower(MTIP);
  expect([signals.lines, signals.words[ATTENTION]]).toEqual([0, WANTED]);
});

describe('registers', () => {
  interface Sample {
    readonly state: { word: number; low: number; high: number };
    readonly seen: string[];
  }
  const bank = registers<Sample>()({
    word: { at: 0, doc: 'all bits but the lowest', holds: 'word', writable: 0xffff_fffe },
    low: { at: 4, width: 1, doc: 'a byte', holds: 'low', writable: 0xff },
    high: { at: 5, width: 1, doc: 'another', holds: 'high', writable: 0x0f },
    many: { at: 8, count: 3, doc: 'three of a kind', read: (_, index) => 100 + index, write: (d, v, i) => d.seen.push(`${i}=${v}`) },
    readOnly: { at: 0x20, doc: 'cannot be written', holds: 'word' },
  });
  const make = () => {
    const device: Sample = { state: { word: 0x1234_5679, low: 0xaa, high: 0x05 }, seen: [] };
    const unknown: number[] = [];
    const count = (offset: number) => void unknown.push(offset);
    return {
      device,
      unknown,
      read: (offset: number, size: 1 | 2 | 4) => bank.read(device, offset, size, count),
      write: (offset: number, size: 1 | 2 | 4, value: number) => bank.write(device, offset, size, value, count),
    };
  };

  it('keep masked bits, stay unsigned, and refuse writes to what is read-only', () => {
    const { device, read, write } = make();
    write(0, 4, 0xffff_fff0);
    expect(read(0, 4)).toBe(0xffff_fff1);
    write(0x20, 4, 0);
    expect(device.state.word).toBe(0xffff_fff1);
  });

  it('are reached in parts and together', () => {
    const { device, read, write, unknown } = make();
    expect([read(0, 1), read(1, 1), read(2, 2), read(4, 2), read(4, 4)]).toEqual([0x79, 0x56, 0x1234, 0x05aa, 0x05aa]);
    write(1, 1, 0xee);
    write(4, 2, 0xffbb);
    expect(device.state).toEqual({ word: 0x1234_ee79, low: 0xbb, high: 0x0f });
    expect(unknown).toEqual([]);
  });

  it('may be arrays, and unknown offsets are told', () => {
    const { device, read, write, unknown } = make();
    write(16, 4, 7);
    expect([read(12, 4), device.seen, read(0x30, 4)]).toEqual([101, ['2=7'], 0]);
    write(0x31, 1, 1);
    expect(unknown).toEqual([0x30, 0x31]);
  });

  it('cannot lie on one another', () => {
    const clash = { one: { at: 4, doc: 'first' }, two: { at: 0, count: 2, doc: 'second reaches into it' } };
    expect(() => registers<Sample>()(clash)).toThrow('one and two are both at 4');
  });
});

describe('guest memory', () => {
  const make = (size = 8 * 4096) => {
    const pageFlags = new Uint8Array(size / 4096);
    const told: number[] = [];
    const memory = new GuestMemory({
      buffer: new SharedArrayBuffer(size),
      ramOffset: 0,
      ranges: [{ at: 0x8000_0000, size }],
      pageFlags,
      fetch: () => undefined,
      keep: () => undefined,
      codeWritten: (page) => void told.push(page),
    });
    return { memory, pageFlags, told };
  };
  it('gives nothing outside RAM', () => {
    const { memory } = make();
    expect(memory.bytes(0x7fff_ffff, 2)).toBeUndefined();
    expect(memory.bytes(memory.end - 1, 2)).toBeUndefined();
    expect(memory.bytes(memory.end, 0)?.length).toBe(0);
    expect(memory.bytes(0x8000_0000, -1)).toBeUndefined();
    expect(memory.bytes(2 ** 53, 4)).toBeUndefined();
  });
  it('tells of every page of code that was written', () => {
    const { memory, pageFlags, told } = make();
    pageFlags.set([0, 1, 0, 1, 1]);
    memory.written(0x8000_0fff, 3 * 4096);
    expect(told).toEqual([1, 3]);
    memory.written(0x8000_5000, 10);
    expect(told).toEqual([1, 3]);
  });
});

describe('layout', () => {
  const small = { board: 'riscv64-virt', cores: 1, memoryBytes: 2 ** 20, disks: [], ports: [] } as const;
  it('puts nothing on anything else', () => {
    const layout = boardLayout({ ...small, cores: 8, disks: [{ readonly: false }], ports: ['a', 'b'] }, 4096);
    const spans = [...layout.components.values()].flatMap(
      ({ schema, stateAt, guardAt }) =>
        [
          [stateAt, schema.size],
          [guardAt, 16],
        ] as const,
    );
    spans.push(...layout.signals.map((at) => [at, 8] as const), [layout.doorbell, 8], [layout.release, 4]);
    const shared = (name: string) => layout.shared.get(name) ?? -1;
    spans.push([shared('uart16550/ring'), 65544], [shared('virtio-console/emergency'), 4104], [layout.pciLock, 4]);
    const sorted = [...spans].sort(([a], [b]) => a - b);
    expect(sorted[0]?.[0]).toBe(4096);
    sorted.forEach(([at, size], index) => expect(at + size).toBeLessThanOrEqual(sorted[index + 1]?.[0] ?? 4096 + layout.size));
    expect(layout.size % 64).toBe(0);
  });
  it('refuses more than the board has room for', () => {
    expect(() => boardLayout({ ...small, disks: new Array(24).fill({ readonly: true }) }, 0)).not.toThrow();
    expect(() => boardLayout({ ...small, disks: new Array(25).fill({ readonly: true }) }, 0)).toThrow('at most 24 disks');
    expect(() => boardLayout({ ...small, ports: new Array(32).fill('p') }, 0)).toThrow('at most 31 console ports');
  });
});

it('a reboot in place resets the devices and keeps the outside plugged in', async () => {
  const test = testBoard({ disks: [{ readonly: false }] });
  const store = { sizeBytes: 8192, readonly: false, read: async () => {}, write: async () => {}, flush: async () => {} };
  const outside = testOutside({ disks: [store] });
  test.board.attach(outside);
  test.board.write(0x1000_0007, 1, 0x77);
  await test.board.restart();
  expect([test.board.read(0x1000_0007, 1), test.board.read(0x1000_1100, 4)]).toEqual([0, 16]);
  test.board.firmwareConsole.print(ascii('again'));
  await settle();
  expect(text(outside.printed.get(0))).toBe('again');
  await test.board.outside.close();
});
