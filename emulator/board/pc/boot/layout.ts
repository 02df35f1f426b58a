/** Where the boot loader puts what it leaves for a kernel, below 1 MiB. */
import { FIRMWARE } from '../memory-map.ts';

/** The global descriptor table. */
export const GDT = 0x500;
/** Structures of the boot protocol: Linux's zero page, PVH's start information, multiboot's. */
export const INFORMATION = 0x7000;
/** The stack grows down to the structures' end. */
export const STACK = 0x8ff0;
/** Page tables: one table of level 4, one of level 3, four of level 2. */
export const PAGE_TABLES = 0x9000;
export const COMMAND_LINE = 0x2_0000;
/** Lists that the structures point to. */
export const LISTS = 0x2_1000;
export const ACPI_TABLES = FIRMWARE.at;
/** The segment F000, in which SMBIOS is looked for. */
export const SMBIOS_TABLES = 0xf_0000;
