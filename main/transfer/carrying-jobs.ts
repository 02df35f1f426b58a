/** The jobs that compare snapshots and carry machines, by name. */
import type { exportMachine } from '../archive/export-machine.ts';
import type { importMachine } from '../archive/import-machine.ts';
import type { compareSnapshots } from '../compare/compare-snapshots.ts';
import type { Storage } from '../jobs/storage.ts';
import type { TimelineJobs } from '../taking/timeline-parts.ts';

export interface CarryingJobs {
  readonly compareSnapshots: typeof compareSnapshots;
  readonly exportMachine: typeof exportMachine;
  readonly importMachine: typeof importMachine;
}

/** The storage, as far as carrying needs it. */
export type CarryingStorage = Pick<Storage<TimelineJobs & CarryingJobs>, 'run'>;
