/**
 * The back end of a virtio block device, on the I/O thread: takes requests off the queue, as many as come, and answers
 * each when the store has. Data goes through buffers of ours and enters guest memory together with the completion,
 * through the input gate, so a run can be replayed and a reset driver never sees a late write.
 */
import type { InputGate } from '../../kit/input-gate.ts';
import type { DiskStore } from '../../kit/outside.ts';
import type { Log } from '../../kit/wiring.ts';
import type { Chain } from '../chain.ts';
import { VirtQueue } from '../queue.ts';
import { type VirtioBlock, RANGES_MAX } from './device.ts';
import {
  type BlockRequest,
  blockRequest,
  HEADER_BYTES,
  ranges,
  TYPE_DISCARD,
  TYPE_FLUSH,
  TYPE_GET_ID,
  TYPE_READ,
  TYPE_WRITE,
  TYPE_WRITE_ZEROES,
} from './request.ts';
import { BLOCK_QUEUE_SIZE, FEATURE_FLUSH, SECTOR_BYTES } from './state.ts';

const STATUS_OK = 0;
const STATUS_IO_ERROR = 1;
const STATUS_UNSUPPORTED = 2;
const ID_BYTES = 20;
/** Instead of a status: the machine is to stand still, and the request is begun anew when it goes on. */
const HELD = 'held';
/** The largest buffer for one step of a request; longer requests take several steps. */
const STEP_BYTES = 4 * 1024 * 1024;
/** At most this many store errors go into the log, so that a broken disk does not fill it. */
const LOGGED_ERRORS = 20;
/** The longest request that is taken at all, in bytes; as QEMU's. */
const LONGEST_REQUEST = 2 ** 31 - SECTOR_BYTES;
/** What one look at the queue may cost before the thread's other work has its turn: a request, or so many bytes of one. */
const TURN = 256;
const TURN_BYTES = 64 * 1024;
/** Bytes of data that requests in flight may hold together; more wait in the queue. */
const IN_FLIGHT_BYTES = 64 * 1024 * 1024;

export class BlockBackEnd {
  readonly #device: VirtioBlock;
  readonly #queue: VirtQueue;
  #store: DiskStore;
  readonly #disk: number;
  readonly #gate: InputGate;
  readonly #log: Log;
  readonly #soon: (action: () => void) => void;
  readonly #running = new Set<Promise<void>>();
  #quiet = false;
  #errors = 0;
  #bytes = 0;
  /** What may still be taken in this turn. */
  #left = 0;

  constructor(device: VirtioBlock, store: DiskStore, outside: BlockSurroundings) {
    this.#device = device;
    this.#queue = new VirtQueue(device, 0);
    this.#store = store;
    this.#disk = outside.disk;
    this.#gate = outside.gate;
    this.#log = outside.log;
    this.#soon = outside.soon;
    this.plug();
  }

  /** Tells the guest's side what disk there is: at the start, and after the devices were reset. */
  plug(): void {
    const { sizeBytes, readonly, discard, zero } = this.#store;
    this.#device.plug({ sizeBytes, readonly, ranges: { discard: !!discard, zero: !!zero } });
  }

  /** The device holds restored state, and perhaps another disk is in it. Only between `quiesce` and `resume`. */
  restored(store = this.#store): void {
    this.#store = store;
    this.plug();
  }

  /** Requests taken and not yet answered. */
  get inFlight(): number {
    return this.#running.size;
  }

  /** Takes no more requests and resolves when none is in flight; long ones are broken off, and begun anew by `resume`. */
  async quiesce(): Promise<void> {
    this.#quiet = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Goes on after `quiesce`. */
  resume(): void {
    this.#quiet = false;
    for (const taken of this.#device.lock.hold(() => this.#takeHeld())) this.#begin(taken);
    this.notified();
  }

  /** The driver has made requests available. */
  notified(): void {
    this.#left = TURN;
    this.#takeSome();
  }

  /**
   * Takes the requests that wait, up to what may be in flight, and not without end: a guest may make new ones as fast as
   * they are answered.
   */
  #takeSome(): void {
    while (!this.#quiet && this.#running.size < BLOCK_QUEUE_SIZE && this.#bytes < IN_FLIGHT_BYTES) {
      if (this.#left <= 0) return this.#device.lookAgain();
      const taken = this.#device.lock.hold(() => this.#next());
      if (taken === undefined) return;
      this.#left -= 1 + Math.floor(Math.min(taken.request.length, STEP_BYTES) / TURN_BYTES);
      this.#begin(taken);
    }
  }

  #begin(taken: Taken): void {
    const bytes = Math.min(taken.request.length, STEP_BYTES);
    this.#bytes += bytes;
    const work: Promise<void> = this.#serve(taken).finally(() => {
      this.#bytes -= bytes;
      this.#running.delete(work);
      this.#takeSome();
    });
    this.#running.add(work);
  }

  /** The requests that were broken off, as the driver has them now. */
  #takeHeld(): readonly Taken[] {
    const { disk } = this.#device;
    const heads = disk.held.slice(0, Math.min(disk.heldCount, BLOCK_QUEUE_SIZE));
    disk.heldCount = 0;
    return [...heads].flatMap((head) => this.#request(this.#queue.chainAt(head)) ?? []);
  }

  #next(): Taken | undefined {
    const chain = this.#queue.peek();
    if (chain) this.#queue.take();
    return this.#request(chain);
  }

  #request(chain: Chain | undefined): Taken | undefined {
    if (!chain) return undefined;
    const request = blockRequest(chain);
    if (!request) {
      this.#device.broken('a block request without a header or a status byte');
      return undefined;
    }
    const number = this.#device.disk.requests;
    this.#device.disk.requests = (number + 1) >>> 0;
    return { request, number, resets: this.#device.disk.resets, durable: !this.#device.has(FEATURE_FLUSH) };
  }

  async #serve({ request, number, resets, durable }: Taken): Promise<void> {
    const current = () => this.#device.disk.resets === resets;
    const written = { data: 0 };
    let status: number | typeof HELD = STATUS_OK;
    try {
      status = await this.#perform(request, durable, (offset, bytes) => {
        this.#gate.admit({ kind: 'disk', disk: this.#disk, request: number, ok: true, bytes }, () =>
          this.#device.lock.hold(() => {
            if (current()) written.data += request.chain.write(offset, bytes);
          }),
        );
      });
    } catch (error) {
      status = STATUS_IO_ERROR;
      this.#report(request, error);
    }
    if (status === HELD) return this.#device.lock.hold(() => void (current() && this.#hold(request)));
    const answered = status;
    this.#gate.admit({ kind: 'disk', disk: this.#disk, request: number, ok: answered === STATUS_OK }, () =>
      this.#device.lock.hold(() => {
        if (!current()) return;
        const { chain } = request;
        chain.write(chain.writableLength - 1, Uint8Array.of(answered));
        this.#queue.complete(chain.head, written.data + 1);
        this.#queue.signal();
      }),
    );
  }

  #hold({ chain }: BlockRequest): void {
    const { disk } = this.#device;
    disk.held[disk.heldCount] = chain.head;
    disk.heldCount += 1;
  }

  /** Between two steps of a request: lets the thread's other work have its turn. @returns whether to go on */
  async #mayGoOn(): Promise<boolean> {
    await new Promise<void>((resolve) => this.#soon(resolve));
    return !this.#quiet;
  }

  #report(request: BlockRequest, error: unknown): void {
    this.#errors += 1;
    if (this.#errors > LOGGED_ERRORS) return;
    const what = request.type === TYPE_WRITE ? 'write to' : request.type === TYPE_FLUSH ? 'flush of' : 'read from';
    const reason = error instanceof Error ? error.message : String(error);
    const last = this.#errors === LOGGED_ERRORS ? ' (further errors of this disk are not logged)' : '';
    this.#log(`${this.#device.name}: ${what} the disk failed at byte ${request.offset}: ${reason}${last}`);
  }

  /** Does what a request asks. @returns its status byte, or that it was broken off between two steps */
  async #perform(request: BlockRequest, durable: boolean, answer: (offset: number, bytes: Uint8Array) => void): Promise<Outcome> {
    switch (request.type) {
      case TYPE_READ:
        return this.#read(request, answer);
      case TYPE_WRITE:
        return this.#write(request, durable);
      case TYPE_FLUSH:
        await this.#store.flush();
        return STATUS_OK;
      case TYPE_GET_ID: {
        const id = new Uint8Array(ID_BYTES);
        id.set([...`vivarium-disk${this.#disk}`].map((letter) => letter.charCodeAt(0)));
        answer(0, id.subarray(0, Math.min(ID_BYTES, request.length)));
        return STATUS_OK;
      }
      case TYPE_DISCARD:
        return this.#each(request, this.#store.discard?.bind(this.#store));
      case TYPE_WRITE_ZEROES:
        return this.#each(request, this.#store.zero?.bind(this.#store));
      default:
        return STATUS_UNSUPPORTED;
    }
  }

  #fits(offset: number, length: number): boolean {
    return length % SECTOR_BYTES === 0 && length <= LONGEST_REQUEST && offset + length <= this.#store.sizeBytes;
  }

  async #read({ offset, length }: BlockRequest, answer: (offset: number, bytes: Uint8Array) => void): Promise<Outcome> {
    if (!this.#fits(offset, length)) return STATUS_IO_ERROR;
    for (let done = 0; done < length; done += STEP_BYTES) {
      if (done > 0 && !(await this.#mayGoOn())) return HELD;
      const bytes = new Uint8Array(Math.min(STEP_BYTES, length - done));
      await this.#store.read(offset + done, bytes);
      answer(done, bytes);
    }
    return STATUS_OK;
  }

  async #write({ chain, offset, length }: BlockRequest, durable: boolean): Promise<Outcome> {
    if (this.#store.readonly || !this.#fits(offset, length)) return STATUS_IO_ERROR;
    for (let done = 0; done < length; done += STEP_BYTES) {
      if (done > 0 && !(await this.#mayGoOn())) return HELD;
      await this.#store.write(offset + done, chain.read(HEADER_BYTES + done, STEP_BYTES));
    }
    // A driver without FLUSH expects writes to be durable when they are answered (section 5.2.6.2).
    if (durable) await this.#store.flush();
    return STATUS_OK;
  }

  async #each({ chain }: BlockRequest, action?: (offset: number, length: number) => Promise<void>): Promise<Outcome> {
    if (!action) return STATUS_UNSUPPORTED;
    if (this.#store.readonly) return STATUS_IO_ERROR;
    const wanted = ranges(chain, RANGES_MAX);
    if (!wanted?.every((range) => this.#fits(range.offset, range.length))) return STATUS_IO_ERROR;
    for (const [index, range] of wanted.entries()) {
      if (index > 0 && !(await this.#mayGoOn())) return HELD;
      await action(range.offset, range.length);
    }
    return STATUS_OK;
  }
}

/** A request's status byte; or it was broken off and will be begun anew. */
type Outcome = number | typeof HELD;

/** What a block back end needs beside its device and its store. */
export interface BlockSurroundings {
  /** Number of the disk. */
  readonly disk: number;
  readonly gate: InputGate;
  readonly log: Log;
  /** Calls back after what the event loop has waiting. */
  soon(action: () => void): void;
}

interface Taken {
  readonly request: BlockRequest;
  readonly number: number;
  readonly resets: number;
  readonly durable: boolean;
}
