/** Makes the frames that go to the guest: headers in front of what a protocol has to say, checksums as the guest's driver takes them. */
import type { Frame, NetworkCard, Unfinished } from '../../device/kit/network.ts';
import { bytesOf6 } from '../wire/address.ts';
import { checksumOf, folded, pseudoHeader } from '../wire/checksum.ts';
import { ICMP_BYTES, type Icmp, writeIcmp } from '../wire/icmp.ts';
import { writeIcmp6 } from '../wire/icmp6.ts';
import { PROTOCOL } from '../wire/packet.ts';
import { TCP_BYTES, tcpHeaderBytes, writeTcp } from '../wire/tcp.ts';
import { UDP_BYTES, writeUdp } from '../wire/udp.ts';
import { addressBytes, type Addressed, headerBytes, ipFrame, ipFrames } from './ip-frame.ts';
import type { Ends, Outgoing } from './outgoing.ts';

const CHECKSUM_AT = 16;
/** Most bytes of an IP packet. */
const PACKET_MAX = 65_535;
/** Of headers in a frame that the guest's driver cuts. */
const HEADERS_MAX = 80;

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

  get mtu(): number {
    return this.#card?.mtu ?? 1500;
  }
  /** Most bytes of data in one TCP segment to the guest. */
  segmentMax(version: 4 | 6): number {
    return this.mtu - headerBytes(version) - TCP_BYTES;
  }
  /** Most bytes of TCP data in one frame. */
  burst(version: 4 | 6): number {
    const takes = this.#card?.takes;
    const cuts = version === 4 ? takes?.tcp4 : takes?.tcp6;
    return cuts ? PACKET_MAX - HEADERS_MAX : this.segmentMax(version);
  }

  tcp({ guest, guestPort, peer, peerPort }: Ends, segment: Outgoing): Frame {
    const header = tcpHeaderBytes(segment.options);
    const length = header + segment.length;
    const addressed = { source: peer, destination: guest };
    const { bytes, at } = ipFrame({ to: this.guestCard, from: this.#ours }, addressed, PROTOCOL.tcp, length);
    const isSix = peer.includes(':');
    writeTcp(bytes, at, { ...segment, sourcePort: peerPort, destinationPort: guestPort });
    segment.fill(bytes, at + header);
    // Both addresses stand at the end of the header before it.
    const pseudo = pseudoHeader(bytes.subarray(at - (isSix ? 32 : 8), at), PROTOCOL.tcp, length);
    const takes = this.#card?.takes.checksum === true;
    // A guest that finishes checksums gets the sum of the pseudo-header, which it goes on from.
    const sum = takes ? folded(pseudo) : checksumOf(bytes, at, bytes.length, pseudo);
    bytes[at + CHECKSUM_AT] = sum >> 8;
    bytes[at + CHECKSUM_AT + 1] = sum & 0xff;
    if (!takes) return { bytes };
    const cut = segment.length > segment.mss;
    const segments = { kind: isSix ? 'tcp6' : 'tcp4', size: segment.mss, headerLength: at + header } as const;
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
    writeUdp(whole, 0, addressBytes(addressed), ports);
    return this.#pieces(addressed, PROTOCOL.udp, whole, to);
  }

  #identification = 0;
  #pieces(addressed: Addressed, protocol: number, whole: Uint8Array, to: Uint8Array = this.guestCard, hops?: number): Frame[] {
    this.#identification = (this.#identification + 1) & 0xffff;
    const options = { mtu: this.mtu, identification: this.#identification, hops };
    return ipFrames({ to, from: this.#ours }, addressed, protocol, whole, options).map((bytes) => ({ bytes }));
  }

  icmp(addressed: Addressed, message: Icmp): Frame[] {
    const whole = new Uint8Array(ICMP_BYTES + message.data.length);
    writeIcmp(whole, 0, message);
    return this.#pieces(addressed, PROTOCOL.icmp, whole);
  }
  /** @param hops that it may pass; absent: as any packet */
  icmp6(addressed: Addressed, message: Icmp, hops?: number): Frame[] {
    const whole = new Uint8Array(ICMP_BYTES + message.data.length);
    writeIcmp6(whole, 0, addressBytes(addressed), message);
    return this.#pieces(addressed, PROTOCOL.icmp6, whole, cardOfMany(addressed.destination), hops);
  }
}

/** The card address of a group (RFC 2464, section 7); undefined for one receiver. */
function cardOfMany(destination: string): Uint8Array | undefined {
  const bytes = bytesOf6(destination);
  return bytes?.[0] === 0xff ? Uint8Array.of(0x33, 0x33, ...bytes.subarray(12)) : undefined;
}
