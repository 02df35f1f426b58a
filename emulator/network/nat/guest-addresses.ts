/** The addresses of IPv6 under which a guest has shown itself: it makes them itself, and perhaps several. */
import { type AddressPlan, isInside } from './plan.ts';

/** Those that were seen first are kept: what a guest makes for a day only comes later. */
const REMEMBERED = 8;
const LINK = 'fe80:';

export class GuestAddresses {
  readonly #plan: AddressPlan;
  #seen: string[] = [];

  constructor(plan: AddressPlan) {
    this.#plan = plan;
  }

  /** Those that others on the network can call first, then those of the link alone. */
  get list(): readonly string[] {
    return [...this.#seen].sort((a, b) => Number(a.startsWith(LINK)) - Number(b.startsWith(LINK)));
  }
  /** Where the guest is called; undefined: it has shown no address that can be. */
  get callable(): string | undefined {
    return this.#seen.find((address) => !address.startsWith(LINK));
  }

  /** The guest has sent a packet from an address. @returns whether it can be called there, and could nowhere before */
  heard(address: string): boolean {
    if (this.#seen.includes(address) || this.#seen.length >= REMEMBERED) return false;
    const isOnLink = address.startsWith(LINK);
    if (!isOnLink && !isInside(this.#plan, address)) return false;
    const couldNot = this.callable === undefined;
    this.#seen.push(address);
    return couldNot && !isOnLink;
  }
  forget(): void {
    this.#seen = [];
  }
}
