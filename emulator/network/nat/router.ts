/**
 * What the gateway says on the link of IPv6: where it and the name server are, which prefix guests make their addresses from,
 * and whether it leads anywhere. It is said when somebody asks, and again while the guest is at work: an idle guest is not woken.
 */
import { bytesOf6 } from '../wire/address.ts';
import { ALL_NODES, ICMP6, LINK_HOPS, neighbourAdvertisement, readIcmp6, routerAdvertisement, solicited } from '../wire/icmp6.ts';
import type { Icmp } from '../wire/icmp.ts';
import type { Packet } from '../wire/packet.ts';
import type { Egress } from './egress.ts';
import type { GuestFrames } from './guest-frames.ts';
import type { Outside } from './outside.ts';
import { type AddressPlan, ZONE } from './plan.ts';
import { leadsNowhere, type Policy } from './policy.ts';

/** Milliseconds between two words of the router to a guest that is at work. */
const AGAIN = 60_000;
/** Seconds that they hold: the way out, and the rest (the prefix and the name server stay what they are). */
const ROUTER_LIFETIME = 1800;
const FOR_EVER = 0xffff_ffff;
const NOBODY = '::';

/** An address that hosts of the whole world have (RFC 4291, section 2.4; so far all are in 2000::/3). */
const isGlobal = (address: string): boolean => ((bytesOf6(address)?.[0] ?? 0) & 0xe0) === 0x20;

export interface RouterParts {
  readonly plan: AddressPlan;
  readonly outside: Outside;
  readonly frames: GuestFrames;
  readonly egress: Egress;
  readonly policy: Policy;
}

export class Router {
  readonly #parts: RouterParts;
  /** Milliseconds since the guest was told; before that it has not shown that it speaks IPv6. */
  #since: number | undefined;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  get isTimed(): boolean {
    return this.#since !== undefined && this.#since < AGAIN;
  }
  passed(milliseconds: number): void {
    if (this.#since !== undefined) this.#since += milliseconds;
  }
  /** The guest is at work. */
  heard(): void {
    if (this.#since !== undefined && this.#since >= AGAIN) this.#advertise();
  }
  /** It leads somewhere now, or no more: a guest that was told otherwise hears of it. */
  changed(): void {
    if (this.#since !== undefined) this.#advertise();
  }
  /** The guest is another one now, and may have heard nothing. */
  returned(): void {
    if (this.#since !== undefined) this.#since = AGAIN;
  }

  /** Takes a neighbour's message. @returns whether it was one */
  packet(packet: Packet, unfinished: boolean): boolean {
    const message = packet.version === 6 ? readIcmp6(packet, unfinished) : undefined;
    const { type } = message ?? {};
    const isNeighbours = type !== undefined && type >= ICMP6.routerSolicitation && type <= ICMP6.neighbourAdvertisement;
    if (!message || !isNeighbours) return false;
    // From beyond the link, it is forged.
    if (packet.hops !== LINK_HOPS || message.code !== 0) return true;
    if (type === ICMP6.routerSolicitation) this.#advertise();
    if (type === ICMP6.neighbourSolicitation) this.#answer(packet, message);
    return true;
  }

  #answer({ source }: Packet, message: Icmp): void {
    const { plan } = this.#parts;
    const asked = solicited(message);
    if (asked === undefined || (asked !== plan.six.host && asked !== plan.six.dns && asked !== plan.six.link)) return;
    // One that wants the address for itself has none to be answered at: all are told whose it is (RFC 4862, section 5.4.3).
    const isAnswer = source !== NOBODY;
    this.#say(asked, isAnswer ? source : ALL_NODES, neighbourAdvertisement(asked, plan.card, isAnswer));
  }

  #advertise(): void {
    const { plan, outside, frames, policy } = this.#parts;
    this.#since = 0;
    outside.timed();
    const leadsOut = !leadsNowhere(policy.reach) && outside.ownAddresses().some(isGlobal);
    const says = {
      // Guests try IPv6 first: one that led nowhere would cost them seconds each time.
      routerLifetime: leadsOut ? ROUTER_LIFETIME : 0,
      prefix: plan.six.prefix,
      prefixLifetime: FOR_EVER,
      card: plan.card,
      mtu: frames.mtu,
      nameServer: plan.six.dns,
      nameLifetime: FOR_EVER,
      domain: ZONE,
    };
    this.#say(plan.six.link, ALL_NODES, routerAdvertisement(says));
  }
  #say(source: string, destination: string, message: Icmp): void {
    for (const frame of this.#parts.frames.icmp6({ source, destination }, message, LINK_HOPS)) this.#parts.egress.add(frame);
  }
}
