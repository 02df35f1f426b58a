/**
 * The board `riscv64-virt`: QEMU's `virt` machine as far as we have its devices. Wiring only: which device is at which
 * address, on which line, with which doorbell bit. Every thread of a machine builds one over the same shared memory.
 */
import type { GuestMemory } from '../memory/guest-memory.ts';
import { reset } from '../snapshot/schema.ts';
import { ByteRing } from '../device/kit/byte-ring.ts';
import { CoreSignals, coreSignals } from '../device/kit/core-signals.ts';
import { type Device, mount } from '../device/kit/device.ts';
import { Doorbell } from '../device/kit/doorbell.ts';
import type { Clock, Log } from '../device/kit/wiring.ts';
import { Clint } from '../device/clint/device.ts';
import { clintRegisters } from '../device/clint/registers.ts';
import { Edu } from '../device/edu/device.ts';
import { Finisher, type PowerRequest } from '../device/finisher/device.ts';
import { finisherRegisters } from '../device/finisher/registers.ts';
import { GoldfishRtc } from '../device/goldfish-rtc/device.ts';
import { rtcRegisters } from '../device/goldfish-rtc/registers.ts';
import { PCI_LINES } from '../device/pci/host-bridge.ts';
import { Plic } from '../device/plic/device.ts';
import { plicRegisters } from '../device/plic/registers.ts';
import { Uart16550 } from '../device/uart16550/device.ts';
import { uartRegisters } from '../device/uart16550/registers.ts';
import { VirtioBlock } from '../device/virtio/block/device.ts';
import { VirtioConsole } from '../device/virtio/console/device.ts';
import { emptyPlace } from '../device/virtio/empty.ts';
import { VirtioRng } from '../device/virtio/rng/device.ts';
import { mountMmio } from '../device/virtio/mmio-transport.ts';
import type { VirtioDevice } from '../device/virtio/device.ts';
import { PciTransport } from '../device/virtio/pci-transport.ts';
import { Vmgenid } from '../device/vmgenid/device.ts';
import { vmgenidRegisters } from '../device/vmgenid/registers.ts';
import { AttachedBackEnds, type BackedDevices, type BackEnds, slotBit, UART_BIT } from './back-ends.ts';
import { Bus } from './bus.ts';
import { deviceTree, type DeviceTreeRequest } from './device-tree.ts';
import { type BoardLayout, EMERGENCY_RING_BYTES, pciName, placeOf, type SlotContent, slotName, UART_RING_BYTES } from './layout.ts';
import { type PciBus, pciBus, type PlacedDevice, sendMessage } from './pci-bus.ts';
import * as map from './memory-map.ts';

export { type BoardConfiguration, type BoardLayout, boardLayout } from './layout.ts';
export type { BackEnds } from './back-ends.ts';
export type { PowerRequest } from '../device/finisher/device.ts';

/** What a thread gives its board. */
export interface BoardParts {
  /** The machine's shared memory, in which the layout lies. */
  readonly buffer: SharedArrayBuffer;
  readonly memory: GuestMemory;
  readonly clock: Clock;
  /** Called on the thread whose core wrote the finisher, with the finisher's lock held: only pass it on. */
  powerRequested(request: PowerRequest): void;
  readonly log: Log;
}

/** A virtio device that this thread built, and where. */
interface Slot {
  readonly device: VirtioDevice;
  readonly slot: number;
}

export class Board {
  readonly layout: BoardLayout;
  /** Every device, with its address: for inspectors, snapshots and the promises suite. */
  readonly devices: readonly PlacedDevice[];
  readonly #parts: BoardParts;
  readonly #bus: Bus;
  readonly #signals: readonly CoreSignals[];
  readonly #clint: Clint;
  readonly #rtc: GoldfishRtc;
  readonly #uart: Uart16550;
  readonly #slots: readonly Slot[];
  readonly #backed: BackedDevices;
  readonly #release: Int32Array;
  #attached: AttachedBackEnds | undefined;

  constructor(layout: BoardLayout, parts: BoardParts) {
    this.layout = layout;
    this.#parts = parts;
    const { buffer, clock, log } = parts;
    const place = (name: string) => placeOf(layout, name, buffer);
    const { cores } = layout.configuration;
    this.#release = new Int32Array(buffer, layout.release, 1);
    this.#signals = layout.signals.map((at) => new CoreSignals(buffer, at));
    const doorbell = new Doorbell(buffer, layout.doorbell);
    const uartRing = new ByteRing(buffer, layout.uartRing, UART_RING_BYTES, layout.release);

    const finisher = new Finisher('finisher', place('finisher'), (request) => parts.powerRequested(request));
    const plic = new Plic('plic', place('plic'), this.#signals);
    this.#clint = new Clint('clint', place('clint'), this.#signals, clock);
    // Hart 0 watches over the clock's alarm: its `timer` is the earlier of the two.
    const rtcWires = { line: plic.line(map.RTC_LINE), clock, alarmMoved: () => this.#signals[0]?.nudge() };
    this.#rtc = new GoldfishRtc('goldfish-rtc', place('goldfish-rtc'), rtcWires);
    const uartWires = { line: plic.line(map.UART_LINE), output: uartRing, wake: () => doorbell.ring(UART_BIT) };
    this.#uart = new Uart16550('uart16550', place('uart16550'), uartWires);
    const vmgenid = new Vmgenid('vmgenid', place('vmgenid'), plic.line(map.VMGENID_LINE));
    this.#slots = layout.slots.flatMap((content, slot) =>
      content === 'empty' ? [] : [{ slot, device: this.#virtio(content, slot, doorbell) }],
    );
    const onPci = layout.configuration.virtio === 'pci';
    const pci = this.#pci(onPci ? this.#slots : [], plic);
    const mmio = onPci ? [] : this.#slots;

    const at = (window: map.Window, device: Device): PlacedDevice => Object.assign(device, { address: window.at });
    const onBus: readonly (readonly [map.Window, PlacedDevice])[] = (
      [
        [map.CLINT, mount(this.#clint, clintRegisters(cores))],
        [map.PLIC, mount(plic, plicRegisters(2 * cores))],
        [map.UART, mount(this.#uart, uartRegisters)],
        ...mmio.map(({ device, slot }) => [map.virtioSlot(slot), mountMmio(device, plic.line(map.virtioLine(slot)))] as const),
        [map.RTC, mount(this.#rtc, rtcRegisters)],
        [map.FINISHER, mount(finisher, finisherRegisters)],
        [map.VMGENID, mount(vmgenid, vmgenidRegisters)],
      ] as const
    ).map(([window, device]) => [window, at(window, device)]);
    const empty = layout.slots.flatMap((content, slot) => (content === 'empty' || onPci ? [map.virtioSlot(slot)] : []));
    this.#bus = new Bus([
      ...onBus.map(([window, target]) => ({ window, target })),
      ...empty.map((window) => ({ window, target: emptyPlace })),
      { window: map.PCI_MEMORY, target: pci.bridge.window('memory', map.PCI_MEMORY.at) },
      { window: map.PCI_CONFIGURATION, target: pci.bridge.configuration },
      { window: map.PCI_PORTS, target: pci.bridge.window('io', 0) },
    ]);
    this.devices = [...onBus.map(([, device]) => device), ...pci.devices];
    this.#backed = { doorbell, uart: this.#uart, uartRing, rtc: this.#rtc, vmgenid, ...this.#backedSlots(), log };
  }

  #virtio(content: Exclude<SlotContent, 'empty'>, slot: number, doorbell: Doorbell): VirtioDevice {
    const { layout } = this;
    const { buffer, memory, log } = this.#parts;
    const name = slotName(content, slot);
    const place = placeOf(layout, name, buffer);
    const wires = { memory, wake: () => doorbell.ring(slotBit(slot)), log };
    if (content === 'block') return new VirtioBlock(name, place, wires);
    if (content === 'rng') return new VirtioRng(name, place, wires);
    const emergency = new ByteRing(buffer, layout.emergencyRing, EMERGENCY_RING_BYTES, layout.release);
    return new VirtioConsole(name, layout.configuration.ports, place, { ...wires, emergency });
  }

  /** The PCI bus with these virtio devices, and what a person has added. */
  #pci(slots: readonly Slot[], plic: Plic): PciBus {
    const { layout } = this;
    const { buffer, memory, log } = this.#parts;
    const wires = { memory, log, message: (address: number, data: number) => sendMessage(memory, address, data) };
    return pciBus({
      virtio: slots.map(({ device, slot }) => ({
        slot: map.pciSlotOfVirtio(slot),
        transport: new PciTransport(device, placeOf(layout, pciName(device.name), buffer), wires),
      })),
      edu: layout.devices['edu'] && new Edu('edu', placeOf(layout, 'edu', buffer), placeOf(layout, pciName('edu'), buffer), wires),
      host: placeOf(layout, 'pci-host', buffer),
      lines: Array.from({ length: PCI_LINES }, (_, line) => plic.line(map.PCI_LINE + line)),
      lockAt: layout.pciLock,
    });
  }

  #backedSlots(): Pick<BackedDevices, 'blocks' | 'console' | 'rng'> {
    const all = <D extends VirtioDevice>(kind: new (...parts: never[]) => D) =>
      this.#slots.flatMap(({ device, slot }) => (device instanceof kind ? [{ device, bit: slotBit(slot) }] : []));
    const [rng] = all(VirtioRng);
    if (!rng) throw new Error('the layout has no entropy device');
    return { blocks: all(VirtioBlock), console: all(VirtioConsole)[0], rng };
  }

  /** Puts every device and every core's signals to its reset state. Once, before `attach` and before a core runs. */
  initialise(): void {
    const { buffer } = this.#parts;
    for (const { schema, place } of this.devices) reset(schema, buffer, place.stateAt);
    for (const at of this.layout.signals) reset(coreSignals, buffer, at);
    this.#backed.uartRing.clear();
    this.#backed.console?.device.emergency.clear();
  }

  /** Reads from a physical address below 2^32 that is not RAM. @returns the value, or -1 for a bus error */
  read(address: number, size: 1 | 2 | 4): number {
    return this.#bus.read(address, size);
  }

  /** Writes the low `size` bytes of `value`. @returns false for a bus error */
  write(address: number, size: 1 | 2 | 4, value: number): boolean {
    return this.#bus.write(address, size, value);
  }

  /** Brings the hart's timer line up to date. @returns the ticks at which to call again; Infinity if never by itself */
  timer(hart: number): number {
    const deadline = this.#clint.deadline(hart);
    return hart === 0 ? Math.min(deadline, this.#rtc.deadline()) : deadline;
  }

  /** A hart's lines and its wake-up word. */
  signals(hart: number): CoreSignals {
    const signals = this.#signals[hart];
    if (!signals) throw new Error(`there is no hart ${hart}`);
    return signals;
  }

  /** Prints on the serial port for the built-in SBI; waits while the owner is slow. @returns bytes printed */
  consoleWrite(bytes: Uint8Array): number {
    return this.#uart.print(bytes);
  }

  /** A byte typed at the serial port, for the built-in SBI; -1 if there is none. */
  consoleRead(): number {
    return this.#uart.take();
  }

  /**
   * While `released`, core threads do not wait for output room: a pausing or stopping machine gets its cores back. What
   * they print meanwhile still fits, as long as each finishes only the instruction it is in.
   */
  releaseWaiting(released: boolean): void {
    Atomics.store(this.#release, 0, released ? 1 : 0);
  }

  /** Has the I/O thread look at every queue: after a restore, whose notifications were rung elsewhere. */
  kick(): void {
    for (const { device } of this.#slots) if (device.live) device.kick();
    this.#backed.doorbell.ring(UART_BIT);
  }

  /** Connects the outside; only on the I/O thread, once, before cores run. */
  attach(backEnds: BackEnds): AttachedBackEnds {
    if (this.#attached) throw new Error('the board has its back ends already');
    this.#attached = new AttachedBackEnds(this.#backed, backEnds);
    return this.#attached;
  }

  /** Resets every device of a machine that reboots in place (I/O thread; the cores stand still). Output not yet taken is lost. */
  async restart(): Promise<void> {
    await this.outside.restart(() => this.initialise());
  }

  /** What `attach` connected. @throws Error on a thread that attached nothing */
  get outside(): AttachedBackEnds {
    if (!this.#attached) throw new Error('the board has no back ends on this thread');
    return this.#attached;
  }

  /** Input for a console (I/O thread). @returns bytes taken */
  input(console: number, bytes: Uint8Array): number {
    return this.outside.input(console, bytes);
  }

  /** The flattened device tree that describes this board to a guest. */
  deviceTree(request: DeviceTreeRequest): Uint8Array {
    return deviceTree(this.layout.configuration, request);
  }
}

/** Builds this thread's board. The shared memory keeps what it holds: call `initialise` once for a new machine. */
export const createBoard = (layout: BoardLayout, parts: BoardParts): Board => new Board(layout, parts);
