/** The virtio file system device over a link of the test's: messages and answers, hostile chains, standing still and going back. */
import { expect, it } from 'vitest';
import { UART } from '../../emulator/board/riscv64-virt/memory-map.ts';
import type { DiskStore } from '../../emulator/device/kit/outside.ts';
import type { ShareLink } from '../../emulator/device/kit/share.ts';
import { MESSAGE_BYTES_MAX } from '../../emulator/device/virtio/message-back-end.ts';
import { ascii, eventually, settle, testBoard, testOutside, text } from './kit/test-board.ts';
import { QUEUE_SIZE, TestDriver } from './kit/test-driver.ts';

/** The last place of disks, where the first shared folder is. */
const PLACE = 25;
const [HIGH_PRIORITY, REQUESTS] = [0, 1];

/** A link whose answers the test gives. */
class TestLink implements ShareLink {
  readonly asked: { readonly text: string; readonly room: number; answer(bytes: Uint8Array | undefined): void }[] = [];
  readonly calls: string[] = [];
  session = ascii('the session');
  serve(bytes: Uint8Array, room: number): Promise<Uint8Array | undefined> {
    return new Promise((resolve) => void this.asked.push({ text: text(bytes), room, answer: resolve }));
  }
  settled(): Promise<Uint8Array> {
    return Promise.resolve(this.session);
  }
  restored(session: Uint8Array | undefined): void {
    this.calls.push(`restored ${session ? text(session) : 'nothing'}`);
  }
  reset(): void {
    this.calls.push('reset');
  }
}

function folder() {
  const test = testBoard({ shares: [{}] });
  const link = new TestLink();
  test.board.attach(testOutside({ shares: [{ tag: 'work', link }] }));
  const driver = new TestDriver(test, PLACE);
  driver.start([HIGH_PRIORITY, REQUESTS]);
  const at = (offset: number) => test.memory.base + 0x20_0000 + offset;
  /** Sends a message in two pieces, with room for an answer of 64 bytes. */
  const send = (message: string, { queue = REQUESTS, first = 0, room = 64 } = {}) => {
    const place = at(0x1000 * first);
    test.memory.bytes(place, message.length)?.set(ascii(message));
    driver.send(
      queue,
      [
        { address: place, length: 3, writable: false },
        { address: place + 3, length: message.length - 3, writable: false },
        ...(room === 0 ? [] : [{ address: place + 0x800, length: room, writable: true }]),
      ],
      first,
    );
  };
  const answered = (first: number, length: number) => text(test.memory.bytes(at(0x1000 * first + 0x800), length));
  return { ...test, link, driver, at, send, answered };
}

it('shows its tag and one queue of requests', () => {
  const { driver } = folder();
  expect(text(Array.from({ length: 6 }, (_, index) => driver.read(0x100 + index, 1)))).toBe('work\0\0');
  expect(driver.read(0x124)).toBe(1);
});

it('hands messages over whole and answers in whatever order the folder does', async () => {
  const { send, link, driver, answered } = folder();
  send('first message');
  send('second message', { first: 4 });
  send('forget', { queue: HIGH_PRIORITY, first: 8, room: 0 });
  await eventually(() => link.asked.length === 3);
  expect(link.asked.map(({ text: said, room }) => [said, room]).sort()).toEqual([
    ['first message', 64],
    ['forget', 0],
    ['second message', 64],
  ]);
  const of = (said: string) => link.asked.find((each) => each.text === said)!;
  of('second message').answer(ascii('two'));
  of('forget').answer(undefined);
  await eventually(() => driver.usedIndex(REQUESTS) === 1 && driver.usedIndex(HIGH_PRIORITY) === 1);
  of('first message').answer(ascii('one'));
  await eventually(() => driver.usedIndex(REQUESTS) === 2);
  expect(driver.used(REQUESTS)).toEqual([
    { head: 4, written: 3 },
    { head: 0, written: 3 },
  ]);
  expect(driver.used(HIGH_PRIORITY)).toEqual([{ head: 8, written: 0 }]);
  expect([answered(0, 3), answered(4, 3)]).toEqual(['one', 'two']);
});

it('gives back at once what is longer than any message, and never asks for more than there may be', async () => {
  const { driver, at, link } = folder();
  driver.send(REQUESTS, [{ address: at(0), length: MESSAGE_BYTES_MAX + 1, writable: false }]);
  await eventually(() => driver.usedIndex(REQUESTS) === 1);
  expect([link.asked, driver.used(REQUESTS)]).toEqual([[], [{ head: 0, written: 0 }]]);
});

it('answers nothing of before a reset', async () => {
  const { send, link, driver, answered } = folder();
  send('old message');
  await eventually(() => link.asked.length === 1);
  driver.start([HIGH_PRIORITY, REQUESTS]);
  await eventually(() => link.calls.filter((call) => call === 'reset').length === 2);
  link.asked[0]!.answer(ascii('late'));
  await settle(5);
  expect([driver.usedIndex(REQUESTS), answered(0, 4)]).toEqual([0, '\0\0\0\0']);
});

it('comes to a stand while the folder does not answer, and goes on with the same messages', async () => {
  const { send, link, driver, board } = folder();
  send('message');
  await eventually(() => link.asked.length === 1);
  await board.outside.quiesce();
  send('later message', { first: 4 });
  await settle(5);
  expect(link.asked).toHaveLength(1);
  link.asked[0]!.answer(ascii('while still'));
  await eventually(() => driver.usedIndex(REQUESTS) === 1);
  board.outside.resume();
  await eventually(() => link.asked.length === 2);
  expect(link.asked[1]!.text).toBe('later message');
});

it('goes on from a saved state: the session is the one that was kept, and what nobody had answered is asked again', async () => {
  const { send, link, driver, board } = folder();
  send('unanswered');
  await eventually(() => link.asked.length === 1);
  await board.outside.quiesce();
  const kept = new Map(board.outside.keeping.map(({ name, kept: value }) => [name, value()!]));
  expect(kept.get('virtio-fs-0-session')).toEqual(link.session);
  board.outside.returned(undefined, kept);
  board.outside.resume();
  await eventually(() => link.asked.length === 2);
  expect([link.calls.at(-1), link.asked[1]!.text]).toEqual(['restored the session', 'unanswered']);
  // The answer to the first asking is nobody's now.
  link.asked[0]!.answer(ascii('of before'));
  await settle(5);
  expect(driver.usedIndex(REQUESTS)).toBe(0);
  link.asked[1]!.answer(ascii('of now'));
  await eventually(() => driver.usedIndex(REQUESTS) === 1);
  board.outside.returned(undefined);
  expect(link.calls.at(-1)).toBe('restored nothing');
});

it('holds up neither disk nor console while a folder never answers', async () => {
  const test = testBoard({ shares: [{}], disks: [{ readonly: true }] });
  const link = new TestLink();
  const store: DiskStore = {
    sizeBytes: 4096,
    readonly: true,
    read: async (_offset, into) => void into.fill(0x5a),
    write: () => Promise.reject(new Error('nobody writes')),
    flush: () => Promise.resolve(),
  };
  const outside = testOutside({ shares: [{ tag: 'work', link }], disks: [store] });
  test.board.attach(outside);
  const folders = new TestDriver(test, PLACE);
  folders.start([REQUESTS]);
  const at = (offset: number) => test.memory.base + 0x20_0000 + offset;
  // As many as there may be, and more.
  for (let first = 0; first < QUEUE_SIZE; first += 2)
    folders.send(
      REQUESTS,
      [
        { address: at(0), length: 64, writable: false },
        { address: at(64), length: 64, writable: true },
      ],
      first,
    );
  await eventually(() => link.asked.length > 0);

  const disk = new TestDriver(test, 0);
  disk.start([0]);
  test.memory.view.setUint32(at(0x1000) - test.memory.base, 0, true);
  test.memory.view.setBigUint64(at(0x1008) - test.memory.base, 1n, true);
  disk.send(0, [
    { address: at(0x1000), length: 16, writable: false },
    { address: at(0x2000), length: 512, writable: true },
    { address: at(0x3000), length: 1, writable: true },
  ]);
  await eventually(() => disk.usedIndex(0) === 1);
  expect([test.memory.bytes(at(0x2000), 2), disk.usedIndex(0)]).toEqual([Uint8Array.of(0x5a, 0x5a), 1]);
  for (const letter of ascii('still here')) test.board.write(UART.at, 1, letter);
  await eventually(() => outside.printed.get(0)?.length === 10);
  expect([text(outside.printed.get(0)), folders.usedIndex(REQUESTS)]).toEqual(['still here', 0]);
  // It comes to a stand, too, and goes on.
  await test.board.outside.quiesce();
  test.board.outside.resume();
  for (const { answer } of link.asked.splice(0)) answer(ascii('late'));
  await eventually(() => folders.usedIndex(REQUESTS) > 0);
  expect(folders.usedIndex(REQUESTS)).toBeGreaterThan(0);
});
