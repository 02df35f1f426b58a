/** What the gateway says of itself: answers to ping, and why something cannot be reached. */
import {
  ECHO,
  ECHO_REPLY,
  type Icmp,
  NO_HOST,
  NO_NETWORK,
  NO_PORT,
  PROHIBITED,
  readIcmp,
  TIME_EXCEEDED,
  UNREACHABLE,
} from '../wire/icmp.ts';
import { CODE6, ICMP6, readIcmp6 } from '../wire/icmp6.ts';
import type { Packet } from '../wire/packet.ts';
import type { Datagram } from '../wire/udp.ts';
import type { Egress } from './egress.ts';
import type { GuestFrames } from './guest-frames.ts';
import { type AddressPlan, isGateway } from './plan.ts';
import { quotedDatagram } from './quoted-datagram.ts';
import type { Unreached } from './report.ts';
import { TokenBucket } from './token-bucket.ts';

const PER_SECOND = 100;
const CODES = { 'no host': NO_HOST, 'no network': NO_NETWORK, prohibited: PROHIBITED, 'no port': NO_PORT, refused: NO_PORT } as const;
export type Unreachable = keyof typeof CODES;
const CODES6: Readonly<Record<Unreachable, number>> = {
  'no host': CODE6.noHost,
  'no network': CODE6.noRoute,
  prohibited: CODE6.prohibited,
  'no port': CODE6.noPort,
  refused: CODE6.noPort,
};
/** Nobody, and groups: they are told of no error (RFC 4443, section 2.4e). */
const isNobody = (address: string): boolean => address === '::' || address.startsWith('ff');

const isNoPort = ({ type, code }: Icmp, isFour: boolean): boolean =>
  isFour ? type === UNREACHABLE && code === NO_PORT : type === ICMP6.unreachable && code === CODE6.noPort;

export interface IcmpHeard {
  unreached(address: string, why: Unreached): void;
  /** @param to whose datagram it was, as the guest saw it */
  nobodyAt(datagram: Pick<Datagram, 'sourcePort' | 'destinationPort'>, to: string): void;
}

export class IcmpErrors {
  readonly #plan: AddressPlan;
  readonly #frames: GuestFrames;
  readonly #egress: Egress;
  readonly #heard: IcmpHeard;
  readonly #rate = new TokenBucket(PER_SECOND, PER_SECOND);

  /** @param heard told of an echo that cannot be carried, and of datagrams that the guest has nobody for */
  constructor(plan: AddressPlan, frames: GuestFrames, egress: Egress, heard: IcmpHeard) {
    this.#heard = heard;
    this.#plan = plan;
    this.#frames = frames;
    this.#egress = egress;
  }

  get isTimed(): boolean {
    return !this.#rate.isFull;
  }
  passed(milliseconds: number): void {
    this.#rate.passed(milliseconds);
  }

  /** Tells the guest that what it sent cannot get where it should. */
  unreachable(packet: Packet, why: Unreachable): void {
    if (packet.version === 4) this.#tell(packet, UNREACHABLE, CODES[why]);
    else this.#tell(packet, ICMP6.unreachable, CODES6[why]);
  }
  /** Tells the guest that its packet may pass no router, and we are one. */
  exceeded(packet: Packet): void {
    this.#tell(packet, packet.version === 4 ? TIME_EXCEEDED : ICMP6.timeExceeded, 0);
  }
  #tell({ version, source, quoted }: Packet, type: number, code: number): void {
    if (isNobody(source) || !this.#rate.take()) return;
    const from = version === 4 ? this.#plan.host : this.#plan.six.host;
    this.#send(source, from, { type, code, rest: new Uint8Array(4), data: quoted });
  }

  /** A message of the guest's: an echo of ours is answered, one beyond us cannot be carried. */
  packet(packet: Packet, unfinished: boolean): void {
    const isFour = packet.version === 4;
    const message = isFour ? readIcmp(packet.payload, unfinished) : readIcmp6(packet, unfinished);
    if (message && isNoPort(message, isFour)) {
      const datagram = quotedDatagram(message.data, packet.version);
      if (datagram) this.#heard.nobodyAt(datagram, packet.destination);
    }
    if (message?.type !== (isFour ? ECHO : ICMP6.echo) || isNobody(packet.source)) return;
    if (!isGateway(this.#plan, packet.destination)) {
      this.#heard.unreached(packet.destination, 'ping');
      return this.unreachable(packet, 'prohibited');
    }
    this.#send(packet.source, packet.destination, { ...message, type: isFour ? ECHO_REPLY : ICMP6.echoReply, code: 0 });
  }
  #send(to: string, from: string, message: Icmp): void {
    const addressed = { source: from, destination: to };
    const frames = to.includes(':') ? this.#frames.icmp6(addressed, message) : this.#frames.icmp(addressed, message);
    for (const frame of frames) this.#egress.add(frame);
  }
}
