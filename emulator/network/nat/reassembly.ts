/** Puts datagrams together that came in pieces: few at a time, none larger than a packet can be, none kept for long. */
import type { Packet4 } from '../wire/ipv4.ts';
import type { Packet6 } from '../wire/ipv6.ts';
import { PROTOCOL } from '../wire/packet.ts';

const AT_ONCE = 64;
/** Most pieces of one; a guest that cuts smaller has nothing good in mind. */
const PIECES = 64;
const BYTES_MAX = 65_535;
const PATIENCE = 10_000;

interface Incomplete {
  readonly pieces: { readonly at: number; readonly bytes: Uint8Array }[];
  readonly deadline: number;
  /** Known with the last piece. */
  length: number | undefined;
}

export class Reassembly {
  readonly #incomplete = new Map<string, Incomplete>();

  get isEmpty(): boolean {
    return this.#incomplete.size === 0;
  }

  /** Takes a packet. @returns it, if it is whole; the whole, if it was the last piece; else undefined */
  take<P extends Packet4 | Packet6>(packet: P, now: number): Omit<P, 'fragment'> | undefined {
    const { fragment, protocol, source, destination, identification } = packet;
    if (!fragment) return packet;
    // A TCP of today cuts nothing; pieces of it are an attack.
    if (protocol === PROTOCOL.tcp) return undefined;
    const key = `${source} ${destination} ${protocol} ${identification}`;
    const known = this.#incomplete.get(key) ?? this.#begin(key, now);
    const { length } = packet.payload;
    const end = fragment.at + length;
    const fits = end <= BYTES_MAX && length > 0 && known.pieces.length < PIECES && (!fragment.more || length % 8 === 0);
    const contradicts = !fragment.more && known.length !== undefined && known.length !== end;
    // Pieces that overlap are refused with all that came before (RFC 5722 for IPv6; nobody sane sends them for IPv4).
    const overlaps = known.pieces.some(({ at, bytes }) => fragment.at < at + bytes.length && at < end);
    if (!fits || contradicts || overlaps) return void this.#incomplete.delete(key);
    if (!fragment.more) known.length = end;
    known.pieces.push({ at: fragment.at, bytes: packet.payload.slice() });
    const have = known.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (known.length === undefined || have < known.length) return undefined;
    this.#incomplete.delete(key);
    const { fragment: _, ...rest } = packet;
    return { ...rest, payload: joined(known.pieces, known.length) };
  }

  #begin(key: string, now: number): Incomplete {
    const oldest = this.#incomplete.keys().next();
    if (this.#incomplete.size >= AT_ONCE && !oldest.done) this.#incomplete.delete(oldest.value);
    const begun: Incomplete = { pieces: [], deadline: now + PATIENCE, length: undefined };
    this.#incomplete.set(key, begun);
    return begun;
  }

  passed(now: number): void {
    for (const [key, { deadline }] of this.#incomplete) if (now >= deadline) this.#incomplete.delete(key);
  }
  clear(): void {
    this.#incomplete.clear();
  }
}

function joined(pieces: Incomplete['pieces'], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  for (const { at, bytes } of pieces) if (at + bytes.length <= length) whole.set(bytes, at);
  return whole;
}
