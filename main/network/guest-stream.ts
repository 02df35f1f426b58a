/** A TCP connection into the guest for somebody in the program: no port of the host's is opened. */
import type { MessagePort } from 'node:worker_threads';
import type { Fault } from '../../emulator/index.ts';
import type { Stream } from '../../emulator/network/nat/outside.ts';
import type { TcpConnection } from '../../emulator/network/nat/tcp-connection.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { GuestCalls } from './guest-call.ts';
import { StreamEnd } from './stream-end.ts';

/** Bytes that may be under way to the guest's connection, which has as many in its queue before it is paused. */
const ROOM = 256 * 1024;
/** A guest that has not answered for so long does not: a call gives up after ten seconds. */
const NO_ANSWER_MS = 9000;
/** How long a whole system may take to boot before it asks for an address, where somebody waits for what listens there. */
const BOOT_MS = 300_000;
/** Between two calls of one that waits until somebody listens. */
const AGAIN_MS = 250;

export interface GuestStreamRequest {
  readonly guestPort: number;
  /** Seconds in which nobody may listen yet, from when the guest has a network on; 0: nobody waits. */
  readonly wait: number;
}

export function connectGuest(calls: GuestCalls, request: GuestStreamRequest, port: MessagePort): void {
  new GuestStream(calls, request, port).call();
}

class GuestStream implements Stream {
  readonly #calls: GuestCalls;
  readonly #guestPort: number;
  readonly #end: StreamEnd;
  readonly #waitMs: number;
  readonly #began = performance.now();
  /** Nobody may listen until then. */
  #until: number | undefined;
  #connection: TcpConnection | undefined;
  #calledAt = 0;
  #isWanted = true;
  #hasEnded = false;
  #isPaused = false;
  /** Bytes taken that room was not given for again. */
  #owed = ROOM;
  /** What was written before anybody answered: the next call begins with it. */
  #early: Uint8Array<ArrayBuffer>[] = [];

  constructor(calls: GuestCalls, { guestPort, wait }: GuestStreamRequest, port: MessagePort) {
    this.#calls = calls;
    this.#guestPort = guestPort;
    this.#waitMs = wait * 1000;
    this.#end = new StreamEnd(port, {
      bytes: (bytes) => this.#written(bytes),
      ended: () => {
        this.#hasEnded = true;
        this.#connection?.ended();
      },
      taken: () => this.#connection?.written(),
      closed: () => {
        this.#isWanted = false;
        this.#connection?.closed();
      },
    });
  }

  call(): void {
    this.#calls.call({
      guestPort: this.#guestPort,
      stream: this,
      isWanted: () => this.#isWanted,
      begun: (connection) => {
        this.#connection = connection;
        this.#calledAt = performance.now();
        this.#until ??= this.#calledAt + this.#waitMs;
        for (const bytes of this.#early) connection.data(bytes.slice());
        if (this.#hasEnded) connection.ended();
        this.#grant();
      },
      failed: (why) => {
        if (why === 'no network' && this.#maybeBoots) this.call();
        else this.#end.fail(faultWith(why === 'no network' ? 'guest-no-network' : 'guest-connections-too-many'));
      },
    });
  }

  get #maybeBoots(): boolean {
    return this.#waitMs > 0 && performance.now() - this.#began < Math.max(BOOT_MS, this.#waitMs);
  }

  #written(bytes: Uint8Array<ArrayBuffer>): void {
    const isEarly = this.#connection === undefined || this.#connection.state === 'calling';
    if (isEarly) this.#early.push(bytes);
    else this.#early = [];
    this.#connection?.data(isEarly ? bytes.slice() : bytes);
    this.#owed += bytes.length;
    this.#grant();
  }
  #grant(): void {
    if (this.#isPaused || this.#owed === 0) return;
    this.#end.grant(this.#owed);
    this.#owed = 0;
  }

  // What the connection asks of its stream.

  get backlog(): number {
    return this.#end.waiting;
  }
  write(bytes: Uint8Array): void {
    this.#end.write(bytes);
  }
  end(): void {
    this.#end.end();
  }
  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#grant();
  }
  reset(): void {
    const isUnanswered = this.#connection?.state === 'calling';
    if (!isUnanswered || performance.now() > (this.#until ?? 0)) return this.#end.fail(this.#whyReset());
    // The connection that was refused is told of nothing more.
    this.#connection = undefined;
    setTimeout(() => (this.#isWanted ? this.call() : undefined), AGAIN_MS).unref();
  }
  #whyReset(): Fault {
    const port = this.#guestPort;
    if (this.#connection?.state === 'gone') return faultWith('stream-guest-changed');
    if (this.#connection?.state !== 'calling') return faultWith('stream-broken');
    return performance.now() - this.#calledAt < NO_ANSWER_MS
      ? faultWith('guest-port-closed', { port })
      : faultWith('guest-port-silent', { port });
  }
}
