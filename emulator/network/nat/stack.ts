/**
 * A private network behind a NAT: the link of one network card. Frames come in, frames go out; between them are the gateway
 * with its DHCP and name servers, and the host's sockets behind `Outside`. It keeps no clock: `tick` says how time passes for
 * the guest.
 */
import type { Frame, NetworkCard, NetworkLink } from '../../device/kit/network.ts';
import { bytesOf4 } from '../wire/address.ts';
import { ARP_REQUEST, arpReply, readArp } from '../wire/arp.ts';
import { isForMany, sameCard, senderOf, TYPE_ARP, TYPE_IPV4, TYPE_IPV6, typeOf } from '../wire/ethernet.ts';
import { readIpv4 } from '../wire/ipv4.ts';
import { readIpv6 } from '../wire/ipv6.ts';
import { type Packet, PROTOCOL } from '../wire/packet.ts';
import type { Datagram } from '../wire/udp.ts';
import type { Destination } from './destination.ts';
import { DnsServer } from './dns-server.ts';
import { dnsStream } from './dns-stream.ts';
import { Egress } from './egress.ts';
import { DNS_PORT, Gateway } from './gateway.ts';
import { GuestAddresses } from './guest-addresses.ts';
import { GuestFrames } from './guest-frames.ts';
import { LostConnections, readEnds, writeEnds } from './lost-connections.ts';
import { IcmpErrors } from './icmp.ts';
import type { Way } from './outgoing.ts';
import type { Outside, Stream } from './outside.ts';
import { type AddressPlan, isGateway, QEMU_PLAN } from './plan.ts';
import { leadsNowhere, type Policy, type Reach } from './policy.ts';
import { type NatReport, type QuestionReport, RecentEvents, type Unreached, type UnreachedReport } from './report.ts';
import { Reassembly } from './reassembly.ts';
import { Router } from './router.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { TcpTable } from './tcp-table.ts';
import { UdpTable } from './udp-table.ts';

/** What a report has of each. */
const TOLD_FLOWS = 200;
const TOLD_EVENTS = 50;

/** Where a guest may connect, as it is set. */
export interface ReachOptions {
  /** Ports of the host's loopback that the guest reaches at the gateway's address. */
  readonly hostPorts?: readonly number[];
  /** Nothing leads out of the network but those ports and what is allowed; only names of its own are answered. */
  readonly isClosed?: boolean | undefined;
  /** Nothing else can be reached. */
  readonly allow?: readonly Destination[];
  /** Nor can this, allowed or not. */
  readonly deny?: readonly Destination[];
}
const reachOf = ({ hostPorts = [], isClosed = false, allow, deny }: ReachOptions): Reach => ({
  hostPorts: new Set(hostPorts),
  isClosed,
  ...(allow ? { allow } : {}),
  ...(deny ? { deny } : {}),
});

export interface NatOptions extends ReachOptions {
  readonly outside: Outside;
  readonly plan?: AddressPlan;
  /** The machine's name, as a host name. */
  readonly hostName?: string | undefined;
  /** Milliseconds since any moment, for what is told to people; absent: the guest's time. */
  readonly clock?: () => number;
}

export class NatStack implements NetworkLink {
  readonly plan: AddressPlan;
  readonly tcp: TcpTable;
  readonly udp: UdpTable;
  readonly dns: DnsServer;
  readonly #outside: Outside;
  readonly #egress = new Egress();
  readonly #frames: GuestFrames;
  readonly #icmp: IcmpErrors;
  readonly #reassembly = new Reassembly();
  readonly #questions: RecentEvents<QuestionReport>;
  readonly #unreached: RecentEvents<UnreachedReport>;
  readonly #router: Router;
  readonly #gateway: Gateway;
  readonly #sixes: GuestAddresses;
  readonly #lost = new LostConnections((ends) => this.tcp.provoke(ends));
  readonly #policy: Policy & { reach: Reach };
  #card: NetworkCard | undefined;
  #isStirred = false;
  #isHeld = false;
  #now = 0;
  /** Told when the guest is there: it has taken its lease, or shown itself. */
  appeared: () => void = () => undefined;
  /** Told when the guest can be called by IPv6. */
  appearedBySix: () => void = () => undefined;
  /** The guest has its address, as far as we know. */
  isHere = false;

  constructor(options: NatOptions) {
    const { outside, plan = QEMU_PLAN, hostName, isClosed = false, clock = () => this.#now } = options;
    this.plan = plan;
    this.#outside = outside;
    this.#sixes = new GuestAddresses(plan);
    this.#frames = new GuestFrames(plan.card);
    this.#questions = new RecentEvents(TOLD_EVENTS, clock);
    this.#unreached = new RecentEvents(TOLD_EVENTS, clock);
    const unreached = (protocol: UnreachedReport['protocol']) => (address: string, port: number, why: Unreached) =>
      this.#unreached.note(`${protocol} ${address} ${port} ${why}`, { protocol, address, port, why });
    this.#icmp = new IcmpErrors(plan, this.#frames, this.#egress, {
      unreached: (address, why) => unreached('icmp')(address, 0, why),
      nobodyAt: (datagram, to) => this.udp.nobodyAt(datagram, to),
    });
    this.dns = new DnsServer(outside, plan, hostName, isClosed);
    this.dns.asked = (asked) => this.#questions.note(`${asked.name} ${asked.type} ${asked.outcome}`, asked);
    const policy = { plan, reach: reachOf(options), ownAddresses: () => outside.ownAddresses() };
    this.#policy = policy;
    const stir = () => this.#stir();
    const parts = { outside, policy, frames: this.#frames, egress: this.#egress, icmp: this.#icmp, stir };
    this.udp = new UdpTable({ ...parts, unreached: unreached('udp') });
    const names = dnsStream(this.dns, stir);
    const services = new Map([plan.dns, plan.six.dns].map((address) => [`${address} ${DNS_PORT}`, names]));
    this.tcp = new TcpTable({ ...parts, services, unreached: unreached('tcp'), clock });
    this.#router = new Router({ ...parts, plan });
    const dhcp = { plan, hostName, isClosed: () => leadsNowhere(policy.reach), mtu: () => this.#frames.mtu };
    this.#gateway = new Gateway({ ...parts, plan, dns: this.dns, dhcp, appeared: () => this.#appear() });
  }

  /**
   * Where the guest may connect from now on: what it has with other places ends.
   * @returns whether the network leads somewhere now and did not, or the other way round, so that its clients are to ask again
   */
  setReach(options: ReachOptions): boolean {
    const before = leadsNowhere(this.#policy.reach);
    const reach = (this.#policy.reach = reachOf(options));
    this.dns.isClosed = reach.isClosed === true;
    this.tcp.reachChanged();
    this.udp.reachChanged();
    const isOther = leadsNowhere(reach) !== before;
    if (isOther) this.#router.changed();
    this.#settle();
    return isOther;
  }

  /** What the guest does now, and did lately. */
  get report(): NatReport {
    const { guest, host, dns } = this.plan;
    const flows = [...this.tcp.flows, ...this.udp.reports];
    return {
      address: guest,
      addresses: [...(this.isHere ? [guest] : []), ...this.#sixes.list],
      gateway: host,
      nameServer: dns,
      isHere: this.isHere,
      flows: flows.sort((a, b) => a.age - b.age).slice(0, TOLD_FLOWS),
      flowCount: flows.length,
      ended: this.tcp.ended,
      questions: this.#questions.list,
      unreached: this.#unreached.list,
    };
  }
  /** Frames that were dropped because the guest took none. */
  get dropped(): number {
    return this.#egress.dropped + this.udp.dropped;
  }
  plugged(card: NetworkCard): void {
    this.#card = card;
    this.#frames.plugged(card);
    this.#egress.plugged(card);
  }

  send(frames: readonly Frame[]): void {
    for (const frame of frames) this.#take(frame);
    this.#settle();
  }
  ready(): void {
    this.#settle();
  }
  setHeld(held: boolean): void {
    this.#isHeld = held;
  }
  returned(): void {
    this.tcp.clear();
    this.udp.clear();
    this.#reassembly.clear();
    this.#egress.clear();
    this.#router.returned();
    this.#lost.begin([]);
    // One that went back has a driver that is at work already, and may have nothing to say, not even when its cable is plugged in again.
    this.isHere = this.#card?.hasDriver === true;
    if (!this.isHere) this.#sixes.forget();
  }

  underWay(): Uint8Array | undefined {
    return writeEnds(this.tcp.open);
  }
  wasUnderWay(saved: Uint8Array): void {
    this.#lost.begin(readEnds(saved));
    this.#outside.timed();
  }

  /** Time has passed for the guest, in milliseconds. @returns whether anything still waits for it */
  tick(milliseconds: number): boolean {
    if (this.#isHeld) return true;
    this.#now += milliseconds;
    const timed = [this.tcp, this.udp, this.#icmp, this.#router, this.#lost];
    for (const each of timed) each.passed(milliseconds);
    this.#reassembly.passed(this.#now);
    this.#settle();
    return timed.some(({ isTimed }) => isTimed) || !this.#reassembly.isEmpty;
  }

  /** Whether the guest can be called by IPv6. */
  get hasSix(): boolean {
    return this.#sixes.callable !== undefined;
  }
  /** The guest's addresses in the order in which they are tried. */
  #ways(bySix: boolean): readonly [Way, ...Way[]] {
    const { guest, host, six } = this.plan;
    const four = { guest, from: host };
    const { callable } = this.#sixes;
    if (callable === undefined) return [four];
    const other = { guest: callable, from: six.host };
    return bySix || !this.isHere ? [other, four] : [four, other];
  }
  /**
   * Calls a TCP port of the guest's for a stream of the host's, at its addresses of both kinds until somebody answers.
   * @param bySix by IPv6 first @returns undefined when there are too many connections
   */
  call(guestPort: number, stream: Stream, bySix = false): TcpConnection | undefined {
    return this.tcp.call(this.#ways(bySix), guestPort, stream);
  }
  /** Gives a UDP port of the guest's a datagram. @param key who sent it @param bySix by IPv6 first */
  callDatagram(guestPort: number, key: string, bytes: Uint8Array, reply: (bytes: Uint8Array) => void, bySix = false): void {
    this.udp.call(this.#ways(bySix), guestPort, key, bytes, reply);
  }

  /** Sends soon what came up outside a turn of the guest's: once for all that comes up meanwhile. */
  #stir(): void {
    if (this.#isStirred) return;
    this.#isStirred = true;
    this.#outside.soon(() => {
      if (this.#isStirred) this.#settle();
    });
  }
  #settle(): void {
    this.#isStirred = false;
    if (this.#isHeld) return;
    for (;;) {
      this.tcp.pump();
      const before = this.#egress.bytes;
      this.#egress.flush();
      if (this.#egress.bytes === before || !this.tcp.isWanting) return;
    }
  }

  #take({ bytes, unfinished }: Frame): void {
    const to = bytes.subarray(0, 6);
    if (isForMany(senderOf(bytes)) || (!isForMany(to) && !sameCard(to, this.plan.card))) return;
    this.#frames.guestCard = senderOf(bytes).slice();
    this.#router.heard();
    const type = typeOf(bytes);
    if (type === TYPE_ARP) return this.#arp(bytes);
    const part = type === TYPE_IPV4 ? readIpv4(bytes) : type === TYPE_IPV6 ? readIpv6(bytes) : undefined;
    const packet = part && this.#reassembly.take(part, this.#now);
    if (part?.fragment) this.#outside.timed();
    if (packet) this.#packet(packet, unfinished?.checksum !== undefined, isForMany(to));
  }

  #arp(frame: Uint8Array): void {
    const asked = readArp(frame);
    const { host, dns, card, guest } = this.plan;
    if (asked?.sender === guest) this.#appear();
    if (asked?.operation !== ARP_REQUEST || (asked.target !== host && asked.target !== dns)) return;
    const [address, asker] = [bytesOf4(asked.target), bytesOf4(asked.sender)];
    if (address && asker) this.#egress.add({ bytes: arpReply(asked, card, address, asker) });
  }

  #packet(packet: Packet, unfinished: boolean, isForAll: boolean): void {
    const { protocol, hops, destination } = packet;
    const isOurs = isGateway(this.plan, destination);
    if (packet.version === 6 && this.#sixes.heard(packet.source)) this.appearedBySix();
    if (protocol === PROTOCOL.udp) {
      const own = (datagram: Datagram) => this.#gateway.datagram(packet, datagram, isForAll);
      if (hops > 1 || isOurs || isForAll) return this.udp.packet(packet, unfinished, own);
    }
    if (protocol === PROTOCOL.icmp6 && this.#router.packet(packet, unfinished)) return;
    // To everybody on the network there is nothing else that we would hear.
    if (isForAll) return;
    if (packet.source === this.plan.guest) this.#appear();
    if (hops <= 1 && !isOurs) return this.#icmp.exceeded(packet);
    if (protocol === PROTOCOL.tcp) this.tcp.packet(packet, unfinished);
    else if (protocol === (packet.version === 4 ? PROTOCOL.icmp : PROTOCOL.icmp6)) this.#icmp.packet(packet, unfinished);
  }
  #appear(): void {
    if (this.isHere) return;
    this.isHere = true;
    this.appeared();
  }
}
