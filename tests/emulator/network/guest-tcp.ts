/**
 * A TCP of a guest's, small and right: it keeps what comes out of order, acknowledges, sends again after a while, and has a
 * window. The cable between it and the NAT may lose, double and swap frames.
 */
import { ACK, distance, FIN, type Segment, SYN } from '../../../emulator/network/wire/tcp.ts';
import type { FakeGuest } from './fake-guest.ts';

export interface GuestTcpOptions {
  readonly to: string;
  readonly port: number;
  /** Whether a frame to the guest is lost, or one from it. */
  readonly loses?: () => boolean;
  /** Whether two frames that follow each other change places. */
  readonly swaps?: () => boolean;
  readonly window?: () => number;
}

const MSS = 1460;

export class GuestTcp {
  readonly #guest: FakeGuest;
  readonly #options: GuestTcpOptions;
  #next = 0;
  /** First number of ours that is not acknowledged. */
  #first = 1000;
  #out: number[] = [];
  #isEnding = false;
  readonly #early = new Map<number, Segment>();
  readonly received: number[] = [];
  isOpen = false;
  /** The other side has ended. */
  isEnded = false;
  /** Our end is acknowledged. */
  isEndAcknowledged = false;

  constructor(guest: FakeGuest, options: GuestTcpOptions) {
    this.#guest = guest;
    this.#options = options;
  }

  get #window(): number {
    return this.#options.window?.() ?? 60_000;
  }
  #send(flags: number, sequence: number, data?: Uint8Array): void {
    if (this.#options.loses?.()) return;
    const { to, port } = this.#options;
    const options = (flags & SYN) !== 0 ? { mss: MSS } : {};
    this.#guest.tcp({ to, port, flags, sequence, acknowledged: this.#next, window: this.#window, options, ...(data ? { data } : {}) });
  }
  connect(): void {
    this.#send(SYN, this.#first);
  }
  write(bytes: Uint8Array): void {
    this.#out.push(...bytes);
  }
  end(): void {
    this.#isEnding = true;
  }

  /** One turn: takes what came, then sends what is not acknowledged, from the beginning. */
  turn(): void {
    const came = this.#guest.segments().filter(() => !this.#options.loses?.());
    for (let at = 1; at < came.length; at++)
      if (this.#options.swaps?.()) (came as Segment[]).splice(at - 1, 2, came[at] as Segment, came[at - 1] as Segment);
    for (const segment of came) this.#take(segment);
    if (!this.isOpen) return this.connect();
    if (came.length > 0 && this.#out.length === 0 && !this.#isEnding) this.#send(ACK, this.#first);
    for (let at = 0; at < Math.min(this.#out.length, 16 * MSS); at += MSS)
      this.#send(ACK, (this.#first + at) >>> 0, Uint8Array.from(this.#out.slice(at, at + MSS)));
    if (this.#isEnding && this.#out.length === 0) this.#send(this.isEndAcknowledged ? ACK : ACK | FIN, this.#first);
  }

  #take(segment: Segment): void {
    if ((segment.flags & SYN) !== 0) {
      if (this.isOpen) return this.#send(ACK, this.#first);
      this.isOpen = true;
      this.#next = (segment.sequence + 1) >>> 0;
      this.#first = segment.acknowledged;
      return this.#send(ACK, this.#first);
    }
    const count = distance(segment.acknowledged, this.#first);
    if (count > 0) {
      if (count > this.#out.length) this.isEndAcknowledged = true;
      this.#out = this.#out.slice(count);
      this.#first = segment.acknowledged;
    }
    if (segment.data.length > 0 || (segment.flags & FIN) !== 0) this.#early.set(segment.sequence, segment);
    for (let found = this.#following(); found; found = this.#following()) {
      const seen = distance(this.#next, found.sequence);
      const fresh = found.data.subarray(seen);
      this.received.push(...fresh);
      this.#next = (this.#next + fresh.length) >>> 0;
      if ((found.flags & FIN) !== 0 && !this.isEnded) {
        this.isEnded = true;
        this.#next = (this.#next + 1) >>> 0;
      }
      this.#early.delete(found.sequence);
    }
  }
  #following(): Segment | undefined {
    for (const [number, segment] of this.#early) {
      const seen = distance(this.#next, number);
      if (seen >= 0 && (seen < segment.data.length || (seen === segment.data.length && (segment.flags & FIN) !== 0 && !this.isEnded)))
        return segment;
      if (seen >= segment.data.length) this.#early.delete(number);
    }
    return undefined;
  }
}
