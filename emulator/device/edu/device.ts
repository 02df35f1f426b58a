/**
 * `edu`, the PCI device that QEMU has for teaching how drivers are written (docs/specs/edu.rst there): identification,
 * a liveness check, a factorial, interrupts by pin or message, and DMA between RAM and a buffer of its own. Work that
 * takes QEMU's device a moment is done here when it is asked for, which the specification allows.
 */
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { type Device, DeviceCore, mount, type Place } from '../kit/device.ts';
import type { Log } from '../kit/wiring.ts';
import { msi } from '../pci/capability.ts';
import { PciFunction, type PciShape, type PciWires } from '../pci/function.ts';
import { type EduFront, eduRegisters } from './registers.ts';
import { BUFFER_BYTES, eduPciState, eduState } from './state.ts';

const IDENTITY = { vendor: 0x1234, device: 0x11e8, revision: 0x10, classCode: 0x00_ff00, subsystemVendor: 0x1af4, subsystem: 0x1100 };
const REGION_BYTES = 0x10_0000;
/** Where a transfer finds the device's buffer. */
const BUFFER_AT = 0x4_0000;
const STATUS_INTERRUPT = 0x80;
const FACTORIAL_DONE = 1;
const DMA_DONE = 0x100;
const DMA_START = 1n;
const DMA_TO_RAM = 2n;
const DMA_INTERRUPT = 4n;
/** The device drives 32 address lines. (QEMU's has 28 unless told `dma_mask=0xffffffff`, which reaches no RAM on `virt`.) */
const DMA_MASK = (1n << 32n) - 1n;

/** What a board connects the device to. */
export interface EduWires extends PciWires {
  readonly memory: GuestMemory;
  readonly log: Log;
}

export class Edu extends DeviceCore<typeof eduState.fields> implements EduFront {
  readonly function: PciFunction;
  readonly registers: Device;
  readonly #memory: GuestMemory;
  readonly #log: Log;

  /** @param functionPlace of the function's state, `eduPciState` */
  constructor(name: string, place: Place, functionPlace: Place, wires: EduWires) {
    super(name, eduState, place);
    this.#memory = wires.memory;
    this.#log = wires.log;
    this.registers = mount(this, eduRegisters);
    const region = { bar: 0, kind: 'memory32', size: REGION_BYTES, target: this.registers } as const;
    const shape: PciShape = { identity: IDENTITY, pin: 1, regions: [region], capabilities: [msi] };
    this.function = new PciFunction(`${name}-pci`, eduPciState, functionPlace, shape, wires);
  }

  computeFactorial(value: number): void {
    let product = 1;
    for (let factor = value; factor > 1 && product !== 0; factor--) product = Math.imul(product, factor);
    this.state.factorial = product >>> 0;
    if ((this.state.status & STATUS_INTERRUPT) !== 0) this.raise(FACTORIAL_DONE);
  }

  raise(bits: number): void {
    this.state.interruptStatus = (this.state.interruptStatus | bits) >>> 0;
    if (this.state.interruptStatus !== 0 && !this.function.sendMsi()) this.function.setPin(true);
  }

  acknowledge(bits: number): void {
    this.state.interruptStatus = (this.state.interruptStatus & ~bits) >>> 0;
    if (this.state.interruptStatus === 0) this.function.setPin(false);
  }

  setWide(field: 'dmaSource' | 'dmaDestination' | 'dmaCount' | 'dmaCommand', high: boolean, value: number): void {
    const before = this.state[field];
    this.state[field] = high ? (before & 0xffff_ffffn) | (BigInt(value) << 32n) : (before & ~0xffff_ffffn) | BigInt(value);
    if (field === 'dmaCommand' && !high && (this.state.dmaCommand & DMA_START) !== 0n) this.#transfer();
  }

  /** Moves bytes between RAM and the buffer; a transfer outside either moves nothing and says so in the log. */
  #transfer(): void {
    const { dmaSource, dmaDestination, dmaCount, dmaCommand, buffer } = this.state;
    const toRam = (dmaCommand & DMA_TO_RAM) !== 0n;
    const own = Number(toRam ? dmaSource : dmaDestination) - BUFFER_AT;
    const address = Number((toRam ? dmaDestination : dmaSource) & DMA_MASK);
    const count = Number(dmaCount);
    const ram = this.function.mayMaster ? this.#memory.bytes(address, count) : undefined;
    if (!ram || own < 0 || own + count > BUFFER_BYTES) this.#log(`${this.name}: a transfer outside its buffer or RAM was ignored`);
    else if (toRam) {
      this.#memory.prepare(address, count);
      ram.set(buffer.subarray(own, own + count));
      this.#memory.written(address, count);
    } else buffer.set(ram, own);
    this.state.dmaCommand = dmaCommand & ~DMA_START;
    if ((dmaCommand & DMA_INTERRUPT) !== 0n) this.raise(DMA_DONE);
  }
}
