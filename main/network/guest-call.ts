/** Calls to a guest's ports: made when the guest is there, kept while it is not up yet. */
import type { NatStack } from '../../emulator/network/nat/stack.ts';
import type { TcpConnection } from '../../emulator/network/nat/tcp-connection.ts';
import type { Stream } from '../../emulator/network/nat/outside.ts';

/** How long a caller waits for a guest that is not up yet, in milliseconds. */
const GUEST_MS = 30_000;
/** How long for an address of IPv4 where it has one of IPv6 already. */
const SIX_MS = 3000;
/** Callers that may wait for the guest. */
const WAITING = 64;

/** Why a call came to nothing. */
export type Uncalled = 'too many wait' | 'no network' | 'too many connections';

export interface Call {
  readonly guestPort: number;
  readonly stream: Stream;
  /** By IPv6 first. */
  readonly bySix?: boolean;
  /** Whether anybody still wants it. */
  isWanted(): boolean;
  begun(connection: TcpConnection): void;
  failed(why: Uncalled): void;
}

export class GuestCalls {
  readonly #stack: NatStack;
  readonly #waiting = new Set<() => void>();

  constructor(stack: NatStack) {
    this.#stack = stack;
  }

  call(call: Call): void {
    if (this.#stack.isHere || (call.bySix && this.#stack.hasSix)) return this.#dial(call);
    if (this.#waiting.size >= WAITING) return call.failed('too many wait');
    const timer = setTimeout(() => {
      this.#waiting.delete(waiting);
      if (call.isWanted()) call.failed('no network');
    }, GUEST_MS).unref();
    const waiting = () => {
      clearTimeout(timer);
      this.#dial(call);
    };
    this.#waiting.add(waiting);
    if (this.#stack.hasSix) this.guestHasSix();
  }
  #dial(call: Call): void {
    if (!call.isWanted()) return;
    const connection = this.#stack.call(call.guestPort, call.stream, call.bySix);
    if (connection) call.begun(connection);
    else call.failed('too many connections');
  }

  /** The guest can be called by IPv6; most have an address of IPv4 soon. */
  guestHasSix(): void {
    setTimeout(() => this.guestAppeared(), SIX_MS).unref();
  }
  /** The guest is there. */
  guestAppeared(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const dial of waiting) dial();
  }
}
