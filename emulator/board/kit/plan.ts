/** A board as data: which parts it has, where, and on which lines. Everything else about a board follows from it. */
import type { CoreSignals } from '../../device/kit/core-signals.ts';
import type { Part, PartNode, Window } from '../../device/kit/part.ts';
import type { RegionTarget } from '../../device/kit/device.ts';
import type { PciHost, PciPart } from '../../device/pci/part.ts';
import type { RamRange } from '../../memory/ram-ranges.ts';
import type { MachineConfiguration } from '../../index.ts';
import type { Architecture } from '../../isa/architecture.ts';
import type { BootRequest, PreparedBoot } from '../boot/request.ts';
import type { CoreBinding, CoreBindingParts } from './core-binding.ts';

/** What a board's plan depends on. */
export type BoardConfiguration = Pick<MachineConfiguration, 'board' | 'cores' | 'memoryBytes' | 'ports' | 'virtio' | 'devices'> & {
  readonly disks: readonly { readonly readonly: boolean }[];
  /** Network cards; absent: none. */
  readonly networks?: readonly object[];
  /** Shared folders; absent: none. */
  readonly shares?: readonly { readonly tag?: string; readonly protocol?: '9p' }[];
};

/** A part at its address. */
export interface Entry {
  readonly part: Part;
  /** The second address space, of ports; absent: memory. */
  readonly space?: 'ports';
  readonly window: Window;
  /** Other places of the same registers: offsets go on counting from the beginning of `window`. */
  readonly furtherWindows?: readonly Window[];
  /** The interrupt controller's input that it pulls. */
  readonly line?: number;
}

/** A place where a guest may look for a device and finds none. */
export interface EmptyPlace {
  readonly window: Window;
  readonly line: number;
  readonly target: RegionTarget;
  readonly node: PartNode;
}

/** A function in its slot on the PCI bus. */
export interface PciEntry {
  readonly part: PciPart;
  /** Device number, from 1: 0 is the bridge. */
  readonly slot: number;
}

/** The PCI host bridge and what is behind it. */
export interface PciPlan {
  /** The bridge's own function. */
  readonly host: PciHost;
  /** Configuration space as memory (ECAM); absent: by the ports of `ports`. */
  readonly configuration?: Window;
  /** I/O space as memory, or in the board's own ports with the registers that reach configuration space. */
  readonly ports: Window | { readonly registers: Window };
  readonly memory: Window;
  /** Where regions may lie that a guest can place beyond 4 GiB; absent: nowhere. */
  readonly memory64?: Window;
  /** The first of its four inputs of the interrupt controller. */
  readonly firstLine: number;
  readonly entries: readonly PciEntry[];
}

export interface BoardPlan {
  readonly entries: readonly Entry[];
  readonly empty: readonly EmptyPlace[];
  readonly pci: PciPlan;
  /** The part whose inputs the lines are. */
  readonly interruptController: string;
  /** Where a line leads, if not simply to the input of its number: every controller that it reaches. */
  route?(line: number): readonly { readonly controller: string; readonly input: number }[];
}

/** What a boot tells the guest by the device tree. */
export interface DeviceTreeRequest {
  readonly bootArguments?: string;
  /** Physical addresses; `end` is the first after it. */
  readonly initrd?: { readonly start: number; readonly end: number };
  /** Random bytes for the kernel's pool. */
  readonly seed?: Uint8Array;
}

/** What an interrupt message may reach. */
export interface MessageTargets {
  readonly buffer: SharedArrayBuffer;
  /** Addresses of all cores' architectural state in `buffer`. */
  readonly states: readonly number[];
  /** Of each core. */
  readonly signals: readonly CoreSignals[];
}

/** A kind of board. */
export interface BoardKind {
  /** The architecture of its cores. */
  readonly architecture: Architecture;
  /** Where nothing answers, reads give ones and writes are lost, instead of a fault. */
  readonly openBus?: true;
  /** Takes an interrupt message, a write of 32 bits to an address. @returns false where it is an ordinary write */
  message?(targets: MessageTargets, address: number, data: number): boolean;
  /**
   * Where so many bytes of RAM answer, in physical addresses; may add memory that is the board's own (ROM). Where within a
   * range something else answers, a part says so when it is built (`GuestMemory.assign`).
   */
  memory(sizeBytes: number): readonly RamRange[];
  /** What it makes of a core that the engine runs. */
  bindCore(parts: CoreBindingParts): CoreBinding;
  /** @throws MachineError for more devices than the board has room for */
  plan(configuration: BoardConfiguration): BoardPlan;
  /** The flattened device tree that describes the board to a guest; absent where guests learn of it otherwise. */
  deviceTree?(configuration: BoardConfiguration, plan: BoardPlan, request: DeviceTreeRequest): Uint8Array;
  /**
   * Loads what the machine starts from into its memory.
   * @throws MachineError for a file that cannot run here or does not fit, with what to do
   */
  prepareBoot(configuration: BoardConfiguration, plan: BoardPlan, request: BootRequest): PreparedBoot;
}
