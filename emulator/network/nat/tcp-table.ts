/** All TCP connections of a guest: new ones by policy and rate, segments to whom they belong, a refusal for everything unknown. */
import { ACK, FIN, readTcp, RST, type Segment, SYN } from '../wire/tcp.ts';
import type { Packet } from '../wire/packet.ts';
import type { Egress } from './egress.ts';
import type { GuestFrames } from './guest-frames.ts';
import type { IcmpErrors } from './icmp.ts';
import type { Failure, Outside, Stream } from './outside.ts';
import { judge, type Policy } from './policy.ts';
import { type FlowReport, type Unreached, unreachedBy } from './report.ts';
import { type Ends, keyOf, type Outgoing, type Way } from './outgoing.ts';
import type { ConnectionSurroundings } from './connection-surroundings.ts';
import { TcpConnection } from './tcp-connection.ts';
import { TokenBucket } from './token-bucket.ts';

/** Connections at once, and of them those that are being made. */
const CONNECTIONS = 1024;
const HALF_OPEN = 768;
/** New ones a second, and at once. */
const NEW_PER_SECOND = 500;
const NEW_AT_ONCE = 1000;
/** A connection that was silent for so long may make room for another, in milliseconds. */
const IDLE = 2 * 3600 * 1000;
/** What all connections may keep in memory together; beyond it hosts wait. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** Connections that are told of after their end. */
const ENDED = 30;
/** Ports that we call the guest from. */
const FIRST_PORT = 49_152;
const PORTS = 16_384;
/**
 * Milliseconds that a small piece of the guest's waits for an answer to carry its acknowledgement: what a service of this computer's
 * takes, and so little that a guest which sends no second one before the first is acknowledged hardly notices.
 */
const ACKNOWLEDGE_WITHIN = 5;

/** A segment that carries nothing. */
const EMPTY = { acknowledged: 0, window: 0, options: {}, length: 0, fill: () => undefined } as const;

/** A service of ours in place of a host: it gets the connection's events and gives its stream. */
export type Service = (events: { data(bytes: Uint8Array): void; ended(): void }) => Stream;

export interface TcpParts {
  readonly outside: Outside;
  readonly policy: Policy;
  readonly frames: GuestFrames;
  readonly egress: Egress;
  readonly icmp: IcmpErrors;
  /** Services of ours, by `address port`. */
  readonly services: ReadonlyMap<string, Service>;
  /** Something waits to be sent. */
  readonly stir: () => void;
  /** The guest could not reach something. */
  readonly unreached: (address: string, port: number, why: Unreached) => void;
  /** Milliseconds since any moment. */
  readonly clock: () => number;
}

export class TcpTable implements ConnectionSurroundings<TcpConnection> {
  readonly #parts: TcpParts;
  readonly #connections = new Map<string, TcpConnection>();
  readonly #wanting = new Set<TcpConnection>();
  readonly #owing = new Set<TcpConnection>();
  /** Where else those that call may try. */
  readonly #ways = new WeakMap<TcpConnection, readonly Way[]>();
  readonly #fresh = new TokenBucket(NEW_PER_SECOND, NEW_AT_ONCE);
  readonly #secret: Uint8Array;
  readonly #ended: { readonly report: FlowReport; readonly at: number }[] = [];
  #port = 0;
  now = 0;
  /** Connections that a limit refused. */
  refused = 0;

  constructor(parts: TcpParts) {
    this.#parts = parts;
    this.#secret = parts.outside.entropy(16);
  }

  /** The card's reach is another one now: what the guest has with places that it may not reach any more ends, on both sides. */
  reachChanged(): void {
    const { policy } = this.#parts;
    for (const connection of this.connections) {
      const { opener, ends } = connection;
      const isService = this.#parts.services.has(`${ends.peer} ${ends.peerPort}`);
      if (opener === 'guest' && !isService && judge(policy, ends.peer, ends.peerPort).kind !== 'allowed') connection.hangUp();
    }
  }

  get connections(): readonly TcpConnection[] {
    return [...this.#connections.values()];
  }
  get isTimed(): boolean {
    return this.#connections.size > 0 || !this.#fresh.isFull;
  }
  segmentMax(version: 4 | 6): number {
    return this.#parts.frames.segmentMax(version);
  }
  burst(version: 4 | 6): number {
    return this.#parts.frames.burst(version);
  }

  packet(packet: Packet, unfinished: boolean): void {
    const segment = readTcp(packet, unfinished);
    if (!segment) return;
    const { source: guest, destination: peer } = packet;
    const ends: Ends = { guest, guestPort: segment.sourcePort, peer, peerPort: segment.destinationPort };
    const known = this.#connections.get(keyOf(ends));
    const result = known?.segment(segment);
    if (result === 'renewed') this.#forget(known);
    else if (known) return;
    if ((segment.flags & (SYN | ACK | RST)) === SYN) this.#begin(ends, segment, packet);
    else if ((segment.flags & RST) === 0) this.#reject(ends, segment);
  }

  #begin(ends: Ends, syn: Segment, packet: Packet): void {
    const { services, policy, icmp } = this.#parts;
    const service = services.get(`${ends.peer} ${ends.peerPort}`);
    const verdict = service ? undefined : judge(policy, ends.peer, ends.peerPort);
    if (verdict && verdict.kind !== 'allowed') this.#parts.unreached(ends.peer, ends.peerPort, unreachedBy(verdict));
    if (verdict?.kind === 'closed') return this.#reject(ends, syn);
    if (verdict?.kind === 'prohibited' || verdict?.kind === 'no host') return icmp.unreachable(packet, verdict.kind);
    const room = this.#room();
    if (room !== 'there') {
      this.refused++;
      this.#parts.unreached(ends.peer, ends.peerPort, 'too many');
      // Who asks for many at once comes again in a second, and by then there may be room.
      return room === 'soon' ? undefined : this.#reject(ends, syn);
    }
    const connection = TcpConnection.ofSyn(ends, syn, this.#initial(ends), this);
    this.#connections.set(connection.key, connection);
    this.#parts.outside.timed();
    if (service) return this.#serve(connection, service);
    if (!verdict) return;
    const { address, port } = verdict;
    try {
      connection.joined(this.#dial(connection, address, port, ends, syn, packet));
    } catch (error) {
      this.#parts.outside.log(`network: no connection to ${address} port ${port}: ${String(error)}`);
      this.#failed(connection, 'no host', ends, syn, packet);
    }
  }
  #serve(connection: TcpConnection, service: Service): void {
    connection.joined(service(connection));
    connection.connected();
  }
  #dial(connection: TcpConnection, address: string, port: number, ends: Ends, syn: Segment, packet: Packet): Stream {
    // The frame goes; what an answer would quote of it stays.
    const quoted: Packet = { ...packet, quoted: packet.quoted.slice(), payload: new Uint8Array(0) };
    const stir = this.#parts.stir;
    return this.#parts.outside.connect(address, port, {
      connected: () => (connection.connected(), stir()),
      failed: (why) => (this.#failed(connection, why, ends, syn, quoted), stir()),
      data: (bytes) => connection.data(bytes),
      ended: () => connection.ended(),
      written: () => connection.written(),
      closed: () => (connection.closed(), stir()),
    });
  }
  #failed(connection: TcpConnection, why: Failure, ends: Ends, syn: Segment, packet: Packet): void {
    if (connection.state === 'gone') return;
    connection.failed(why);
    this.#parts.unreached(ends.peer, ends.peerPort, why);
    if (why === 'refused') this.#reject(ends, syn);
    else this.#parts.icmp.unreachable(packet, why);
  }

  /** Whether one more connection may be; makes room by dropping one that was silent for hours. */
  #room(): 'there' | 'soon' | 'none' {
    let halfOpen = 0;
    for (const { isHalfOpen } of this.#connections.values()) if (isHalfOpen) halfOpen++;
    if (halfOpen >= HALF_OPEN || !this.#fresh.take()) return 'soon';
    if (this.#kept() > KEPT_BYTES) return 'none';
    if (this.#connections.size < CONNECTIONS) return 'there';
    const oldest = this.connections.reduce((a, b) => (a.lastUsed <= b.lastUsed ? a : b));
    if (oldest.state !== 'lingering' && this.now - oldest.lastUsed < IDLE) return 'none';
    oldest.hangUp();
    return 'there';
  }
  #kept(): number {
    let kept = 0;
    for (const connection of this.#connections.values()) kept += connection.kept;
    return kept;
  }

  /** Answers a segment that belongs to nothing with a reset (RFC 9293, section 3.10.7.1). */
  #reject(ends: Ends, segment: Segment): void {
    const isAck = (segment.flags & ACK) !== 0;
    const acknowledged = afterAll(segment);
    this.#write(ends, {
      ...EMPTY,
      sequence: isAck ? segment.acknowledged : 0,
      acknowledged: isAck ? 0 : acknowledged,
      flags: isAck ? RST : RST | ACK,
      mss: this.segmentMax(4),
    });
  }

  /**
   * Calls a port of the guest's on behalf of somebody whom the host has accepted.
   * @param ways where to try, one after the other, until somebody answers @returns the connection: its `StreamEvents` are the host's to call
   */
  call([{ guest, from }, ...others]: readonly [Way, ...Way[]], guestPort: number, stream: Stream): TcpConnection | undefined {
    if (this.#connections.size >= CONNECTIONS) return undefined;
    let ends: Ends;
    do {
      this.#port = (this.#port + 1) % PORTS;
      ends = { guest, guestPort, peer: from, peerPort: FIRST_PORT + this.#port };
    } while (this.#connections.has(keyOf(ends)));
    const connection = TcpConnection.toGuest(ends, stream, this.#initial(ends), this);
    this.#ways.set(connection, others);
    this.#connections.set(connection.key, connection);
    this.#parts.outside.timed();
    this.#parts.stir();
    return connection;
  }

  callElsewhere(connection: TcpConnection): boolean {
    const [next, ...others] = this.#ways.get(connection) ?? [];
    if (!next) return false;
    this.#ways.set(connection, others);
    this.#connections.delete(connection.key);
    connection.recall({ ...connection.ends, guest: next.guest, peer: next.from });
    this.#connections.set(connection.key, connection);
    this.#parts.stir();
    return true;
  }

  /** First number of a connection: other for every pair of ends, and growing with time (RFC 6528). */
  #initial(ends: Ends): number {
    let hash = 0x811c_9dc5;
    const mix = (byte: number) => (hash = Math.imul(hash ^ byte, 0x0100_0193));
    for (const byte of this.#secret) mix(byte);
    for (const letter of keyOf(ends)) mix(letter.charCodeAt(0));
    for (const byte of this.#secret) mix(byte);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b);
    return ((hash ^ (hash >>> 13)) + Math.floor(this.now * 250)) >>> 0;
  }

  /** The ends of connections that the guest takes for open. */
  get open(): readonly Ends[] {
    return this.connections.filter(({ state }) => state === 'open').map(({ ends }) => ends);
  }
  /** Sends what a guest that takes a connection for open answers with its numbers. */
  provoke(ends: Ends): void {
    if (this.#connections.has(keyOf(ends))) return;
    const number = new DataView(Uint8Array.from(this.#parts.outside.entropy(4)).buffer).getUint32(0);
    this.#write(ends, { ...EMPTY, sequence: number, flags: ACK, mss: this.segmentMax(4) });
  }

  // What connections ask for.

  emit({ ends }: TcpConnection, segment: Outgoing): void {
    this.#write(ends, segment);
  }
  #write(ends: Ends, segment: Outgoing): void {
    this.#parts.egress.add(this.#parts.frames.tcp(ends, segment));
  }
  wants(connection: TcpConnection): void {
    this.#wanting.add(connection);
    this.#parts.stir();
  }
  /** Whether a connection has something to send. */
  get isWanting(): boolean {
    return this.#wanting.size > 0;
  }
  owes(connection: TcpConnection): void {
    if (this.#owing.size === 0) this.#parts.outside.later(ACKNOWLEDGE_WITHIN, () => this.#acknowledge());
    this.#owing.add(connection);
  }
  #acknowledge(): void {
    for (const connection of this.#owing) connection.acknowledgeOverdue();
    this.#owing.clear();
    this.#parts.stir();
  }
  gone(connection: TcpConnection): void {
    this.#forget(connection);
    // Its reset is not to wait for something else to send.
    this.#parts.stir();
  }
  #forget(connection: TcpConnection | undefined): void {
    if (!connection || this.#connections.get(connection.key) !== connection) return;
    this.#connections.delete(connection.key);
    this.#wanting.delete(connection);
    if (!connection.wasOpen) return;
    this.#ended.push({ report: flowOf(connection, this.now), at: this.#parts.clock() });
    if (this.#ended.length > ENDED) this.#ended.shift();
  }

  // For people.

  get flows(): readonly FlowReport[] {
    return this.connections.map((connection) => flowOf(connection, this.now));
  }
  /** Connections that are over, the last one first. */
  get ended(): readonly FlowReport[] {
    const now = this.#parts.clock();
    return this.#ended.map(({ report, at }) => ({ ...report, age: now - at })).reverse();
  }

  /** Lets connections send in turn, a frame each, while there is room; then acknowledges what no data took along. */
  pump(): void {
    const { egress } = this.#parts;
    const idle: TcpConnection[] = [];
    for (const connection of this.#wanting) {
      if (!egress.hasRoom) break;
      this.#wanting.delete(connection);
      // One that is put back comes again at the end: a set is walked in the order in which its members came.
      if (connection.pump()) this.#wanting.add(connection);
      else idle.push(connection);
    }
    for (const connection of idle) connection.acknowledge();
    for (const connection of this.#wanting) connection.acknowledge();
  }

  passed(milliseconds: number): void {
    this.now += milliseconds;
    this.#fresh.passed(milliseconds);
    for (const connection of this.connections) connection.passed();
  }

  /** Breaks all off; the guest is told nothing: it is not the one that made them. */
  clear(): void {
    for (const connection of this.connections) connection.forgotten();
    this.#connections.clear();
    this.#wanting.clear();
  }
}

function flowOf(connection: TcpConnection, now: number): FlowReport {
  const { ends, opener, toGuest, fromGuest, began, state, isComplete } = connection;
  const { guestPort, peer, peerPort } = ends;
  const said = isComplete ? 'closed' : state === 'gone' ? 'broken' : connection.isHalfOpen ? 'connecting' : 'open';
  return { protocol: 'tcp', guestPort, peer, peerPort, opener, state: said, toGuest, fromGuest, began, age: now - began };
}

/** The number after all that a segment takes up. */
function afterAll({ sequence, data, flags }: Segment): number {
  const marks = ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
  return (sequence + data.length + marks) >>> 0;
}
