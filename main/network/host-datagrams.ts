/**
 * A port of the host's for datagrams. Nobody hears that a port was closed but by a socket with one peer, and a socket that
 * changes its peer changes its port: so only what goes to this computer itself, where it is known to matter, has such a one.
 */
import { createSocket, type Socket } from 'node:dgram';
import type { DatagramEvents, Datagrams } from '../../emulator/network/nat/outside.ts';

const LOOPBACKS = ['127.0.0.1', '::1'];

export class HostDatagrams implements Datagrams {
  readonly #version: 4 | 6;
  readonly #events: DatagramEvents;
  readonly #toMany: { socket?: Socket } = {};
  /** By port of the loopback. */
  readonly #toOne = new Map<number, { readonly socket: Socket; readonly waiting: Uint8Array[]; isConnected: boolean }>();
  #isClosed = false;

  constructor(version: 4 | 6, events: DatagramEvents) {
    this.#version = version;
    this.#events = events;
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    if (LOOPBACKS.includes(address)) return this.#sendHere(bytes, address, port);
    this.#toMany.socket ??= this.#open();
    // What cannot be sent is lost, as datagrams are.
    this.#toMany.socket.send(bytes, port, address, () => undefined);
  }

  #open(refused: () => void = () => undefined): Socket {
    const socket = createSocket(this.#version === 4 ? { type: 'udp4' } : { type: 'udp6', ipv6Only: true });
    socket.on('message', (bytes, { address, port }) => (this.#isClosed ? undefined : this.#events.received(bytes, address, port)));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (code === 'ECONNREFUSED' && !this.#isClosed ? refused() : undefined));
    return socket;
  }

  #sendHere(bytes: Uint8Array, address: string, port: number): void {
    const refused = () => this.#events.refused(address, port);
    let one = this.#toOne.get(port);
    if (!one) {
      const made = { socket: this.#open(refused), waiting: [] as Uint8Array[], isConnected: false };
      this.#toOne.set(port, (one = made));
      made.socket.connect(port, address, () => {
        made.isConnected = true;
        for (const each of made.waiting.splice(0)) this.#sendOn(made.socket, each, refused);
      });
    }
    if (one.isConnected) this.#sendOn(one.socket, bytes, refused);
    else one.waiting.push(bytes);
  }
  #sendOn(socket: Socket, bytes: Uint8Array, refused: () => void): void {
    if (this.#isClosed) return;
    socket.send(bytes, (error) =>
      (error as NodeJS.ErrnoException | null)?.code === 'ECONNREFUSED' && !this.#isClosed ? refused() : undefined,
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#toMany.socket?.close();
    for (const { socket } of this.#toOne.values()) socket.close();
  }
}
