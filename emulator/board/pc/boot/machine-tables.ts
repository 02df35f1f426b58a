/** The tables that firmware would leave in memory: ACPI and SMBIOS. */
import type { Loader } from '../../boot/loader.ts';
import { acpiTables } from '../acpi-tables.ts';
import { smbiosTables } from '../smbios.ts';
import { ACPI_TABLES, SMBIOS_TABLES } from './layout.ts';

/** @returns where ACPI's root pointer is */
export function putMachineTables(loader: Loader, cores: number, memoryBytes: number): number {
  const tables = [...acpiTables(cores, ACPI_TABLES), ...smbiosTables(cores, memoryBytes, SMBIOS_TABLES)];
  for (const { address, bytes } of tables) loader.put('the tables of ACPI and SMBIOS', address, bytes);
  return ACPI_TABLES;
}
