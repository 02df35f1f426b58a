/**
 * Where things are on `riscv64-virt`: QEMU's `virt` machine (hw/riscv/virt.c and docs/system/riscv/virt of QEMU 7 to
 * 10), so that firmware, kernels and bare programs made for it run unmodified.
 */

import type { Window } from '../../device/kit/part.ts';

export const FINISHER: Window = { at: 0x10_0000, size: 0x1000 };
export const RTC: Window = { at: 0x10_1000, size: 0x1000 };
export const CLINT: Window = { at: 0x200_0000, size: 0x1_0000 };
/** In QEMU's window for platform devices, which has lines of its own. */
export const VMGENID: Window = { at: 0x400_0000, size: 0x1000 };
export const PLIC: Window = { at: 0xc00_0000, size: 0x60_0000 };
export const UART: Window = { at: 0x1000_0000, size: 0x100 };
/** The n-th virtio-mmio place, from 0. QEMU has eight; those after them are where it has nothing. */
export const virtioPlace = (place: number): Window => ({ at: 0x1000_1000 + 0x1000 * place, size: 0x1000 });
export const VIRTIO_PLACES = 32;
/** Those that a guest is told of even when they are empty. */
export const VIRTIO_PLACES_SHOWN = 8;
/** The PCI host bridge: configuration space of 256 buses, I/O ports, and memory below 4 GiB. */
export const PCI_CONFIGURATION: Window = { at: 0x3000_0000, size: 0x1000_0000 };
export const PCI_PORTS: Window = { at: 0x300_0000, size: 0x1_0000 };
export const PCI_MEMORY: Window = { at: 0x4000_0000, size: 0x4000_0000 };
/** For regions that may lie beyond 4 GiB. */
export const PCI_MEMORY_64: Window = { at: 0x4_0000_0000, size: 0x4_0000_0000 };
export const DRAM = 0x8000_0000;

/** PLIC sources. */
export const UART_LINE = 10;
export const RTC_LINE = 11;
export const VMGENID_LINE = 64;
/** The first of the PCI bus's four. */
export const PCI_LINE = 32;
/** Of a virtio-mmio place: QEMU's eight have sources 1 to 8, the others those after the PCI bus's. */
export const virtioLine = (place: number): number => (place < VIRTIO_PLACES_SHOWN ? 1 + place : PCI_LINE + 4 + place - VIRTIO_PLACES_SHOWN);

/** Where a kernel goes: after firmware, aligned to 2 MiB. */
export const KERNEL = DRAM + 0x20_0000;

/** The consoles and the entropy source have the last two of QEMU's places; disks have all others. */
export const CONSOLE_PLACE = 6;
export const RNG_PLACE = 7;
/** Of network cards, after the last disk's; on the PCI bus the edu device has the slot between. */
export const NETWORK_PLACES = [26, 27, 28, 30] as const;

/** Device numbers on the PCI bus: virtio devices in the order of their places, then what a person has added. */
export const pciSlotOfVirtio = (place: number): number => 1 + place;
export const EDU_PCI_SLOT = 30;
