/**
 * The back end of a virtio console, on the I/O thread. Nothing is taken from a queue before it can be finished: output
 * stays in the guest's buffers until the owner has room, input enters a buffer only when there are bytes. So nothing
 * is ever in flight, and a guest that prints in a loop waits for its own buffers.
 */
import type { Chain } from '../chain.ts';
import { VirtQueue } from '../queue.ts';
import { CONSOLE_PORT, DEVICE_READY, decodeControl, encodeControl, PORT_ADD, PORT_NAME, PORT_OPEN, PORT_READY, RESIZE } from './control.ts';
import type { VirtioConsole } from './device.ts';
import {
  CONSOLE_QUEUE_SIZE,
  CONTROL_RECEIVE,
  CONTROL_TRANSMIT,
  FEATURE_MULTIPORT,
  OWES_ADD,
  OWES_CONSOLE,
  OWES_NAME,
  OWES_OPEN,
  OWES_SIZE,
  receiveQueue,
} from './state.ts';

/** No control message is longer. */
const CONTROL_BYTES_MAX = 256;

/**
 * Whether a port is a terminal (Linux's hvc) rather than a plain channel: by custom, channels have dotted names as
 * `org.qemu.guest_agent.0` or `vivarium.exec`.
 */
export const isTerminal = (name: string): boolean => !name.includes('.');

export class ConsoleBackEnd {
  readonly #device: VirtioConsole;
  readonly #queues: readonly VirtQueue[];

  constructor(device: VirtioConsole) {
    this.#device = device;
    this.#queues = Array.from({ length: device.kind.queues }, (_, index) => new VirtQueue(device, index));
  }

  get #state() {
    return this.#device.console;
  }

  /** Answers the driver's control messages and sends those owed to it. */
  notified(): void {
    this.#device.lock.hold(() => {
      this.#receiveControl();
      this.#sendControl();
    });
  }

  /** Output of a port, up to `most` bytes; empty when there is none. */
  takeOutput(port: number, most: number): Uint8Array {
    if (port === 0 && this.#device.emergency.length > 0) return this.#device.emergency.take(most);
    return this.#device.lock.hold(() => {
      const queue = this.#queues[receiveQueue(port) + 1] as VirtQueue;
      const chain = this.#nextWith(queue, 'readableLength');
      if (!chain) return new Uint8Array(0);
      const sent = this.#state.sent[port] as number;
      const bytes = chain.read(sent, most);
      if (sent + bytes.length < chain.readableLength) {
        this.#state.sent[port] = sent + bytes.length;
        return bytes;
      }
      this.#state.sent[port] = 0;
      queue.take();
      queue.complete(chain.head, 0);
      queue.signal();
      return bytes;
    });
  }

  /** How many bytes of input a port can take now: the room in its reader's next buffer. */
  inputRoom(port: number): number {
    return this.#device.lock.hold(() => {
      if (!this.#isOpen(port)) return 0;
      return this.#nextWith(this.#queues[receiveQueue(port)] as VirtQueue, 'writableLength')?.writableLength ?? 0;
    });
  }

  /** A driver without FEATURE_MULTIPORT has port 0 only, and says nothing of it (section 5.3.1). */
  #isOpen(port: number): boolean {
    return this.#state.guestOpen[port] !== 0 || (port === 0 && !this.#device.has(FEATURE_MULTIPORT));
  }
  /** The next chain that has room or bytes; those without either are returned at once, so that they block nothing. */
  #nextWith(queue: VirtQueue, what: 'readableLength' | 'writableLength'): Chain | undefined {
    for (let count = 0; count < CONSOLE_QUEUE_SIZE; count++) {
      const chain = queue.peek();
      if (!chain || chain[what] > 0) return chain;
      queue.take();
      queue.complete(chain.head, 0);
      queue.signal();
    }
    this.#device.lookAgain();
    return undefined;
  }

  /** Gives a port's reader at most `inputRoom` bytes; a driver that was reset meanwhile gets nothing. */
  putInput(port: number, bytes: Uint8Array): void {
    this.#device.lock.hold(() => {
      const queue = this.#queues[receiveQueue(port)];
      const chain = queue?.peek();
      if (!queue || !chain) return;
      queue.take();
      queue.complete(chain.head, chain.write(0, bytes));
      queue.signal();
    });
  }

  /** The terminal of a port has a new size, in characters. */
  resize(port: number, columns: number, rows: number): void {
    this.#device.lock.hold(() => {
      const state = this.#state;
      state.portColumns[port] = columns;
      state.portRows[port] = rows;
      if (port === 0) {
        state.columns = columns;
        state.rows = rows;
        this.#device.configChanged();
      }
      if (state.guestReady[port] !== 0 && this.#isTerminal(port)) this.#owe(port, OWES_SIZE);
      this.#sendControl();
    });
  }

  #isTerminal(port: number): boolean {
    return isTerminal(this.#device.ports[port] as string);
  }

  #owe(port: number, what: number): void {
    this.#state.owed[port] = (this.#state.owed[port] as number) | what;
  }

  #receiveControl(): void {
    const queue = this.#queues[CONTROL_TRANSMIT] as VirtQueue;
    for (let count = 0; ; count++) {
      const chain = queue.peek();
      if (!chain) break;
      if (count === CONSOLE_QUEUE_SIZE) {
        this.#device.lookAgain();
        break;
      }
      queue.take();
      this.#heed(chain.read(0, CONTROL_BYTES_MAX));
      queue.complete(chain.head, 0);
    }
    queue.signal();
  }

  #heed(bytes: Uint8Array): void {
    const message = decodeControl(bytes);
    if (!message) return;
    const { port, event, value } = message;
    if (event === DEVICE_READY) {
      if (value === 1) this.#device.ports.forEach((_, index) => this.#owe(index, OWES_ADD));
      return;
    }
    if (port >= this.#device.ports.length) return;
    if (event === PORT_OPEN) this.#state.guestOpen[port] = value === 0 ? 0 : 1;
    if (event !== PORT_READY || value !== 1) return;
    this.#state.guestReady[port] = 1;
    const sized = this.#state.portColumns[port] !== 0 ? OWES_SIZE : 0;
    // A terminal is open for input from the start: Linux's hvc sends no PORT_OPEN of its own for it.
    if (this.#isTerminal(port)) this.#state.guestOpen[port] = 1;
    this.#owe(port, OWES_NAME | OWES_OPEN | (this.#isTerminal(port) ? OWES_CONSOLE | sized : 0));
  }

  /** Sends what is owed while the driver has buffers for it. */
  #sendControl(): void {
    const queue = this.#queues[CONTROL_RECEIVE] as VirtQueue;
    for (let port = 0; port < this.#device.ports.length; port++) {
      for (let owed = this.#state.owed[port] as number; owed !== 0; owed = this.#state.owed[port] as number) {
        const chain = queue.peek();
        if (!chain) return queue.signal();
        const what = owed & -owed;
        queue.take();
        queue.complete(chain.head, chain.write(0, this.#message(port, what)));
        this.#state.owed[port] = owed & ~what;
      }
    }
    queue.signal();
  }

  #message(port: number, what: number): Uint8Array {
    switch (what) {
      case OWES_ADD:
        return encodeControl({ port, event: PORT_ADD, value: 1 });
      case OWES_CONSOLE:
        return encodeControl({ port, event: CONSOLE_PORT, value: 1 });
      case OWES_NAME:
        return encodeControl({ port, event: PORT_NAME, value: 1 }, ascii(this.#device.ports[port] as string));
      case OWES_OPEN:
        return encodeControl({ port, event: PORT_OPEN, value: 1 });
      default:
        return encodeControl({ port, event: RESIZE, value: 0 }, this.#size(port));
    }
  }

  /** `struct virtio_console_resize`: columns, then rows, as the specification has it. */
  #size(port: number): Uint8Array {
    return new Uint8Array(Uint16Array.of(this.#state.portColumns[port] as number, this.#state.portRows[port] as number).buffer);
  }
}

const ascii = (text: string): Uint8Array => Uint8Array.from([...text], (letter) => letter.charCodeAt(0) & 0x7f);
