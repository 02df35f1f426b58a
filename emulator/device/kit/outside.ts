/**
 * What devices ask of the host, and what a device does on the I/O thread: its back end. A back end never waits for a
 * guest, and whatever it lets into the machine passes the input gate.
 */
import type { InputGate } from './input-gate.ts';
import type { NetworkLink } from './network.ts';
import type { AttachedShare } from './share.ts';
import type { Log } from './wiring.ts';

/** Where a disk's bytes are. Offsets and lengths are multiples of 512; a rejected promise is an I/O error to the guest. */
export interface DiskStore {
  readonly sizeBytes: number;
  readonly readonly: boolean;
  read(offset: number, into: Uint8Array): Promise<void>;
  write(offset: number, from: Uint8Array): Promise<void>;
  /** Resolves when everything written before is durable. */
  flush(): Promise<void>;
  /** The range's content no longer matters. */
  discard?(offset: number, length: number): Promise<void>;
  /** The range reads as zeroes afterwards. */
  zero?(offset: number, length: number): Promise<void>;
}

/** What a network card is and is plugged into. */
export interface AttachedNetwork {
  /** The card's own address, in the order of the wire. */
  readonly address: Uint8Array;
  /** Largest IP packet, in bytes. */
  readonly mtu: number;
  readonly link: NetworkLink;
}

/** Gives `count` random bytes, good enough for keys. */
export type Entropy = (count: number) => Uint8Array;

/** What the host gives the devices of a machine, on the I/O thread. */
export interface Outside {
  /** In slot order, as many as the configuration has disks. */
  readonly disks: readonly DiskStore[];
  /** In the order of the cards, as many as the configuration has. */
  readonly networks: readonly AttachedNetwork[];
  /** In the order of the devices, as many as the configuration has. */
  readonly shares: readonly AttachedShare[];
  readonly entropy: Entropy;
  /** Nanoseconds since the Unix epoch. */
  wallClock(): bigint;
  /** Calls back after what the event loop has waiting. */
  soon(action: () => void): void;
  readonly gate: InputGate;
  readonly log: Log;
}

/** One console of a device: a stream of bytes each way. */
export interface ConsoleEnds {
  /** A person's terminal rather than a channel of programs. */
  readonly isTerminal: boolean;
  /** The device has room for what is printed between two looks: its guest does not wait for them. */
  readonly isBuffered?: boolean;
  /** Output, up to so many bytes; empty when there is none. */
  take(most: number): Uint8Array;
  /** Bytes of output that the device itself holds, rather than the guest: printed already. */
  held(): number;
  /** How many bytes of input the guest has room for now. @param waiting how many there are */
  room(waiting: number): number;
  /** Gives the guest at most `room` bytes. */
  put(bytes: Uint8Array): void;
  /** The terminal has a new size, in characters; absent where the device has no way to tell. */
  resize?(columns: number, rows: number): void;
}

/** What a device keeps beside its declared state, of any length: saved with it and put back with it. */
export interface Keeping {
  /** The name that it is saved under, no component's. */
  readonly name: string;
  /** As of the last `quiesce`; undefined: nothing. */
  kept(): Uint8Array | undefined;
  /** The device holds restored state, with what was kept then. Only between `quiesce` and `resume`, or before the device begins. */
  restored(kept: Uint8Array | undefined): void;
}

/** A device on the I/O thread. */
export interface BackEnd {
  /** The device has rung: the guest may have work for it. */
  notified?(): void;
  readonly consoles?: readonly ConsoleEnds[];
  /** Connects what the guest sees of the outside: when a machine begins, and again when its devices were reset. */
  begin?(): void;
  /** The owner presses the machine's power button. */
  pressPowerButton?(): void;
  /** Time has passed outside that the guest has not seen: after a pause, or a return. */
  adjustClock?(): void;
  /** The guest goes on from a saved state, as others may or did. */
  renewGeneration?(): void;
  /** Requests taken from the guest and not yet answered. */
  inFlight?(): number;
  /** Takes no more requests; resolves when none is in flight. */
  quiesce?(): Promise<void>;
  /** Goes on after `quiesce`. */
  resume?(): void;
  /** Holds restored state; perhaps other disks are in. Only between `quiesce` and `resume`. */
  restored?(disks: readonly DiskStore[] | undefined): void;
  readonly keeps?: Keeping;
}
