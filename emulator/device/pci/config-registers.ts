/** The configuration space of a PCI function as registers: the type 0 header (PCI 3.0, section 6.1), then capabilities. */
import { type Register, RegisterBank } from '../kit/registers.ts';
import { type Capability, placeCapabilities } from './capability.ts';
import type { PciFront } from './front.ts';
import { BARS } from './state.ts';

/** Which device a function says it is. */
export interface PciIdentity {
  readonly vendor: number;
  readonly device: number;
  readonly revision: number;
  /** Base class, subclass and programming interface: 0x010000 is a SCSI controller (PCI Code and ID Assignment). */
  readonly classCode: number;
  readonly subsystemVendor: number;
  readonly subsystem: number;
}

const STATUS_INTERRUPT = 8;
const STATUS_CAPABILITIES = 0x10;

type Table = Record<string, Register<PciFront>>;

function header(identity: PciIdentity, pin: number, capabilities: number): Table {
  const { vendor, device, revision, classCode, subsystemVendor, subsystem } = identity;
  const capable = capabilities === 0 ? 0 : STATUS_CAPABILITIES;
  // prettier-ignore
  return {
    vendorId:          { at: 0x00, width: 2, doc: 'who made the device', read: () => vendor },
    deviceId:          { at: 0x02, width: 2, doc: 'which device of theirs', read: () => device },
    command:           { at: 0x04, width: 2, doc: 'bit 0: I/O regions; bit 1: memory regions; bit 2: bus master; bit 10: no INTx',
                         holds: 'command', write: (pci, value) => pci.setCommand(value) },
    status:            { at: 0x06, width: 2, doc: 'bit 3: INTx is wanted; bit 4: there are capabilities',
                         read: ({ state }) => capable | (state.intx !== 0 ? STATUS_INTERRUPT : 0) },
    classAndRevision:  { at: 0x08, doc: 'class, subclass, programming interface, revision', read: () => classCode * 256 + revision },
    cacheLineSize:     { at: 0x0c, width: 1, doc: 'in words of four bytes', holds: 'cacheLineSize', writable: 0xff },
    latencyTimer:      { at: 0x0d, width: 1, doc: 'in clocks of a parallel bus', holds: 'latencyTimer', writable: 0xff },
    headerType:        { at: 0x0e, width: 1, doc: '0: a device with one function' },
    selfTest:          { at: 0x0f, width: 1, doc: '0: there is no self test' },
    bar:               { at: 0x10, count: BARS, doc: 'address of a region', read: (pci, index) => pci.bar(index),
                         write: (pci, value, index) => pci.setBar(index, value) },
    cardbus:           { at: 0x28, doc: '0: there is no CardBus information' },
    subsystemVendorId: { at: 0x2c, width: 2, doc: 'who made the card', read: () => subsystemVendor },
    subsystemId:       { at: 0x2e, width: 2, doc: 'which card of theirs', read: () => subsystem },
    expansionRom:      { at: 0x30, doc: '0: there is no expansion ROM' },
    capabilities:      { at: 0x34, width: 1, doc: 'offset of the first capability', read: () => capabilities },
    interruptLine:     { at: 0x3c, width: 1, doc: 'kept for the guest', holds: 'interruptLine', writable: 0xff },
    interruptPin:      { at: 0x3d, width: 1, doc: '1 to 4: INTA# to INTD#; 0: none', read: () => pin },
    minimumGrant:      { at: 0x3e, width: 1, doc: '0: no wish' },
    maximumLatency:    { at: 0x3f, width: 1, doc: '0: no wish' },
  };
}

/** Builds the registers of one function, its capabilities linked one after the other. */
export function configRegisters(identity: PciIdentity, pin: number, capabilities: readonly Capability[]): RegisterBank<PciFront> {
  const placed = placeCapabilities(capabilities);
  const table = header(identity, pin, placed[0]?.at ?? 0);
  placed.forEach(({ capability, at, next }, index) => {
    const link = capability.id | (next << 8);
    table[`capability${index}`] = { at, width: 2, doc: 'which capability, and where the next is', read: () => link };
    for (const [name, register] of Object.entries(capability.registers(at))) table[name in table ? `${name}${index}` : name] = register;
  });
  return new RegisterBank(table);
}
