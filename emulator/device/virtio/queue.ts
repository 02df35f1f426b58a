/**
 * A split virtqueue seen from the device (virtio 1.3, section 2.7), with indirect descriptors and the event index. The
 * driver is not trusted: a chain that loops, is too long or points outside RAM stops the device, nothing worse. All
 * methods are called with the device's lock held.
 */
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Schema, StateOf } from '../../snapshot/schema.ts';
import { Chain, type Piece } from './chain.ts';
import { FEATURE_EVENT_INDEX, FEATURE_INDIRECT, type TransportFields } from './state.ts';
import type { VirtioDevice } from './device.ts';

const DESCRIPTOR_SIZE = 16;
const FLAG_NEXT = 1;
const FLAG_WRITE = 2;
const FLAG_INDIRECT = 4;
const AVAILABLE_NO_INTERRUPT = 1;
/** The longest chain taken, indirect ones included; as QEMU's, and four times what our queues hold. */
const LONGEST_CHAIN = 1024;

export class VirtQueue {
  readonly #device: VirtioDevice;
  readonly #index: number;
  readonly #state: StateOf<Schema<TransportFields>>;
  readonly #memory: GuestMemory;

  constructor(device: VirtioDevice, index: number) {
    this.#device = device;
    this.#index = index;
    this.#state = device.state;
    this.#memory = device.memory;
  }

  get #size(): number {
    return this.#state.queueSize[this.#index] as number;
  }

  get #usable(): boolean {
    return this.#device.live && this.#state.queueReady[this.#index] === 1;
  }

  #break(reason: string): undefined {
    this.#device.broken(`queue ${this.#index}: ${reason}`);
    return undefined;
  }

  /** Offset into RAM of a structure of the queue, or -1 (and the device is broken). */
  #at(area: 'descriptorArea' | 'driverArea' | 'deviceArea', length: number): number {
    const address = this.#state[area][this.#index] as bigint;
    const alignment = area === 'descriptorArea' ? 16n : area === 'driverArea' ? 2n : 4n;
    const at = address % alignment === 0n ? this.#memory.offset(Number(address), length) : -1;
    if (at < 0) this.#break(`its ${area} at 0x${address.toString(16)} is not in RAM or not aligned`);
    return at;
  }

  #load16(at: number): number {
    return Atomics.load(this.#memory.halves, at / 2);
  }

  #store16(at: number, value: number): void {
    this.#memory.prepare(this.#memory.address(at), 2);
    Atomics.store(this.#memory.halves, at / 2, value);
  }

  /** The next chain, left in the queue; undefined when there is none (then the driver will notify of the next). */
  peek(): Chain | undefined {
    if (!this.#usable) return undefined;
    const size = this.#size;
    const ring = this.#at('driverArea', 6 + 2 * size);
    if (ring < 0) return undefined;
    const next = this.#state.nextAvailable[this.#index] as number;
    let waiting = (this.#load16(ring + 2) - next) & 0xffff;
    if (waiting === 0) {
      if (!this.#askForEvent(next)) return undefined;
      waiting = (this.#load16(ring + 2) - next) & 0xffff;
      if (waiting === 0) return undefined;
    }
    if (waiting > size) return this.#break(`${waiting} chains are available in a queue of ${size}`);
    const head = this.#load16(ring + 4 + 2 * (next % size));
    return this.#chain(head);
  }

  /** Takes the chain that `peek` showed out of the queue. */
  take(): void {
    this.#state.nextAvailable[this.#index] = ((this.#state.nextAvailable[this.#index] as number) + 1) & 0xffff;
  }

  /** Puts the last so many chains that were taken back, in front of those that wait. */
  putBack(count: number): void {
    this.#state.nextAvailable[this.#index] = ((this.#state.nextAvailable[this.#index] as number) - count) & 0xffff;
  }

  /** With the event index: asks to be notified of entry `next`. @returns whether the ring can be used */
  #askForEvent(next: number): boolean {
    if (!this.#device.has(FEATURE_EVENT_INDEX)) return true;
    const used = this.#at('deviceArea', 6 + 8 * this.#size);
    if (used < 0) return false;
    this.#store16(used + 4 + 8 * this.#size, next);
    return true;
  }

  /** The chain that begins at a descriptor, as the driver has it now; undefined where the queue cannot be used or it is wrong. */
  chainAt(head: number): Chain | undefined {
    return this.#usable ? this.#chain(head) : undefined;
  }

  #chain(head: number): Chain | undefined {
    const table = this.#at('descriptorArea', DESCRIPTOR_SIZE * this.#size);
    if (table < 0) return undefined;
    const readable: Piece[] = [];
    const writable: Piece[] = [];
    const problem = this.#follow(table, this.#size, head, readable, writable, false);
    if (problem !== undefined) return this.#break(problem);
    return new Chain(this.#memory, head, readable, writable);
  }

  /** Collects the pieces of a chain in a table of `size` descriptors. @returns what is wrong with it, if anything */
  #follow(table: number, size: number, first: number, readable: Piece[], writable: Piece[], nested: boolean): string | undefined {
    const memory = this.#memory;
    const { view } = memory;
    let index = first;
    for (let count = 0; ; count++) {
      if (index >= size) return `descriptor ${index} is outside a table of ${size}`;
      // A chain that visits more descriptors than there are has a loop.
      if (count >= size || readable.length + writable.length >= LONGEST_CHAIN) return 'a chain loops or is too long';
      const at = table + DESCRIPTOR_SIZE * index;
      const address = Number(view.getBigUint64(at, true));
      const length = view.getUint32(at + 8, true);
      const flags = view.getUint16(at + 12, true);
      if ((flags & FLAG_INDIRECT) !== 0) {
        if (nested || (flags & FLAG_NEXT) !== 0) return 'an indirect table is inside another or not the end of its chain';
        return this.#followIndirect(address, length, readable, writable);
      }
      // As QEMU: no driver needs one, and a chain of them would be work without an end in sight.
      if (length === 0) return 'a descriptor of no bytes';
      // Pages that are absent are waited for when they are used, not for every byte that a chain names.
      if (!memory.covers(address, length)) return `a descriptor points outside RAM (0x${address.toString(16)}, ${length} bytes)`;
      if ((flags & FLAG_WRITE) !== 0) writable.push({ address, length });
      else if (writable.length > 0) return 'a readable descriptor follows a writable one';
      else readable.push({ address, length });
      if ((flags & FLAG_NEXT) === 0) return undefined;
      index = view.getUint16(at + 14, true);
    }
  }

  #followIndirect(address: number, length: number, readable: Piece[], writable: Piece[]): string | undefined {
    if (!this.#device.has(FEATURE_INDIRECT)) return 'an indirect table, which was not negotiated';
    if (length === 0 || length % DESCRIPTOR_SIZE !== 0) return `an indirect table of ${length} bytes`;
    const table = this.#memory.offset(address, length);
    if (table < 0) return `an indirect table outside RAM (0x${address.toString(16)})`;
    return this.#follow(table, length / DESCRIPTOR_SIZE, 0, readable, writable, true);
  }

  /** Returns a chain to the driver. @param written bytes put into its writable part */
  complete(head: number, written: number): void {
    this.completeAll([{ head, written }]);
  }

  /** Returns chains that belong together: the driver sees all of them at once. */
  completeAll(used: readonly { readonly head: number; readonly written: number }[]): void {
    if (!this.#usable) return;
    const size = this.#size;
    const ring = this.#at('deviceArea', 6 + 8 * size);
    if (ring < 0) return;
    const memory = this.#memory;
    let next = this.#state.nextUsed[this.#index] as number;
    memory.prepare(memory.address(ring), 6 + 8 * size);
    for (const { head, written } of used) {
      const entry = ring + 4 + 8 * (next % size);
      memory.view.setUint32(entry, head, true);
      memory.view.setUint32(entry + 4, written, true);
      next = (next + 1) & 0xffff;
    }
    this.#state.nextUsed[this.#index] = next;
    this.#store16(ring + 2, next);
    memory.written(memory.address(ring), 6 + 8 * size);
  }

  /** Interrupts the driver if chains were returned since the last time and it wants to know. */
  signal(): void {
    if (!this.#usable) return;
    const now = this.#state.nextUsed[this.#index] as number;
    const before = this.#state.signalledUsed[this.#index] as number;
    if (now === before) return;
    const ring = this.#at('driverArea', 6 + 2 * this.#size);
    if (ring < 0) return;
    this.#state.signalledUsed[this.#index] = now;
    if (this.#device.has(FEATURE_EVENT_INDEX)) {
      const event = this.#load16(ring + 4 + 2 * this.#size);
      if (((now - event - 1) & 0xffff) >= ((now - before) & 0xffff)) return;
    } else if ((this.#load16(ring) & AVAILABLE_NO_INTERRUPT) !== 0) return;
    this.#device.interruptUsed(this.#index);
  }
}
