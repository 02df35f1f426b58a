/** The virtio console with several ports: the handshake of Linux's virtio_console driver, bytes both ways, flow control. */
import { expect, it } from 'vitest';
import { CONSOLE_PLACE } from '../../emulator/board/riscv64-virt/memory-map.ts';
import { decodeControl, encodeControl } from '../../emulator/device/virtio/console/control.ts';
import { TestDriver } from './kit/test-driver.ts';
import { ascii, eventually, settle, testBoard, testOutside, text } from './kit/test-board.ts';

const [CONTROL_IN, CONTROL_OUT] = [2, 3];

async function consoles() {
  const test = testBoard({ ports: ['shell', 'vivarium.exec'] });
  const outside = testOutside();
  test.board.attach(outside);
  const driver = new TestDriver(test, CONSOLE_PLACE);
  const { memory } = test;
  driver.start([0, 1, 2, 3, 4, 5], 3n);
  const at = (offset: number) => memory.base + 0x20_0000 + offset;
  for (let index = 0; index < 12; index++) driver.send(CONTROL_IN, [{ address: at(256 * index), length: 64, writable: true }], index);
  const send = (queue: number, bytes: Uint8Array, first = 0, place = 0x1_0000) => {
    memory.bytes(at(place), bytes.length)?.set(bytes);
    driver.send(queue, [{ address: at(place), length: bytes.length, writable: false }], first);
  };
  const told = () =>
    driver.used(CONTROL_IN).map(({ head, written }) => {
      const bytes = memory.bytes(at(256 * head), written)?.slice() ?? new Uint8Array(0);
      return { ...decodeControl(bytes), rest: text(bytes.subarray(8)) };
    });
  const say = async (port: number, event: number, value: number) => {
    send(CONTROL_OUT, encodeControl({ port, event, value }), 0, 0x1_1000);
    await settle(3);
  };
  return { ...test, outside, driver, at, send, told, say };
}

it('introduces its ports: terminals as consoles, channels by name only', async () => {
  const { driver, told, say, board } = await consoles();
  expect([driver.read(0x104), driver.read(0x100, 2), driver.read(0x102, 2)]).toEqual([2, 80, 25]);
  await say(0xffff_ffff, 0, 1);
  expect(told().map(({ port, event }) => [port, event])).toEqual([
    [0, 1],
    [1, 1],
  ]);
  await say(0, 3, 1);
  expect(told()).toEqual([
    { port: 0, event: 4, value: 1, rest: '' },
    { port: 0, event: 7, value: 1, rest: 'shell\0'.slice(0, 5) },
    { port: 0, event: 6, value: 1, rest: '' },
  ]);
  await say(1, 3, 1);
  expect(told().map(({ event, rest }) => [event, rest])).toEqual([
    [7, 'vivarium.exec'],
    [6, ''],
  ]);
  await board.outside.close();
});

it('carries output of each port apart, and what is left at the end', async () => {
  const { send, outside, board } = await consoles();
  send(1, ascii('prompt$ '));
  send(5, ascii('7\n'), 0, 0x1_2000);
  await settle(10);
  expect([text(outside.printed.get(1)), text(outside.printed.get(2))]).toEqual(['prompt$ ', '7\n']);
  send(5, ascii('last'), 1, 0x1_2000);
  await board.outside.close();
  expect(text(outside.printed.get(2))).toBe('7\nlast');
});

it('gives input when a reader has buffers, and keeps the rest', async () => {
  const { driver, at, board, memory, say } = await consoles();
  await say(0, 3, 1);
  board.outside.input(1, ascii('echo hi\n'));
  await settle(5);
  expect(board.outside.inputWaiting(1)).toBe(8);
  driver.send(0, [{ address: at(0x2_0000), length: 5, writable: true }]);
  await settle(5);
  expect(driver.used(0)).toEqual([{ head: 0, written: 5 }]);
  driver.send(0, [{ address: at(0x2_0100), length: 100, writable: true }], 1);
  await settle(5);
  expect(text(memory.bytes(at(0x2_0000), 5)) + text(memory.bytes(at(0x2_0100), 3))).toBe('echo hi\n');
  expect(board.outside.inputWaiting(1)).toBe(0);
  await board.outside.close();
});

it('gives a driver without several ports the input of its only one', async () => {
  const test = testBoard({ ports: ['shell', 'vivarium.exec'] });
  test.board.attach(testOutside());
  const driver = new TestDriver(test, CONSOLE_PLACE);
  driver.start([0, 1], 0n);
  const address = test.memory.base + 0x20_0000;
  driver.send(0, [{ address, length: 16, writable: true }]);
  test.board.outside.input(1, ascii('typed'));
  await eventually(() => driver.used(0).length === 1);
  expect(text(test.memory.bytes(address, 5) ?? new Uint8Array())).toBe('typed');
  await test.board.outside.close();
});

it('keeps input for a channel until the guest opens it', async () => {
  const { driver, at, board, say } = await consoles();
  driver.send(4, [{ address: at(0x2_0000), length: 16, writable: true }]);
  board.outside.input(2, ascii('x'));
  await settle(5);
  expect(driver.used(4)).toEqual([]);
  await say(1, 6, 1);
  expect(driver.used(4)).toEqual([{ head: 0, written: 1 }]);
  await board.outside.close();
});

it('takes no more output than is acknowledged and 100 KiB; one long buffer goes in parts', async () => {
  const { driver, at, outside, board } = await consoles();
  const length = 150 * 1024;
  driver.send(1, [{ address: at(0x4_0000), length, writable: false }]);
  const delivered = () => outside.printed.get(1)?.length ?? 0;
  await eventually(() => delivered() >= 100 * 1024);
  await settle(15);
  expect(delivered()).toBe(100 * 1024);
  expect(driver.used(1), 'the guest waits').toEqual([]);
  board.outside.acknowledge(1, 100 * 1024);
  await eventually(() => delivered() === length);
  expect(driver.used(1)).toHaveLength(1);
  await board.outside.close();
});

it('tells the guest the size of its terminal, now and when a port appears later', async () => {
  const { driver, told, say, board } = await consoles();
  board.outside.resize(1, 132, 43);
  expect([driver.read(0x100, 2), driver.read(0x102, 2)]).toEqual([132, 43]);
  await say(0, 3, 1);
  const sizes = (messages: ReturnType<typeof told>) =>
    messages.filter(({ event }) => event === 5).map(({ rest }) => [...rest].map((c) => c.charCodeAt(0)));
  expect(sizes(told())).toEqual([[132, 0, 43, 0]]);
  board.outside.resize(1, 80, 24);
  expect(sizes(told())).toEqual([[80, 0, 24, 0]]);
  board.outside.resize(2, 10, 10);
  board.outside.resize(9, 10, 10);
  await board.outside.close();
});

it('shows emergency writes', async () => {
  const { driver, outside, board } = await consoles();
  for (const byte of ascii('oops')) driver.write(0x108, byte);
  await eventually(() => text(outside.printed.get(1)) === 'oops');
  expect(text(outside.printed.get(1))).toBe('oops');
  await board.outside.close();
});

it('heeds no message about a port it does not have', async () => {
  const { say, told, driver, board } = await consoles();
  await say(77, 3, 1);
  await say(77, 6, 1);
  expect(told()).toEqual([]);
  expect(driver.status & 64).toBe(0);
  await board.outside.close();
});

it('drops no input that nobody reads, and says how much of it the guest has taken', async () => {
  const { driver, at, board, say } = await consoles();
  const told: number[] = [];
  const taken = (count: number) => void told.push(count);
  board.outside.input(1, new Uint8Array(3 * 1024 * 1024), taken);
  board.outside.input(1, ascii('more'), taken);
  board.outside.input(9, ascii('there is no such console'), taken);
  expect(told).toEqual([0]);
  expect(board.outside.inputWaiting(1)).toBe(3 * 1024 * 1024 + 4);
  await say(0, 3, 1);
  driver.send(0, [{ address: at(0), length: 1000, writable: true }]);
  await settle(10);
  expect(told).toEqual([0]);
  await board.outside.close();
  expect(told).toEqual([0, 1000, 0]);
});

it('returns buffers without bytes or room and goes on behind them', async () => {
  const { driver, at, send, outside, board, say } = await consoles();
  await say(0, 3, 1);
  driver.send(1, [{ address: at(0), length: 1, writable: true }], 3);
  driver.send(1, [{ address: at(0), length: 8, writable: true }], 4);
  send(1, ascii('behind'), 5);
  driver.send(0, [{ address: at(0), length: 8, writable: false }]);
  driver.send(0, [{ address: at(0x2_0000), length: 4, writable: true }], 1);
  board.outside.input(1, ascii('in'));
  await settle(10);
  expect(text(outside.printed.get(1))).toBe('behind');
  expect(driver.used(1).map(({ head }) => head)).toEqual([3, 4, 5]);
  expect(driver.used(0)).toEqual([
    { head: 0, written: 0 },
    { head: 1, written: 2 },
  ]);
  await board.outside.close();
});
