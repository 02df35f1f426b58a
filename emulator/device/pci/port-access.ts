/**
 * The ports of a PC's host bridge: configuration mechanism #1 (PCI 3.0, section 3.2.2.3.2), and among them the reset
 * control register (Intel 82371AB data sheet, section 4.1.15).
 */
import { schema, type StateOf, u32, u8 } from '../../snapshot/schema.ts';
import { type Device, DeviceCore, mount, type Place, type RegionTarget } from '../kit/device.ts';
import type { PowerRequest, Site } from '../kit/part.ts';
import { registers } from '../kit/registers.ts';
import { CONFIG_SLOT_BYTES, type PciHostBridge } from './host-bridge.ts';

const pciPortsState = schema('pci-ports', 1, {
  /** What the data port means: bit 31 opens it, then bus, device, function and register. */
  address: u32(),
  resetControl: u8(),
});

/** The component that keeps them. */
export const pciPorts = {
  name: 'pci-ports',
  title: 'PCI configuration ports',
  components: [{ name: 'pci-ports', schema: pciPortsState }],
} as const;

const ENABLE = 0x8000_0000;
const DATA_AT = 4;
/** Of the reset control register: the one that resets, and those that are kept. */
const RESET = 4;
const RESET_BITS = 0x0e;

interface PciPortsFront {
  readonly state: StateOf<typeof pciPortsState>;
  setResetControl(value: number): void;
}

// prettier-ignore
const portRegisters = registers<PciPortsFront>()({
  address:      { at: 0, doc: 'CONFADD: bit 31 opens the data ports, bits 23:16 bus, 15:11 device, 10:8 function, 7:2 register',
                  holds: 'address', writable: 0x80ff_fffc },
  resetControl: { at: 1, width: 1, doc: 'RC: a rising bit 2 resets the machine', holds: 'resetControl', write: (ports, value) => ports.setResetControl(value) },
});

class PciPorts extends DeviceCore<typeof pciPortsState.fields> implements PciPortsFront {
  readonly #power: (request: PowerRequest) => void;

  constructor(place: Place, power: (request: PowerRequest) => void) {
    super(pciPorts.name, pciPortsState, place);
    this.#power = power;
  }

  setResetControl(value: number): void {
    const before = this.state.resetControl;
    this.state.resetControl = value & RESET_BITS;
    if ((value & ~before & RESET) !== 0) this.#power({ kind: 'reboot' });
  }
}

/** Builds them in front of a bridge. The data ports go on to the function, whose own lock guards it. */
export function buildPciPorts(
  { place, power }: Pick<Site, 'place' | 'power'>,
  bridge: PciHostBridge,
): { device: Device; target: RegionTarget } {
  const device = new PciPorts(place(pciPorts.name), power);
  const mounted = mount(device, portRegisters);
  /** Offset in the bridge's configuration space, or none while the data ports are closed. */
  const chosen = (offset: number): number | undefined => {
    const { address } = device.state;
    if ((address & ENABLE) === 0 || (address & 0x00ff_0000) !== 0) return undefined;
    const slot = (address >>> 11) & 31;
    const fn = (address >>> 8) & 7;
    return slot * CONFIG_SLOT_BYTES + fn * (CONFIG_SLOT_BYTES / 8) + (address & 0xfc) + ((offset - DATA_AT) & 3);
  };
  return {
    device: mounted,
    target: {
      read: (offset, size) => {
        if (offset < DATA_AT) return mounted.read(offset, size);
        const at = chosen(offset);
        return at === undefined ? 2 ** (8 * size) - 1 : bridge.configuration.read(at, size);
      },
      write: (offset, size, value) => {
        if (offset < DATA_AT) return mounted.write(offset, size, value);
        const at = chosen(offset);
        if (at !== undefined) bridge.configuration.write(at, size, value);
      },
    },
  };
}
