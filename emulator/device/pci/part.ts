/** A PCI function as a board lists it: a part that is in a slot of the bus rather than at an address. */
import type { Device, Place } from '../kit/device.ts';
import type { Built, Part, Site } from '../kit/part.ts';
import type { PciFunction, PciWires } from './function.ts';

/** What a function is built with; its interrupts go through the bus. */
export type PciSite = Omit<Site, 'line'> & PciWires;

/** A function on one thread. */
export type PciBuilt = Omit<Built, 'target' | 'devices'> & {
  readonly function: PciFunction;
  /** What answers in its regions, for inspectors, snapshots and the promises suite. */
  readonly behind: readonly Device[];
};

export interface PciPart extends Omit<Part, 'node' | 'build'> {
  build(site: PciSite): PciBuilt;
}

/** The function through which a guest knows a host bridge, as a board lists it. */
export interface PciHost extends Omit<Part, 'node' | 'build'> {
  build(place: Place): PciFunction;
}

/** The component of a function in front of a device of that name. */
export const functionName = (device: string): string => `${device}-pci`;
