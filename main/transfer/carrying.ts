/** Comparing snapshots, and carrying machines with their timelines to other libraries and back. */
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotDiff, SnapshotId } from '../../preload/contract/snapshots.ts';
import type { Timelines } from '../snapshots/timelines.ts';
import type { CarryingStorage } from './carrying-jobs.ts';
import { comparing } from './comparing.ts';
import { exporting } from './exporting.ts';
import { importing, type ImportingParts } from './importing.ts';

export interface Carrying {
  /** `to` null: the present. */
  diff(from: SnapshotId, to: SnapshotId | null): Promise<SnapshotDiff>;
  export(machine: MachineId, file: string): { readonly task: string };
  import(file: string): { readonly task: string };
}

export interface CarryingParts extends ImportingParts {
  readonly timelines: Timelines;
  readonly storage: CarryingStorage;
  /** `Vivarium 0.1.0`. */
  readonly program: string;
}

/** Comparing and carrying over these timelines. */
export const carrying = ({ timelines, storage, program, ...parts }: CarryingParts): Carrying => ({
  diff: comparing(timelines, storage),
  export: exporting(timelines, storage, program),
  ...importing(timelines, storage, parts),
});
