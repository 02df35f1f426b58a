/**
 * What a NAT says of what its guest does, for people: connections, names asked for, what could not be reached. Values only;
 * lists are bounded, for a guest decides how many things happen.
 */
import type { Failure } from './outside.ts';
import type { Rule, Verdict } from './policy.ts';

/** A TCP connection, or datagrams between one port of the guest's and one of a peer's. */
export interface FlowReport {
  readonly protocol: 'tcp' | 'udp';
  readonly guestPort: number;
  /** Its other end, as the guest knows it. */
  readonly peer: string;
  readonly peerPort: number;
  /** Who began it: the guest, or somebody here through a forward, `viv connect` or `viv ssh`. */
  readonly opener: 'guest' | 'host';
  /** `broken`: it ended before both sides had said that they have no more. */
  readonly state: 'connecting' | 'open' | 'closed' | 'broken';
  /** Bytes of data. */
  readonly toGuest: number;
  readonly fromGuest: number;
  /** Milliseconds of the guest's time when it began: with the ends, what tells it from all others. */
  readonly began: number;
  /** Milliseconds since then; of one that is over, since its end. */
  readonly age: number;
}

/** Why something could not be reached: a rule of the network's, what the host was told, or a limit. */
export type Unreached =
  | Rule
  | Failure
  /** A port of this computer that the card does not list. */
  | 'host port closed'
  /** An address of the network itself that nobody has. */
  | 'nobody there'
  /** Echo requests go no further than the gateway. */
  | 'ping'
  | 'too many';

/** A verdict against it, in these words. */
export const unreachedBy = (verdict: Exclude<Verdict, { readonly kind: 'allowed' }>): Unreached =>
  verdict.kind === 'closed' ? 'host port closed' : verdict.kind === 'no host' ? 'nobody there' : verdict.rule;

export interface UnreachedReport {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly address: string;
  /** 0 for protocols without ports. */
  readonly port: number;
  readonly why: Unreached;
}

/**
 * What became of a question for a name. `empty`: the name is there, without what was asked for; `failed`: the host's name servers gave no
 * answer; `closed`: the network leads nowhere; `busy`: too many at once.
 */
export type QuestionOutcome = 'answered' | 'empty' | 'missing' | 'failed' | 'closed' | 'busy' | 'unsupported';
export interface QuestionReport {
  readonly name: string;
  /** As `AAAA`. */
  readonly type: string;
  readonly outcome: QuestionOutcome;
  /** Addresses that were answered, the first few. */
  readonly addresses: readonly string[];
}

/** The last time of several alike. */
export type Repeated<T> = T & {
  readonly count: number;
  /** Milliseconds since the last. */
  readonly ago: number;
};

export interface NatReport {
  /** What the guest is given, and where the gateway and the name server are. */
  readonly address: string;
  /** Those under which the guest has shown itself, of IPv6 too. */
  readonly addresses: readonly string[];
  readonly gateway: string;
  readonly nameServer: string;
  /** The guest has shown itself under its address. */
  readonly isHere: boolean;
  /** Those that began last; `flowCount` is how many there are. */
  readonly flows: readonly FlowReport[];
  readonly flowCount: number;
  /** Connections that ended, the last one first. */
  readonly ended: readonly FlowReport[];
  readonly questions: readonly Repeated<QuestionReport>[];
  readonly unreached: readonly Repeated<UnreachedReport>[];
}

/** Things that happen again and again, each once with its count; those that happened longest ago are forgotten. */
export class RecentEvents<T extends object> {
  readonly #max: number;
  readonly #now: () => number;
  /** In the order of their last time. */
  readonly #events = new Map<string, { readonly value: T; readonly count: number; readonly at: number }>();

  /** @param now milliseconds since any moment */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }
  /** @param key those with the same are alike */
  note(key: string, value: T): void {
    const count = (this.#events.get(key)?.count ?? 0) + 1;
    this.#events.delete(key);
    this.#events.set(key, { value, count, at: this.#now() });
    if (this.#events.size > this.#max) this.#events.delete(this.#events.keys().next().value as string);
  }
  /** The last first. */
  get list(): readonly Repeated<T>[] {
    const now = this.#now();
    return [...this.#events.values()].reverse().map(({ value, count, at }) => ({ ...value, count, ago: now - at }));
  }
}
