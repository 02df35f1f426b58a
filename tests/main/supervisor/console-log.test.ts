/** Console output under load: bounded whatever clients do, complete for those that keep up. */
import { expect, test, vi } from 'vitest';
import { ByteRing } from '../../../main/supervisor/byte-ring.ts';
import { ConsoleLog, type Channel } from '../../../main/supervisor/console-log.ts';
import { consoleStore } from '../../../main/supervisor/console-store.ts';
import { HISTORY_BYTES } from '../../../main/library/console-records.ts';
import { CHANNEL_WINDOW } from '../../../preload/contract/wire.ts';

/** A stream whose byte at position p is known. */
const numbered = (from: number, count: number) => Uint8Array.from({ length: count }, (_, index) => (from + index) % 251);

/** A guest that prints as fast as it is acknowledged. */
function guestOf(log: ConsoleLog) {
  const guest = { printed: 0, unacknowledged: 0, print: (_count: number) => 0 };
  log.attachGuest((count) => (guest.unacknowledged -= count));
  guest.print = (count) => {
    const allowed = Math.min(count, CHANNEL_WINDOW - guest.unacknowledged);
    if (allowed <= 0) return 0;
    const bytes = numbered(guest.printed, allowed);
    guest.printed += allowed;
    guest.unacknowledged += allowed;
    log.append(bytes);
    return allowed;
  };
  return guest;
}

/** A client: what it received, what it was told it missed. */
function clientOf(log: ConsoleLog, eager: boolean) {
  const client = { received: [] as Uint8Array[], bytes: 0, skipped: 0, unread: 0, channel: undefined as unknown as Channel };
  client.channel = log.open({
    output(bytes) {
      client.received.push(bytes);
      client.bytes += bytes.length;
      client.unread += bytes.length;
      if (eager) queueMicrotask(() => ((client.unread -= bytes.length), client.channel.acknowledge(bytes.length)));
    },
    skipped: (bytes) => void (client.skipped += bytes),
  });
  client.channel.begin();
  return client;
}

test('the ring keeps the last bytes of a stream at their positions', () => {
  const ring = new ByteRing(8192, 1000);
  let position = 1000;
  for (const count of [10, 5000, 1, 3000, 0, 8192, 4096, 20_000, 77]) {
    ring.append(numbered(position, count));
    position += count;
    expect(ring.end).toBe(position);
    expect(ring.end - ring.start).toBeLessThanOrEqual(8192);
    expect(ring.slice(ring.start, ring.end)).toEqual(numbered(ring.start, ring.end - ring.start));
  }
});

test('a machine with no console attached runs on', () => {
  const guest = guestOf(new ConsoleLog());
  for (let round = 0; round < 100; round++) expect(guest.print(50_000)).toBe(50_000);
});

test('a client that keeps up gets every byte and slows the guest instead of missing any', async () => {
  const log = new ConsoleLog();
  const guest = guestOf(log);
  const client = clientOf(log, true);
  while (guest.printed < 5e6) {
    guest.print(64 * 1024);
    await Promise.resolve();
    expect(client.unread).toBeLessThanOrEqual(CHANNEL_WINDOW);
  }
  await vi.waitFor(() => expect(client.bytes).toBe(guest.printed));
  expect(client.skipped).toBe(0);
  expect(Buffer.concat(client.received).equals(numbered(0, guest.printed))).toBe(true);
});

test('a client that vanished holds the guest for a moment only, keeps no memory, and is told what it missed', async () => {
  vi.useFakeTimers();
  try {
    const log = new ConsoleLog();
    const guest = guestOf(log);
    const vanished = clientOf(log, false);
    while (guest.print(64 * 1024) > 0);
    expect(guest.printed).toBeLessThanOrEqual(2 * CHANNEL_WINDOW);
    vi.advanceTimersByTime(600);
    for (let round = 0; round < 100; round++) expect(guest.print(64 * 1024)).toBe(64 * 1024);
    expect([vanished.bytes, vanished.skipped]).toEqual([CHANNEL_WINDOW, 0]);
    vanished.channel.acknowledge(CHANNEL_WINDOW);
    expect(vanished.skipped).toBe(guest.printed - HISTORY_BYTES - CHANNEL_WINDOW);
    expect(vanished.bytes).toBe(2 * CHANNEL_WINDOW);
  } finally {
    vi.useRealTimers();
  }
});

test('a slow client stops no other one', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    const log = new ConsoleLog();
    const guest = guestOf(log);
    clientOf(log, false);
    const quick = clientOf(log, true);
    for (let round = 0; round < 200; round++) {
      guest.print(64 * 1024);
      await Promise.resolve();
      vi.advanceTimersByTime(100);
    }
    expect(guest.printed).toBeGreaterThan(100 * 64 * 1024);
    expect([quick.bytes, quick.skipped]).toEqual([guest.printed, 0]);
  } finally {
    vi.useRealTimers();
  }
});

test('a channel that closes lets the guest go on at once', () => {
  const log = new ConsoleLog();
  const guest = guestOf(log);
  const client = clientOf(log, false);
  while (guest.print(64 * 1024) > 0);
  client.channel.close();
  expect(guest.print(1000)).toBe(1000);
});

test('what was stored comes first, and its length is told', () => {
  const log = new ConsoleLog({ end: 5000, bytes: new TextEncoder().encode('earlier ') });
  guestOf(log);
  const client = clientOf(log, false);
  log.append(new TextEncoder().encode('now'));
  expect(client.channel.historyBytes).toBe(8);
  expect(Buffer.concat(client.received).toString()).toBe('earlier now');
});

test('storing a flood costs at most what is kept, and the chunks are the stream', async () => {
  const log = new ConsoleLog();
  const stored = new Map<number, Uint8Array>();
  let written = 0;
  const store = consoleStore(
    log,
    async (position, bytes) => ((written += bytes.length), void stored.set(position, bytes)),
    () => undefined,
  );
  for (let position = 0; position < 20e6; position += 100_000) log.append(numbered(position, 100_000));
  await store.flush();
  expect(written).toBeLessThanOrEqual(HISTORY_BYTES);
  for (const [position, bytes] of stored) expect(bytes).toEqual(numbered(position, bytes.length));
  expect(Math.max(...[...stored].map(([position, bytes]) => position + bytes.length))).toBe(log.end);
});

test('many small pieces become few chunks, each replaced as it grows', async () => {
  const log = new ConsoleLog();
  const stored = new Map<number, Uint8Array>();
  const store = consoleStore(
    log,
    async (position, bytes) => void stored.set(position, bytes),
    () => undefined,
  );
  for (let piece = 0; piece < 400; piece++) {
    log.append(numbered(piece * 100, 100));
    await store.flush();
  }
  expect(stored.size).toBeLessThan(5);
  expect(Buffer.concat([...stored.values()]).equals(numbered(0, 40_000))).toBe(true);
});

test('a library that cannot be written is told once; what was kept is written later', async () => {
  const log = new ConsoleLog();
  const failures: string[] = [];
  let full = true;
  const stored: string[] = [];
  const store = consoleStore(
    log,
    async (_position, bytes) => {
      if (full) throw new Error('the disk is full');
      stored.push(new TextDecoder().decode(bytes));
    },
    (error) => void failures.push(error.message),
  );
  log.append(new TextEncoder().encode('one '));
  await store.flush();
  log.append(new TextEncoder().encode('two'));
  await store.flush();
  full = false;
  await store.flush();
  expect([failures, stored]).toEqual([['the disk is full'], ['one two']]);
});
