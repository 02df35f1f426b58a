/** A guest on the other end of the cable, frame by frame: what it sends is made here, what it gets is read here. */
import type { Frame, NetworkCard } from '../../../emulator/device/kit/network.ts';
import { NatStack, type NatOptions } from '../../../emulator/network/nat/stack.ts';
import { checksumOf, folded, pseudoHeader, sumOf } from '../../../emulator/network/wire/checksum.ts';
import { ETHERNET_BYTES, ethernetFrame, TYPE_IPV4, typeOf } from '../../../emulator/network/wire/ethernet.ts';
import { IPV4_BYTES, readIpv4, writeIpv4 } from '../../../emulator/network/wire/ipv4.ts';
import { type Packet, PROTOCOL } from '../../../emulator/network/wire/packet.ts';
import { readTcp, type Segment, type SynOptions, tcpHeaderBytes, writeTcp } from '../../../emulator/network/wire/tcp.ts';
import { type Datagram, readUdp, UDP_BYTES, writeUdp } from '../../../emulator/network/wire/udp.ts';
import { FakeOutside } from './fake-outside.ts';

export const GUEST = '10.0.2.15';
export const GUEST_CARD = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);

export interface SentSegment {
  readonly to: string;
  readonly port: number;
  readonly from?: number;
  readonly sequence?: number;
  readonly acknowledged?: number;
  readonly flags: number;
  readonly window?: number;
  readonly data?: Uint8Array;
  readonly options?: SynOptions;
}

export class FakeGuest implements NetworkCard {
  address = GUEST_CARD;
  takes = { checksum: false, tcp4: false, tcp6: false };
  hasDriver = true;
  isUp = true;
  mtu = 1500;
  /** Frames that it takes before it is full. */
  room = Infinity;
  frames: Frame[] = [];
  isPlugged = true;
  readonly outside = new FakeOutside();
  readonly nat: NatStack;

  constructor(options: Partial<NatOptions> = {}) {
    this.nat = new NatStack({ outside: this.outside, ...options });
    this.nat.plugged(this);
  }

  receive(frames: readonly Frame[]): number {
    const taken = Math.min(frames.length, this.room);
    this.frames.push(...frames.slice(0, taken));
    this.room -= taken;
    return taken;
  }
  setLink(isUp: boolean): void {
    this.isPlugged = isUp;
  }

  /** Sends an IP packet to the gateway's card. @param write puts so many bytes of payload into it */
  packet(to: string, protocol: number, length: number, write: (frame: Uint8Array, at: number) => void, source = GUEST): void {
    const frame = ethernetFrame(this.nat.plan.card, this.address, TYPE_IPV4, IPV4_BYTES + length);
    writeIpv4(frame, source, to, protocol, length);
    write(frame, ETHERNET_BYTES + IPV4_BYTES);
    this.send(frame);
  }
  send(...frames: readonly Uint8Array<ArrayBuffer>[]): void {
    this.nat.send(frames.map((bytes) => ({ bytes })));
    this.outside.turn();
  }

  tcp({ to, port, from = 40_000, flags, data = new Uint8Array(0), options = {}, ...rest }: SentSegment): void {
    const header = tcpHeaderBytes(options);
    this.packet(to, PROTOCOL.tcp, header + data.length, (frame, at) => {
      writeTcp(frame, at, {
        sourcePort: from,
        destinationPort: port,
        sequence: rest.sequence ?? 0,
        acknowledged: rest.acknowledged ?? 0,
        flags,
        window: rest.window ?? 65_535,
        options,
      });
      frame.set(data, at + header);
      const sum = checksumOf(frame, at, frame.length, pseudoHeader(frame.subarray(at - 8, at), PROTOCOL.tcp, frame.length - at));
      frame[at + 16] = sum >> 8;
      frame[at + 17] = sum & 0xff;
    });
  }
  udp(to: string, port: number, data: Uint8Array, from = 40_000): void {
    this.packet(to, PROTOCOL.udp, UDP_BYTES + data.length, (frame, at) => {
      frame.set(data, at + UDP_BYTES);
      writeUdp(frame, at, frame.slice(at - 8, at), { sourcePort: from, destinationPort: port });
    });
  }

  /** The IP packets that came since the last call; their checksums must be right, or left to the guest rightly. */
  packets(): readonly Packet[] {
    return this.frames
      .splice(0)
      .filter(({ bytes }) => typeOf(bytes) === TYPE_IPV4)
      .map(({ bytes, unfinished }) => {
        const packet = readIpv4(bytes);
        if (!packet) throw new Error('a packet that is none came');
        if (unfinished?.checksum) requirePseudo(bytes, packet);
        return packet;
      });
  }
  segments(): readonly Segment[] {
    const unfinished = this.takes.checksum;
    return this.packets()
      .filter(({ protocol }) => protocol === PROTOCOL.tcp)
      .map((packet) => readTcp(packet, unfinished) ?? fail('a segment with a wrong checksum came'));
  }
  datagrams(): readonly (Datagram & { readonly source: string })[] {
    return this.packets()
      .filter(({ protocol }) => protocol === PROTOCOL.udp)
      .map((packet) => ({ ...(readUdp(packet, false) ?? fail('a datagram with a wrong checksum came')), source: packet.source }));
  }

  /** Lets time pass, in milliseconds. */
  pass(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= 250) this.nat.tick(Math.min(250, left));
    this.outside.turn();
  }
}

const fail = (message: string): never => {
  throw new Error(message);
};

/** The field of a checksum that the guest finishes holds the sum of the pseudo-header. */
function requirePseudo(frame: Uint8Array, { addresses, payload }: Packet): void {
  const at = frame.length - payload.length;
  const wanted = folded(pseudoHeader(addresses, PROTOCOL.tcp, payload.length));
  if (folded(sumOf(frame, at + 16, at + 18)) !== wanted) fail('a wrong sum of the pseudo-header came');
}
