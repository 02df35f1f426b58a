/** A card whose network is another process's: records on the way, what is bounded, and what becomes of it at either end. */
import { isDeepStrictEqual } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { decodeRecords, encodeRecords, type CableRecord } from '../../../main/network/cable-records.ts';
import { distantNetwork, type DistantEvents } from '../../../main/network/distant-network.ts';
import type { NetworkNews } from '../../../main/network/cable-records.ts';
import { type RemoteCable, remoteCable } from '../../../main/network/remote-cable.ts';
import { SharedNetworks } from '../../../main/network/shared-networks.ts';
import type { FromSwitch, ToSwitch } from '../../../main/network/switch-messages.ts';
import type { CommandEvents, RunningCommand } from '../../../preload/contract/commands.ts';
import type { NetworkKind } from '../../../preload/contract/networks.ts';
import type { Frame } from '../../../emulator/index.ts';
import { seeded, settle } from '../../devices/kit/test-board.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
/** Waits for another thread, however busy the computer is. */
async function eventually(holds: () => boolean): Promise<void> {
  for (const limit = Date.now() + 60_000; !holds() && Date.now() < limit;) await settle(2);
  expect(holds()).toBe(true);
}
const bytesOf = (card: string) => card.split(':').map((part) => Number.parseInt(part, 16));
const [A, B] = ['52:54:00:00:00:01', '52:54:00:00:00:02'];
const frameTo = (to: string, from: string, ...rest: readonly number[]): Frame => ({
  bytes: Uint8Array.from([...bytesOf(to), ...bytesOf(from), 0x88, 0xb5, ...rest]),
});

function network() {
  const kind: NetworkKind = 'host-only';
  const shared = new SharedNetworks(() => undefined);
  onTestFinished(() => shared.close());
  const out: string[] = [];
  /** A card of another process: the wire between is a function call, but pieces are copied as by one. */
  async function distant(card: string, machine: string) {
    const told: string[] = [];
    const events: DistantEvents = {
      reach: (reach) => void told.push(`reach: ${JSON.stringify(reach)}`),
      refused: (other) => void told.push(`refused: ${other}`),
      lost: ({ reason }) => void told.push(reason.code),
    };
    let channel: RemoteCable | undefined;
    const open = (end: CommandEvents): RunningCommand => {
      const later = (act: () => void) => queueMicrotask(act);
      later(() => {
        const { port } = shared.plug({ network: { name: 'lab', kind, subnet: 3 }, card, host: 20, machine, hostName: machine });
        const copied: CommandEvents = { ...end, output: (stream, piece) => end.output(stream, piece.slice()) };
        channel = remoteCable({ port, place: { kind, subnet: 3, host: 20 }, unplugged: () => void out.push(machine) }, copied);
      });
      const act = (what: (to: RunningCommand) => void) => channel && what(channel);
      return {
        write: (piece) => act((to) => to.write(piece.slice())),
        hangUp: () => act((to) => to.hangUp()),
        endInput: () => undefined,
        acknowledge: () => undefined,
        signal: () => undefined,
        resize: () => undefined,
      };
    };
    const cable = await distantNetwork(open, events);
    onTestFinished(() => cable.close());
    /** Joins a link's end, which takes frames as a guest with room does, or does not. */
    const join = (takes = true) => {
      const port = cable.join();
      const got: Frame[] = [];
      const names: string[][] = [];
      onTestFinished(() => port.close());
      port.on('message', (message: FromSwitch) => {
        if ('names' in message) names.push(message.names.map(([name]) => name));
        if (!('frames' in message)) return;
        got.push(...message.frames);
        const bytes = message.frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
        if (takes) port.postMessage({ taken: message.frames.length, bytes } satisfies ToSwitch);
      });
      return { got, names, send: (frames: readonly Frame[]) => port.postMessage({ frames } satisfies ToSwitch) };
    };
    return { cable, join, told, tell: (news: NetworkNews) => channel?.tell(news) };
  }
  /** Two machines' cards that are plugged in, each with its link's end. */
  async function two(takes = true) {
    const [a, b] = [await distant(A, 'alpha'), await distant(B, 'beta')];
    const [ofA, ofB] = [a.join(), b.join(takes)];
    await eventually(() => [ofA, ofB].every(({ names }) => names.at(-1)?.length === 2));
    return { a, b, ofA, ofB };
  }
  return { shared, distant, two, out };
}

test('frames cross as they are, and a place and names are told', async () => {
  const { a, ofA, ofB } = await network().two();
  expect(a.cable.place).toMatchObject({ isClosed: true, plan: { guest: '10.86.3.20', host: '10.86.3.2' } });
  const whole = { ...frameTo(B, A, ...new Array<number>(60).fill(7)), unfinished: { checksum: { start: 34, offset: 6 } } };
  ofA.send([whole, frameTo(B, A, 1, 2, 3)]);
  await eventually(() => ofB.got.length === 2);
  expect(ofB.got).toEqual([whole, frameTo(B, A, 1, 2, 3)]);
  expect(ofA.names.at(-1)).toEqual(['alpha', 'beta']);
  a.tell({ reach: { deny: ['lan'] } });
  await eventually(() => a.told.length > 0);
  expect(a.told).toEqual(['reach: {"deny":["lan"]}']);
});

test('a card that takes nothing is sent no more than its network lets wait; a new run of its machine begins anew', async () => {
  const { b, ofA: from, ofB: full } = await network().two(false);
  for (let count = 0; count < 40; count++) from.send(Array.from({ length: 50 }, () => frameTo(B, A, 1)));
  await eventually(() => full.got.length > 400);
  await settle(100);
  expect(full.got.length).toBeLessThanOrEqual(512);
  const again = b.join();
  let sent = 0;
  await eventually(() => {
    from.send([frameTo(B, A, 9, sent++ & 0xff)]);
    return again.got.length > 0;
  });
  expect(again.got[0]?.bytes[14]).toBe(9);
  // What came for the run before is not told to the new one.
  expect(again.got.every(({ bytes }) => bytes[14] === 9)).toBe(true);
});

test('a flood from a card loses frames and nothing else', async () => {
  const { ofA: from, ofB: to } = await network().two();
  const large = new Array<number>(60_000).fill(5);
  for (let count = 0; count < 10; count++) from.send(Array.from({ length: 40 }, () => frameTo(B, A, ...large)));
  await eventually(() => to.got.length > 0);
  await settle(100);
  from.send([frameTo(B, A, 77)]);
  await eventually(() => to.got.some(({ bytes }) => bytes[14] === 77));
});

test('a twin is refused by name, and its end is told to the program', async () => {
  const { distant, out } = network();
  await distant(A, 'first');
  const twin = await distant(A, 'second');
  await eventually(() => twin.told.length > 0);
  expect(twin.told[0]).toBe('refused: first');
  twin.cable.close();
  await eventually(() => out.includes('second'));
});

test('a network that ends is said', async () => {
  const { distant, shared, out } = network();
  const { told } = await distant(A, 'first');
  await shared.close();
  await eventually(() => told.length > 0);
  expect([told, out]).toEqual([['network-ended'], ['first']]);
});

test(`records come back as they were, and what are none is refused (VIVARIUM_SEED=${SEED})`, () => {
  const below = seeded(SEED);
  const checksum = { start: 14, offset: 2 };
  const records: CableRecord[] = [
    { taken: 3, bytes: 1234 },
    {
      frame: { bytes: new Uint8Array(65_550).fill(3), unfinished: { checksum, segments: { kind: 'tcp6', size: 1200, headerLength: 74 } } },
    },
    { frame: { bytes: new Uint8Array(14) } },
    { news: { names: [['alpha', '10.86.1.15']] } },
  ];
  const pieces = encodeRecords(Array.from({ length: 20 }, () => records).flat());
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.every((piece) => piece.length <= 256 * 1024)).toBe(true);
  const back = pieces.flatMap((piece) => decodeRecords(piece));
  expect(back.length).toBe(20 * records.length);
  expect(back.every((record, index) => isDeepStrictEqual(record, records[index % records.length]))).toBe(true);
  const rounds = Number(process.env['VIVARIUM_ROUNDS'] ?? 300);
  const [whole] = encodeRecords(records.slice(2)) as [Uint8Array];
  for (let round = 0; round < rounds; round++) {
    const spoilt = whole.slice(0, below(whole.length + 1));
    for (let count = below(4); count > 0 && spoilt.length > 0; count--) spoilt[below(spoilt.length)] = below(256);
    try {
      for (const record of decodeRecords(spoilt)) {
        if (!('frame' in record)) continue;
        const { bytes, unfinished: { checksum: missing } = {} } = record.frame;
        expect(missing ? missing.start + missing.offset + 2 : 0).toBeLessThanOrEqual(bytes.length);
      }
    } catch (error) {
      expect(error instanceof RangeError || error instanceof SyntaxError, String(error)).toBe(true);
    }
  }
});
