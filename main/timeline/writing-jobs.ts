/** The jobs of the storage worker, by name. */
import { storeOverlay } from '../disks/store-overlay.ts';
import type { Store } from '../storage/index.ts';
import { copyDisk, copyOwner, dropVersions, nextVersion } from './disk-jobs.ts';
import type { Jobs } from './job.ts';
import { storeMemory } from './store-memory.ts';
import { checkStore, collect, dropOwners, ready, tidy, usage } from './store-keeping.ts';

export const writingJobs = {
  ready,
  storeMemory,
  storeOverlay,
  copyDisk,
  copyOwner,
  nextVersion,
  dropVersions,
  dropOwners,
  collect,
  usage,
  tidy,
  checkStore,
} satisfies Jobs<Store>;
export type WritingJobs = typeof writingJobs;
