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
import type { Packet } from '../wire/packet.ts';
import type { Egress } from './egress.ts';
import type { GuestFrames } from './guest-frames.ts';
import type { AddressPlan } from './plan.ts';
import type { Unreached } from './report.ts';
import { TokenBucket } from './token-bucket.ts';

const PER_SECOND = 100;
const CODES = { 'no host': NO_HOST, 'no network': NO_NETWORK, prohibited: PROHIBITED, 'no port': NO_PORT, refused: NO_PORT } as const;
export type Unreachable = keyof typeof CODES;

export class IcmpErrors {
  readonly #plan: AddressPlan;
  readonly #frames: GuestFrames;
  readonly #egress: Egress;
  readonly #unreached: (address: string, why: Unreached) => void;
  readonly #rate = new TokenBucket(PER_SECOND, PER_SECOND);

  /** @param unreached told of an echo that cannot be carried */
  constructor(plan: AddressPlan, frames: GuestFrames, egress: Egress, unreached: (address: string, why: Unreached) => void) {
    this.#unreached = unreached;
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
    this.#tell(packet, UNREACHABLE, CODES[why]);
  }
  /** Tells the guest that its packet may pass no router, and we are one. */
  exceeded(packet: Packet): void {
    this.#tell(packet, TIME_EXCEEDED, 0);
  }
  #tell({ source, quoted }: Packet, type: number, code: number): void {
    if (!this.#rate.take()) return;
    this.#send(source, this.#plan.host, { type, code, rest: new Uint8Array(4), data: quoted });
  }

  /** A message of the guest's: an echo of ours is answered, one beyond us cannot be carried. */
  packet(packet: Packet, unfinished: boolean): void {
    const message = readIcmp(packet.payload, unfinished);
    if (message?.type !== ECHO) return;
    const { host, dns } = this.#plan;
    if (packet.destination !== host && packet.destination !== dns) {
      this.#unreached(packet.destination, 'ping');
      return this.unreachable(packet, 'prohibited');
    }
    this.#send(packet.source, packet.destination, { ...message, type: ECHO_REPLY, code: 0 });
  }
  #send(to: string, from: string, message: Icmp): void {
    for (const frame of this.#frames.icmp({ source: from, destination: to }, message)) this.#egress.add(frame);
  }
}
