/** The computer under the machines: how busy it is, and what the library takes of its disk. */
import type { MachineId } from './machines.ts';

export interface HostFigures {
  readonly cores: number;
  /** How busy all cores are with whatever runs on the computer, 0 to 100, since somebody last asked (at least 250 ms). */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  /** Memory that nothing uses or that could be had at once. */
  readonly memoryFreeBytes: number;
  /** What this program takes of it, its machines included. */
  readonly ownMemoryBytes: number;
  /** The file system where the library is. */
  readonly diskBytes: number;
  readonly diskFreeBytes: number;
}

/** What belongs to no machine alone. */
export type SharedUse =
  /** Stored bytes that several machines or booted templates share, and room in the store that is free to be used again. */
  | 'shared'
  /** Systems that were installed for templates, which their machines stand on. */
  | 'systems'
  /** Disk images that were copied into the library. */
  | 'imported'
  /** All that consoles printed, with its index. */
  | 'consoles'
  /** Parts of templates, which can be downloaded again, and what the emulator keeps from start to start. */
  | 'cache'
  /** Definitions and settings. */
  | 'records';

/** These uses in words, in the order in which they are shown. */
export const SHARED_USE_WORDS: Readonly<Record<SharedUse, string>> = {
  shared: 'Shared by machines, or free in the store',
  systems: 'Systems installed for templates',
  imported: 'Imported disk images',
  consoles: 'Console history',
  cache: 'Template downloads and caches',
  records: 'Definitions and settings',
};

export interface StorageUse {
  /** Where the library is. */
  readonly folder: string;
  /** What each machine has alone: its disks and snapshots, in bytes on the host; the largest first. */
  readonly machines: readonly { readonly id: MachineId; readonly name: string; readonly bytes: number }[];
  /** What emptying the bin would free. */
  readonly binBytes: number;
  readonly shared: Readonly<Record<SharedUse, number>>;
  readonly totalBytes: number;
}
