/** The networks of a program: one thread for all of them, begun with the first card that is plugged in. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { AddressPlan } from '../../emulator/network/nat/plan.ts';
import type { NetworkKind } from '../../preload/contract/networks.ts';
import type { NetworkPlace } from './link-messages.ts';
import type { PlugIn, Refused } from './switch-messages.ts';

/** Networks' addresses are 10.86.N.x, which few have for anything else. */
const FIRST_BYTES = '10.86';
const FIRST_BYTES6 = 'fd56:6976:8ab4';
const GATEWAY = 2;
const NAME_SERVER = 3;

export const subnetText = (subnet: number): string => `${FIRST_BYTES}.${subnet}.0/24`;
export const addressText = (subnet: number, host: number): string => `${FIRST_BYTES}.${subnet}.${host}`;
/** Unique local ones (RFC 4193), in the form that addresses have as keys. */
const address6 = (subnet: number, host: number): string => `${FIRST_BYTES6}:${subnet.toString(16)}::${host === 0 ? '' : host}`;

/** Where things are on a network, as one of its guests sees it. */
export const planOf = (subnet: number, host: number): AddressPlan => ({
  network: addressText(subnet, 0),
  mask: '255.255.255.0',
  broadcast: addressText(subnet, 255),
  host: addressText(subnet, GATEWAY),
  dns: addressText(subnet, NAME_SERVER),
  guest: addressText(subnet, host),
  card: Uint8Array.of(0x52, 0x55, 10, 86, subnet, GATEWAY),
  six: {
    prefix: address6(subnet, 0),
    host: address6(subnet, GATEWAY),
    dns: address6(subnet, NAME_SERVER),
    link: `fe80::${GATEWAY}`,
  },
});

export interface Plugging {
  readonly network: { readonly name: string; readonly kind: NetworkKind; readonly subnet: number };
  /** The card's address, and the last byte of what it is given. */
  readonly card: string;
  readonly host: number;
  readonly machine: string;
  readonly hostName: string | undefined;
}

export class SharedNetworks {
  readonly #refused: (refused: Refused) => void;
  #thread: Worker | undefined;

  /** @param refused told of a card whose address another one on its network has */
  constructor(refused: (refused: Refused) => void) {
    this.#refused = refused;
  }

  /** Plugs a card in. @returns what its link is to be told: the end of the cable, and where it leads */
  plug({ network, card, host, machine, hostName }: Plugging): { readonly port: MessagePort; readonly place: NetworkPlace } {
    const { port1, port2 } = new MessageChannel();
    const plan = network.kind === 'isolated' ? undefined : planOf(network.subnet, host);
    const name = plan && hostName !== undefined ? { name: [hostName, plan.guest] as const } : {};
    const guarded = plan && { own: plan.guest, gateway: [plan.host, plan.dns, plan.six.host, plan.six.dns, plan.six.link] };
    const more = { ...name, ...(guarded ? { guarded } : {}) };
    this.#begun().postMessage({ network: network.name, card, machine, ...more, port: port1 } satisfies PlugIn, [port1]);
    return { port: port2, place: { isClosed: network.kind !== 'nat', ...(plan ? { plan } : {}) } };
  }

  #begun(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(new URL('./switch-worker.ts', import.meta.url));
    thread.on('message', this.#refused);
    // Machines run on without it: their cards are on a network that carries nothing.
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    thread.unref();
    return (this.#thread = thread);
  }
  /** Ends the thread; cables lead nowhere then. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }
}
