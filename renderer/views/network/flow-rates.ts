/** How fast connections are: what each carried more than when it was looked at a second ago. */
import type { FlowReport } from '../../../preload/contract/card-activity.ts';

/** Milliseconds over which a rate is told; what is looked at more often keeps its rate meanwhile. */
const OVER_MS = 900;

interface Look {
  readonly at: number;
  readonly bytes: number;
  /** Bits a second. */
  readonly rate: number;
}

/** What tells a connection from all others. */
export const flowKey = ({ protocol, guestPort, peer, peerPort, began }: FlowReport): string =>
  `${protocol} ${guestPort} ${peer} ${peerPort} ${began}`;

export class FlowRates {
  #looks: ReadonlyMap<string, Look> = new Map();

  /** @param at milliseconds since any moment @returns bits a second, both ways together, by `flowKey` */
  look(flows: readonly FlowReport[], at: number): ReadonlyMap<string, number> {
    const looks = new Map<string, Look>();
    for (const flow of flows) {
      const key = flowKey(flow);
      const bytes = flow.toGuest + flow.fromGuest;
      const last = this.#looks.get(key);
      if (!last) looks.set(key, { at, bytes, rate: 0 });
      else if (at - last.at < OVER_MS) looks.set(key, last);
      else looks.set(key, { at, bytes, rate: ((bytes - last.bytes) * 8000) / (at - last.at) });
    }
    this.#looks = looks;
    return new Map([...looks].map(([key, { rate }]) => [key, rate]));
  }
}
