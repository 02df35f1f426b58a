/** The virtio network device: configuration, frames both ways with and without merged buffers, control commands, link, room. */
import { expect, it } from 'vitest';
import { NETWORK_PLACES } from '../../emulator/board/riscv64-virt/memory-map.ts';
import type { Frame, NetworkCard, NetworkLink } from '../../emulator/device/kit/network.ts';
import { TestDriver } from './kit/test-driver.ts';
import { settle, testBoard, testOutside } from './kit/test-board.ts';

const ADDRESS = Uint8Array.of(0x52, 0x54, 0, 1, 2, 3);
const [RECEIVE, TRANSMIT, CONTROL] = [0, 1, 2];
const MERGED = 1n << 15n;
const [CHECKSUM, GUEST_CHECKSUM, OFFLOADS, TSO4] = [1n << 0n, 1n << 1n, 1n << 2n, 1n << 7n];
const ANNOUNCE = 1n << 21n;

/** A link that keeps what it was told. */
class TestLink implements NetworkLink {
  card!: NetworkCard;
  readonly sent: Frame[] = [];
  readonly calls: string[] = [];
  plugged(card: NetworkCard): void {
    this.card = card;
  }
  send(frames: readonly Frame[]): void {
    this.sent.push(...frames);
  }
  ready(): void {
    this.calls.push('ready');
  }
  setHeld(held: boolean): void {
    this.calls.push(held ? 'held' : 'goes on');
  }
  returned(): void {
    this.calls.push('returned');
  }
}

async function card(features = 0n, mtu = 1500) {
  const test = testBoard({ networks: [{}] });
  const link = new TestLink();
  const outside = testOutside({ networks: [{ address: ADDRESS, mtu, link }] });
  test.board.attach(outside);
  const driver = new TestDriver(test, NETWORK_PLACES[0]);
  driver.start([RECEIVE, TRANSMIT, CONTROL], features | (1n << 17n));
  await settle(5);
  const at = (offset: number) => test.memory.base + 0x20_0000 + offset;
  /** Sends `bytes` behind a header, in two pieces. */
  const send = async (header: readonly number[], bytes: Uint8Array) => {
    const all = Uint8Array.from([...header, ...new Array<number>(12 - header.length).fill(0), ...bytes]);
    test.memory.bytes(at(0), all.length)?.set(all);
    const cut = Math.min(20, all.length - 1);
    const pieces = [
      { address: at(0), length: cut, writable: false },
      { address: at(cut), length: all.length - cut, writable: false },
    ];
    driver.send(TRANSMIT, pieces);
    await settle(5);
  };
  const command = async (...bytes: readonly number[]) => {
    test.memory.bytes(at(0x4000), bytes.length)?.set(bytes);
    const pieces = [
      { address: at(0x4000), length: bytes.length, writable: false },
      { address: at(0x4800), length: 1, writable: true },
    ];
    driver.send(CONTROL, pieces, 4);
    await settle(5);
    return test.memory.bytes(at(0x4800), 1)?.[0];
  };
  return { ...test, link, driver, at, send, command };
}
const frame = (length: number) => Uint8Array.from({ length }, (_, index) => index & 0xff);

it('shows its address, an up link and its speed; the MTU only where it is not the usual one', async () => {
  const { driver } = await card();
  expect([0, 1, 2, 3, 4, 5].map((offset) => driver.read(0x100 + offset, 1))).toEqual([...ADDRESS]);
  expect([driver.read(0x106, 2), driver.read(0x10c), driver.read(0x110, 1)]).toEqual([1, 10_000, 1]);
  expect(driver.offered() & 8n).toBe(0n);
  const jumbo = await card(8n, 9000);
  expect([jumbo.driver.offered() & 8n, jumbo.driver.read(0x10a, 2)]).toEqual([8n, 9000]);
});

it('hands a frame over with what its sender left to be done, and gives the buffer back at once', async () => {
  const { send, link, driver } = await card(CHECKSUM | GUEST_CHECKSUM | (1n << 11n));
  await send([], frame(60));
  expect(link.sent).toEqual([{ bytes: frame(60) }]);
  expect(driver.used(TRANSMIT)).toHaveLength(1);
  await send([1, 1, 54, 0, 0xb4, 5, 34, 0, 16, 0], frame(4000));
  expect(link.sent[1]?.unfinished).toEqual({
    checksum: { start: 34, offset: 16 },
    segments: { kind: 'tcp4', size: 1460, headerLength: 54 },
  });
});

it.each([
  ['shorter than a header', [], 1],
  ['a checksum beyond its end', [1, 0, 0, 0, 0, 0, 200, 0, 16, 0], 60],
  ['segments of no bytes', [1, 1, 54, 0, 0, 0, 34, 0, 16, 0], 100],
  ['a header longer than itself', [1, 1, 0xff, 0xff, 100, 0, 34, 0, 16, 0], 100],
  ['a kind that there is not', [1, 77, 54, 0, 100, 0, 34, 0, 16, 0], 100],
  ['cutting without the checksum', [0, 1, 54, 0, 100, 0, 34, 0, 16, 0], 100],
] as const)('drops a frame with %s, and goes on', async (_, header, length) => {
  const { send, link, driver } = await card(CHECKSUM);
  await send(header, frame(length));
  expect([link.sent, driver.used(TRANSMIT).length, driver.status & 64]).toEqual([[], 1, 0]);
  await send([], frame(60));
  expect(link.sent).toHaveLength(1);
});

it('fills one buffer a frame, or several where the driver merges them', async () => {
  for (const features of [0n, MERGED]) {
    const { link, driver, memory, at } = await card(features);
    for (let index = 0; index < 4; index++)
      driver.send(RECEIVE, [{ address: at(0x8000 + 0x800 * index), length: 1600, writable: true }], index);
    await settle(5);
    expect(link.card.receive([{ bytes: frame(1500) }])).toBe(1);
    expect(driver.used(RECEIVE)).toEqual([{ head: 0, written: 1512 }]);
    expect(memory.bytes(at(0x8000), 1512)?.subarray(10)).toEqual(Uint8Array.from([1, 0, ...frame(1500)]));
    expect(link.card.receive([{ bytes: frame(3000) }])).toBe(1);
    const used = driver.used(RECEIVE);
    // Without merging it can never fit; with it, it takes two.
    expect(used).toEqual(
      features === 0n
        ? []
        : [
            { head: 1, written: 1600 },
            { head: 2, written: 1412 },
          ],
    );
    if (features === 0n) continue;
    expect(memory.bytes(at(0x8800 + 10), 2)).toEqual(Uint8Array.of(2, 0));
    const got = [...memory.bytes(at(0x8800 + 12), 1588)!, ...memory.bytes(at(0x9000), 1412)!];
    expect(got).toEqual([...frame(3000)]);
    // What does not fit leaves the buffers where they were.
    expect(link.card.receive([{ bytes: frame(3000) }])).toBe(0);
    expect(link.card.receive([{ bytes: frame(1000) }])).toBe(1);
    expect(driver.used(RECEIVE)).toEqual([{ head: 3, written: 1012 }]);
  }
});

it('says that there is no room, and later that there may be', async () => {
  const { link, driver, at } = await card();
  expect(link.card.receive([{ bytes: frame(60) }, { bytes: frame(61) }])).toBe(0);
  expect(link.calls).not.toContain('ready');
  driver.send(RECEIVE, [{ address: at(0x8000), length: 1600, writable: true }]);
  await settle(5);
  expect(link.calls).toContain('ready');
  expect(link.card.receive([{ bytes: frame(60) }, { bytes: frame(61) }])).toBe(1);
});

it('drops what comes before a driver is there, and while the cable is out', async () => {
  const { link, driver, send } = await card();
  link.card.setLink(false);
  expect(driver.read(0x106, 2)).toBe(0);
  expect(link.card.receive([{ bytes: frame(60) }])).toBe(1);
  await send([], frame(60));
  expect([link.sent, driver.used(TRANSMIT).length]).toEqual([[], 1]);
  link.card.setLink(true);
  driver.write(0x70, 0);
  expect([link.card.isUp, link.card.receive([{ bytes: frame(60) }])]).toEqual([false, 1]);
});

it('obeys the commands of its control queue and refuses what is none', async () => {
  const { command, link, board } = await card(CHECKSUM | GUEST_CHECKSUM | OFFLOADS | TSO4);
  expect(link.card.takes).toEqual({ checksum: true, tcp4: true, tcp6: false });
  expect(await command(5, 0, 2, 0, 0, 0, 0, 0, 0, 0)).toBe(0);
  expect(link.card.takes).toEqual({ checksum: true, tcp4: false, tcp6: false });
  expect(await command(5, 0, 2, 1, 0, 0, 0, 0, 0, 0)).toBe(1);
  expect(await command(0, 0, 1)).toBe(0);
  expect(await command(1, 1, 2, 0, 0, 0, 0, 9)).toBe(0);
  expect([...link.card.address]).toEqual([2, 0, 0, 0, 0, 9]);
  expect(await command(1, 1, 3, 0, 0, 0, 0, 9)).toBe(1);
  expect(await command(1, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0)).toBe(0);
  expect(await command(1, 0, 255, 255, 255, 255, 1, 2, 3, 4)).toBe(1);
  expect(await command(99, 0)).toBe(1);
  expect(await command(4, 0, 2, 0)).toBe(1);
  await board.outside.close();
});

it('lets nothing reach a machine that stands still, and announces itself after a return', async () => {
  const { link, driver, board, at, command } = await card(ANNOUNCE | (1n << 16n));
  driver.send(RECEIVE, [{ address: at(0x8000), length: 1600, writable: true }]);
  await settle(5);
  await board.outside.quiesce();
  expect(link.card.receive([{ bytes: frame(60) }])).toBe(0);
  expect(driver.used(RECEIVE)).toEqual([]);
  board.outside.returned(undefined);
  board.outside.renewGeneration();
  board.outside.resume();
  expect(link.calls.slice(-4)).toEqual(['held', 'returned', 'goes on', 'ready']);
  expect(driver.read(0x106, 2)).toBe(3);
  expect(await command(3, 0)).toBe(0);
  expect(driver.read(0x106, 2)).toBe(1);
});
