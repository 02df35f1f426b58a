/**
 * A PCI Express host bridge with ECAM (PCI Express Base Specification 4.0, section 7.2.2), as QEMU's `gpex`: one bus,
 * its functions, the windows through which cores reach them, and four interrupt lines that their pins share.
 */
import { schema } from '../../snapshot/schema.ts';
import type { RegionTarget } from '../kit/device.ts';
import { Lock } from '../kit/lock.ts';
import type { InterruptLine } from '../kit/wiring.ts';
import type { PciIdentity } from './config-registers.ts';
import { PciFunction, type PciShape } from './function.ts';
import type { PciHost } from './part.ts';
import { pciFields } from './state.ts';

const BRIDGE_STATE = schema('pci-host', 1, pciFields(0));

/** The function in slot 0, through which a guest knows the bridge. */
export function pciHost(identity: PciIdentity, added?: true): PciHost {
  const shape: PciShape = { identity, regions: [], capabilities: [], pin: 0 };
  return {
    name: 'pci-host',
    title: 'PCI host bridge',
    components: [{ name: 'pci-host', schema: BRIDGE_STATE }],
    ...(added ? { added } : {}),
    build: (place) => new PciFunction('pci-host', BRIDGE_STATE, place, shape, { message: () => undefined }),
  };
}

/** That of QEMU's generic PCI Express host (`gpex`). */
export const expressHost = pciHost(
  { vendor: 0x1b36, device: 0x0008, revision: 0, classCode: 0x06_0000, subsystemVendor: 0x1af4, subsystem: 0x1100 },
  true,
);

/** A function in its slot on bus 0. */
export interface Plugged {
  /** Device number, 0 to 31; every device here has one function, number 0. */
  readonly slot: number;
  readonly function: PciFunction;
}

/** Interrupt lines of a host bridge. */
export const PCI_LINES = 4;
/** Bytes of configuration space of one function, and of a slot with its eight; a bus has 32 slots. */
const CONFIG_BYTES = 4096;
export const CONFIG_SLOT_BYTES = CONFIG_BYTES * 8;
const BUS_BYTES = CONFIG_SLOT_BYTES * 32;

/** Which of the four lines a pin (1 to 4) of a slot pulls: each next slot begins with the next line (PCI 3.0, section 2.2.6). */
export const pciLine = (slot: number, pin: number): number => (slot + pin - 1) % PCI_LINES;

const ones = (size: 1 | 2 | 4): number => 2 ** (8 * size) - 1;

export class PciHostBridge {
  readonly functions: readonly Plugged[];
  readonly #lines: readonly InterruptLine[];
  /** Guards the lines: functions that share one pull it from different threads. */
  readonly #lock: Lock;

  /** @param lockAt byte offset of the lock's word in `buffer` */
  constructor(functions: readonly Plugged[], lines: readonly InterruptLine[], buffer: SharedArrayBuffer, lockAt: number) {
    this.functions = functions;
    this.#lines = lines;
    this.#lock = new Lock(buffer, lockAt);
    for (const { slot, function: own } of functions) {
      const { pin } = own.shape;
      if (pin !== 0) own.pinChanged = () => this.#update(pciLine(slot, pin));
    }
  }

  #update(line: number): void {
    this.#lock.hold(() => {
      const pulled = this.functions.some(({ slot, function: { shape, pulling } }) => pulling && pciLine(slot, shape.pin) === line);
      this.#lines[line]?.set(pulled);
    });
  }

  /** The ECAM window: an offset names bus, device, function and register. */
  readonly configuration: RegionTarget = {
    read: (offset, size) => {
      const own = this.#at(offset);
      return own ? own.readConfig(offset % CONFIG_BYTES, size) : ones(size);
    },
    write: (offset, size, value) => this.#at(offset)?.writeConfig(offset % CONFIG_BYTES, size, value),
  };

  #at(offset: number): PciFunction | undefined {
    if (offset >= BUS_BYTES || Math.floor(offset / CONFIG_BYTES) % 8 !== 0) return undefined;
    const slot = Math.floor(offset / CONFIG_SLOT_BYTES);
    return this.functions.find((plugged) => plugged.slot === slot)?.function;
  }

  /** A window of a space, whose offset 0 is `base` on the bus. What nobody answers reads as ones, as on a bus. */
  window(space: 'io' | 'memory', base: number): RegionTarget {
    return {
      read: (offset, size) => {
        const found = this.#find(space, base + offset, size);
        return found ? found.region.target.read(found.offset, size) : ones(size);
      },
      write: (offset, size, value) => {
        const found = this.#find(space, base + offset, size);
        found?.region.target.write(found.offset, size, value);
      },
      readWide: (offset) => {
        const found = this.#find(space, base + offset, 8);
        return found?.region.target.readWide?.(found.offset);
      },
      writeWide: (offset, value) => {
        const found = this.#find(space, base + offset, 8);
        return found?.region.target.writeWide?.(found.offset, value) ?? false;
      },
    };
  }

  #find(space: 'io' | 'memory', address: number, size: number) {
    for (const plugged of this.functions) {
      const found = plugged.function.find(space, address, size);
      if (found) return found;
    }
    return undefined;
  }
}
