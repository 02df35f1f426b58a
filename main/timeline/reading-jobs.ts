/** The jobs of the return worker, by name; `storage.ts` lists the names once more. */
import type { ChunkReader } from '../storage/index.ts';
import type { Jobs } from './job.ts';
import { compareMemory, fillMemory } from './return-memory.ts';

export const readingJobs = {
  compareMemory,
  fillMemory,
} satisfies Jobs<ChunkReader>;
export type ReadingJobs = typeof readingJobs;
