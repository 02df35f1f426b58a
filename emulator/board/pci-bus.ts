/** The PCI bus of a board: which function is in which slot, and how its devices are listed. */
import type { Edu } from '../device/edu/device.ts';
import type { Device, Place } from '../device/kit/device.ts';
import type { InterruptLine } from '../device/kit/wiring.ts';
import type { PciFunction } from '../device/pci/function.ts';
import { bridgeFunction, PciHostBridge, type Plugged } from '../device/pci/host-bridge.ts';
import type { PciTransport } from '../device/virtio/pci-transport.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { EDU_PCI_SLOT, PCI_CONFIGURATION } from './memory-map.ts';

/** A device of a board and where its registers are: undefined while the guest has not placed them. */
export type PlacedDevice = Device & { readonly address: number | undefined };

export interface PciBus {
  readonly bridge: PciHostBridge;
  readonly devices: readonly PlacedDevice[];
}

/** What is on the bus. */
export interface PciContent {
  readonly virtio: readonly { readonly slot: number; readonly transport: PciTransport }[];
  readonly edu: Edu | undefined;
  /** State of the bridge's own function. */
  readonly host: Place;
  readonly lines: readonly InterruptLine[];
  readonly lockAt: number;
}

const CONFIG_BYTES = 0x8000;

/** A function's configuration space, as a device of the board. */
const configuration = ({ slot, function: own }: Plugged): PlacedDevice => ({
  name: own.name,
  schema: own.schema,
  state: own.state,
  place: own.place,
  registers: own.registers.list,
  unknownAccesses: 0,
  lastUnknown: 0,
  address: PCI_CONFIGURATION.at + slot * CONFIG_BYTES,
  read: (offset, size) => own.readConfig(offset, size),
  write: (offset, size, value) => own.writeConfig(offset, size, value),
});

/** What answers in a function's region, as a device of the board. */
function inRegion(device: Device, own: PciFunction): PlacedDevice {
  const region = own.regions.find(({ target }) => target === device);
  return Object.defineProperty(device, 'address', { get: () => region && own.addressOf(region), enumerable: true }) as PlacedDevice;
}

export function pciBus({ virtio, edu, host, lines, lockAt }: PciContent): PciBus {
  const functions: readonly Plugged[] = [
    { slot: 0, function: bridgeFunction('pci-host', host) },
    ...virtio.map(({ slot, transport }) => ({ slot, function: transport.function })),
    ...(edu ? [{ slot: EDU_PCI_SLOT, function: edu.function }] : []),
  ];
  const bridge = new PciHostBridge(functions, lines, host.buffer, lockAt);
  const behind = [...virtio.map(({ transport }) => transport), ...(edu ? [edu] : [])];
  return { bridge, devices: [...functions.map(configuration), ...behind.map((each) => inRegion(each.registers, each.function))] };
}

/** A message-signalled interrupt on a board without a controller for them is what it is on the bus: a write of 32 bits. */
export function sendMessage(memory: GuestMemory, address: number, data: number): void {
  const at = memory.offset(address, 4);
  if (at < 0) return;
  memory.prepare(address, 4);
  memory.view.setUint32(at, data, true);
  memory.written(address, 4);
}
