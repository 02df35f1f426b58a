/**
 * A machine's wiring on one thread: every part of the plan built over the machine's shared memory, the bus that finds
 * them, and their back ends where they are attached. Each thread of a machine has a board of its own.
 */
import { CoreSignals, coreSignals } from '../../device/kit/core-signals.ts';
import type { Device } from '../../device/kit/device.ts';
import { Doorbell } from '../../device/kit/doorbell.ts';
import type { Built, FirmwareConsole, Part, PowerRequest, Site } from '../../device/kit/part.ts';
import type { Clock, InterruptLine, Log } from '../../device/kit/wiring.ts';
import { PCI_LINES, PciHostBridge, type Plugged } from '../../device/pci/host-bridge.ts';
import { buildPciPorts, pciPorts } from '../../device/pci/port-access.ts';
import type { PciBuilt } from '../../device/pci/part.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { reset } from '../../snapshot/schema.ts';
import type { BootRequest, PreparedBoot } from '../boot/request.ts';
import { boardKind } from '../boards.ts';
import { AttachedBackEnds, type BackEnds } from './back-ends.ts';
import { Bus, type Placed } from './bus.ts';
import { type BoardLayout, partsOf, placeOf, sharedKey } from './layout.ts';
import { type BoardDevice, inRegion, inSlot } from './board-device.ts';
import { writeMessage } from './messages.ts';
import type { BoardKind, BoardPlan, Entry } from './plan.ts';

/** What a thread gives its board. */
export interface BoardParts {
  /** The machine's shared memory, in which the layout lies. */
  readonly buffer: SharedArrayBuffer;
  readonly memory: GuestMemory;
  readonly clock: Clock;
  /** Called on the thread whose core asked, with a device's lock held: only pass it on. */
  powerRequested(request: PowerRequest): void;
  readonly log: Log;
  /** Addresses of the cores' architectural state in `buffer`, for boards on which interrupts are messages. */
  readonly states?: readonly number[];
}

/** The second address space: where nothing answers, reads give ones and writes are lost. */
export interface Ports {
  read(port: number, size: 1 | 2 | 4): number;
  write(port: number, size: 1 | 2 | 4, value: number): boolean;
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
  readonly #kind: BoardKind;
  /** The second address space; nothing answers there on a board without one. */
  readonly ports: Ports;
  readonly #signals: readonly CoreSignals[];
  readonly #doorbell: Doorbell;
  readonly #members: readonly Member[];
  readonly #release: Int32Array;
  #attached: AttachedBackEnds | undefined;

  constructor(layout: BoardLayout, parts: BoardParts) {
    this.layout = layout;
    this.#parts = parts;
    this.#kind = boardKind(layout.configuration.board);
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
    const input = (line: number): InterruptLine => wired(plan, line, builtEntries);
    for (const { part, line } of plan.entries) builtEntries.set(part.name, part.build(this.#site(part, bells.get(part.name), line, input)));
    const functions = plan.pci.entries.map(({ part, slot }) => {
      return { slot, part, built: part.build(this.#site(part, bells.get(part.name), undefined, input)) };
    });
    const bridge = this.#bridge(functions, input);

    this.#members = [
      ...[...builtEntries].map(([name, built]) => ({ name, built, bell: bells.get(name) })),
      ...functions.map(({ part: { name }, built }) => ({ name, built, bell: bells.get(name) })),
    ];
    const entries = plan.entries.map((entry) => ({ ...entry, built: builtEntries.get(entry.part.name) as Built }));
    const { pci } = plan;
    const inPorts = 'registers' in pci.ports ? pci.ports.registers : undefined;
    const access = inPorts && buildPciPorts(this.#site(pciPorts, undefined, undefined, input), bridge);
    this.#bus = new Bus([
      ...entries.flatMap((entry) => (entry.space === 'ports' ? [] : places(entry))),
      ...plan.empty,
      { window: pci.memory, target: bridge.window('memory', pci.memory.at) },
      ...(pci.memory64 ? [{ window: pci.memory64, target: bridge.window('memory', pci.memory64.at) }] : []),
      ...(pci.configuration ? [{ window: pci.configuration, target: bridge.configuration }] : []),
      ...('registers' in pci.ports ? [] : [{ window: pci.ports, target: bridge.window('io', 0) }]),
    ]);
    const ports = new Bus([
      ...entries.flatMap((entry) => (entry.space === 'ports' ? places(entry) : [])),
      ...(access && inPorts ? [{ window: inPorts, target: access.target }] : []),
      ...(access ? [{ window: ALL_PORTS, target: bridge.window('io', 0) }] : []),
    ]);
    this.ports = {
      read: (port, size) => open(ports.read(port, size), size),
      write: (port, size, value) => ports.write(port, size, value) || true,
    };
    this.devices = [
      ...entries.flatMap(({ part: { title }, window, space, line, built }) =>
        built.devices.map((device) =>
          placed(device, {
            title,
            address: window.at,
            size: window.size,
            ...(space ? { space } : {}),
            ...(line === undefined ? {} : { line }),
          }),
        ),
      ),
      ...(access && inPorts
        ? [placed(access.device, { title: pciPorts.title, address: inPorts.at, size: inPorts.size, space: 'ports' as const })]
        : []),
      ...bridge.functions.map((plugged) => inSlot(plugged, titleOf(plugged, functions) ?? pci.host.title, pci)),
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
      message: (address, data) => this.message(address, data),
      ring: () => (bell === undefined ? undefined : doorbell.ring(bell)),
      power: (request) => powerRequested(request),
    };
  }

  #bridge(functions: readonly { slot: number; built: PciBuilt }[], input: (line: number) => InterruptLine): PciHostBridge {
    const { layout } = this;
    const { buffer } = this.#parts;
    const { host: part } = layout.plan.pci;
    const host = { slot: 0, function: part.build(placeOf(layout, part.name, buffer)) };
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

  /** Reads from a physical address that is not RAM. @returns the value, or -1 for a bus error */
  read(address: number, size: 1 | 2 | 4): number {
    const value = this.#bus.read(address, size);
    return this.#kind.openBus ? open(value, size) : value;
  }

  /** Writes the low `size` bytes of `value`. @returns false for a bus error */
  write(address: number, size: 1 | 2 | 4, value: number): boolean {
    return this.#bus.write(address, size, value) || this.#kind.openBus === true;
  }

  /** Registers that belong to the core whose thread this board is on, before everything else at their addresses. */
  overlay(placed: Placed): void {
    this.#bus.overlay(placed);
  }

  /** Writes an interrupt message: to the cores, or as what it is on the bus, a write of 32 bits. */
  message(address: number, data: number): void {
    const { buffer, memory, states = [] } = this.#parts;
    if (!this.#kind.message?.({ buffer, states, signals: this.#signals }, address, data)) writeMessage(memory, address, data);
  }

  /** A core is done with a level-triggered interrupt that came as a message with this vector. */
  endOfInterrupt(vector: number): void {
    for (const { built } of this.#members) built.endOfInterrupt?.(vector);
  }

  /** Eight bytes in one access. @returns undefined and false where what answers takes none so wide, or nothing answers */
  readWide(address: number): bigint | undefined {
    return this.#bus.readWide(address);
  }
  writeWide(address: number, value: bigint): boolean {
    return this.#bus.writeWide(address, value);
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

  /** Loads what the machine starts from. @throws MachineError for a file that cannot run here or does not fit */
  prepareBoot(request: BootRequest): PreparedBoot {
    const { configuration, plan } = this.layout;
    return this.#kind.prepareBoot(configuration, plan, request);
  }

  /** The vector of an interrupt that comes by a core's line and not as a message; it counts as taken. */
  acknowledgeInterrupt(): number {
    for (const { built } of this.#members) if (built.acknowledge) return built.acknowledge();
    throw new Error('no interrupt controller of this board is asked for vectors');
  }
}

const placed = (device: Device, where: Omit<BoardDevice, keyof Device>): BoardDevice => Object.assign(device, where);

const ALL_PORTS = { at: 0, size: 0x1_0000 };
/** What a read gives where nothing answers. */
const open = (value: number, size: 1 | 2 | 4): number => (value === -1 ? 2 ** (8 * size) - 1 : value);

function places({ window, furtherWindows = [], built: { target } }: Entry & { readonly built: Built }): Placed[] {
  if (!target) return [];
  return [window, ...furtherWindows].map((each) => ({ window: each, target, origin: window.at }));
}

/** A line as a device gets it: it leads to every controller that the board has routed it to. */
function wired(plan: BoardPlan, line: number, built: ReadonlyMap<string, Built>): InterruptLine {
  const route = plan.route?.(line) ?? [{ controller: plan.interruptController, input: line }];
  const lines = route.map(({ controller, input }) => {
    const found = built.get(controller)?.line?.(input);
    if (!found) throw new Error(`${controller} is not there yet: a board lists its interrupt controllers first`);
    return found;
  });
  const [only] = lines;
  if (only && lines.length === 1) return only;
  return { set: (level) => lines.forEach((each) => each.set(level)) };
}

function titleOf({ slot }: Plugged, functions: readonly { slot: number; part: { title: string } }[]): string | undefined {
  return functions.find((each) => each.slot === slot)?.part.title;
}

/** Builds this thread's board. The shared memory keeps what it holds: call `initialise` once for a new machine. */
export const createBoard = (layout: BoardLayout, parts: BoardParts): Board => new Board(layout, parts);
