/**
 * Where things are on `pc`: the places that PCs have always had, and otherwise those of QEMU's `pc` machine (i440FX), so
 * that firmware and kernels made for it find what they look for.
 */
import type { Window } from '../../device/kit/part.ts';
import type { RamRange } from '../../memory/ram-ranges.ts';

const GIB = 2 ** 30;
export const FOUR_GIB = 4 * GIB;
/** RAM below 4 GiB ends here at most; the rest begins at 4 GiB. */
export const LOW_RAM_MAX = 3 * GIB;

/** Conventional memory ends where the extended BIOS data area begins. */
export const CONVENTIONAL_END = 0x9_fc00;
/** The window of old graphics cards, where no RAM answers. */
export const GRAPHICS: Window = { at: 0xa_0000, size: 0x2_0000 };
/** What firmware would have: here ACPI tables and SMBIOS. */
export const FIRMWARE: Window = { at: 0xe_0000, size: 0x2_0000 };
export const HIGH_MEMORY = 0x10_0000;

/** Where so much RAM answers. */
export function memory(sizeBytes: number): readonly RamRange[] {
  const low = { at: 0, size: Math.min(sizeBytes, LOW_RAM_MAX) };
  return sizeBytes <= LOW_RAM_MAX ? [low] : [low, { at: FOUR_GIB, size: sizeBytes - LOW_RAM_MAX }];
}

/** Ports. */
const ports = (at: number, size: number): Window => ({ at, size });
export const PIC = [ports(0x20, 2), ports(0xa0, 2), ports(0x4d0, 2)] as const;
export const TIMER = [ports(0x40, 4), ports(0x61, 1)] as const;
export const KEYBOARD = [ports(0x60, 1), ports(0x64, 1)] as const;
export const RTC = ports(0x70, 2);
export const SYSTEM_CONTROL = ports(0x92, 1);
export const DEBUG_CONSOLE = [ports(0xe9, 1), ports(0x402, 1)] as const;
export const DEBUG_EXIT = [ports(0xf4, 4), ports(0x501, 1)] as const;
export const SERIAL = ports(0x3f8, 8);
export const PVPANIC = ports(0x505, 1);
export const FW_CFG = [ports(0x510, 2), ports(0x514, 8)] as const;
export const POWER = ports(0x600, 0x40);
/** The configuration ports of PCI, and in them the reset control register. */
export const PCI_REGISTERS = ports(0xcf8, 8);
export const RESET_CONTROL = 0xcf9;
export const HARD_RESET = 6;

/** Memory. */
export const IOAPIC: Window = { at: 0xfec0_0000, size: 0x1000 };
export const LOCAL_APIC = 0xfee0_0000;
/** What PCI functions may be given. */
export const PCI_MEMORY: Window = { at: 0xc000_0000, size: 0x3e00_0000 };
export const VMGENID: Window = { at: 0xfe80_0000, size: 0x1000 };

/** ISA interrupts; the timer's is pin 2 of the I/O APIC. */
export const TIMER_LINE = 0;
export const SERIAL_LINE = 4;
export const RTC_LINE = 8;
export const POWER_LINE = 9;
export const TIMER_PIN = 2;
/** The first of the PCI bus's four inputs of the I/O APIC. */
export const PCI_LINE = 16;
/** Lines from here on are general-purpose events of ACPI. */
export const EVENT_LINE = 64;
export const VMGENID_EVENT = 5;

/** Slots of the PCI bus: the ISA bridge, then virtio devices, then what a person has added. */
export const ISA_BRIDGE_SLOT = 1;
export const VIRTIO_SLOT = 3;
/** Of the last disk that a machine can have, where shared folders begin and go downward. */
export const LAST_DISK_SLOT = 28;
export const EDU_SLOT = 30;
/** Of network cards, in the order in which guests count them; disks may have all slots between. */
export const NETWORK_SLOTS = [2, 29, 31] as const;
