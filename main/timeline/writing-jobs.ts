/** The jobs of the storage worker, by name. */
import { importMachine } from '../archive/import-machine.ts';
import { compactDisk } from '../disks/compact-disk.ts';
import { importImage } from '../disks/import-image.ts';
import { storeOverlay } from '../disks/store-overlay.ts';
import type { Store } from '../storage/index.ts';
import { copyDisk, copyOwner, dropVersions, nextVersion } from './disk-jobs.ts';
import type { Jobs } from './job.ts';
import { storeMemory } from './store-memory.ts';
import { checkStore, collect, dropOwners, hasManifest, manifestNames, ready, tidy, usage } from './store-keeping.ts';

export const writingJobs = {
  ready,
  storeMemory,
  storeOverlay,
  importImage,
  compactDisk,
  copyDisk,
  copyOwner,
  nextVersion,
  dropVersions,
  dropOwners,
  hasManifest,
  manifestNames,
  collect,
  usage,
  tidy,
  checkStore,
  importMachine,
} satisfies Jobs<Store>;
export type WritingJobs = typeof writingJobs;
