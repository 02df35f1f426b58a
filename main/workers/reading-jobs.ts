/** The jobs of the return worker, by name; `storage.ts` lists the names once more. */
import type { exportMachine } from '../archive/export-machine.ts';
import type { compareSnapshots } from '../compare/compare-snapshots.ts';
import type { listGuestFolder, readGuestFile, takeGuestFile } from '../compare/guest-files.ts';
import type { sameContent } from '../disks/content.ts';
import type { exportImage } from '../disks/export-image.ts';
import type { ChunkReader } from '../storage/index.ts';
import { ready, type Jobs } from '../jobs/job.ts';
import { compareMemory, fillMemory } from '../ram/return-memory.ts';

/** Loaded with their first use: a guest that goes back is not to wait for them. */
const rare = {
  compareSnapshots: async (...args: Parameters<typeof compareSnapshots>) =>
    (await import('../compare/compare-snapshots.ts')).compareSnapshots(...args),
  sameContent: async (...args: Parameters<typeof sameContent>) => (await import('../disks/content.ts')).sameContent(...args),
  exportImage: async (...args: Parameters<typeof exportImage>) => (await import('../disks/export-image.ts')).exportImage(...args),
  exportMachine: async (...args: Parameters<typeof exportMachine>) => (await import('../archive/export-machine.ts')).exportMachine(...args),
  listGuestFolder: async (...args: Parameters<typeof listGuestFolder>) =>
    (await import('../compare/guest-files.ts')).listGuestFolder(...args),
  readGuestFile: async (...args: Parameters<typeof readGuestFile>) => (await import('../compare/guest-files.ts')).readGuestFile(...args),
  takeGuestFile: async (...args: Parameters<typeof takeGuestFile>) => (await import('../compare/guest-files.ts')).takeGuestFile(...args),
};

export const readingJobs = {
  ready,
  compareMemory,
  fillMemory,
  ...rare,
} satisfies Jobs<ChunkReader>;
export type ReadingJobs = typeof readingJobs;
