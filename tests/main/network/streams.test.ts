/** Streams between the program and a machine's network card: a connection into the guest, a capture; both ends in one thread here. */
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cabledLink } from '../../../main/network/cabled-link.ts';
import { GuestCalls } from '../../../main/network/guest-call.ts';
import { connectGuest } from '../../../main/network/guest-stream.ts';
import { streamClient } from '../../../main/network/stream-client.ts';
import type { CommandEvents } from '../../../preload/contract/commands.ts';
import { CHANNEL_WINDOW } from '../../../preload/contract/wire.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../../emulator/network/wire/tcp.ts';
import { eventually, settle } from '../../devices/kit/test-board.ts';
import { FakeGuest } from '../../emulator/network/fake-guest.ts';

const PORT = 22;

/** What a client is told; it acknowledges as a test says. */
function listener() {
  const got: Uint8Array[] = [];
  const told: unknown[] = [];
  const state = { room: 0 };
  const events: CommandEvents = {
    output: (_, bytes) => void got.push(bytes),
    inputRoom: (count) => void (state.room += count),
    inputClosed: () => undefined,
    outputEnded: () => void told.push('output ended'),
    dropped: (frames) => void told.push({ dropped: frames }),
    ended: () => void told.push('ended'),
    lost: ({ reason }) => void told.push(reason.code),
  };
  return { got, told, state, events, text: () => Buffer.concat(got).toString() };
}

/** A stream to the guest's port, and the guest's half of the connection by hand. */
function joined(isHere = true, wait = 0) {
  const guest = new FakeGuest();
  guest.nat.isHere = isHere;
  const calls = new GuestCalls(guest.nat);
  guest.nat.appeared = () => calls.guestAppeared();
  const { port1, port2 } = new MessageChannel();
  const heard = listener();
  const client = streamClient(port1, { readOnly: false, endsWithMachine: false }, heard.events);
  onTestFinished(() => client.hangUp());
  connectGuest(calls, { guestPort: PORT, wait }, port2);
  guest.outside.turn();
  return { guest, client, port2, ...heard };
}
/** The guest accepts. @returns what it says next on the connection */
function accepted(guest: FakeGuest) {
  const syn = guest.segments().find(({ flags }) => flags === SYN)!;
  const from = { to: '10.0.2.2', port: syn.sourcePort, from: PORT };
  const acknowledged = syn.sequence + 1;
  guest.tcp({ ...from, flags: SYN | ACK, sequence: 9, acknowledged });
  guest.segments();
  return (flags: number, more: { sequence: number; acknowledged?: number; data?: Uint8Array }) =>
    guest.tcp({ ...from, flags, acknowledged, ...more });
}

test('carries bytes both ways, and each way ends by itself', async () => {
  const { guest, client, told, state, text } = joined();
  const say = accepted(guest);
  await eventually(() => state.room > 0);
  client.write(Buffer.from('hello'));
  client.endInput();
  const came = () => (guest.outside.turn(), guest.segments());
  let heard = '';
  let isEnded = false;
  await eventually(() => {
    for (const { data, flags } of came()) {
      heard += Buffer.from(data).toString();
      if ((flags & FIN) !== 0) isEnded = true;
    }
    return isEnded;
  });
  expect(heard).toBe('hello');
  const after = guest.nat.tcp.connections[0]!;
  expect(after.state).toBe('open');
  say(ACK, { sequence: 10, data: Buffer.from('welcome') });
  await eventually(() => text() === 'welcome');
  expect(told).toEqual([]);
  say(ACK | FIN, { sequence: 17 });
  await eventually(() => told.length === 2);
  expect([text(), told]).toEqual(['welcome', ['output ended', 'ended']]);
});

test('a client that does not read closes the guest’s window, and gets everything in the end', async () => {
  const { guest, client, got, text } = joined();
  const say = accepted(guest);
  const sent = Buffer.alloc(1460, 'x');
  let sequence = 10;
  let window = 65_535;
  for (let count = 0; count < 2000 && window > 0; count++) {
    say(ACK, { sequence, data: sent });
    sequence += sent.length;
    if (count % 10 === 0) await settle(0);
    guest.outside.turn();
    window = guest.segments().at(-1)?.window ?? window;
  }
  expect(window).toBe(0);
  expect(text().length).toBeLessThanOrEqual(CHANNEL_WINDOW);
  let seen = 0;
  await eventually(() => {
    for (const bytes of got.slice(seen)) client.acknowledge(1, bytes.length);
    seen = got.length;
    guest.outside.turn();
    window = guest.segments().at(-1)?.window ?? window;
    return text().length >= sequence - 10 - sent.length && window > 0;
  });
  expect(window).toBeGreaterThan(0);
});

test.each([
  [
    'refuses',
    'guest-port-closed',
    (guest: FakeGuest) => {
      const syn = guest.segments().find(({ flags }) => flags === SYN)!;
      guest.tcp({ to: '10.0.2.2', port: syn.sourcePort, from: PORT, flags: RST | ACK, sequence: 0, acknowledged: syn.sequence + 1 });
    },
  ],
  ['breaks it off', 'stream-broken', (guest: FakeGuest) => accepted(guest)(RST, { sequence: 10 })],
  ['went back to a snapshot', 'stream-guest-changed', (guest: FakeGuest) => (accepted(guest), guest.nat.returned())],
] as const)('a guest that %s is told of', async (_, code, act) => {
  const { guest, told } = joined();
  act(guest);
  await eventually(() => told.length > 0);
  expect(told).toEqual([code]);
});

test('waits for a guest that is not up yet; a client that leaves takes the connection along', async () => {
  const { guest, client } = joined(false);
  expect(guest.segments()).toEqual([]);
  guest.udp('10.0.2.3', 9, new Uint8Array(1));
  const say = accepted(guest);
  say(ACK, { sequence: 10 });
  client.hangUp();
  let isReset = false;
  await eventually(() => (guest.outside.turn(), (isReset ||= guest.segments().some(({ flags }) => (flags & RST) !== 0))));
  expect([isReset, guest.nat.tcp.connections]).toEqual([true, []]);
});

test('one that waits calls again until somebody listens, and loses nothing that was written meanwhile', async () => {
  const { guest, client, told, state } = joined(true, 60);
  await eventually(() => state.room > 0);
  client.write(Buffer.from('patience'));
  await settle(5);
  for (let times = 0; times < 2; times++) {
    const [syn] = await appears(guest);
    guest.tcp({ to: '10.0.2.2', port: syn!.sourcePort, from: PORT, flags: RST | ACK, sequence: 0, acknowledged: syn!.sequence + 1 });
  }
  const [syn] = await appears(guest);
  guest.tcp({ to: '10.0.2.2', port: syn!.sourcePort, from: PORT, flags: SYN | ACK, sequence: 9, acknowledged: syn!.sequence + 1 });
  const [segment] = guest.segments().filter(({ data }) => data.length > 0);
  expect([Buffer.from(segment?.data ?? []).toString(), told]).toEqual(['patience', []]);
});

test('a guest that takes longer to boot than its server to listen is waited for, and not for ever', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { guest, client, told, port2 } = joined(false, 1);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  for (let seconds = 0; seconds < 200; seconds += 10) {
    vi.advanceTimersByTime(10_000);
    await turn();
  }
  expect(told).toEqual([]);
  guest.udp('10.0.2.3', 9, new Uint8Array(1));
  expect(guest.segments().some(({ flags }) => flags === SYN)).toBe(true);
  client.hangUp();
  port2.close();

  const without = joined(false, 1);
  vi.advanceTimersByTime(330_000);
  for (let turns = 0; turns < 1000 && without.told.length === 0; turns++) await turn();
  expect(without.told).toEqual(['guest-no-network']);
});
/** The SYNs that come next. */
async function appears(guest: FakeGuest) {
  let syns: readonly Segment[] = [];
  await eventually(() => (guest.outside.turn(), (syns = guest.segments().filter(({ flags }) => flags === SYN)).length > 0));
  return syns;
}

test('the end of the machine’s thread is the end of a connection, and the good end of a capture', async () => {
  const { port2, told } = joined();
  port2.close();
  await eventually(() => told.length > 0);
  expect(told).toEqual(['stream-machine-ended']);

  const guest = new FakeGuest();
  const link = cabledLink({ ...linkOf(guest), close: () => Promise.resolve() });
  link.plugged(guest);
  const channel = new MessageChannel();
  const heard = listener();
  const client = streamClient(channel.port1, { readOnly: true, endsWithMachine: true }, heard.events);
  onTestFinished(() => client.hangUp());
  await link.told?.({ kind: 'capture', port: channel.port2, name: 'nic0', comment: 'a card' });
  link.send([{ bytes: new Uint8Array(60).fill(0x41) }]);
  await link.close();
  await eventually(() => heard.told.includes('ended'));
  expect(heard.told).toEqual(['output ended', 'ended']);
  expect(heard.text()).toContain('A'.repeat(60));
});

const linkOf = (guest: FakeGuest) => ({
  plugged: guest.nat.plugged.bind(guest.nat),
  send: guest.nat.send.bind(guest.nat),
  ready: () => guest.nat.ready(),
  setHeld: (held: boolean) => guest.nat.setHeld(held),
  returned: () => guest.nat.returned(),
});

test('a cable is changed by what is said, and keeps the rest', async () => {
  const guest = new FakeGuest();
  const link = cabledLink({ ...linkOf(guest), close: () => Promise.resolve() });
  link.plugged(guest);
  const change = (given: object) => link.told?.({ kind: 'link', change: given });
  expect(await change({ rate: 1000, loss: 2.5 })).toMatchObject({ isUp: true, rate: 1000, loss: 2.5, delay: 0 });
  expect(await change({ isUp: false, delay: 30 })).toMatchObject({ isUp: false, rate: 1000, loss: 2.5, delay: 30 });
  expect(guest.isPlugged).toBe(false);
  const { rate, ...rest } = (await change({ rate: 0, isUp: true })) as { rate?: number };
  expect([rate, rest]).toEqual([undefined, { isUp: true, loss: 2.5, delay: 30, seed: 1, lost: 0 }]);
});
