/** A virtio driver as small as one can be: speaks to a slot through its registers and to the queues in guest RAM. */
import { virtioPlace } from '../../../emulator/board/riscv64-virt/memory-map.ts';
import type { TestBoard } from './test-board.ts';

export interface Buffer {
  readonly address: number;
  readonly length: number;
  readonly writable: boolean;
}

const REGISTERS = { featuresSelect: 0x14, features: 0x10, driverSelect: 0x24, driverFeatures: 0x20, queue: 0x30, size: 0x38, ready: 0x44 };
const NOTIFY = 0x50;
const STATUS = 0x70;
export const QUEUE_SIZE = 16;

/** Where queue `index` has its parts: 64 KiB a queue from 64 KiB on. */
const partsOf = (base: number, index: number) => {
  const at = base + 0x1_0000 * (index + 1);
  return { descriptors: at, available: at + 0x1000, used: at + 0x2000, indirect: at + 0x3000 };
};

export class TestDriver {
  readonly #test: TestBoard;
  readonly #slot: number;
  readonly #made = new Map<number, { next: number; seen: number }>();

  constructor(test: TestBoard, slot: number) {
    this.#test = test;
    this.#slot = slot;
  }

  read(offset: number, size: 1 | 2 | 4 = 4): number {
    return this.#test.board.read(virtioPlace(this.#slot).at + offset, size);
  }

  write(offset: number, value: number, size: 1 | 2 | 4 = 4): void {
    this.#test.board.write(virtioPlace(this.#slot).at + offset, size, value);
  }

  get status(): number {
    return this.read(STATUS);
  }

  offered(): bigint {
    const half = (select: number) => {
      this.write(REGISTERS.featuresSelect, select);
      return BigInt(this.read(REGISTERS.features));
    };
    return half(0) | (half(1) << 32n);
  }

  /** Resets, negotiates and sets up `queues`. `features` beside VERSION_1 are taken. */
  start(queues: readonly number[], features = 0n): void {
    this.write(STATUS, 0);
    this.write(STATUS, 3);
    const wanted = features | (1n << 32n);
    for (const select of [0, 1]) {
      this.write(REGISTERS.driverSelect, select);
      this.write(REGISTERS.driverFeatures, Number((wanted >> BigInt(32 * select)) & 0xffff_ffffn));
    }
    this.write(STATUS, 11);
    for (const queue of queues) this.setUp(queue);
    this.write(STATUS, 15);
  }

  setUp(queue: number, size = QUEUE_SIZE): void {
    const { descriptors, available, used } = partsOf(this.#test.memory.base, queue);
    this.#test.memory.bytes(descriptors, 0x1_0000)?.fill(0);
    this.write(REGISTERS.queue, queue);
    this.write(REGISTERS.size, size);
    for (const [at, address] of [
      [0x80, descriptors],
      [0x90, available],
      [0xa0, used],
    ] as const) {
      this.write(at, address);
      this.write(at + 4, 0);
    }
    this.write(REGISTERS.ready, 1);
    this.#made.set(queue, { next: 0, seen: 0 });
  }

  /** Writes one descriptor of a queue's table (or, with `table`, of another). */
  describe(queue: number, index: number, buffer: Buffer, flags: number, next = 0, table?: number): void {
    const { view, base } = this.#test.memory;
    const at = (table ?? partsOf(base, queue).descriptors) - base + 16 * index;
    view.setBigUint64(at, BigInt(buffer.address), true);
    view.setUint32(at + 8, buffer.length, true);
    view.setUint16(at + 12, flags | (buffer.writable ? 2 : 0), true);
    view.setUint16(at + 14, next, true);
  }

  /** Offers the chain that starts at descriptor `head`, and notifies. */
  offer(queue: number, head: number): void {
    const state = this.#made.get(queue) as { next: number };
    const { view, base } = this.#test.memory;
    const ring = partsOf(base, queue).available - base;
    view.setUint16(ring + 4 + 2 * (state.next % QUEUE_SIZE), head, true);
    state.next = (state.next + 1) & 0xffff;
    view.setUint16(ring + 2, state.next, true);
    this.write(NOTIFY, queue);
  }

  /** Offers buffers as a chain of descriptors from `first` on. */
  send(queue: number, buffers: readonly Buffer[], first = 0): void {
    buffers.forEach((buffer, index) => {
      const last = index === buffers.length - 1;
      this.describe(queue, first + index, buffer, last ? 0 : 1, last ? 0 : first + index + 1);
    });
    this.offer(queue, first);
  }

  /** Offers buffers as one indirect descriptor. */
  sendIndirect(queue: number, buffers: readonly Buffer[]): void {
    const { indirect } = partsOf(this.#test.memory.base, queue);
    buffers.forEach((buffer, index) => {
      const last = index === buffers.length - 1;
      this.describe(queue, index, buffer, last ? 0 : 1, last ? 0 : index + 1, indirect);
    });
    this.describe(queue, 0, { address: indirect, length: 16 * buffers.length, writable: false }, 4);
    this.offer(queue, 0);
  }

  /** How many chains the device has returned, modulo 65536. */
  usedIndex(queue: number): number {
    const { view, base } = this.#test.memory;
    return view.getUint16(partsOf(base, queue).used - base + 2, true);
  }

  /** The chains that came back since the last call. */
  used(queue: number): { head: number; written: number }[] {
    const state = this.#made.get(queue) as { seen: number };
    const { view, base } = this.#test.memory;
    const ring = partsOf(base, queue).used - base;
    const back: { head: number; written: number }[] = [];
    for (; state.seen !== view.getUint16(ring + 2, true); state.seen = (state.seen + 1) & 0xffff) {
      const at = ring + 4 + 8 * (state.seen % QUEUE_SIZE);
      back.push({ head: view.getUint32(at, true), written: view.getUint32(at + 4, true) });
    }
    return back;
  }

  /** Sets the driver's side of the event index: interrupt after used entry `index`. */
  askForInterrupt(queue: number, index: number): void {
    const { view, base } = this.#test.memory;
    view.setUint16(partsOf(base, queue).available - base + 4 + 2 * QUEUE_SIZE, index, true);
  }
}
