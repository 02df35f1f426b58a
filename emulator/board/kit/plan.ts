/** A board as data: which parts it has, where, and on which lines. Everything else about a board follows from it. */
import type { Part, PartNode, Window } from '../../device/kit/part.ts';
import type { RegionTarget } from '../../device/kit/device.ts';
import type { PciPart } from '../../device/pci/part.ts';
import type { MachineConfiguration } from '../../index.ts';
import type { Architecture } from '../../isa/architecture.ts';
import type { CoreBinding, CoreBindingParts } from './core-binding.ts';

/** What a board's plan depends on. */
export type BoardConfiguration = Pick<MachineConfiguration, 'board' | 'cores' | 'memoryBytes' | 'ports' | 'virtio' | 'devices'> & {
  readonly disks: readonly { readonly readonly: boolean }[];
};

/** A part at its address. */
export interface Entry {
  readonly part: Part;
  readonly window: Window;
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
  readonly configuration: Window;
  readonly ports: Window;
  readonly memory: Window;
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
}

/** What a boot tells the guest by the device tree. */
export interface DeviceTreeRequest {
  readonly bootArguments?: string;
  /** Physical addresses; `end` is the first after it. */
  readonly initrd?: { readonly start: number; readonly end: number };
  /** Random bytes for the kernel's pool. */
  readonly seed?: Uint8Array;
}

/** A kind of board. */
export interface BoardKind {
  /** The architecture of its cores. */
  readonly architecture: Architecture;
  /** Physical address of RAM. */
  readonly ramBase: number;
  /** What it makes of a core that the engine runs. */
  bindCore(parts: CoreBindingParts): CoreBinding;
  /** Most disks it has places for. */
  readonly disksMax: number;
  /** @throws MachineError for more devices than the board has room for */
  plan(configuration: BoardConfiguration): BoardPlan;
  /** The flattened device tree that describes the board to a guest. */
  deviceTree(configuration: BoardConfiguration, plan: BoardPlan, request: DeviceTreeRequest): Uint8Array;
}
