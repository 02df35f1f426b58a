/** A TCP socket of the host's as the NAT's stream. */
import { connect, type Socket } from 'node:net';
import type { Failure, Stream, StreamEvents } from '../../emulator/network/nat/outside.ts';

const READ_BYTES = 64 * 1024;
/** Between being filled and being copied nothing else runs; where reads overlap (Windows), every socket has its own. */
const shared = process.platform === 'win32' ? undefined : new Uint8Array(READ_BYTES);

const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'refused',
  ENETUNREACH: 'no network',
  ENETDOWN: 'no network',
  EACCES: 'prohibited',
  EPERM: 'prohibited',
};

class SocketStream implements Stream {
  readonly #socket: Socket;
  readonly #written: () => void;
  #isReset = false;

  constructor(socket: Socket, written: () => void) {
    this.#socket = socket;
    this.#written = written;
  }
  get isReset(): boolean {
    return this.#isReset;
  }
  get backlog(): number {
    return this.#socket.writableLength;
  }
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes, (error) => (error ? undefined : this.#written()));
  }
  end(): void {
    this.#socket.end();
  }
  setPaused(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }
  reset(): void {
    this.#isReset = true;
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}

/** Connects to a literal address. No event is called before this has returned. */
export function connectStream(address: string, port: number, events: StreamEvents): Stream {
  const buffer = shared ?? new Uint8Array(READ_BYTES);
  const socket = connect({
    host: address,
    port,
    autoSelectFamily: false,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    onread: {
      buffer,
      callback(count) {
        if (!stream.isReset) events.data(buffer.slice(0, count));
        return true;
      },
    },
  });
  const stream = new SocketStream(socket, () => events.written());
  let isConnected = false;
  let why: Failure = 'no host';
  socket.on('connect', () => {
    isConnected = true;
    if (!stream.isReset) events.connected();
  });
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => (why = FAILURES[code] ?? 'no host'));
  socket.on('end', () => (stream.isReset ? undefined : events.ended()));
  socket.on('close', () => {
    if (stream.isReset) return;
    if (isConnected) events.closed();
    else events.failed(why);
  });
  return stream;
}

/** An accepted socket as a stream; it stays paused until it is given its events. */
export interface AcceptedStream {
  readonly stream: Stream;
  /** Goes when it was closed before. */
  readonly isOpen: boolean;
  begin(events: Omit<StreamEvents, 'connected' | 'failed'>): void;
}

/** @param socket accepted by a server with `pauseOnConnect` and `allowHalfOpen` */
export function acceptedStream(socket: Socket): AcceptedStream {
  let events: Omit<StreamEvents, 'connected' | 'failed'> | undefined;
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  const stream = new SocketStream(socket, () => events?.written());
  const told = (tell: (events: Omit<StreamEvents, 'connected' | 'failed'>) => void) => {
    if (events && !stream.isReset) tell(events);
  };
  // A buffer of Node's may be a part of a larger one: what is kept must not keep that.
  socket.on('data', (bytes: Buffer) => told((to) => to.data(bytes)));
  socket.on('end', () => told((to) => to.ended()));
  socket.on('close', () => told((to) => to.closed()));
  socket.on('error', () => undefined);
  return {
    stream,
    get isOpen() {
      return !socket.destroyed;
    },
    begin(own) {
      events = own;
      socket.resume();
    },
  };
}
