/**
 * Capabilities of a PCI function (PCI 3.0, section 6.7): each brings its registers, and the function links them into
 * the list that begins at 0x34.
 */
import type { Register } from '../kit/registers.ts';
import type { PciFront } from './front.ts';

/** One capability. Its first two bytes, identity and link, are the function's. */
export interface Capability {
  readonly id: number;
  /** In bytes, the first two included; a multiple of 4. */
  readonly length: number;
  /** The registers after the first two bytes, by name. @param at offset of the capability in configuration space */
  registers(at: number): Record<string, Register<PciFront>>;
  /**
   * Four bytes that lead on to something with a lock of its own, which comes before the function's: they are served
   * without the function's lock.
   */
  readonly through?: { readonly at: number; read(size: 1 | 2 | 4): number; write(size: 1 | 2 | 4, value: number): void };
}

const FIRST_CAPABILITY = 0x40;

/** Where each capability lies in configuration space, one after the other; the last one's `next` is 0. */
export function placeCapabilities(capabilities: readonly Capability[]): readonly { capability: Capability; at: number; next: number }[] {
  let at = FIRST_CAPABILITY;
  return capabilities.map((capability, index) => {
    const here = at;
    at += capability.length;
    return { capability, at: here, next: index === capabilities.length - 1 ? 0 : at };
  });
}

/** A 64-bit address at `low`, below 2^53. */
export const joinAddress = (low: number, high: number): number => high * 2 ** 32 + low;

const MSI = 0x05;
const MSI_ENABLE = 1;
const MSI_64_BIT = 0x80;

/** Message-signalled interrupts with one vector and a 64-bit address (section 6.8.1). */
export const msi: Capability = {
  id: MSI,
  length: 16,
  registers: (at) => ({
    msiControl: {
      at: at + 2,
      width: 2,
      doc: 'bit 0: interrupts are messages; bit 7: the address has 64 bits',
      read: ({ state }) => state.msiControl | MSI_64_BIT,
      write: (pci, value) => pci.setMsiControl(value & MSI_ENABLE),
    },
    msiAddressLow: { at: at + 4, doc: 'where the message is written', holds: 'msiAddressLow', writable: 0xffff_fffc },
    msiAddressHigh: { at: at + 8, doc: 'its high half', holds: 'msiAddressHigh', writable: 0xffff_ffff },
    msiData: { at: at + 12, doc: 'the 16 bits of the message', holds: 'msiData', writable: 0xffff },
  }),
};

const MSIX = 0x11;
export const MSIX_ENABLE = 0x8000;
export const MSIX_MASK_ALL = 0x4000;
/** Where the pending bits are in the region that begins with the table. */
export const MSIX_PENDING_AT = 0x800;

/** MSI-X with its table at the beginning of a region and the pending bits behind it (section 6.8.2). */
export const msix = (vectors: number, bar: number): Capability => ({
  id: MSIX,
  length: 12,
  registers: (at) => ({
    msixControl: {
      at: at + 2,
      width: 2,
      doc: 'bits 0 to 10: vectors less one; bit 14: all masked; bit 15: interrupts are messages',
      read: ({ state }) => state.msixControl | (vectors - 1),
      write: (pci, value) => pci.setMsixControl(value & (MSIX_ENABLE | MSIX_MASK_ALL)),
    },
    msixTable: { at: at + 4, doc: 'region and offset of the table', read: () => bar },
    msixPendingBits: { at: at + 8, doc: 'region and offset of the pending bits', read: () => MSIX_PENDING_AT | bar },
  }),
});
