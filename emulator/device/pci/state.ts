/** State of a PCI function: what its configuration space holds (PCI Local Bus Specification 3.0, chapter 6). */
import { type Field, u16, u32, u32s, u8 } from '../../snapshot/schema.ts';

export type PciFields = {
  command: Field<number>;
  cacheLineSize: Field<number>;
  latencyTimer: Field<number>;
  interruptLine: Field<number>;
  bars: Field<Int32Array>;
  intx: Field<number>;
  msiControl: Field<number>;
  msiAddressLow: Field<number>;
  msiAddressHigh: Field<number>;
  msiData: Field<number>;
  msixControl: Field<number>;
  msixTable: Field<Int32Array>;
  msixPending: Field<Int32Array>;
};

export const BARS = 6;
/** Words of one entry of the MSI-X table: address low, address high, data, control. */
export const MSIX_ENTRY_WORDS = 4;
export const MSIX_VECTORS_MAX = 64;

/**
 * Declares them for a function with `vectors` MSI-X vectors (0: no MSI-X). Every vector is masked after a reset
 * (section 6.8.2.9). Arrays have at least two elements, because a schema's array of one is a scalar.
 */
export function pciFields(vectors: number): PciFields {
  const words = Math.max(2, vectors * MSIX_ENTRY_WORDS);
  return {
    command: u16(),
    cacheLineSize: u8(),
    latencyTimer: u8(),
    /** Scratch for the guest's firmware: the device ignores it. */
    interruptLine: u8(),
    /** Base addresses as the guest wrote them, without the bits that say what kind of region it is. */
    bars: u32s(BARS),
    /** Whether the device asserts its interrupt pin. */
    intx: u8(),
    msiControl: u16(),
    msiAddressLow: u32(),
    msiAddressHigh: u32(),
    msiData: u32(),
    msixControl: u16(),
    /** Entry after entry; a set bit 0 of the fourth word masks the vector. */
    msixTable: { ...u32s(words), reset: vectors === 0 ? 0 : 1 },
    msixPending: u32s(2),
  };
}

/** Bits of the command register (section 6.2.2). */
export const COMMAND_IO = 1;
export const COMMAND_MEMORY = 2;
export const COMMAND_MASTER = 4;
export const COMMAND_INTX_OFF = 0x400;
/** The bits that a guest may change: those above, parity error response and SERR# enable. */
export const COMMAND_WRITABLE = COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_INTX_OFF | 0x140;
