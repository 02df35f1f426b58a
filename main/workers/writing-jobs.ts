/** The jobs of the storage worker, by name. */
import type { importMachine } from '../archive/import-machine.ts';
import type { compactDisk } from '../disks/compact-disk.ts';
import type { importImage } from '../disks/import-image.ts';
import { storeOverlay } from '../disks/store-overlay.ts';
import type { Store } from '../storage/index.ts';
import { copyDisks, copyOwner, dropVersions, nextVersion } from '../disks/content-jobs.ts';
import { ready, type Jobs } from '../jobs/job.ts';
import { storeMemory } from '../ram/store-memory.ts';
import { bytesOf, checkStore, collect, dropOwners, freedBy, hasManifest, manifestNames, tidy, usage } from '../storage/keeping-jobs.ts';

/** Loaded with their first use. */
const rare = {
  importMachine: async (...args: Parameters<typeof importMachine>) => (await import('../archive/import-machine.ts')).importMachine(...args),
  importImage: async (...args: Parameters<typeof importImage>) => (await import('../disks/import-image.ts')).importImage(...args),
  compactDisk: async (...args: Parameters<typeof compactDisk>) => (await import('../disks/compact-disk.ts')).compactDisk(...args),
};

export const writingJobs = {
  ready,
  storeMemory,
  storeOverlay,
  copyDisks,
  copyOwner,
  nextVersion,
  dropVersions,
  dropOwners,
  hasManifest,
  manifestNames,
  collect,
  freedBy,
  bytesOf,
  usage,
  tidy,
  checkStore,
  ...rare,
} satisfies Jobs<Store>;
export type WritingJobs = typeof writingJobs;
