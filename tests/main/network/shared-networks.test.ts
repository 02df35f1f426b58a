/** Networks that machines share, with their real thread: frames cross, names are known, and one address is one card's. */
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { SharedNetworks } from '../../../main/network/shared-networks.ts';
import { streamClient } from '../../../main/network/stream-client.ts';
import { openLink } from '../../../main/network/switched-link.ts';
import type { AttachedLink, Frame, NetworkCard } from '../../../emulator/index.ts';
import type { Refused } from '../../../main/network/switch-messages.ts';
import type { NetworkKind } from '../../../preload/contract/networks.ts';
import { DHCP } from '../../../emulator/network/wire/dhcp.ts';
import { settle } from '../../devices/kit/test-board.ts';

const EVERYBODY = [255, 255, 255, 255, 255, 255];
const bytesOf = (card: string) => card.split(':').map((part) => Number.parseInt(part, 16));
/** Waits for another thread, however busy the computer is. */
async function until(holds: () => boolean): Promise<void> {
  for (const limit = Date.now() + 60_000; !holds() && Date.now() < limit;) await settle(2);
  expect(holds()).toBe(true);
}

function networks() {
  const refused: Refused[] = [];
  const shared = new SharedNetworks((each) => void refused.push(each));
  onTestFinished(() => shared.close());
  /** A machine's card on a network, with what its guest gets. */
  async function plug(machine: string, card: string, kind: NetworkKind = 'nat', name = 'office') {
    const got: Frame[] = [];
    const guest = { room: Infinity, takes: { checksum: true, tcp4: true, tcp6: true }, isPlugged: true };
    const end: NetworkCard = {
      address: Uint8Array.from(bytesOf(card)),
      hasDriver: true,
      isUp: true,
      mtu: 1500,
      get takes() {
        return guest.takes;
      },
      get isPlugged() {
        return guest.isPlugged;
      },
      receive(frames) {
        const taken = Math.min(guest.room, frames.length);
        got.push(...frames.slice(0, taken));
        guest.room -= taken;
        return taken;
      },
      setLink: (isUp) => void (guest.isPlugged = isUp),
    };
    const log: string[] = [];
    const link: AttachedLink = await openLink({ hostPorts: [], forwards: [], hostName: machine }, { log: (line) => void log.push(line) });
    onTestFinished(() => link.close());
    link.plugged(end);
    const host = 15 + (bytesOf(card)[5] as number);
    const { port, place } = shared.plug({ network: { name, kind, subnet: 7 }, card, host, machine, hostName: machine });
    await link.told?.({ kind: 'plug', port, place });
    const send = (to: readonly number[], ...rest: readonly number[]) =>
      link.send([{ bytes: Uint8Array.from([...to, ...bytesOf(card), ...rest]) }]);
    return { link, got, guest, send, log, text: () => got.map(({ bytes }) => [...bytes.subarray(12)].join(' ')) };
  }
  return { plug, refused };
}
const [A, B] = ['52:54:00:00:00:01', '52:54:00:00:00:02'];

test('frames reach the one that they are for, across threads', async () => {
  const { plug } = networks();
  const [a, b] = [await plug('a', A, 'isolated'), await plug('b', B, 'isolated')];
  const other = await plug('other', B, 'isolated', 'elsewhere');
  for (let number = 0; number < 50; number++) a.send(bytesOf(B), 8, 0, number);
  await until(() => b.got.length === 50);
  expect(b.text()).toEqual(Array.from({ length: 50 }, (_, number) => `8 0 ${number}`));
  b.send(EVERYBODY, 8, 0, 99);
  await until(() => a.got.length === 1);
  expect([a.text(), other.got]).toEqual([['8 0 99'], []]);
});

test('what a driver does not take unfinished is finished for it; one that has no room loses what is too much', async () => {
  const { plug } = networks();
  const [a, b] = [await plug('a', A, 'isolated'), await plug('b', B, 'isolated')];
  b.guest.takes = { checksum: false, tcp4: false, tcp6: false };
  const bytes = Uint8Array.from([...bytesOf(B), ...bytesOf(A), 8, 0, ...new Array<number>(40).fill(1)]);
  a.link.send([{ bytes: bytes.slice(), unfinished: { checksum: { start: 34, offset: 6 } } }]);
  await until(() => b.got.length === 1);
  expect(b.got[0]?.unfinished).toBeUndefined();
  expect([...(b.got[0]?.bytes.subarray(40, 42) ?? [])]).not.toEqual([1, 1]);
  b.guest.room = 0;
  for (let number = 0; number < 2000; number++) a.send(bytesOf(B), 8, 0, 1);
  // Whoever else is on the network does not wait for it.
  const c = await plug('c', '52:54:00:00:00:03', 'isolated');
  // Its plug and the frame come to the thread by two ways.
  await until(() => (a.send(bytesOf('52:54:00:00:00:03'), 8, 0, 7), c.got.length > 0));
  b.guest.room = Infinity;
  b.link.ready();
  expect(b.got.length).toBeGreaterThan(500);
  expect(b.got.length).toBeLessThan(1000);
});

test('each is given its address by a gateway of its own, and knows the others by name', async () => {
  const { plug } = networks();
  const [a, b] = [await plug('alpha', A), await plug('beta', B, 'host-only')];
  const discover = (card: string) => {
    const message = new Uint8Array(300);
    message.set([1, 1, 6]);
    message.set(bytesOf(card), 28);
    message.set([0x63, 0x82, 0x53, 0x63, 53, 1, DHCP.discover, 255], 236);
    const length = 28 + message.length;
    const ip = [0x45, 0, length >> 8, length & 0xff, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255];
    const sum = ip.reduce((total, byte, index) => total + (index % 2 === 0 ? byte << 8 : byte), 0);
    const check = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    ip.splice(10, 2, check >> 8, check & 0xff);
    return [8, 0, ...ip, 0, 68, 0, 67, (8 + message.length) >> 8, (8 + message.length) & 0xff, 0, 0, ...message];
  };
  a.send(EVERYBODY, ...discover(A));
  b.send(EVERYBODY, ...discover(B));
  const offers = () => [a, b].map(({ got }) => got.find(({ bytes }) => bytes[23] === 17 && bytes[35] === 67));
  await until(() => offers().every((offer) => offer !== undefined));
  const [ofA, ofB] = offers().map((offer) => offer?.bytes as Uint8Array);
  // "Your address" is 16 bytes into the message, behind 42 of headers.
  expect([...ofA!.subarray(58, 62), ...ofB!.subarray(58, 62)]).toEqual([10, 86, 7, 16, 10, 86, 7, 17]);
  // Only a network with a way out has a router (option 3, of four bytes).
  const hasRouter = (offer: Uint8Array) => Buffer.from(offer).includes(Buffer.from([3, 4, 10, 86, 7, 2]));
  expect([hasRouter(ofA!), hasRouter(ofB!)]).toEqual([true, false]);
});

test('a network without a gateway lets nobody in, and says so', async () => {
  const { plug } = networks();
  const { link } = await plug('a', A, 'isolated');
  const { port1, port2 } = new MessageChannel();
  const told: string[] = [];
  const quiet = { output: () => undefined, inputRoom: () => undefined, inputClosed: () => undefined, ended: () => undefined };
  const client = streamClient(
    port1,
    { readOnly: false, endsWithMachine: false },
    { ...quiet, lost: ({ reason }) => void told.push(reason.code) },
  );
  onTestFinished(() => client.hangUp());
  await link.told?.({ kind: 'connect', guestPort: 22, wait: 60, port: port2 });
  await until(() => told.length > 0);
  expect(told).toEqual(['guest-network-apart']);
});

test('a second card with an address has its cable pulled, and it is said by whom', async () => {
  const { plug, refused } = networks();
  const first = await plug('box', A);
  const twin = await plug('box 2', A);
  await until(() => !twin.guest.isPlugged && refused.length > 0);
  expect(refused).toEqual([{ network: 'office', machine: 'box 2', other: 'box', card: A }]);
  expect(twin.log).toEqual(['network: "box" has the same card address on this network: the cable is pulled']);
  expect(first.guest.isPlugged).toBe(true);
  // The place is free when the thread has heard that the first has gone.
  const other = await plug('other', B);
  await first.link.close();
  for (let isIn = false; !isIn;) {
    const before = refused.length;
    const next = await plug('box 3', A);
    other.send(bytesOf(A), 8, 0, 1);
    await until(() => next.got.length > 0 || refused.length > before);
    isIn = next.got.length > 0;
    expect(next.guest.isPlugged || !isIn).toBe(true);
  }
});
