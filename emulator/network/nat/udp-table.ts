/**
 * Datagrams. Each of the guest's ports has one port of the host's for everybody that it writes to, and hears only from
 * those. Datagrams that a forward brings come from ports of the gateway, one a sender.
 */
import type { Packet } from '../wire/packet.ts';
import { type Datagram, readUdp } from '../wire/udp.ts';
import type { Egress } from './egress.ts';
import type { GuestFrames } from './guest-frames.ts';
import type { IcmpErrors } from './icmp.ts';
import type { Way } from './outgoing.ts';
import type { Datagrams, Outside } from './outside.ts';
import { judge, type Policy } from './policy.ts';
import { type FlowReport, type Unreached, unreachedBy } from './report.ts';
import { TokenBucket } from './token-bucket.ts';

const FLOWS = 512;
/** Peers of one flow. */
const PEERS = 256;
const NEW_PER_SECOND = 500;
/** Milliseconds without traffic: when only the guest has spoken, and when both did. */
const ONE_WAY = 60_000;
const BOTH_WAYS = 180_000;
/** What nobody has answered is kept up to this many bytes. */
const KEPT_BYTES = 2048;
const FIRST_PORT = 49_152;
const PORTS = 16_384;

/** Bytes carried, for people, and when that began. */
interface Carried {
  readonly began: number;
  toGuest: number;
  fromGuest: number;
}
interface Peer extends Carried {
  readonly address: string;
  readonly port: number;
  packet: Packet;
}

interface Flow {
  readonly guest: string;
  readonly port: number;
  readonly datagrams: Datagrams;
  /** Who was written to, as the host calls them, and as the guest does; with the packet that went there last. */
  readonly peers: Map<string, Peer>;
  lastUsed: number;
  isTwoWay: boolean;
}

/** A sender behind a forward. */
interface Caller extends Carried {
  readonly key: string;
  /** The address of the gateway's that the guest sees. */
  from: string;
  readonly port: number;
  readonly guestPort: number;
  reply: (bytes: Uint8Array) => void;
  lastUsed: number;
  /** The addresses of the gateway's from which the guest has nobody at the port. */
  readonly closed: Set<string>;
  /** What nobody has answered yet, to be given by another way. */
  unanswered: { readonly ways: Ways; readonly bytes: Uint8Array } | undefined;
}
/** A guest's addresses in the order in which they are tried. */
type Ways = readonly [Way, ...Way[]];

export interface UdpParts {
  readonly outside: Outside;
  readonly policy: Policy;
  readonly frames: GuestFrames;
  readonly egress: Egress;
  readonly icmp: IcmpErrors;
  readonly stir: () => void;
  /** The guest could not reach something. */
  readonly unreached: (address: string, port: number, why: Unreached) => void;
}

export class UdpTable {
  readonly #parts: UdpParts;
  readonly #flows = new Map<string, Flow>();
  readonly #callers = new Map<number, Caller>();
  readonly #fresh = new TokenBucket(NEW_PER_SECOND, NEW_PER_SECOND);
  #nextPort = 0;
  #now = 0;
  /** Datagrams that found no room. */
  dropped = 0;

  constructor(parts: UdpParts) {
    this.#parts = parts;
  }

  get flows(): readonly Flow[] {
    return [...this.#flows.values()];
  }
  get isTimed(): boolean {
    return this.#flows.size > 0 || this.#callers.size > 0 || !this.#fresh.isFull;
  }

  /** The card's reach is another one now: peers that it may not reach any more are heard no more. */
  reachChanged(): void {
    for (const flow of this.flows) {
      for (const [key, { address, port }] of flow.peers)
        if (judge(this.#parts.policy, address, port).kind !== 'allowed') flow.peers.delete(key);
      if (flow.peers.size === 0) this.#drop(flow);
    }
  }

  /** What goes between each port of the guest's and each of its peers. */
  get reports(): readonly FlowReport[] {
    const said = (opener: FlowReport['opener'], guestPort: number, peer: string, peerPort: number, carried: Carried): FlowReport => {
      const { toGuest, fromGuest, began } = carried;
      const answered = opener === 'host' ? fromGuest : toGuest;
      const state = answered > 0 ? 'open' : 'connecting';
      return { protocol: 'udp', guestPort, peer, peerPort, opener, state, toGuest, fromGuest, began, age: this.#now - began };
    };
    return [
      ...this.flows.flatMap(({ port, peers }) => [...peers.values()].map((peer) => said('guest', port, peer.address, peer.port, peer))),
      ...[...this.#callers.values()].map((caller) => said('host', caller.guestPort, caller.from, caller.port, caller)),
    ];
  }

  /** Takes a packet. @param own answers datagrams for services of ours; false: it is none */
  packet(packet: Packet, unfinished: boolean, own: (datagram: Datagram) => boolean): void {
    const datagram = readUdp(packet, unfinished);
    if (!datagram || own(datagram)) return;
    const { policy, icmp } = this.#parts;
    const caller = this.#callers.get(datagram.destinationPort);
    if (caller?.guestPort === datagram.sourcePort && caller.from === packet.destination) {
      caller.lastUsed = this.#now;
      caller.fromGuest += datagram.data.length;
      caller.unanswered = undefined;
      return caller.reply(datagram.data);
    }
    const verdict = judge(policy, packet.destination, datagram.destinationPort);
    if (verdict.kind !== 'allowed') {
      this.#parts.unreached(packet.destination, datagram.destinationPort, unreachedBy(verdict));
      return icmp.unreachable(packet, verdict.kind === 'closed' ? 'no port' : verdict.kind);
    }
    const flow = this.#flowOf(packet, datagram.sourcePort);
    if (!flow) {
      this.#parts.unreached(packet.destination, datagram.destinationPort, 'too many');
      return void this.dropped++;
    }
    flow.lastUsed = this.#now;
    const key = `${verdict.address} ${verdict.port}`;
    if (!flow.peers.has(key) && flow.peers.size >= PEERS) flow.peers.delete(flow.peers.keys().next().value as string);
    const quoting: Packet = { ...packet, quoted: packet.quoted.slice(), payload: new Uint8Array(0) };
    const known = flow.peers.get(key);
    if (known) known.packet = quoting;
    const peer = known ?? this.#peerOf(packet.destination, datagram.destinationPort, quoting);
    // One that is written to again is the last to make room.
    flow.peers.delete(key);
    flow.peers.set(key, peer);
    peer.fromGuest += datagram.data.length;
    flow.datagrams.send(datagram.data, verdict.address, verdict.port);
  }

  #peerOf(address: string, port: number, packet: Packet): Peer {
    return { address, port, packet, began: this.#now, toGuest: 0, fromGuest: 0 };
  }
  #flowOf({ source, version }: Packet, port: number): Flow | undefined {
    const key = `${source} ${port}`;
    const known = this.#flows.get(key);
    if (known) return known;
    if (!this.#fresh.take()) return undefined;
    if (this.#flows.size >= FLOWS) this.#drop(this.flows.reduce((a, b) => (a.lastUsed <= b.lastUsed ? a : b)));
    try {
      const datagrams = this.#parts.outside.openDatagrams(version, {
        received: (bytes, address, peerPort) => this.#received(key, bytes, address, peerPort),
        refused: (address, peerPort) => this.#refused(key, address, peerPort),
      });
      const flow: Flow = { guest: source, port, datagrams, peers: new Map(), lastUsed: this.#now, isTwoWay: false };
      this.#flows.set(key, flow);
      this.#parts.outside.timed();
      return flow;
    } catch (error) {
      this.#parts.outside.log(`network: no port for datagrams: ${String(error)}`);
      return undefined;
    }
  }

  #received(key: string, bytes: Uint8Array, address: string, port: number): void {
    const flow = this.#flows.get(key);
    const peer = flow?.peers.get(`${address} ${port}`);
    if (!flow || !peer) return;
    flow.lastUsed = this.#now;
    flow.isTwoWay = true;
    peer.toGuest += bytes.length;
    this.#give({ source: peer.address, destination: flow.guest }, { sourcePort: peer.port, destinationPort: flow.port }, bytes);
  }
  #refused(key: string, address: string, port: number): void {
    const peer = this.#flows.get(key)?.peers.get(`${address} ${port}`);
    if (!peer) return;
    this.#parts.unreached(peer.address, peer.port, 'refused');
    this.#parts.icmp.unreachable(peer.packet, 'no port');
    this.#parts.stir();
  }

  /** A datagram for the guest, unless too much waits for it already. */
  #give(
    addressed: { readonly source: string; readonly destination: string },
    ports: { readonly sourcePort: number; readonly destinationPort: number },
    bytes: Uint8Array,
  ): void {
    const { egress, frames, stir } = this.#parts;
    if (!egress.hasRoom) return void this.dropped++;
    for (const frame of frames.udp(addressed, ports, bytes)) egress.add(frame);
    stir();
  }

  /**
   * Gives a port of the guest's a datagram that a forward brought: by the first way where it has somebody there, as far as it said so.
   * @param key who sent it: answers to one sender go by one port of the gateway
   */
  call(ways: Ways, guestPort: number, key: string, bytes: Uint8Array, reply: (bytes: Uint8Array) => void): void {
    const caller = this.#callerOf(key, guestPort, reply);
    // A program may have come meanwhile.
    if (ways.every(({ from }) => caller.closed.has(from))) caller.closed.clear();
    const isKept = ways.length > 1 && caller.fromGuest === 0 && bytes.length <= KEPT_BYTES;
    caller.unanswered = isKept ? { ways, bytes: bytes.slice() } : undefined;
    this.#callBy(caller, ways, bytes);
  }
  #callBy(caller: Caller, ways: Ways, bytes: Uint8Array): void {
    const { guest, from } = ways.find((way) => !caller.closed.has(way.from)) ?? ways[0];
    caller.from = from;
    caller.toGuest += bytes.length;
    this.#give({ source: from, destination: guest }, { sourcePort: caller.port, destinationPort: caller.guestPort }, bytes);
  }
  /** The guest has nobody at the port that a datagram went to. @param to where it came from, as the guest saw it */
  nobodyAt({ destinationPort, sourcePort }: Pick<Datagram, 'sourcePort' | 'destinationPort'>, to: string): void {
    const caller = this.#callers.get(sourcePort);
    if (!caller || caller.guestPort !== destinationPort || caller.from !== to) return;
    caller.closed.add(to);
    const { unanswered } = caller;
    if (!unanswered || unanswered.ways.every(({ from }) => caller.closed.has(from))) return;
    caller.toGuest -= unanswered.bytes.length;
    this.#callBy(caller, unanswered.ways, unanswered.bytes);
  }
  #callerOf(key: string, guestPort: number, reply: (bytes: Uint8Array) => void): Caller {
    for (const caller of this.#callers.values())
      if (caller.key === key && caller.guestPort === guestPort) return Object.assign(caller, { reply, lastUsed: this.#now });
    if (this.#callers.size >= FLOWS) {
      const oldest = [...this.#callers.values()].reduce((a, b) => (a.lastUsed <= b.lastUsed ? a : b));
      this.#callers.delete(oldest.port);
    }
    let port: number;
    do {
      this.#nextPort = (this.#nextPort + 1) % PORTS;
      port = FIRST_PORT + this.#nextPort;
    } while (this.#callers.has(port));
    const made: Caller = {
      ...{ key, port, from: '', guestPort, reply, lastUsed: this.#now },
      ...{ began: this.#now, toGuest: 0, fromGuest: 0, closed: new Set<string>(), unanswered: undefined },
    };
    this.#callers.set(port, made);
    this.#parts.outside.timed();
    return made;
  }

  #drop(flow: Flow): void {
    flow.datagrams.close();
    this.#flows.delete(`${flow.guest} ${flow.port}`);
  }

  passed(milliseconds: number): void {
    this.#now += milliseconds;
    this.#fresh.passed(milliseconds);
    for (const flow of this.flows) if (this.#now - flow.lastUsed >= (flow.isTwoWay ? BOTH_WAYS : ONE_WAY)) this.#drop(flow);
    for (const { port, lastUsed } of [...this.#callers.values()]) if (this.#now - lastUsed >= BOTH_WAYS) this.#callers.delete(port);
  }

  clear(): void {
    for (const flow of this.flows) this.#drop(flow);
    this.#callers.clear();
  }
}
