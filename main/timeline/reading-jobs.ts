/** The jobs of the return worker, by name; `storage.ts` lists the names once more. */
import { exportMachine } from '../archive/export-machine.ts';
import { compareSnapshots } from '../compare/compare-snapshots.ts';
import { exportImage } from '../disks/export-image.ts';
import type { ChunkReader } from '../storage/index.ts';
import type { Jobs } from './job.ts';
import { compareMemory, fillMemory } from './return-memory.ts';

export const readingJobs = {
  compareMemory,
  fillMemory,
  compareSnapshots,
  exportImage,
  exportMachine,
} satisfies Jobs<ChunkReader>;
export type ReadingJobs = typeof readingJobs;
