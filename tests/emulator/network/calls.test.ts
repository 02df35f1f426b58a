/** Calls to a guest that has addresses of both kinds, or has shown only one. */
import { expect, it } from 'vitest';
import { ACK, RST, type Segment, SYN } from '../../../emulator/network/wire/tcp.ts';
import { writeIcmp } from '../../../emulator/network/wire/icmp.ts';
import { type Packet, PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { readUdp } from '../../../emulator/network/wire/udp.ts';
import { FakeGuest, GUEST } from './fake-guest.ts';
import { bytes, only } from './opened.ts';
import { datagrams6, GUEST6, icmp6, LINK, packets6, segments6, tcp6, udp6 } from './six.ts';

const HOST = '10.0.2.2';
const HOST6 = 'fec0::2';
/** An echo request. */
const PING = { type: 128, code: 0, rest: new Uint8Array(4), data: new Uint8Array(8) };

/** A caller's end. */
function caller() {
  const written: number[] = [];
  const end = { isReset: false, written };
  const stream = {
    backlog: 0,
    write: (part: Uint8Array) => void written.push(...part),
    end: () => undefined,
    setPaused: () => undefined,
    reset: () => void (end.isReset = true),
  };
  return { end, stream };
}
/** A guest that has shown itself by IPv6, and by IPv4 too. */
function guestOfBoth({ four = true }: { readonly four?: boolean } = {}) {
  const guest = new FakeGuest();
  icmp6(guest, HOST6, PING);
  if (four) guest.udp(HOST, 7777, new Uint8Array(1));
  guest.frames = [];
  return guest;
}
const reject = ({ sequence }: Segment) => ({ flags: RST | ACK, acknowledged: sequence + 1 });
const accept = ({ sequence }: Segment) => ({ flags: SYN | ACK, sequence: 500, acknowledged: sequence + 1, options: { mss: 1440 } });

it('a call that IPv4 refuses goes on by IPv6, with what was written meanwhile', () => {
  const guest = guestOfBoth();
  const { end, stream } = caller();
  const connection = guest.nat.call(22, stream);
  connection?.data(bytes(100));
  guest.outside.turn();
  const syn = only(guest.segments());
  guest.tcp({ to: HOST, port: syn.sourcePort, from: 22, ...reject(syn) });
  guest.outside.turn();
  const second = only(segments6(guest));
  expect([second.flags, second.destinationPort, end.isReset]).toEqual([SYN, 22, false]);
  tcp6(guest, { to: HOST6, port: second.sourcePort, from: 22, ...accept(second) });
  guest.outside.turn();
  expect(segments6(guest).flatMap(({ data }) => [...data])).toEqual([...bytes(100)]);
  tcp6(guest, {
    to: HOST6,
    port: second.sourcePort,
    from: 22,
    flags: ACK,
    sequence: 501,
    acknowledged: second.sequence + 101,
    data: bytes(7),
  });
  expect(end.written).toEqual([...bytes(7)]);
  expect(guest.nat.report.flows).toMatchObject([{ peer: HOST6, state: 'open', opener: 'host' }]);
});
it('one that is refused everywhere fails, and leaves nothing behind', () => {
  const guest = guestOfBoth();
  const { end, stream } = caller();
  guest.nat.call(22, stream, true);
  guest.outside.turn();
  const syn = only(segments6(guest));
  tcp6(guest, { to: HOST6, port: syn.sourcePort, from: 22, ...reject(syn) });
  guest.outside.turn();
  const second = only(guest.segments());
  expect(end.isReset).toBe(false);
  guest.tcp({ to: HOST, port: second.sourcePort, from: 22, ...reject(second) });
  expect([end.isReset, guest.nat.tcp.connections]).toEqual([true, []]);
});
it('one that nobody answers by IPv4 is tried by IPv6 after a while', () => {
  const guest = guestOfBoth();
  guest.nat.call(22, caller().stream);
  guest.outside.turn();
  guest.segments();
  guest.pass(10_500);
  guest.outside.turn();
  expect(segments6(guest).at(-1)).toMatchObject({ flags: SYN, destinationPort: 22 });
});
it('a guest that has shown IPv6 alone is called there first, one that has shown neither by IPv4', () => {
  const six = guestOfBoth({ four: false });
  six.nat.call(22, caller().stream);
  six.outside.turn();
  expect(only(segments6(six)).flags).toBe(SYN);
  const none = new FakeGuest();
  none.nat.call(22, caller().stream);
  none.outside.turn();
  expect(only(none.segments()).flags).toBe(SYN);
});
it('datagrams go by the kind that is wanted, and answers come back to who sent them', () => {
  const guest = guestOfBoth();
  const answers: string[] = [];
  const reply = (name: string) => (answer: Uint8Array) => void answers.push(`${name} ${answer.length}`);
  guest.nat.callDatagram(53, 'six', bytes(3), reply('six'), true);
  guest.outside.turn();
  const [first] = datagrams6(guest);
  expect([first?.source, first?.destinationPort]).toEqual([HOST6, 53]);
  expect(guest.nat.report.flows).toMatchObject([{ opener: 'host', state: 'connecting', toGuest: 3, fromGuest: 0 }]);
  udp6(guest, HOST6, first!.sourcePort, bytes(4), 53);
  expect(guest.nat.report.flows).toMatchObject([{ opener: 'host', state: 'open', toGuest: 3, fromGuest: 4 }]);
  guest.nat.callDatagram(53, 'four', bytes(3), reply('four'));
  guest.outside.turn();
  const packet = only(guest.packets().filter(({ protocol }) => protocol === PROTOCOL.udp));
  guest.udp(HOST, readUdp(packet, false)!.sourcePort, bytes(5), 53);
  // From the other address it is not the answer.
  guest.udp(HOST, first!.sourcePort, bytes(6), 53);
  expect(answers).toEqual(['six 4', 'four 5']);
});
it('datagrams for which the guest has nobody go by the other kind, at once and from then on', () => {
  const guest = guestOfBoth();
  const answers: number[] = [];
  const call = () => guest.nat.callDatagram(53, 'caller', bytes(3), (answer) => void answers.push(answer.length));
  const inFour = () => guest.packets().filter(({ protocol }) => protocol === PROTOCOL.udp);
  const refuse = (packet: Packet) => {
    const message = { code: 3, type: 3, rest: new Uint8Array(4), data: packet.quoted };
    guest.packet(HOST, PROTOCOL.icmp, 8 + packet.quoted.length, (frame, at) => writeIcmp(frame, at, message));
    guest.outside.turn();
  };
  call();
  guest.outside.turn();
  const [first] = inFour() as [Packet];
  guest.frames = [];
  // What is about another caller's port is nobody's.
  refuse({ ...first, quoted: first.quoted.map((byte, at) => (at === 21 ? byte ^ 1 : byte)) });
  expect(datagrams6(guest)).toEqual([]);
  refuse(first);
  const other = only(datagrams6(guest));
  expect([other.source, other.destinationPort, [...other.data]]).toEqual([HOST6, 53, [...bytes(3)]]);
  // Said again, it is not sent again.
  guest.frames = [];
  refuse(first);
  expect(datagrams6(guest)).toEqual([]);
  udp6(guest, HOST6, other.sourcePort, bytes(4), 53);
  expect(answers).toEqual([4]);
  call();
  guest.outside.turn();
  const frames = [...guest.frames];
  expect(only(datagrams6(guest)).sourcePort).toBe(other.sourcePort);
  guest.frames = [...frames];
  expect(inFour()).toEqual([]);
  guest.frames = frames;
  const sixth = only(packets6(guest).filter(({ protocol }) => protocol === PROTOCOL.udp));
  // Nobody there either: the next one is tried where the first was.
  icmp6(guest, HOST6, { type: 1, code: 4, rest: new Uint8Array(4), data: sixth.quoted });
  guest.frames = [];
  call();
  guest.outside.turn();
  expect([inFour().length, datagrams6(guest)]).toEqual([1, []]);
});
it('the addresses that a guest has shown are told, and forgotten with a guest that is gone', () => {
  const guest = new FakeGuest();
  let times = 0;
  guest.nat.appearedBySix = () => void times++;
  for (const source of [LINK, GUEST6, '::', '2001:db8::1', GUEST6]) icmp6(guest, HOST6, PING, source);
  expect(guest.nat.report.addresses).toEqual([GUEST6, LINK]);
  guest.udp(HOST, 7777, new Uint8Array(1));
  expect([guest.nat.report.addresses, times]).toEqual([[GUEST, GUEST6, LINK], 1]);
  for (let one = 0; one < 40; one++) icmp6(guest, HOST6, PING, `fec0::${one.toString(16)}:1`);
  expect(guest.nat.report.addresses).toHaveLength(9);
  guest.nat.returned();
  expect(guest.nat.report.addresses).toHaveLength(9);
  guest.hasDriver = false;
  guest.nat.returned();
  expect(guest.nat.report.addresses).toEqual([]);
});
