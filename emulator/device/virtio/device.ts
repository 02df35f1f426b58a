/**
 * A virtio device, whatever bus it is on (virtio 1.3, chapter 2): the front end, which runs on whatever core touches a
 * register. A transport (`mmio-transport.ts`, `pci-transport.ts`) shows it to the guest and carries its interrupts. A
 * notification sets a bit and rings the doorbell; the queues themselves are worked on by the I/O thread (`queue.ts` and
 * each device's back end), under the same lock.
 */
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Schema } from '../../snapshot/schema.ts';
import { DeviceCore, type Place } from '../kit/device.ts';
import type { Log } from '../kit/wiring.ts';
import { STATUS_DRIVER_OK, STATUS_FEATURES_OK, STATUS_NEEDS_RESET, type TransportFields } from './state.ts';

/** Bits of the interrupt status. */
export const INTERRUPT_USED = 1;
export const INTERRUPT_CONFIG = 2;
export type QueueArea = 'descriptorArea' | 'driverArea' | 'deviceArea';

/** What a board connects a virtio device to. */
export interface VirtioWires {
  readonly memory: GuestMemory;
  /** Asks the I/O thread to look at this device. */
  readonly wake: () => void;
  readonly log: Log;
}

/** How a device reaches its driver: what a transport does. All methods are called with the device's lock held. */
export interface VirtioTransport {
  /** Buffers of a queue were used. */
  used(queue: number): void;
  /** The configuration changed. */
  configurationChanged(): void;
  /** The driver has reset the device, or the interrupt status has changed otherwise. */
  settled(): void;
  /** Whether the device may use the guest's memory now. */
  readonly mayUseMemory: boolean;
}

/** Before a transport has been connected, nobody hears anything. */
const unconnected: VirtioTransport = {
  used: () => undefined,
  configurationChanged: () => undefined,
  settled: () => undefined,
  mayUseMemory: true,
};

/** What one kind of virtio device is. */
export interface VirtioKind {
  /** Virtio device type (chapter 5); 0 is an empty slot. */
  readonly deviceId: number;
  readonly queues: number;
  /** Largest size of a queue, a power of two. */
  readonly queueSizeMax: number;
  readonly schema: Schema<TransportFields>;
}

export class VirtioDevice extends DeviceCore<TransportFields> {
  readonly kind: VirtioKind;
  readonly memory: GuestMemory;
  /** The driver has notified; the I/O thread is woken when it can have the lock. */
  #wakeDue = false;
  readonly #wires: VirtioWires;
  #transport = unconnected;

  constructor(name: string, kind: VirtioKind, place: Place, wires: VirtioWires) {
    super(name, kind.schema, place);
    this.kind = kind;
    this.memory = wires.memory;
    this.#wires = wires;
  }

  /** Gives the device its way to the driver; once, before a core runs. */
  connect(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  get deviceId(): number {
    return this.kind.deviceId;
  }

  /** Whether the driver took a feature. */
  has(feature: bigint): boolean {
    const { acceptedLow, acceptedHigh } = this.state;
    return (((BigInt(acceptedHigh) << 32n) | BigInt(acceptedLow)) & feature) !== 0n;
  }

  /** Adds or removes an offered feature; before a driver looks. */
  offer(feature: bigint, offered: boolean): void {
    const state = this.state;
    const all = (BigInt(state.offeredHigh) << 32n) | BigInt(state.offeredLow);
    const now = offered ? all | feature : all & ~feature;
    state.offeredLow = Number(now & 0xffff_ffffn);
    state.offeredHigh = Number(now >> 32n);
  }

  /** Whether the queues may be used: the driver is ready and nothing is broken. */
  get live(): boolean {
    const working = (this.state.status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) === STATUS_DRIVER_OK;
    return working && this.#transport.mayUseMemory;
  }

  features(): number {
    const { deviceFeaturesSelect, offeredLow, offeredHigh } = this.state;
    return deviceFeaturesSelect === 0 ? offeredLow : deviceFeaturesSelect === 1 ? offeredHigh : 0;
  }

  /** The features that the driver took, the selected 32. */
  acceptedFeatures(): number {
    const { driverFeaturesSelect, acceptedLow, acceptedHigh } = this.state;
    return driverFeaturesSelect === 0 ? acceptedLow : driverFeaturesSelect === 1 ? acceptedHigh : 0;
  }

  acceptFeatures(value: number): void {
    const state = this.state;
    if ((state.status & STATUS_FEATURES_OK) !== 0) return;
    if (state.driverFeaturesSelect === 0) state.acceptedLow = value;
    else if (state.driverFeaturesSelect === 1) state.acceptedHigh = value;
  }

  get #selected(): number {
    const { queueSelect } = this.state;
    return queueSelect < this.kind.queues ? queueSelect : -1;
  }

  queueSizeMax(): number {
    return this.#selected < 0 ? 0 : this.kind.queueSizeMax;
  }

  queue(field: 'queueSize' | 'queueReady'): number {
    return this.#selected < 0 ? 0 : (this.state[field][this.#selected] as number);
  }

  setQueueSize(value: number): void {
    const queue = this.#selected;
    const fits = value > 0 && value <= this.kind.queueSizeMax && (value & (value - 1)) === 0;
    if (queue >= 0 && fits && this.state.queueReady[queue] === 0) this.state.queueSize[queue] = value;
  }

  setQueueReady(value: number): void {
    const queue = this.#selected;
    if (queue < 0) return;
    const state = this.state;
    if ((value & 1) === 0) return this.#clearQueue(queue);
    if (state.queueSize[queue] === 0) return this.broken(`queue ${queue} was made ready without a size`);
    state.queueReady[queue] = 1;
  }

  resetQueue(value: number): void {
    if ((value & 1) !== 0 && this.#selected >= 0) this.#clearQueue(this.#selected);
  }

  #clearQueue(queue: number): void {
    const state = this.state;
    for (const field of ['queueReady', 'nextAvailable', 'nextUsed', 'signalledUsed'] as const) state[field][queue] = 0;
  }

  queueAddress(area: QueueArea, high: boolean): number {
    if (this.#selected < 0) return 0;
    const value = this.state[area][this.#selected] as bigint;
    return Number(high ? value >> 32n : value & 0xffff_ffffn);
  }

  setQueueAddress(area: QueueArea, high: boolean, value: number): void {
    const queue = this.#selected;
    if (queue < 0 || this.state.queueReady[queue] !== 0) return;
    const before = this.state[area][queue] as bigint;
    const part = BigInt(value);
    this.state[area][queue] = high ? (before & 0xffff_ffffn) | (part << 32n) : (before & ~0xffff_ffffn) | part;
  }

  notify(queue: number): void {
    // The low half names the queue; the high half is used only with NOTIFICATION_DATA, which is not offered.
    const index = queue & 0xffff;
    if (index >= this.kind.queues) return;
    Atomics.or(this.state.notified, index >> 5, 1 << (index & 31));
    this.#wakeDue = true;
  }

  override released(): void {
    if (!this.#wakeDue) return;
    this.#wakeDue = false;
    this.#wires.wake();
  }

  /** Takes the notified queues' bits: one word for queues 0 to 31, one for the rest. For the I/O thread. */
  takeNotified(): readonly [number, number] {
    const { notified } = this.state;
    return [Atomics.exchange(notified, 0, 0), Atomics.exchange(notified, 1, 0)];
  }

  acknowledge(bits: number): void {
    this.state.interruptStatus = (this.state.interruptStatus & ~bits) >>> 0;
    this.#transport.settled();
  }

  setStatus(value: number): void {
    const state = this.state;
    if (value === 0) return this.#resetDevice();
    let next = value & 0xff;
    const offeredAll = (state.acceptedLow & ~state.offeredLow) === 0 && (state.acceptedHigh & ~state.offeredHigh) === 0;
    const modern = (state.acceptedHigh & 1) !== 0;
    if (!offeredAll || !modern) next &= ~STATUS_FEATURES_OK;
    const started = (next & ~state.status & STATUS_DRIVER_OK) !== 0;
    state.status = next | (state.status & STATUS_NEEDS_RESET);
    // Buffers may have been made available before DRIVER_OK: look at every queue once.
    if (started) this.kick();
  }

  /** Has the I/O thread come back to this device after it has looked at others: a guest may offer without end. */
  lookAgain(): void {
    this.#wires.wake();
  }

  /** Has the I/O thread look at every queue, as after a restore. */
  kick(): void {
    Atomics.store(this.state.notified, 0, -1);
    Atomics.store(this.state.notified, 1, -1);
    this.#wires.wake();
  }

  #resetDevice(): void {
    const state = this.state;
    for (let queue = 0; queue < this.kind.queues; queue++) {
      this.#clearQueue(queue);
      state.queueSize[queue] = 0;
      for (const area of ['descriptorArea', 'driverArea', 'deviceArea'] as const) state[area][queue] = 0n;
    }
    for (const field of ['status', 'interruptStatus', 'acceptedLow', 'acceptedHigh'] as const) state[field] = 0;
    for (const field of ['queueSelect', 'deviceFeaturesSelect', 'driverFeaturesSelect'] as const) state[field] = 0;
    state.resets = (state.resets + 1) >>> 0;
    this.onReset();
    this.#transport.settled();
    this.#wires.wake();
  }

  /** What a kind of device forgets when its driver resets it. Called with the lock held. */
  protected onReset(): void {}

  /** A byte of the device's configuration; 0 where there is none. */
  readConfig(_offset: number): number {
    return 0;
  }

  writeConfig(_offset: number, _byte: number): void {}

  /** Used buffers of a queue wait for the driver. Called with the lock held. */
  interruptUsed(queue: number): void {
    this.#transport.used(queue);
  }

  /** The configuration changed. Called with the lock held. */
  configChanged(): void {
    const state = this.state;
    state.configGeneration = (state.configGeneration + 1) >>> 0;
    if ((state.status & STATUS_DRIVER_OK) === 0) return;
    this.#transport.configurationChanged();
  }

  /** The driver did what no driver may: stops the device until it is reset (section 2.1.2). Called with the lock held. */
  broken(reason: string): void {
    const state = this.state;
    if ((state.status & STATUS_NEEDS_RESET) !== 0) return;
    state.status |= STATUS_NEEDS_RESET;
    this.#wires.log(`${this.name}: stopped until the guest resets it: ${reason}`);
    this.configChanged();
  }
}
