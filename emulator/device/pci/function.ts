/**
 * One PCI function (PCI Local Bus Specification 3.0, chapter 6): its configuration space, the regions it answers in,
 * and its interrupts: the pin, one message (MSI), or one of several (MSI-X). What the device does is behind its regions.
 */
import { DeviceCore, type Place, type RegionTarget } from '../kit/device.ts';
import type { RegisterBank } from '../kit/registers.ts';
import type { Schema } from '../../snapshot/schema.ts';
import { type Capability, joinAddress, MSIX_ENABLE, MSIX_MASK_ALL, MSIX_PENDING_AT, msix, placeCapabilities } from './capability.ts';
import type { PciFront } from './front.ts';
import { configRegisters, type PciIdentity } from './config-registers.ts';
import {
  BARS,
  COMMAND_INTX_OFF,
  COMMAND_IO,
  COMMAND_MASTER,
  COMMAND_MEMORY,
  COMMAND_WRITABLE,
  MSIX_ENTRY_WORDS,
  type PciFields,
} from './state.ts';

/** A region that a base address register places. `size` is a power of two, in bytes, at least 16. */
export interface Region {
  readonly bar: number;
  readonly kind: 'io' | 'memory32' | 'memory64';
  readonly prefetchable?: boolean;
  readonly size: number;
  readonly target: RegionTarget;
}

/** What kind of function it is; the same on every thread. */
export interface PciShape {
  readonly identity: PciIdentity;
  readonly regions: readonly Region[];
  readonly capabilities: readonly Capability[];
  readonly msix?: { readonly vectors: number; readonly bar: number };
  /** 1 to 4: INTA# to INTD#; 0: the function has no pin. */
  readonly pin: 0 | 1 | 2 | 3 | 4;
}

/** Where a function's interrupts go. */
export interface PciWires {
  /** Writes a message: 32 bits of data to a physical address, as any bus master does. */
  message(address: number, data: number): void;
}

const MSIX_REGION_BYTES = 0x1000;
const ENTRY_BYTES = 4 * MSIX_ENTRY_WORDS;
const ignore = () => undefined;

export class PciFunction extends DeviceCore<PciFields> implements PciFront {
  readonly shape: PciShape;
  readonly registers: RegisterBank<PciFront>;
  readonly regions: readonly Region[];
  readonly #wires: PciWires;
  readonly #through: readonly NonNullable<Capability['through']>[];
  /** Told when the pin may have changed; the bus that the function is plugged into sets it. */
  pinChanged: () => void = ignore;
  /** Told, without the lock, when the function may use memory again. */
  masterEnabled: () => void = ignore;
  #masterDue = false;

  constructor(name: string, schema: Schema<PciFields>, place: Place, shape: PciShape, wires: PciWires) {
    super(name, schema, place);
    this.shape = shape;
    this.#wires = wires;
    const { capabilities, msix: messages, regions, identity, pin } = shape;
    const own = messages ? [msix(messages.vectors, messages.bar)] : [];
    const all = [...own, ...capabilities];
    this.registers = configRegisters(identity, pin, all);
    this.#through = placeCapabilities(all).flatMap(({ capability: { through }, at }) =>
      through ? [{ ...through, at: at + through.at }] : [],
    );
    const table: Region[] = messages
      ? [{ bar: messages.bar, kind: 'memory32', size: MSIX_REGION_BYTES, target: this.#msixRegion(messages.vectors) }]
      : [];
    this.regions = [...table, ...regions];
  }

  /** Whether the function may read and write memory and send messages. */
  get mayMaster(): boolean {
    return (this.state.command & COMMAND_MASTER) !== 0;
  }

  get #msiEnabled(): boolean {
    return (this.state.msiControl & 1) !== 0;
  }
  get msixEnabled(): boolean {
    return (this.state.msixControl & MSIX_ENABLE) !== 0;
  }

  /** Whether the function pulls its pin now. */
  get pulling(): boolean {
    const { intx, command } = this.state;
    return intx !== 0 && (command & COMMAND_INTX_OFF) === 0 && !this.#msiEnabled && !this.msixEnabled;
  }

  /** Reads configuration space; what is not there reads 0. */
  readConfig(offset: number, size: 1 | 2 | 4): number {
    const through = this.#throughAt(offset);
    return through ? through.read(size) : this.lock.hold(() => this.registers.read(this, offset, size, ignore));
  }

  writeConfig(offset: number, size: 1 | 2 | 4, value: number): void {
    const through = this.#throughAt(offset);
    if (through) return through.write(size, value);
    this.lock.hold(() => this.registers.write(this, offset, size, value, ignore));
    this.pinChanged();
    if (!this.#masterDue) return;
    this.#masterDue = false;
    this.masterEnabled();
  }

  #throughAt(offset: number) {
    return this.#through.find(({ at }) => offset >= at && offset < at + 4);
  }

  setCommand(value: number): void {
    const before = this.state.command;
    this.state.command = value & COMMAND_WRITABLE;
    if ((value & ~before & COMMAND_MASTER) !== 0) this.#masterDue = true;
  }

  /** A base address register: the address with the bits that say what the region is; 0 where there is none. */
  bar(index: number): number {
    const region = this.#regionOf(index);
    if (!region) return 0;
    const address = this.state.bars[index] as number;
    if (index !== region.bar) return address;
    if (region.kind === 'io') return address | 1;
    return address | (region.kind === 'memory64' ? 4 : 0) | (region.prefetchable ? 8 : 0);
  }

  /** Keeps the bits of an address that the region's size leaves free, by which a guest learns the size (section 6.2.5.1). */
  setBar(index: number, value: number): void {
    const region = this.#regionOf(index);
    if (!region) return;
    const high = index !== region.bar;
    const mask = high ? -Math.floor(region.size / 2 ** 32) || -1 : region.size > 0x8000_0000 ? 0 : -region.size;
    this.state.bars[index] = value & mask;
  }

  /** The region that a register belongs to; the one after a 64-bit region's holds its high half. */
  #regionOf(index: number): Region | undefined {
    return this.regions.find(({ bar, kind }) => bar === index || (kind === 'memory64' && bar + 1 === index));
  }

  /** Where a region lies now, or undefined while the guest has not placed or enabled it. */
  addressOf({ bar, kind }: Region): number | undefined {
    const needed = kind === 'io' ? COMMAND_IO : COMMAND_MEMORY;
    if ((this.state.command & needed) === 0) return undefined;
    const low = (this.state.bars[bar] as number) >>> 0;
    const high = kind === 'memory64' && bar + 1 < BARS ? (this.state.bars[bar + 1] as number) >>> 0 : 0;
    const address = joinAddress(low, high);
    return address === 0 ? undefined : address;
  }

  /** The region that answers `size` bytes at an address of a space, and where in it. */
  find(space: 'io' | 'memory', address: number, size: number): { readonly region: Region; readonly offset: number } | undefined {
    for (const region of this.regions) {
      if ((region.kind === 'io') !== (space === 'io')) continue;
      const at = this.addressOf(region);
      if (at !== undefined && address >= at && address + size <= at + region.size) return { region, offset: address - at };
    }
    return undefined;
  }

  /** Drives the interrupt pin. Whoever calls may hold the device's lock, never this one's. */
  setPin(level: boolean): void {
    const next = level ? 1 : 0;
    if (this.state.intx === next) return;
    this.lock.hold(() => (this.state.intx = next));
    this.pinChanged();
  }

  setMsiControl(value: number): void {
    this.state.msiControl = value;
  }

  /** Sends the function's one message. @returns false where the guest has not chosen messages */
  sendMsi(): boolean {
    if (!this.#msiEnabled) return false;
    const { msiAddressLow, msiAddressHigh, msiData } = this.state;
    if (this.mayMaster) this.#wires.message(joinAddress(msiAddressLow, msiAddressHigh), msiData);
    return true;
  }

  setMsixControl(value: number): void {
    this.state.msixControl = value;
    this.#sendPending();
  }

  /** Sends a vector's message, or remembers it while the vector is masked (section 6.8.3.4). */
  sendMsix(vector: number): void {
    this.lock.hold(() => {
      if (!this.msixEnabled || vector >= (this.shape.msix?.vectors ?? 0)) return;
      const { msixPending } = this.state;
      msixPending[vector >> 5] = (msixPending[vector >> 5] as number) | (1 << (vector & 31));
      this.#sendPending();
    });
  }

  #sendPending(): void {
    const { msixControl, msixTable, msixPending } = this.state;
    if ((msixControl & (MSIX_ENABLE | MSIX_MASK_ALL)) !== MSIX_ENABLE || !this.mayMaster) return;
    for (let vector = 0; vector < (this.shape.msix?.vectors ?? 0); vector++) {
      const bit = 1 << (vector & 31);
      const entry = vector * MSIX_ENTRY_WORDS;
      const masked = ((msixTable[entry + 3] as number) & 1) !== 0;
      if (masked || ((msixPending[vector >> 5] as number) & bit) === 0) continue;
      msixPending[vector >> 5] = (msixPending[vector >> 5] as number) & ~bit;
      const address = joinAddress((msixTable[entry] as number) >>> 0, (msixTable[entry + 1] as number) >>> 0);
      this.#wires.message(address, (msixTable[entry + 2] as number) >>> 0);
    }
  }

  #msixRegion(vectors: number): RegionTarget {
    const { msixTable, msixPending } = this.state;
    const words = (offset: number): { array: Int32Array; index: number } | undefined => {
      if (offset < vectors * ENTRY_BYTES) return { array: msixTable, index: offset >> 2 };
      const pending = (offset - MSIX_PENDING_AT) >> 2;
      return offset >= MSIX_PENDING_AT && pending < msixPending.length ? { array: msixPending, index: pending } : undefined;
    };
    return {
      read: (offset, size) => {
        const word = words(offset);
        const value = (word ? (word.array[word.index] as number) : 0) >>> ((offset & 3) * 8);
        return size === 4 ? value >>> 0 : value & (2 ** (8 * size) - 1);
      },
      // Software writes whole words only (section 6.8.2).
      write: (offset, size, value) =>
        this.lock.hold(() => {
          if (size !== 4 || offset >= vectors * ENTRY_BYTES) return;
          msixTable[offset >> 2] = (offset & 15) === 12 ? value & 1 : value;
          this.#sendPending();
        }),
    };
  }
}
