/** The NAT with this computer's real sockets behind it: ports of the host, forwards into the guest, who has a busy port. */
import { createSocket } from 'node:dgram';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { GuestCalls } from '../../../main/network/guest-call.ts';
import { hostOutside } from '../../../main/network/host-outside.ts';
import { openLink } from '../../../main/network/nat-link.ts';
import { OpenForward } from '../../../main/network/open-forward.ts';
import type { AttachedLink } from '../../../emulator/index.ts';
import type { ForwardStatus } from '../../../preload/contract/forwards.ts';
import { ACK, RST, SYN } from '../../../emulator/network/wire/tcp.ts';
import { eventually, settle } from '../../devices/kit/test-board.ts';
import { FakeGuest } from '../../emulator/network/fake-guest.ts';
import { GuestTcp } from '../../emulator/network/guest-tcp.ts';

const guestOn = (hostPorts: readonly number[]) => {
  const guest = new FakeGuest({
    outside: hostOutside(
      () => undefined,
      () => undefined,
    ),
    hostPorts,
  });
  onTestFinished(() => guest.nat.returned());
  return guest;
};
async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
/** Turns of a guest's TCP until something holds. */
async function turns(tcp: GuestTcp, holds: () => boolean): Promise<void> {
  for (const limit = Date.now() + 20_000; !holds() && Date.now() < limit;) {
    tcp.turn();
    await settle(2);
  }
  expect(holds()).toBe(true);
}
const partsOf = ({ nat }: FakeGuest) => ({ stack: nat, calls: new GuestCalls(nat), log: () => undefined });
const text = (bytes: readonly number[]) => String.fromCharCode(...bytes);

test('a port of the host’s that was listed is reached, with both ends closed one after the other', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let got = '';
    // The test's end breaks off what is left.
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => (got += bytes.toString()));
    socket.on('end', () => socket.end(`heard ${got}`));
  });
  const port = await listening(server);
  const guest = guestOn([port]);
  const tcp = new GuestTcp(guest, { to: '10.0.2.2', port });
  tcp.write(Buffer.from('hello'));
  tcp.end();
  await turns(tcp, () => tcp.isEnded && tcp.isEndAcknowledged);
  expect(text(tcp.received)).toBe('heard hello');
});

test('megabytes come through whole', async () => {
  const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) & 0xff));
  const port = await listening(createServer((socket) => void socket.on('error', () => undefined).end(sent)));
  const guest = guestOn([port]);
  guest.takes = { checksum: true, tcp4: true, tcp6: false };
  const tcp = new GuestTcp(guest, { to: '10.0.2.2', port });
  await turns(tcp, () => tcp.isEnded);
  expect(Buffer.from(tcp.received).equals(sent)).toBe(true);
});

test('the host’s loopback, its own addresses, links and groups are closed in every notation', async () => {
  const port = await listening(createServer(), '0.0.0.0');
  const guest = guestOn([]);
  const own = hostOutside(
    () => undefined,
    () => undefined,
  )
    .ownAddresses()
    .filter((address) => address.includes('.'));
  for (const to of [
    '10.0.2.2',
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    ...own,
  ]) {
    guest.tcp({ to, port, flags: SYN, from: 50_000 });
    const answers = guest.packets();
    expect([to, guest.nat.tcp.connections, answers.length > 0 || to.startsWith('255') || to.startsWith('224')]).toEqual([to, [], true]);
  }
});

test('a forward calls the guest, which answers; a guest that is not there yet is waited for', async () => {
  const free = await listening(createServer());
  const guest = guestOn([]);
  const parts = partsOf(guest);
  const forward = new OpenForward({ address: '127.0.0.1', hostPort: free + 1, guestPort: 80, protocol: 'tcp' }, parts);
  guest.nat.appeared = () => parts.calls.guestAppeared();
  guest.nat.isHere = false;
  await forward.open();
  onTestFinished(() => forward.close());
  expect(forward.status).toMatchObject({ connections: 0 });
  expect(forward.status.problem).toBeUndefined();
  const client = connect(free + 1, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  let got = '';
  client.on('data', (bytes: Buffer) => (got += bytes.toString()));
  await eventually(() => forward.status.connections === 1);
  expect(guest.segments()).toEqual([]);
  guest.udp('10.0.2.3', 9, new Uint8Array(1));
  await eventually(() => guest.frames.length > 1);
  const syn = guest.segments().find(({ flags }) => flags === SYN)!;
  expect(syn.destinationPort).toBe(80);
  const from = { to: '10.0.2.2', port: syn.sourcePort, from: 80 };
  guest.tcp({ ...from, flags: SYN | ACK, sequence: 9, acknowledged: syn.sequence + 1 });
  guest.tcp({ ...from, flags: ACK, sequence: 10, acknowledged: syn.sequence + 1, data: Buffer.from('welcome') });
  await eventually(() => got === 'welcome');
  expect(got).toBe('welcome');
  const ended = new Promise((resolve) => client.once('error', resolve));
  guest.tcp({ ...from, flags: RST, sequence: 17 });
  expect(await ended).toMatchObject({ code: 'ECONNRESET' });
});

test('a busy port is named with its holder, and had as soon as it is free; forwards change while the link is up', async () => {
  const holder = createServer();
  const busy = await listening(holder);
  const said: string[] = [];
  const taken = { address: '127.0.0.1', hostPort: busy, guestPort: 22, protocol: 'tcp' } as const;
  const link: AttachedLink = await openLink({ hostPorts: [], forwards: [taken] }, { log: (line) => void said.push(line) });
  onTestFinished(() => link.close());
  const ask = async (message: unknown) => (await link.told!(message)) as readonly ForwardStatus[];
  const [status] = await ask({ kind: 'forwards' });
  expect(status?.problem).toMatch(new RegExp(`^port ${busy} is in use by .+ \\(${process.pid}\\)$`));
  expect(said).toHaveLength(1);
  await new Promise((resolve) => holder.close(resolve));
  for (const limit = Date.now() + 20_000; Date.now() < limit && (await ask({ kind: 'forwards' }))[0]?.problem !== undefined;)
    await settle(50);
  expect((await ask({ kind: 'forwards' }))[0]?.problem).toBeUndefined();
  expect(await ask({ kind: 'set forwards', forwards: [] })).toEqual([]);
  const again = createServer();
  await new Promise<void>((resolve, reject) => again.once('error', reject).listen(busy, '127.0.0.1', resolve));
  again.close();
});

test('datagrams: to a listed port and back, to a closed one, and through a forward', async () => {
  const echo = createSocket('udp4');
  echo.on('message', (bytes, { port, address }) => echo.send(`again ${bytes.toString()}`, port, address));
  await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void echo.close());
  const { port } = echo.address();
  const guest = guestOn([port, 1]);
  guest.udp('10.0.2.2', port, Buffer.from('ping'));
  await eventually(() => guest.frames.length > 0);
  const [answer] = guest.datagrams();
  expect([answer?.source, answer?.sourcePort, text([...(answer?.data ?? [])])]).toEqual(['10.0.2.2', port, 'again ping']);
  guest.udp('10.0.2.2', 1, Buffer.from('ping'));
  await eventually(() => guest.frames.length > 0);
  expect(guest.packets().map(({ payload }) => [payload[0], payload[1]])).toEqual([[3, 3]]);

  const forward = new OpenForward({ address: '127.0.0.1', hostPort: port + 1, guestPort: 53, protocol: 'udp' }, partsOf(guest));
  await forward.open();
  onTestFinished(() => forward.close());
  const client = createSocket('udp4');
  onTestFinished(() => void client.close());
  let got = '';
  client.on('message', (bytes) => (got = bytes.toString()));
  client.send('who', port + 1, '127.0.0.1');
  await eventually(() => guest.frames.length > 0);
  const [asked] = guest.datagrams();
  expect([asked?.source, asked?.destinationPort]).toEqual(['10.0.2.2', 53]);
  guest.udp('10.0.2.2', asked!.sourcePort, Buffer.from('me'), 53);
  await eventually(() => got === 'me');
  expect(got).toBe('me');
});
