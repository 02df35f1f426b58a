/**
 * Where things are on `riscv64-virt`: QEMU's `virt` machine (hw/riscv/virt.c and docs/system/riscv/virt of QEMU 7 to
 * 10), so that firmware, kernels and bare programs made for it run unmodified.
 */

export interface Window {
  readonly at: number;
  readonly size: number;
}

export const FINISHER: Window = { at: 0x10_0000, size: 0x1000 };
export const RTC: Window = { at: 0x10_1000, size: 0x1000 };
export const CLINT: Window = { at: 0x200_0000, size: 0x1_0000 };
/** In QEMU's window for platform devices, which has lines of its own. */
export const VMGENID: Window = { at: 0x400_0000, size: 0x1000 };
export const PLIC: Window = { at: 0xc00_0000, size: 0x60_0000 };
export const UART: Window = { at: 0x1000_0000, size: 0x100 };
/** The n-th virtio-mmio slot, from 0. */
export const virtioSlot = (slot: number): Window => ({ at: 0x1000_1000 + 0x1000 * slot, size: 0x1000 });
export const VIRTIO_SLOTS = 8;
/** The PCI host bridge: configuration space of 256 buses, I/O ports, and memory. */
export const PCI_CONFIGURATION: Window = { at: 0x3000_0000, size: 0x1000_0000 };
export const PCI_PORTS: Window = { at: 0x300_0000, size: 0x1_0000 };
export const PCI_MEMORY: Window = { at: 0x4000_0000, size: 0x4000_0000 };
export const DRAM = 0x8000_0000;

/** PLIC sources. */
export const UART_LINE = 10;
export const RTC_LINE = 11;
export const VMGENID_LINE = 64;
/** The first of the PCI bus's four. */
export const PCI_LINE = 32;
export const virtioLine = (slot: number): number => 1 + slot;

/** Hertz of the UART's clock, from which a guest computes divisors. */
export const UART_CLOCK = 3_686_400;
/** Where a kernel goes: after firmware, aligned to 2 MiB. */
export const KERNEL = DRAM + 0x20_0000;

/** Disks take the slots from 0; the consoles and the entropy source have the last two. */
export const CONSOLE_SLOT = 6;
export const RNG_SLOT = 7;
export const DISKS_MAX = CONSOLE_SLOT;

/** Device numbers on the PCI bus: virtio devices in the order of their places, then what a person has added. */
export const pciSlotOfVirtio = (slot: number): number => 1 + slot;
export const EDU_PCI_SLOT = 16;
