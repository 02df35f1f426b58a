/**
 * One forward at work: listens on the host, and calls the guest when somebody comes. A port that is taken stops nothing: it
 * says who has it, and is tried again.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { NatStack } from '../../emulator/network/nat/stack.ts';
import type { Forward, ForwardStatus } from '../../preload/contract/forwards.ts';
import { forwardText } from './forward.ts';
import type { GuestCalls, Uncalled } from './guest-call.ts';
import { portHolder } from './port-holder.ts';
import { acceptedStream } from './socket-stream.ts';

/** Between two tries for a port that is taken, in milliseconds. */
const AGAIN_MS = 2000;

/** Said in the log of a call that came to nothing. */
const UNCALLED: Readonly<Record<Uncalled, string>> = {
  'too many wait': 'too many wait for the guest',
  'no network': 'the guest has no network yet',
  'too many connections': 'the guest has too many connections',
};

/** Why a port cannot be had, for a person. */
async function problemOf({ address, hostPort, protocol }: Forward, error: NodeJS.ErrnoException): Promise<string> {
  if (error.code === 'EADDRINUSE') {
    const holder = await portHolder(hostPort, protocol);
    return `port ${hostPort} is in use by ${holder ?? 'another program'}`;
  }
  if (error.code === 'EACCES') return `port ${hostPort} needs rights that you do not have: choose one from 1024 on`;
  if (error.code === 'EADDRNOTAVAIL') return `this computer has no address ${address}`;
  return `port ${hostPort} cannot be opened: ${error.message}`;
}

export interface ForwardParts {
  readonly stack: NatStack;
  readonly calls: GuestCalls;
  readonly log: (line: string) => void;
}

export class OpenForward {
  readonly forward: Forward;
  readonly #stack: NatStack;
  readonly #calls: GuestCalls;
  readonly #log: (line: string) => void;
  #problem: string | undefined;
  #server: Server | DatagramSocket | undefined;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;
  #connections = 0;

  constructor(forward: Forward, { stack, calls, log }: ForwardParts) {
    this.forward = forward;
    this.#stack = stack;
    this.#calls = calls;
    this.#log = log;
  }

  get status(): ForwardStatus {
    return { ...this.forward, connections: this.#connections, ...(this.#problem === undefined ? {} : { problem: this.#problem }) };
  }

  /** Listens, or says in `status` why it does not yet. */
  async open(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await (this.forward.protocol === 'tcp' ? this.#listen() : this.#bind());
      if (this.#problem !== undefined) this.#log(`forward ${forwardText(this.forward)}: the port is free now`);
      this.#problem = undefined;
    } catch (error) {
      const problem = await problemOf(this.forward, error as NodeJS.ErrnoException);
      if (problem !== this.#problem) this.#log(`forward ${forwardText(this.forward)}: ${problem}`);
      this.#problem = problem;
      if (!this.#isClosed) this.#again = setTimeout(() => void this.open(), AGAIN_MS).unref();
    }
  }

  #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
    server.once('error', reject);
    server.listen({ host: this.forward.address, port: this.forward.hostPort, exclusive: true }, () => {
      this.#server = server;
      if (this.#isClosed) server.close();
      resolve();
    });
    return promise;
  }

  /** Somebody has come: the guest is called when it is there. */
  #accept(socket: Socket): void {
    const accepted = acceptedStream(socket);
    this.#connections++;
    socket.once('close', () => this.#connections--);
    this.#calls.call({
      guestPort: this.forward.guestPort,
      bySix: this.forward.address.includes(':'),
      stream: accepted.stream,
      isWanted: () => accepted.isOpen,
      begun: (connection) => accepted.begin(connection),
      failed: (why) => {
        this.#log(`forward ${forwardText(this.forward)}: ${UNCALLED[why]}`);
        accepted.stream.reset();
      },
    });
  }

  #bind(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { address, hostPort, guestPort } = this.forward;
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' });
    socket.once('error', reject);
    socket.on('message', (bytes, from) => {
      const reply = (answer: Uint8Array) => (this.#isClosed ? undefined : socket.send(answer, from.port, from.address, () => undefined));
      this.#stack.callDatagram(guestPort, `${from.address} ${from.port} ${hostPort}`, bytes, reply, address.includes(':'));
    });
    socket.bind({ address, port: hostPort, exclusive: true }, () => {
      this.#server = socket;
      if (this.#isClosed) socket.close();
      resolve();
    });
    return promise;
  }

  /** Listens no more; connections stay. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#server?.close();
  }
}
