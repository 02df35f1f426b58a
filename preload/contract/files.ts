/** Files on the disks of guests, as a snapshot has them or as they are now: listed, read and brought out, never written. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { args, diffTarget, guestPath, hostPath, machineId } from './checks.ts';
import { call, contract } from './contract.ts';
import type { MachineId } from './machines.ts';
import type { SnapshotId } from './ids.ts';

/** Where something is on a machine's disks. */
export interface GuestPath {
  /** Of the disk, counted from 0. */
  readonly slot: number;
  /** `whole disk` or `partition 1`; absent: the first file system that has the path. */
  readonly place?: string;
  /** From the root of the file system; empty: the root. */
  readonly path: string;
}
export interface GuestEntry {
  /** Its own name. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; 0 where nobody knows. */
  readonly modifiedAt: number;
  /** Where a link leads. */
  readonly target?: string;
}
export interface GuestFolder {
  /** Every file system of the disk that can be read. */
  readonly volumes: readonly { readonly place: string; readonly kind: string; readonly label: string }[];
  /** What could not be read and why, a sentence each. */
  readonly passedOver: readonly string[];
  /** The file system that is listed, and the folder in it with its links followed, without a leading slash. */
  readonly place: string;
  readonly path: string;
  /** By name, folders first; at most 5,000, `omitted` counts the rest. */
  readonly entries: readonly GuestEntry[];
  readonly omitted: number;
}
/** A file's content, as far as it is text that can be shown. */
export interface GuestText {
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly text?: string;
  /** Why there is no text: it is larger than 1 MiB, or not text at all. */
  readonly without?: 'large' | 'binary';
}
/** What came of bringing out a file. */
export interface TakenFile {
  readonly sizeBytes: number;
  /** Why the guest's file systems were not at rest, so that its latest writes may be missing; absent: they were, or it was off. */
  readonly unrest?: Fault;
}

export const files = contract('files', {
  /** What is in a folder; `moment` null: as it is now. */
  list: call<(machine: MachineId, moment: SnapshotId | null, folder: GuestPath) => GuestFolder>(args(machineId, diffTarget, guestPath)),
  /** A file's text; links are followed. */
  read: call<(machine: MachineId, moment: SnapshotId | null, file: GuestPath) => GuestText>(args(machineId, diffTarget, guestPath)),
  /** Writes a file to this computer, where nothing may be yet; answers with the task. */
  take: call<(machine: MachineId, moment: SnapshotId | null, file: GuestPath, target: string) => { readonly task: string }>(
    args(machineId, diffTarget, guestPath, hostPath),
  ),
});
