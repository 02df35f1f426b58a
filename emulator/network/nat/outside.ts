/**
 * What a NAT asks of the host, and what the host tells it. Behind it are the host's sockets and resolver, or in tests whatever
 * the test wants; the NAT itself knows neither files nor clocks. Nothing here is called back before the call has returned.
 */

/** Why something could not be reached. */
export type Failure = 'refused' | 'no host' | 'no network' | 'prohibited';

/** A connection of the host's. */
export interface Stream {
  /** Bytes written that the other end's system has not taken yet. */
  readonly backlog: number;
  /** The bytes are the stream's from now on. */
  write(bytes: Uint8Array): void;
  /** Nothing more is written: after what was. */
  end(): void;
  /** Whether it may call `data` and `ended`. */
  setPaused(paused: boolean): void;
  /** Breaks it off; what was not sent is lost, and no event follows. */
  reset(): void;
}

export interface StreamEvents {
  connected(): void;
  /** Instead of `connected`. */
  failed(why: Failure): void;
  /** The bytes are the receiver's. */
  data(bytes: Uint8Array): void;
  /** The other end writes no more. */
  ended(): void;
  /** The backlog has become smaller. */
  written(): void;
  /** It broke off, or is closed in both directions. */
  closed(): void;
}

/** A port of the host's for datagrams. */
export interface Datagrams {
  send(bytes: Uint8Array, address: string, port: number): void;
  close(): void;
}
export interface DatagramEvents {
  received(bytes: Uint8Array, address: string, port: number): void;
  /** Nobody listens there, as an answer said. */
  refused(address: string, port: number): void;
}

/** What the host's resolver says of a name: addresses of the family; none, though the name exists; no such name; no answer. */
export type Lookup = { readonly kind: 'found'; readonly addresses: readonly string[] } | { readonly kind: 'empty' | 'missing' | 'failed' };

export interface Outside {
  /** Connects to an address that has passed the policy. */
  connect(address: string, port: number, events: StreamEvents): Stream;
  /** @throws Error when the host has no port left */
  openDatagrams(version: 4 | 6, events: DatagramEvents): Datagrams;
  /** As every program of the host's resolves names. */
  lookup(name: string, version: 4 | 6): Promise<Lookup>;
  /** Asks the host's name servers a question as it is. @returns their answer; undefined where none came */
  relay(question: Uint8Array): Promise<Uint8Array | undefined>;
  /** Addresses of the host's own cards. */
  ownAddresses(): readonly string[];
  entropy(count: number): Uint8Array;
  /** Calls back after what the event loop has waiting. */
  soon(action: () => void): void;
  /** Calls back after so many milliseconds of the host's. */
  later(milliseconds: number, action: () => void): void;
  /** Something waits for time to pass: `tick` is to be called from now on. */
  timed(): void;
  log(line: string): void;
}
