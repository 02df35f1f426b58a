/** A device of a board as inspectors see it: what it is and where a guest finds it. */
import type { Device } from '../../device/kit/device.ts';
import type { PciIdentity } from '../../device/pci/config-registers.ts';
import type { PciFunction } from '../../device/pci/function.ts';
import { CONFIG_SLOT_BYTES, pciLine, type Plugged } from '../../device/pci/host-bridge.ts';
import type { PciPlan } from './plan.ts';

export interface BoardDevice extends Device {
  /** For people. */
  readonly title: string;
  /** Physical address of its registers; undefined while the guest has not placed them. */
  readonly address: number | undefined;
  /** Its address is a port. */
  readonly space?: 'ports';
  /** Bytes of its window. */
  readonly size: number;
  /** The interrupt controller's input that it pulls. */
  readonly line?: number;
  /** Of a function's configuration space. */
  readonly pci?: { readonly slot: number; readonly identity: PciIdentity };
}

const ALL_CONFIG_BYTES = 4096;

/** A function's configuration space as a device. */
export function inSlot({ slot, function: own }: Plugged, title: string, { configuration, firstLine }: PciPlan): BoardDevice {
  const { identity, pin } = own.shape;
  return {
    name: own.name,
    schema: own.schema,
    state: own.state,
    place: own.place,
    registers: own.registers.list,
    unknownAccesses: 0,
    lastUnknown: 0,
    title: `${title}: PCI function`,
    address: configuration && configuration.at + slot * CONFIG_SLOT_BYTES,
    size: ALL_CONFIG_BYTES,
    ...(pin === 0 ? {} : { line: firstLine + pciLine(slot, pin) }),
    pci: { slot, identity },
    read: (offset, size) => own.readConfig(offset, size),
    write: (offset, size, value) => own.writeConfig(offset, size, value),
  };
}

/** What answers in a function's region as a device. */
export function inRegion(device: Device, title: string, slot: number, own: PciFunction): BoardDevice {
  const region = own.regions.find(({ target }) => target === device);
  return Object.defineProperties(device, {
    title: { value: title, enumerable: true },
    address: { get: () => region && own.addressOf(region), enumerable: true },
    size: { value: region?.size ?? 0, enumerable: true },
    pci: { value: { slot, identity: own.shape.identity }, enumerable: true },
  }) as BoardDevice;
}
