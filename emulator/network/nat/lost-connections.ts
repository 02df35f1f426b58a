/**
 * Connections that a guest had when its state was saved, and that ended here since. One that only waits for bytes would never say
 * a word, and wait for ever. It is made to: what we send carries a number that cannot be right, so it answers with the right one
 * (RFC 9293, section 3.10.7.4), and a segment of a connection that is unknown is answered with a reset.
 */
import type { Ends } from './outgoing.ts';

/** Milliseconds after the return of each try: a frame may find no room. */
const TRIES = [0, 1000, 3000] as const;
/** As many as a guest may have. */
const MOST = 1024;
const PORT_MAX = 65_535;

const isPort = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0 && Number(value) <= PORT_MAX;
const isAddress = (value: unknown): value is string => typeof value === 'string' && /^[\da-f.:]{2,45}$/i.test(value);

/** Ends as bytes to be saved; undefined for none. */
export function writeEnds(all: readonly Ends[]): Uint8Array | undefined {
  if (all.length === 0) return undefined;
  const text = JSON.stringify(all.map(({ guest, guestPort, peer, peerPort }) => [guest, guestPort, peer, peerPort]));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
/** What cannot be read, as a newer version may have saved it, is left out. */
export function readEnds(bytes: Uint8Array): readonly Ends[] {
  try {
    const all: unknown = JSON.parse(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    if (!Array.isArray(all)) return [];
    return all.slice(0, MOST).flatMap((one: unknown): Ends[] => {
      const [guest, guestPort, peer, peerPort] = Array.isArray(one) ? (one as unknown[]) : [];
      return isAddress(guest) && isPort(guestPort) && isAddress(peer) && isPort(peerPort) ? [{ guest, guestPort, peer, peerPort }] : [];
    });
  } catch {
    return [];
  }
}

export class LostConnections {
  readonly #ask: (ends: Ends) => void;
  #lost: readonly Ends[] = [];
  #tried = 0;
  #since = 0;

  /** @param ask makes the guest say a word of a connection, unless it is a new one by now */
  constructor(ask: (ends: Ends) => void) {
    this.#ask = ask;
  }

  /** The guest has these, and time counts from now on. */
  begin(lost: readonly Ends[]): void {
    this.#lost = lost;
    this.#tried = 0;
    this.#since = 0;
  }
  get isTimed(): boolean {
    return this.#lost.length > 0;
  }
  passed(milliseconds: number): void {
    const due = TRIES[this.#tried];
    if (this.#lost.length > 0 && due !== undefined && this.#since >= due) {
      for (const ends of this.#lost) this.#ask(ends);
      this.#tried++;
    }
    this.#since += milliseconds;
    if (this.#tried === TRIES.length) this.#lost = [];
  }
}
