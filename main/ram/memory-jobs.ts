/** The jobs on guests' memory, by name. */
import type { compareMemory, fillMemory } from './return-memory.ts';
import type { storeMemory } from './store-memory.ts';

export interface MemoryJobs {
  readonly storeMemory: typeof storeMemory;
  readonly compareMemory: typeof compareMemory;
  readonly fillMemory: typeof fillMemory;
}
