/**
 * The I/O thread's half of a board: it sleeps on the doorbell and lets each device's back end do what its front end
 * asked for. Everything here runs on one thread with an event loop; core threads never wait for it except for room.
 */
import type { Doorbell } from '../device/kit/doorbell.ts';
import type { ByteRing } from '../device/kit/byte-ring.ts';
import { type InputGate, openGate } from '../device/kit/input-gate.ts';
import type { Log } from '../device/kit/wiring.ts';
import type { GoldfishRtc } from '../device/goldfish-rtc/device.ts';
import type { Uart16550 } from '../device/uart16550/device.ts';
import { BlockBackEnd, type DiskStore } from '../device/virtio/block/back-end.ts';
import type { VirtioBlock } from '../device/virtio/block/device.ts';
import { ConsoleBackEnd, isTerminal } from '../device/virtio/console/back-end.ts';
import type { VirtioConsole } from '../device/virtio/console/device.ts';
import { type Entropy, RngBackEnd } from '../device/virtio/rng/back-end.ts';
import type { VirtioRng } from '../device/virtio/rng/device.ts';
import type { Vmgenid } from '../device/vmgenid/device.ts';
import { GENERATION_ID_BYTES } from '../device/vmgenid/state.ts';
import { InputQueue } from './input-queue.ts';
import { CHANNEL_PACE, type Later, OutputPump, TERMINAL_PACE } from './output-pump.ts';

/** What the host gives the board on the I/O thread. */
export interface BackEnds {
  /** In slot order, as many as the configuration has disks. */
  readonly disks: readonly DiskStore[];
  /** Output of a console: 0 is the serial port, n the n-th virtio port. A promise holds back the next batch. */
  output(console: number, bytes: Uint8Array): void | Promise<void>;
  readonly entropy: Entropy;
  /** Nanoseconds since the Unix epoch. */
  wallClock(): bigint;
  /** The devices hold the state of a saved machine, whose real-time clock is set only when it runs (`restored`). */
  readonly restored?: boolean;
  /** The host's timer, and "after what the event loop has waiting". */
  readonly later: Later;
  soon(action: () => void): void;
  /** Absent: every input enters at once. */
  readonly gate?: InputGate;
}

/** The devices that have back ends, by doorbell bit. */
export interface BackedDevices {
  readonly doorbell: Doorbell;
  readonly uart: Uart16550;
  readonly uartRing: ByteRing;
  readonly rtc: GoldfishRtc;
  readonly vmgenid: Vmgenid;
  readonly blocks: readonly { readonly device: VirtioBlock; readonly bit: number }[];
  readonly console: { readonly device: VirtioConsole; readonly bit: number } | undefined;
  readonly rng: { readonly device: VirtioRng; readonly bit: number };
  readonly log: Log;
}

/** The doorbell bit of the serial port; virtio slot n has bit n + 1. */
export const UART_BIT = 0;
export const slotBit = (slot: number): number => slot + 1;
/** Rung only to have the loop look whether it should end. */
const CLOSING_BIT = 31;
/** How long the loop stays for the next disk request; everything else on its thread waits as long. */
const LINGER_MS = 0.4;
/** What a console may still say when its machine has ended. */
const LAST_WORDS_BYTES = 1024 * 1024;

interface Backed {
  readonly bit: number;
  notified(): void;
}

export class AttachedBackEnds {
  readonly #devices: BackedDevices;
  readonly #outside: BackEnds;
  readonly #gate: InputGate;
  readonly #pumps: readonly OutputPump[];
  readonly #inputs: readonly InputQueue[];
  readonly #blocks: readonly BlockBackEnd[];
  readonly #console: ConsoleBackEnd | undefined;
  readonly #backed: readonly Backed[];
  /** Nothing of the guest's may change: bells and actions wait for `resume`. */
  #still = false;
  #missedBits = 0;
  #missedActions: (() => void)[] = [];
  readonly #blockBits: number;
  #closed = false;

  constructor(devices: BackedDevices, outside: BackEnds) {
    this.#devices = devices;
    this.#outside = outside;
    this.#gate = outside.gate ?? openGate;
    const { uart, uartRing, console: terminal } = devices;
    const held = () => this.#still;
    const soon = (action: () => void) => outside.soon(action);
    const pump = (index: number, source: (most: number) => Uint8Array, pace = TERMINAL_PACE) =>
      new OutputPump(source, (bytes) => outside.output(index, bytes), outside.later, held, pace);
    const serialOutput = (most: number) => {
      const bytes = uartRing.take(most);
      if (bytes.length > 0) uart.drained();
      return bytes;
    };
    const serialInput = { room: () => uart.inputRoom(), put: (bytes: Uint8Array) => void uart.lock.hold(() => uart.accept(bytes)) };
    this.#console = terminal && new ConsoleBackEnd(terminal.device);
    const ports = this.#console;
    const names = terminal?.device.ports ?? [];
    this.#pumps = [
      pump(0, serialOutput),
      ...names.map((name, port) =>
        pump(port + 1, (most) => ports?.takeOutput(port, most) ?? new Uint8Array(0), isTerminal(name) ? TERMINAL_PACE : CHANNEL_PACE),
      ),
    ];
    this.#inputs = [
      new InputQueue(0, serialInput, this.#gate, soon, held),
      ...names.map((_, port) => {
        const side = { room: () => ports?.inputRoom(port) ?? 0, put: (bytes: Uint8Array) => ports?.putInput(port, bytes) };
        return new InputQueue(port + 1, side, this.#gate, soon, held);
      }),
    ];
    this.#blocks = devices.blocks.map(({ device }, disk) => {
      const store = outside.disks[disk];
      if (!store) throw new Error(`disk ${disk} of the configuration has no store`);
      return new BlockBackEnd(device, store, { disk, gate: this.#gate, log: devices.log, soon });
    });
    this.#backed = this.#list();
    this.#blockBits = devices.blocks.reduce((bits, { bit }) => bits | (1 << bit), 0);
    if (!outside.restored) this.#begin();
    void this.#run();
  }

  #list(): readonly Backed[] {
    const { blocks, rng, console: terminal } = this.#devices;
    const rngBackEnd = new RngBackEnd(rng.device, this.#outside.entropy, this.#gate);
    const portsNotified = () => {
      terminal?.device.takeNotified();
      this.#console?.notified();
      this.#pumps.forEach((pump, index) => index > 0 && pump.notified());
      this.#inputs.forEach((input, index) => index > 0 && input.notified());
    };
    const serialNotified = () => {
      this.#pumps[0]?.notified();
      this.#inputs[0]?.notified();
    };
    const blockNotified = (index: number) => () => {
      blocks[index]?.device.takeNotified();
      this.#blocks[index]?.notified();
    };
    const rngNotified = () => {
      rng.device.takeNotified();
      rngBackEnd.notified();
    };
    return [
      { bit: UART_BIT, notified: serialNotified },
      ...blocks.map(({ bit }, index) => ({ bit, notified: blockNotified(index) })),
      ...(terminal ? [{ bit: terminal.bit, notified: portsNotified }] : []),
      { bit: rng.bit, notified: rngNotified },
    ];
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#devices.doorbell.rung();
      const bits = this.#devices.doorbell.take();
      this.#notify(bits);
      // A guest that notifies without end must not keep disk and console events from this thread.
      await new Promise<void>((resolve) => this.#outside.soon(resolve));
      // A guest whose disk request was answered soon makes the next one.
      if ((bits & this.#blockBits) !== 0 && this.inFlight === 0 && !this.#closed) this.#devices.doorbell.linger(LINGER_MS);
    }
  }

  #notify(bits: number): void {
    if (this.#still) this.#missedBits |= bits;
    else for (const { bit, notified } of this.#backed) if ((bits & (1 << bit)) !== 0) notified();
  }

  /** Sets the guest's real-time clock from the host's: at the start, and after a pause or a restore. */
  adjustClock(): void {
    const nanoseconds = this.#outside.wallClock();
    this.#gate.admit({ kind: 'time', nanoseconds }, () => this.#devices.rtc.adjust(nanoseconds));
  }

  /** What a machine gets of the outside when it begins. */
  #begin(): void {
    const { vmgenid } = this.#devices;
    this.adjustClock();
    const id = this.#outside.entropy(GENERATION_ID_BYTES);
    this.#gate.admit({ kind: 'generation', id }, () => vmgenid.begin(id));
  }

  /** The guest goes on from a saved instant, as others may or did: it is told, and reseeds its random number generator. */
  renewGeneration(): void {
    const { vmgenid } = this.#devices;
    const id = this.#outside.entropy(GENERATION_ID_BYTES);
    this.#gate.admit({ kind: 'generation', id }, () => vmgenid.renew(id));
  }

  /** Input for a console; what the guest has no room for waits. @returns bytes taken (fewer only past 1 MiB waiting) */
  input(console: number, bytes: Uint8Array): number {
    return this.#inputs[console]?.add(bytes) ?? 0;
  }

  /** Input of a console that waits for the guest, in bytes. */
  inputWaiting(console: number): number {
    return this.#inputs[console]?.length ?? 0;
  }

  acknowledge(console: number, count: number): void {
    this.#pumps[console]?.acknowledge(count);
  }

  /** The terminal of a console has a new size, in characters. The serial port has no way to tell its guest. */
  resize(console: number, columns: number, rows: number): void {
    if (console === 0 || console > (this.#devices.console?.device.ports.length ?? 0)) return;
    const resize = () =>
      this.#gate.admit({ kind: 'resize', console, columns, rows }, () => this.#console?.resize(console - 1, columns, rows));
    if (this.#still) this.#missedActions.push(resize);
    else resize();
  }

  /** Disk requests taken from the guest and not yet answered. */
  get inFlight(): number {
    return this.#blocks.reduce((sum, block) => sum + block.inFlight, 0);
  }

  /**
   * Changes nothing of the guest's any more, except by answering the disk requests that are in flight; resolves when none
   * is: then the declared state is the whole state.
   */
  async quiesce(): Promise<void> {
    this.#still = true;
    await Promise.all(this.#blocks.map((block) => block.quiesce()));
  }

  /** Goes on after `quiesce`. */
  resume(): void {
    this.#still = false;
    for (const block of this.#blocks) block.resume();
    const bits = this.#missedBits;
    this.#missedBits = 0;
    this.#notify(bits);
    for (const pump of this.#pumps) pump.notified();
    for (const input of this.#inputs) input.notified();
    for (const action of this.#missedActions.splice(0)) action();
  }

  /**
   * Gives the owner what the devices hold of output: at the instant of a snapshot nothing printed before it is still
   * under way. (A virtio port's output stays in the guest's buffers until it is taken, so it has none.)
   */
  flushOutput(): void {
    const { uartRing, console: terminal } = this.#devices;
    this.#pumps[0]?.flush(uartRing.length);
    // The emergency characters come first, see ConsoleBackEnd.takeOutput.
    this.#pumps[1]?.flush(terminal?.device.emergency.length ?? 0);
  }

  /** The devices have gone back to another instant: forgets input for the former one, and puts disks in, if given. */
  returned(disks: readonly DiskStore[] | undefined): void {
    for (const input of this.#inputs) input.clear();
    this.#blocks.forEach((block, disk) => block.restored(disks?.[disk]));
  }

  /**
   * Starts the outside over for a machine that reboots in place: its cores must stand still. Requests in flight are
   * waited for, then `initialise` resets the devices, then disks and clock are plugged in again.
   */
  async restart(initialise: () => void): Promise<void> {
    await this.quiesce();
    initialise();
    for (const block of this.#blocks) block.plug();
    this.#begin();
    this.resume();
  }

  /** Ends the loop after the guest's last words have been given to the owner and its disk requests were answered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#devices.doorbell.ring(CLOSING_BIT);
    await this.quiesce();
    this.#console?.notified();
    for (const pump of this.#pumps) await pump.finish(LAST_WORDS_BYTES);
  }
}
