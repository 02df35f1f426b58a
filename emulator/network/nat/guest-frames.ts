/** Makes the frames that go to the guest: headers in front of what a protocol has to say, checksums as the guest's driver takes them. */
import type { Frame, NetworkCard, Unfinished } from '../../device/kit/network.ts';
import { bytesOf4 } from '../wire/address.ts';
import { checksumOf, folded, pseudoHeader } from '../wire/checksum.ts';
import { ETHERNET_BYTES, ethernetFrame, TYPE_IPV4 } from '../wire/ethernet.ts';
import { ICMP_BYTES, type Icmp, writeIcmp } from '../wire/icmp.ts';
import { IPV4_BYTES, writeFragment, writeIpv4 } from '../wire/ipv4.ts';
import { PROTOCOL } from '../wire/packet.ts';
import { tcpHeaderBytes, writeTcp } from '../wire/tcp.ts';
import { UDP_BYTES, writeUdp } from '../wire/udp.ts';
import type { Ends, Outgoing } from './outgoing.ts';

const CHECKSUM_AT = 16;
/** Most bytes of an IP packet. */
const PACKET_MAX = 65_535;

export interface Addressed {
  readonly source: string;
  readonly destination: string;
}

export class GuestFrames {
  readonly #ours: Uint8Array;
  #card: NetworkCard | undefined;
  /** The card of the guest that last sent something: there is one on the link, but its address may change. */
  guestCard: Uint8Array;

  constructor(ours: Uint8Array) {
    this.#ours = ours;
    this.guestCard = new Uint8Array(6);
  }

  plugged(card: NetworkCard): void {
    this.#card = card;
    this.guestCard = card.address;
  }

  /** Most bytes of data in one TCP segment to the guest. */
  get segmentMax(): number {
    return (this.#card?.mtu ?? 1500) - 40;
  }
  /** Most bytes of TCP data in one frame. */
  burst(version: 4 | 6): number {
    const takes = this.#card?.takes;
    const cuts = version === 4 ? takes?.tcp4 : takes?.tcp6;
    return cuts ? PACKET_MAX - 60 : this.segmentMax;
  }

  #ipv4(addressed: Addressed, protocol: number, length: number): Uint8Array<ArrayBuffer> {
    const frame = ethernetFrame(this.guestCard, this.#ours, TYPE_IPV4, IPV4_BYTES + length);
    writeIpv4(frame, addressed.source, addressed.destination, protocol, length);
    return frame;
  }

  tcp({ guest, guestPort, peer, peerPort }: Ends, segment: Outgoing): Frame {
    const header = tcpHeaderBytes(segment.options);
    const length = header + segment.length;
    const bytes = this.#ipv4({ source: peer, destination: guest }, PROTOCOL.tcp, length);
    const at = ETHERNET_BYTES + IPV4_BYTES;
    writeTcp(bytes, at, { ...segment, sourcePort: peerPort, destinationPort: guestPort });
    segment.fill(bytes, at + header);
    const pseudo = pseudoHeader(bytes.subarray(at - 8, at), PROTOCOL.tcp, length);
    const takes = this.#card?.takes.checksum === true;
    // A guest that finishes checksums gets the sum of the pseudo-header, which it goes on from.
    const sum = takes ? folded(pseudo) : checksumOf(bytes, at, bytes.length, pseudo);
    bytes[at + CHECKSUM_AT] = sum >> 8;
    bytes[at + CHECKSUM_AT + 1] = sum & 0xff;
    if (!takes) return { bytes };
    const cut = segment.length > segment.mss;
    const segments = { kind: 'tcp4', size: segment.mss, headerLength: at + header } as const;
    const unfinished: Unfinished = { checksum: { start: at, offset: CHECKSUM_AT }, ...(cut ? { segments } : {}) };
    return { bytes, unfinished };
  }

  /** A datagram, in several packets where one is too small. Its checksum is whole: clients on raw sockets look at it themselves. */
  udp(
    addressed: Addressed,
    ports: { readonly sourcePort: number; readonly destinationPort: number },
    data: Uint8Array,
    to?: Uint8Array,
  ): Frame[] {
    const whole = new Uint8Array(UDP_BYTES + data.length);
    whole.set(data, UDP_BYTES);
    const addresses = new Uint8Array(8);
    addresses.set(bytesOf4(addressed.source) as Uint8Array);
    addresses.set(bytesOf4(addressed.destination) as Uint8Array, 4);
    writeUdp(whole, 0, addresses, ports);
    return this.#pieces(addressed, PROTOCOL.udp, whole, to);
  }

  #identification = 0;
  #pieces(addressed: Addressed, protocol: number, whole: Uint8Array, to: Uint8Array = this.guestCard): Frame[] {
    const room = Math.floor(((this.#card?.mtu ?? 1500) - IPV4_BYTES) / 8) * 8;
    this.#identification = (this.#identification + 1) & 0xffff;
    const frames: Frame[] = [];
    for (let at = 0; at === 0 || at < whole.length; at += room) {
      const part = whole.subarray(at, at + room);
      const bytes = ethernetFrame(to, this.#ours, TYPE_IPV4, IPV4_BYTES + part.length);
      writeIpv4(bytes, addressed.source, addressed.destination, protocol, part.length);
      if (whole.length > room) writeFragment(bytes, this.#identification, at, at + room < whole.length);
      bytes.set(part, ETHERNET_BYTES + IPV4_BYTES);
      frames.push({ bytes });
    }
    return frames;
  }

  icmp(addressed: Addressed, message: Icmp): Frame[] {
    const whole = new Uint8Array(ICMP_BYTES + message.data.length);
    writeIcmp(whole, 0, message);
    return this.#pieces(addressed, PROTOCOL.icmp, whole);
  }
}
