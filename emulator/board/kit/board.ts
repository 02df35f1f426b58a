/**
 * A machine's wiring on one thread: every part of the plan built over the machine's shared memory, the bus that finds
 * them, and their back ends where they are attached. Each thread of a machine has a board of its own.
 */
import { CoreSignals, coreSignals } from '../../device/kit/core-signals.ts';
import type { Device } from '../../device/kit/device.ts';
import { Doorbell } from '../../device/kit/doorbell.ts';
import type { Built, FirmwareConsole, Part, PowerRequest, Site } from '../../device/kit/part.ts';
import type { Clock, InterruptLine, Log } from '../../device/kit/wiring.ts';
import { PCI_LINES, PciHostBridge, type Plugged, pciHost } from '../../device/pci/host-bridge.ts';
import type { PciBuilt } from '../../device/pci/part.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { reset } from '../../snapshot/schema.ts';
import { boards } from '../boards.ts';
import { AttachedBackEnds, type BackEnds } from './back-ends.ts';
import { Bus } from './bus.ts';
import { type BoardLayout, partsOf, placeOf, sharedKey } from './layout.ts';
import { type BoardDevice, inRegion, inSlot } from './board-device.ts';
import { sendMessage } from './messages.ts';
import type { DeviceTreeRequest } from './plan.ts';

/** What a thread gives its board. */
export interface BoardParts {
  /** The machine's shared memory, in which the layout lies. */
  readonly buffer: SharedArrayBuffer;
  readonly memory: GuestMemory;
  readonly clock: Clock;
  /** Called on the thread whose core asked, with a device's lock held: only pass it on. */
  powerRequested(request: PowerRequest): void;
  readonly log: Log;
}

/** A part that was built, with its bell. */
interface Member {
  readonly name: string;
  readonly built: Omit<Built, 'devices' | 'target'>;
  readonly bell: number | undefined;
}

export class Board {
  readonly layout: BoardLayout;
  /** Every device: for inspectors, snapshots and the promises suite. */
  readonly devices: readonly BoardDevice[];
  readonly #parts: BoardParts;
  readonly #bus: Bus;
  readonly #signals: readonly CoreSignals[];
  readonly #doorbell: Doorbell;
  readonly #members: readonly Member[];
  readonly #release: Int32Array;
  #attached: AttachedBackEnds | undefined;

  constructor(layout: BoardLayout, parts: BoardParts) {
    this.layout = layout;
    this.#parts = parts;
    const { buffer } = parts;
    const { plan } = layout;
    this.#release = new Int32Array(buffer, layout.release, 1);
    this.#signals = layout.signals.map((at) => new CoreSignals(buffer, at));
    this.#doorbell = new Doorbell(buffer, layout.doorbell);
    const bells = new Map(
      partsOf(plan)
        .flatMap(({ name, rings }) => (rings ? [name] : []))
        .map((name, bell) => [name, bell]),
    );

    const builtEntries = new Map<string, Built>();
    const input = (line: number): InterruptLine => {
      const found = builtEntries.get(plan.interruptController)?.line?.(line);
      if (!found) throw new Error(`${plan.interruptController} is not there yet: a board lists its interrupt controller first`);
      return found;
    };
    for (const { part, line } of plan.entries) builtEntries.set(part.name, part.build(this.#site(part, bells.get(part.name), line, input)));
    const functions = plan.pci.entries.map(({ part, slot }) => {
      const message = (address: number, data: number) => sendMessage(parts.memory, address, data);
      return { slot, part, built: part.build(Object.assign(this.#site(part, bells.get(part.name), undefined, input), { message })) };
    });
    const bridge = this.#bridge(functions, input);

    this.#members = [
      ...[...builtEntries].map(([name, built]) => ({ name, built, bell: bells.get(name) })),
      ...functions.map(({ part: { name }, built }) => ({ name, built, bell: bells.get(name) })),
    ];
    const entries = plan.entries.map((entry) => ({ ...entry, built: builtEntries.get(entry.part.name) as Built }));
    this.#bus = new Bus([
      ...entries.flatMap(({ window, built: { target } }) => (target ? [{ window, target }] : [])),
      ...plan.empty,
      { window: plan.pci.memory, target: bridge.window('memory', plan.pci.memory.at) },
      { window: plan.pci.configuration, target: bridge.configuration },
      { window: plan.pci.ports, target: bridge.window('io', 0) },
    ]);
    this.devices = [
      ...entries.flatMap(({ part: { title }, window, line, built }) =>
        built.devices.map((device) =>
          placed(device, { title, address: window.at, size: window.size, ...(line === undefined ? {} : { line }) }),
        ),
      ),
      ...bridge.functions.map((plugged) => inSlot(plugged, titleOf(plugged, functions), plan.pci)),
      ...functions.flatMap(({ part: { title }, slot, built }) =>
        built.behind.map((device) => inRegion(device, title, slot, built.function)),
      ),
    ];
  }

  #site(
    part: Omit<Part, 'build' | 'node'>,
    bell: number | undefined,
    line: number | undefined,
    input: (line: number) => InterruptLine,
  ): Site {
    const { layout } = this;
    const { buffer, memory, clock, log, powerRequested } = this.#parts;
    const doorbell = this.#doorbell;
    return {
      buffer,
      memory,
      clock,
      log,
      signals: this.#signals,
      release: layout.release,
      place: (component) => placeOf(layout, component, buffer),
      shared(name) {
        const at = layout.shared.get(sharedKey(part.name, name));
        if (at === undefined) throw new Error(`${part.name} declares no shared memory ${name}`);
        return at;
      },
      get line() {
        if (line === undefined) throw new Error(`${part.name} has no interrupt line on this board`);
        return input(line);
      },
      ring: () => (bell === undefined ? undefined : doorbell.ring(bell)),
      power: (request) => powerRequested(request),
    };
  }

  #bridge(functions: readonly { slot: number; built: PciBuilt }[], input: (line: number) => InterruptLine): PciHostBridge {
    const { layout } = this;
    const { buffer } = this.#parts;
    const host = { slot: 0, function: pciHost.build(placeOf(layout, pciHost.name, buffer)) };
    const plugged: readonly Plugged[] = [host, ...functions.map(({ slot, built }) => ({ slot, function: built.function }))];
    const lines = Array.from({ length: PCI_LINES }, (_, line) => input(layout.plan.pci.firstLine + line));
    return new PciHostBridge(plugged, lines, buffer, layout.pciLock);
  }

  /** Puts every device and every core's signals to its reset state. Once, before `attach` and before a core runs. */
  initialise(): void {
    const { buffer } = this.#parts;
    for (const { schema, stateAt } of this.layout.components.values()) reset(schema, buffer, stateAt);
    for (const at of this.layout.signals) reset(coreSignals, buffer, at);
    for (const { built } of this.#members) built.initialise?.();
  }

  /** Reads from a physical address below 2^32 that is not RAM. @returns the value, or -1 for a bus error */
  read(address: number, size: 1 | 2 | 4): number {
    return this.#bus.read(address, size);
  }

  /** Writes the low `size` bytes of `value`. @returns false for a bus error */
  write(address: number, size: 1 | 2 | 4, value: number): boolean {
    return this.#bus.write(address, size, value);
  }

  /** Brings a core's timer line up to date. @returns the ticks at which to call again; Infinity if never by itself */
  timer(core: number): number {
    return this.#members.reduce((soonest, { built }) => (built.deadline ? Math.min(soonest, built.deadline(core)) : soonest), Infinity);
  }

  /** A core's lines and its wake-up word. */
  signals(core: number): CoreSignals {
    const signals = this.#signals[core];
    if (!signals) throw new Error(`there is no core ${core}`);
    return signals;
  }

  /** The console of firmware that is ours. @throws Error on a board without one */
  get firmwareConsole(): FirmwareConsole {
    const found = this.#members.find(({ built }) => built.firmwareConsole)?.built.firmwareConsole;
    if (!found) throw new Error('this board has no console for firmware');
    return found;
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
    for (const { built } of this.#members) built.kick?.();
  }

  /** Connects the outside; only on the I/O thread, once, before cores run. */
  attach(outside: BackEnds): AttachedBackEnds {
    if (this.#attached) throw new Error('the board has its back ends already');
    const backed = this.#members.map(({ built, bell }) => ({ attach: built.attach, bell }));
    this.#attached = new AttachedBackEnds(this.#doorbell, backed, outside, this.#parts.log);
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

  /** The flattened device tree that describes this board to a guest. */
  deviceTree(request: DeviceTreeRequest): Uint8Array {
    const { configuration, plan } = this.layout;
    return boards[configuration.board].deviceTree(configuration, plan, request);
  }
}

const placed = (device: Device, where: Omit<BoardDevice, keyof Device>): BoardDevice => Object.assign(device, where);

function titleOf({ slot }: Plugged, functions: readonly { slot: number; part: { title: string } }[]): string {
  return functions.find((each) => each.slot === slot)?.part.title ?? pciHost.title;
}

/** Builds this thread's board. The shared memory keeps what it holds: call `initialise` once for a new machine. */
export const createBoard = (layout: BoardLayout, parts: BoardParts): Board => new Board(layout, parts);
