/**
 * A learning switch (IEEE 802.1D without a spanning tree: networks are never joined). It waits for nobody: what a port has no room
 * for is its loss. An address that a plugged card has is learned nowhere else, so no guest takes another's frames.
 */
import type { Frame } from '../../device/kit/network.ts';
import { isForMany, senderOf } from '../wire/ethernet.ts';
import { type Guarded, isHonest } from './guard.ts';

export interface SwitchPort {
  /** Its card's address, as text. */
  readonly card: string;
  /** Absent: the network gives no addresses, and anything may be said of them. */
  readonly guarded?: Guarded | undefined;
  /** @param isShared other ports get the same bytes */
  deliver(frame: Frame, isShared: boolean): void;
}

/** What was learned is forgotten after so many milliseconds, and so many addresses are known at most. */
const REMEMBERED_MS = 300_000;
const ADDRESSES = 1024;
const ADDRESS_BYTES = 6;

/** An address of a card as text: `52:54:00:12:34:56`. */
export const cardText = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, ADDRESS_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(':');

export class Switch {
  readonly #ports = new Set<SwitchPort>();
  readonly #own = new Map<string, SwitchPort>();
  readonly #learned = new Map<string, { readonly port: SwitchPort; readonly at: number }>();
  /** Addresses that the cards were given. */
  readonly #given = new Set<string>();
  readonly #now: () => number;
  /** Frames in the name of another port's card, or that pretend to have another's address. */
  forged = 0;

  /** @param now milliseconds since any moment */
  constructor(now: () => number) {
    this.#now = now;
  }

  get ports(): readonly SwitchPort[] {
    return [...this.#ports];
  }
  /** The port whose card has that address. */
  owner(card: string): SwitchPort | undefined {
    return this.#own.get(card);
  }
  /** @returns false where another port's card has the address: then it is not plugged in */
  plug(port: SwitchPort): boolean {
    if (this.#own.has(port.card)) return false;
    this.#ports.add(port);
    if (port.guarded) this.#given.add(port.guarded.own);
    this.#own.set(port.card, port);
    this.#learned.delete(port.card);
    return true;
  }
  unplug(port: SwitchPort): void {
    if (!this.#ports.delete(port)) return;
    this.#own.delete(port.card);
    if (port.guarded) this.#given.delete(port.guarded.own);
    for (const [card, { port: there }] of this.#learned) if (there === port) this.#learned.delete(card);
  }

  /** Frames that came in at a port. */
  send(from: SwitchPort, frames: readonly Frame[]): void {
    if (!this.#ports.has(from)) return;
    for (const frame of frames) {
      if (!this.#learn(from, frame)) continue;
      if (from.guarded && !isHonest(frame.bytes, from.guarded, this.#given)) {
        this.forged++;
        continue;
      }
      const to = isForMany(frame.bytes) ? undefined : this.#portOf(cardText(frame.bytes));
      if (to === from) continue;
      if (to) to.deliver(frame, false);
      else for (const port of this.#ports) if (port !== from) port.deliver(frame, true);
    }
  }

  /** @returns whether the frame may have come from there */
  #learn(from: SwitchPort, { bytes }: Frame): boolean {
    const sender = senderOf(bytes);
    if (isForMany(sender)) return false;
    const card = cardText(sender);
    if (card === from.card) return true;
    if (this.#own.has(card)) {
      this.forged++;
      return false;
    }
    // Put at the end, so that the oldest is the first.
    this.#learned.delete(card);
    if (this.#learned.size >= ADDRESSES) this.#learned.delete(this.#learned.keys().next().value as string);
    this.#learned.set(card, { port: from, at: this.#now() });
    return true;
  }
  #portOf(card: string): SwitchPort | undefined {
    const own = this.#own.get(card);
    if (own) return own;
    const learned = this.#learned.get(card);
    if (!learned) return undefined;
    if (this.#now() - learned.at < REMEMBERED_MS) return learned.port;
    this.#learned.delete(card);
    return undefined;
  }
}
