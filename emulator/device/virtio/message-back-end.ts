/**
 * The back end of the devices that share a folder, on the I/O thread: takes messages off their queues, hands them to the
 * folder's link and gives the guest the answers, through the input gate. What a message says is the link's business.
 */
import { type Field, u32, u32s } from '../../snapshot/schema.ts';
import type { InputGate } from '../kit/input-gate.ts';
import type { ShareLink } from '../kit/share.ts';
import type { BackEnd, Outside } from '../kit/outside.ts';
import type { Chain } from './chain.ts';
import type { VirtioDevice } from './device.ts';
import { VirtQueue } from './queue.ts';

/** Requests that may be under way at once. */
const IN_FLIGHT_MAX = 128;

/** What such a device declares beside what every virtio device does. */
export type MessageFields = {
  requests: Field<number>;
  held: Field<Int32Array>;
  heldCount: Field<number>;
};
export const messageFields = (): MessageFields => ({
  /** Requests taken, counted from the machine's start. */
  requests: u32(),
  /** Requests that were taken and not answered when the machine came to a stand: queue in the high half, head in the low. */
  held: u32s(IN_FLIGHT_MAX),
  heldCount: u32(),
});

/** A device whose chains are messages with their answers. */
export interface MessageDevice extends VirtioDevice {
  readonly messages: { requests: number; readonly held: Int32Array; heldCount: number; readonly resets: number };
  /** Tells the guest what the folder is called; before a driver looks. */
  plug(tag: string): void;
}

/** The longest message and the longest answer, in bytes: 1 MiB of data with what is around it. */
export const MESSAGE_BYTES_MAX = 1024 * 1024 + 4096;
/** Bytes of messages and room for answers that may be under way together; more wait in the queues. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** What one look at the queues takes, before the thread's other work has its turn. */
const TURN = 64;
/** Of that, for a message that the link stayed for and answered at once. */
const COST_AT_ONCE = 4;

interface Taken {
  readonly queue: number;
  readonly chain: Chain;
  readonly number: number;
  readonly resets: number;
}

class MessageBackEnd {
  readonly #device: MessageDevice;
  readonly #link: ShareLink;
  readonly #gate: InputGate;
  readonly #share: number;
  readonly #queues: readonly VirtQueue[];
  readonly #running = new Set<Taken>();
  #bytes = 0;
  #quiet = false;
  #resets: number;
  /** Counts returns: what was under way before one is answered to nobody. */
  #epoch = 0;
  #session: Uint8Array | undefined;
  /** The state that was put in names messages that nobody answered: they are begun anew. */
  #heldDue = false;

  /** @param share which of the machine's it is, from 0 */
  constructor(device: MessageDevice, link: ShareLink, { share, gate }: { readonly share: number; readonly gate: InputGate }) {
    this.#device = device;
    this.#link = link;
    this.#gate = gate;
    this.#share = share;
    this.#queues = Array.from({ length: device.kind.queues }, (_, queue) => new VirtQueue(device, queue));
    this.#resets = device.messages.resets;
  }

  /** Messages taken and not yet answered. */
  get inFlight(): number {
    return this.#running.size;
  }

  /** The machine begins, or its devices were reset: the driver has nothing open. */
  begin(): void {
    this.#forget();
    this.#link.reset();
  }

  /** What is under way is answered to nobody. */
  #forget(): void {
    this.#epoch += 1;
    this.#running.clear();
    this.#bytes = 0;
    this.#heldDue = false;
    this.#resets = this.#device.messages.resets;
  }

  /** The driver has made messages available, or has reset the device. */
  notified(): void {
    const { resets } = this.#device.messages;
    if (resets !== this.#resets) this.begin();
    if (this.#heldDue && !this.#quiet && this.#device.live) this.#beginHeld();
    let left = TURN;
    while (!this.#quiet && this.#running.size < IN_FLIGHT_MAX && this.#bytes < IN_FLIGHT_BYTES) {
      if (left <= 0) return this.#device.lookAgain();
      const taken = this.#device.lock.hold(() => this.#next());
      if (!taken) return;
      left -= this.#begin(taken) ? COST_AT_ONCE : 1;
    }
  }

  #next(): Taken | undefined {
    for (const [queue, ring] of this.#queues.entries()) {
      const chain = ring.peek();
      if (!chain) continue;
      ring.take();
      return this.#taken(queue, chain);
    }
    return undefined;
  }

  #taken(queue: number, chain: Chain): Taken {
    const { messages } = this.#device;
    const number = messages.requests;
    messages.requests = (number + 1) >>> 0;
    return { queue, chain, number, resets: messages.resets };
  }

  /** @returns whether it is answered */
  #begin(taken: Taken): boolean {
    const { chain } = taken;
    const epoch = this.#epoch;
    // What is longer than any message can be is none, and has no answer.
    const isMessage = chain.readableLength <= MESSAGE_BYTES_MAX;
    const room = Math.min(chain.writableLength, MESSAGE_BYTES_MAX);
    const bytes = isMessage ? chain.readableLength + room : 0;
    this.#bytes += bytes;
    this.#running.add(taken);
    const answered = (answer: Uint8Array | undefined) => {
      if (epoch !== this.#epoch) return;
      this.#bytes -= bytes;
      this.#running.delete(taken);
      this.#answer(taken, answer);
    };
    const served = isMessage ? this.#link.serve(chain.read(0, chain.readableLength) as Uint8Array<ArrayBuffer>, room) : undefined;
    if (!(served instanceof Promise)) {
      answered(served);
      return true;
    }
    const late = (answer: Uint8Array | undefined) => {
      answered(answer);
      if (epoch === this.#epoch) this.notified();
    };
    served.then(late, () => late(undefined));
    return false;
  }

  #answer({ queue, chain, number, resets }: Taken, answer: Uint8Array = new Uint8Array(0)): void {
    this.#gate.admit({ kind: 'share', share: this.#share, request: number, bytes: answer }, () =>
      this.#device.lock.hold(() => {
        if (this.#device.messages.resets !== resets) return;
        const ring = this.#queues[queue] as VirtQueue;
        ring.complete(chain.head, chain.write(0, answer));
        ring.signal();
        if (this.#quiet) this.#noteHeld();
      }),
    );
  }

  /** Takes no more messages, and notes the session and what is not answered even then. */
  async quiesce(): Promise<void> {
    this.#quiet = true;
    this.#session = await this.#link.settled();
    this.#device.lock.hold(() => this.#noteHeld());
  }

  /** Notes in the device's state what is not answered. With the lock held. */
  #noteHeld(): void {
    const { messages } = this.#device;
    const open = [...this.#running].filter(({ resets }) => resets === messages.resets);
    open.forEach(({ queue, chain }, index) => void (messages.held[index] = (queue << 16) | chain.head));
    messages.heldCount = open.length;
  }

  /** The session as of `quiesce`. */
  get kept(): Uint8Array | undefined {
    return this.#session;
  }

  /** Goes on after `quiesce`. What was not answered then still will be, unless the device holds another state now. */
  resume(): void {
    this.#quiet = false;
    this.notified();
  }

  #beginHeld(): void {
    this.#heldDue = false;
    for (const taken of this.#device.lock.hold(() => this.#heldInState())) this.#begin(taken);
  }
  #heldInState(): readonly Taken[] {
    const { messages } = this.#device;
    const held = [...messages.held.slice(0, Math.min(messages.heldCount, IN_FLIGHT_MAX))];
    messages.heldCount = 0;
    return held.flatMap((word) => {
      const queue = word >>> 16;
      const head = word & 0xffff;
      const chain = head < this.#device.kind.queueSizeMax ? this.#queues[queue]?.chainAt(head) : undefined;
      return chain ? [this.#taken(queue, chain)] : [];
    });
  }

  /** The device holds another state, with this session. Only between `quiesce` and `resume`. */
  restored(session: Uint8Array | undefined): void {
    this.#forget();
    this.#session = session;
    this.#heldDue = true;
    this.#link.restored(session);
  }
}

/** @param share which of the machine's it is, from 0 */
export function attachMessages(device: MessageDevice, name: string, share: number, outside: Pick<Outside, 'shares' | 'gate'>): BackEnd {
  const attached = outside.shares[share];
  if (!attached) throw new Error(`shared folder ${share} of the configuration has no link`);
  const backEnd = new MessageBackEnd(device, attached.link, { share, gate: outside.gate });
  return {
    notified: () => backEnd.notified(),
    begin: () => {
      device.plug(attached.tag);
      backEnd.begin();
    },
    inFlight: () => backEnd.inFlight,
    quiesce: () => backEnd.quiesce(),
    resume: () => backEnd.resume(),
    keeps: { name: `${name}-session`, kept: () => backEnd.kept, restored: (session) => backEnd.restored(session) },
  };
}
