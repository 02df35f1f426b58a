/** The device by which firmware and kernels learn of the machine (QEMU, docs/specs/fw_cfg): by bytes or by DMA. */
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { DeviceCore, type Place } from '../kit/device.ts';
import type { FwCfgItems } from './items.ts';
import type { FwCfgFront } from './registers.ts';
import { fwCfgState } from './state.ts';

/** "QEMU CFG": what the address registers read. */
const DMA_SIGNATURE = { high: 0x5145_4d55, low: 0x2043_4647 } as const;
const CONTROL = { error: 1, read: 2, skip: 4, select: 8, write: 16 } as const;
const NOTHING = new Uint8Array();
/** Bits 14 and 15 of a number say who defined the item and whether it may be written. */
const ITEM_BITS = 0xbfff;

/** Registers are big-endian on a little-endian bus. */
function swapped(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

export class FwCfg extends DeviceCore<typeof fwCfgState.fields> implements FwCfgFront {
  readonly #items: FwCfgItems;
  readonly #memory: GuestMemory;

  constructor(name: string, place: Place, items: FwCfgItems, memory: GuestMemory) {
    super(name, fwCfgState, place);
    this.#items = items;
    this.#memory = memory;
  }

  select(item: number): void {
    this.state.selected = item & ITEM_BITS;
    this.state.offset = 0;
  }

  get #content(): Uint8Array {
    return this.#items.get(this.state.selected) ?? NOTHING;
  }

  readByte(): number {
    const byte = this.#content[this.state.offset] ?? 0;
    this.state.offset += 1;
    return byte;
  }

  readDmaAddress(high: boolean): number {
    return swapped(high ? DMA_SIGNATURE.high : DMA_SIGNATURE.low);
  }

  writeDmaAddress(high: boolean, value: number): void {
    const { state } = this;
    const half = BigInt(swapped(value));
    if (high) {
      state.dmaAddress = half << 32n;
      return;
    }
    const address = Number((state.dmaAddress & ~0xffff_ffffn) | half);
    state.dmaAddress = 0n;
    this.#transfer(address);
  }

  /** Does what the structure at an address asks for, and clears its control word. */
  #transfer(at: number): void {
    const memory = this.#memory;
    const offset = memory.offset(at, 16);
    if (offset < 0) return;
    const control = memory.view.getUint32(offset);
    const length = memory.view.getUint32(offset + 4);
    const address = Number(memory.view.getBigUint64(offset + 8));
    if ((control & CONTROL.select) !== 0) this.select(control >>> 16);
    const done = this.#move(control, address, length);
    memory.prepare(at, 4);
    memory.view.setUint32(offset, done ? 0 : CONTROL.error);
    memory.written(at, 4);
  }

  /** @returns false for what cannot be done: writing, or memory that is not there */
  #move(control: number, address: number, length: number): boolean {
    const { state } = this;
    if ((control & CONTROL.read) !== 0) {
      const target = this.#memory.bytes(address, length);
      if (!target) return false;
      this.#memory.prepare(address, length);
      const content = this.#content.subarray(state.offset, state.offset + length);
      target.fill(0);
      target.set(content);
      this.#memory.written(address, length);
    } else if ((control & CONTROL.write) !== 0) return false;
    if ((control & (CONTROL.read | CONTROL.skip)) !== 0) state.offset = Math.min(state.offset + length, 0xffff_ffff);
    return true;
  }
}
