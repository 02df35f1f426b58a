/** A host behind a NAT that a test controls: what was dialled, what came, and when the event loop turns. */
import type { DatagramEvents, Datagrams, Lookup, Outside, Stream, StreamEvents } from '../../../emulator/network/nat/outside.ts';

export class FakeStream implements Stream {
  readonly address: string;
  readonly port: number;
  readonly events: StreamEvents;
  readonly received: Uint8Array[] = [];
  /** Bytes that the far end's system has not taken; a test sets it. */
  backlog = 0;
  isEnded = false;
  isPaused = false;
  isReset = false;

  constructor(address: string, port: number, events: StreamEvents) {
    this.address = address;
    this.port = port;
    this.events = events;
  }
  write(bytes: Uint8Array): void {
    this.received.push(bytes.slice());
  }
  end(): void {
    this.isEnded = true;
  }
  setPaused(paused: boolean): void {
    this.isPaused = paused;
  }
  reset(): void {
    this.isReset = true;
  }
  get bytes(): Uint8Array {
    return Uint8Array.from(this.received.flatMap((part) => [...part]));
  }
}

export class FakeDatagrams implements Datagrams {
  readonly events: DatagramEvents;
  readonly sent: { readonly bytes: Uint8Array; readonly address: string; readonly port: number }[] = [];
  isClosed = false;
  constructor(events: DatagramEvents) {
    this.events = events;
  }
  send(bytes: Uint8Array, address: string, port: number): void {
    this.sent.push({ bytes: bytes.slice(), address, port });
  }
  close(): void {
    this.isClosed = true;
  }
}

export class FakeOutside implements Outside {
  readonly streams: FakeStream[] = [];
  readonly datagrams: FakeDatagrams[] = [];
  readonly logged: string[] = [];
  readonly names = new Map<string, Lookup>();
  /** Answers of the host's name servers. */
  relayed: (question: Uint8Array) => Promise<Uint8Array | undefined> = () => Promise.resolve(undefined);
  own: readonly string[] = ['127.0.0.1', '198.51.100.7'];
  #due: (() => void)[] = [];
  #late: (() => void)[] = [];

  connect(address: string, port: number, events: StreamEvents): Stream {
    const stream = new FakeStream(address, port, events);
    this.streams.push(stream);
    return stream;
  }
  openDatagrams(_version: 4 | 6, events: DatagramEvents): Datagrams {
    const opened = new FakeDatagrams(events);
    this.datagrams.push(opened);
    return opened;
  }
  lookup(name: string, version: 4 | 6): Promise<Lookup> {
    return Promise.resolve(this.names.get(`${name} ${version}`) ?? { kind: 'missing' });
  }
  relay(question: Uint8Array): Promise<Uint8Array | undefined> {
    return this.relayed(question);
  }
  ownAddresses(): readonly string[] {
    return this.own;
  }
  entropy(count: number): Uint8Array {
    return new Uint8Array(count).fill(7);
  }
  soon(action: () => void): void {
    this.#due.push(action);
  }
  later(_milliseconds: number, action: () => void): void {
    this.#late.push(action);
  }
  timed(): void {}
  log(line: string): void {
    this.logged.push(line);
  }

  /** Lets so much time pass that all of `later` is due. */
  wait(): void {
    for (const action of this.#late.splice(0)) action();
    this.turn();
  }
  /** Does what waits for the event loop, and what comes of it. */
  turn(): void {
    while (this.#due.length > 0) for (const action of this.#due.splice(0)) action();
  }
}
