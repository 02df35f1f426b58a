/** The end of a stream on a machine's I/O thread: bytes leave in one message a turn, and are counted until somebody has dealt with them. */
import type { MessagePort } from 'node:worker_threads';
import type { Fault } from '../../emulator/index.ts';
import type { FromStream, ToStream } from './stream-messages.ts';

export interface StreamEndEvents {
  bytes?(bytes: Uint8Array<ArrayBuffer>): void;
  /** Nothing more is written to it. */
  ended?(): void;
  /** Fewer bytes wait. */
  taken?(): void;
  /** The other end has let go. */
  closed?(): void;
}

export class StreamEnd {
  readonly #port: MessagePort;
  #gathered: Uint8Array[] = [];
  #waiting = 0;
  #isOver = false;

  constructor(port: MessagePort, events: StreamEndEvents) {
    this.#port = port;
    port.on('message', (message: ToStream) => {
      if (this.#isOver) return;
      if ('bytes' in message) events.bytes?.(message.bytes as Uint8Array<ArrayBuffer>);
      else if ('taken' in message) {
        this.#waiting -= message.taken;
        events.taken?.();
      } else events.ended?.();
    });
    port.on('close', () => {
      const wasOpen = !this.#isOver;
      this.#isOver = true;
      if (wasOpen) events.closed?.();
    });
  }

  /** Bytes that the other end has not dealt with. */
  get waiting(): number {
    return this.#waiting;
  }
  /** The bytes are copied. */
  write(bytes: Uint8Array): void {
    if (this.#gathered.length === 0) setImmediate(() => this.#flush());
    this.#gathered.push(bytes.slice());
    this.#waiting += bytes.length;
  }
  #flush(): void {
    if (this.#gathered.length === 0) return;
    const bytes = Buffer.concat(this.#gathered.splice(0));
    const own = new Uint8Array(bytes);
    this.#post({ bytes: own }, [own.buffer]);
  }
  /** Gives the other end room for so many more bytes. */
  grant(count: number): void {
    this.#post({ room: count });
  }
  /** It has no more bytes. */
  end(): void {
    this.#flush();
    this.#post({ ended: true });
  }
  dropped(frames: number): void {
    this.#post({ dropped: frames });
  }
  /** Breaks it off. */
  fail(fault: Fault): void {
    this.#flush();
    this.#post({ failed: fault });
    this.close();
  }
  /** Lets go; what was written still arrives. */
  close(): void {
    this.#flush();
    this.#isOver = true;
    this.#port.close();
  }

  #post(message: FromStream, transfer: ArrayBuffer[] = []): void {
    if (!this.#isOver) this.#port.postMessage(message, transfer);
  }
}
