/** The networks of a program: one thread for all of them, begun with the first card that is plugged in. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { NetworkKind } from '../../preload/contract/networks.ts';
import type { NetworkPlace } from './link-messages.ts';
import { placeOf } from './network-plan.ts';
import type { PlugIn, Refused } from './switch-messages.ts';

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
    const place = placeOf({ ...network, host });
    const { plan } = place;
    const name = plan && hostName !== undefined ? { name: [hostName, plan.guest] as const } : {};
    const guarded = plan && { own: plan.guest, gateway: [plan.host, plan.dns, plan.six.host, plan.six.dns, plan.six.link] };
    const more = { ...name, ...(guarded ? { guarded } : {}) };
    this.#begun().postMessage({ network: network.name, card, machine, ...more, port: port1 } satisfies PlugIn, [port1]);
    return { port: port2, place };
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
