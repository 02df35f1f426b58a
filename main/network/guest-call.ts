/** Calls to a guest's ports: made when the guest is there, kept while it is not up yet. */
import type { NatStack } from '../../emulator/network/nat/stack.ts';
import type { TcpConnection } from '../../emulator/network/nat/tcp-connection.ts';
import type { Stream } from '../../emulator/network/nat/outside.ts';

/** How long a caller waits for a guest that is not up yet, in milliseconds. */
const GUEST_MS = 30_000;
/** Callers that may wait for the guest. */
const WAITING = 64;

/** Why a call came to nothing. */
export type Uncalled = 'too many wait' | 'no network' | 'too many connections';

export interface Call {
  readonly guestPort: number;
  readonly stream: Stream;
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
    if (this.#stack.isHere) return this.#dial(call);
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
  }
  #dial(call: Call): void {
    if (!call.isWanted()) return;
    const connection = this.#stack.call(call.guestPort, call.stream);
    if (connection) call.begun(connection);
    else call.failed('too many connections');
  }

  /** The guest is there. */
  guestAppeared(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const dial of waiting) dial();
  }
}
