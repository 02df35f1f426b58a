/**
 * Snapshots and the timeline: a tree of snapshot points of one machine. Each is whole in itself: any may be deleted, and its
 * children stay. Restoring first keeps the present as a branch, so a restore can be taken back.
 */
import type { Reason } from './errors/reasons.ts';
import {
  args,
  argsWithOptional,
  hostPath,
  machineId,
  machineName,
  newSnapshot,
  nothing,
  snapshotId,
  snapshotIds,
  snapshotPatch,
  branchRequest,
  diffTarget,
} from './checks.ts';
import { call, contract, event } from './contract.ts';
import { optional } from './schema/shapes.ts';
import type { SnapshotId } from './ids.ts';
import type { MachineId, MachineStatus } from './machines.ts';

export type { SnapshotId };

/**
 * Why it was taken: by a person; by the clock; to keep the present before a restore; when the machine was suspended
 * (the program quit); as a template's booted state.
 */
export type SnapshotKind = 'manual' | 'automatic' | 'kept' | 'suspended' | 'booted';

export interface Snapshot {
  readonly id: SnapshotId;
  readonly machine: MachineId;
  /** The snapshot this one came after; `null` at a root (or when that one was deleted and had no parent). */
  readonly parent: SnapshotId | null;
  readonly kind: SnapshotKind;
  readonly name: string;
  readonly note: string;
  /** Pinned: thinning leaves it alone. Protected: deleting is refused until it is not any more. */
  readonly pinned: boolean;
  readonly protected: boolean;
  /** Milliseconds since the epoch, by the host's clock, which may have been set since. */
  readonly createdAt: number;
  /** Ascends in the order in which they were taken. */
  readonly sequence: number;
  /** How long the guest had run, in milliseconds of its own clock; 0 where it was off. */
  readonly uptimeMs: number;
  /** Whether RAM and cores are in it; without, only disks (the machine was off). */
  readonly hasMemory: boolean;
  readonly memoryMiB: number;
  /** The console's last lines as plain text, at most 24 lines of 100 characters, joined by newlines. */
  readonly thumbnail: string;
  /** The disks whose content is in it, in slot order; each with its id in the machine's definition. */
  readonly disks: readonly { readonly slot: number; readonly id: string; readonly sizeBytes: number }[];
  /** Stored bytes that would return if only this one was deleted, and those it shares with others. */
  readonly ownBytes: number;
  readonly sharedBytes: number;
  /** `storing`: the point is taken, its bytes are on their way; `damaged`: a check found something missing. */
  readonly state: 'storing' | 'ready' | 'damaged';
  /** What is being done, or what is damaged and what can be done about it; absent where there is nothing to say. */
  readonly reason?: Reason | undefined;
}

/** Where the machine is now. */
export interface Present {
  readonly machine: MachineId;
  /** The snapshot the present came after. */
  readonly parent: SnapshotId | null;
  /** A start goes on from `parent`'s memory: the machine was suspended. */
  readonly suspended: boolean;
}

export interface Timeline {
  /** In the order in which they were taken. */
  readonly snapshots: readonly Snapshot[];
  readonly present: Present;
  /** What all snapshots of this machine take up on the host together. */
  readonly storedBytes: number;
  /** Free bytes where the library is. */
  readonly freeBytes: number;
}

/** What one snapshot (or the present) has and another has not. */
export interface SnapshotDiff {
  readonly from: SnapshotId;
  readonly to: SnapshotId | null;
  /** RAM pages of 4096 bytes; absent where one of the two has no memory. */
  readonly pages?: {
    readonly changed: number;
    readonly total: number;
    /** Changed pages as runs [first, count], at most 1000. */ readonly runs: readonly (readonly [number, number])[];
  };
  readonly disks: readonly DiskDiff[];
  /** What the machine itself was defined as. */
  readonly hardware: readonly HardwareChange[];
}
/** One thing of a machine's definition, in words: `memory`, `128 MiB`, `256 MiB`. */
export interface HardwareChange {
  readonly what: string;
  /** `null`: it was not there. */
  readonly before: string | null;
  /** `null`: it is not there. */
  readonly after: string | null;
}
export interface DiskDiff {
  readonly slot: number;
  /** Clusters of `clusterBytes` that differ. */
  readonly clusters: number;
  readonly clusterBytes: number;
  /** Where they are: all clusters of the disk, and those that differ as runs [first, count], at most 1000; absent where only one has the disk. */
  readonly map?: { readonly total: number; readonly runs: readonly (readonly [number, number])[] };
  /** File systems found on it that could be compared. */
  readonly volumes: readonly VolumeDiff[];
  /** Why files are not compared, where they are not. */
  readonly note?: string;
}
export interface VolumeDiff {
  /** `whole disk` or `partition 1`. */
  readonly place: string;
  readonly kind: 'ext2' | 'ext3' | 'ext4' | 'fat12' | 'fat16' | 'fat32';
  readonly label: string;
  /** At most 10,000; `omitted` counts the rest. */
  readonly files: readonly FileDiff[];
  readonly omitted: number;
}
export interface FileDiff {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly change: 'added' | 'removed' | 'changed';
  readonly sizeBefore?: number;
  readonly sizeAfter?: number;
}

export const snapshots = contract('snapshots', {
  timeline: call<(machine: MachineId) => Timeline>(args(machineId)),
  /** Takes a snapshot; resolves when the point is taken (the guest goes on). Storing goes on as the task. */
  create: call<
    (
      machine: MachineId,
      request: { readonly name?: string; readonly note?: string },
    ) => { readonly snapshot: Snapshot; readonly task: string }
  >(args(machineId, newSnapshot)),
  /** What a snapshot taken now would need at most, and what there is, in bytes. */
  estimate: call<(machine: MachineId) => { readonly neededBytes: number; readonly freeBytes: number }>(args(machineId)),
  /**
   * Puts the machine back: it runs (or is paused, or off) as it was. The present is kept as a snapshot first if it has
   * changed since the last one; `kept` is that snapshot. Its memory, cores, disks, ports, boot and engine come back too
   * (`hardware` says which changed); name, note, checkpoints and what happens at quitting stay. Resolves when the guest
   * executes. Refused before anything is touched when a file that a disk stands on is gone or has changed.
   */
  restore: call<
    (id: SnapshotId) => {
      readonly kept: SnapshotId | null;
      readonly milliseconds: number;
      readonly hardware: readonly HardwareChange[];
    }
  >(args(snapshotId)),
  /** What a restore would change of the machine's hardware. */
  hardwareChanges: call<(id: SnapshotId) => readonly HardwareChange[]>(args(snapshotId)),
  /** A new machine that goes on from there, sharing all it has in common; it is started when `start` is true. */
  branch: call<(id: SnapshotId, request: { readonly name?: string; readonly start: boolean }) => MachineStatus>(
    args(snapshotId, branchRequest),
  ),
  /**
   * A second machine that runs beside this one, from a snapshot (`null`: from the present, with its memory where it runs); this one
   * goes on as it was. Resolves when the second one's guest executes.
   * @param name absent: the machine's with `fork` after it
   */
  fork: call<(machine: MachineId, moment: SnapshotId | null, name?: string) => MachineStatus>(
    argsWithOptional([machineId, diffTarget], optional(machineName)),
  ),
  change: call<
    (
      id: SnapshotId,
      patch: { readonly name?: string; readonly note?: string; readonly pinned?: boolean; readonly protected?: boolean },
    ) => Snapshot
  >(args(snapshotId, snapshotPatch)),
  /** Deletes; children get the deleted one's parent. `undelete` brings them back for a minute; then their space returns. */
  delete: call<(ids: readonly SnapshotId[]) => void>(args(snapshotIds)),
  undelete: call<(ids: readonly SnapshotId[]) => void>(args(snapshotIds)),
  /** `to` null: the present. */
  diff: call<(from: SnapshotId, to: SnapshotId | null) => SnapshotDiff>(args(snapshotId, diffTarget)),
  /** Writes a machine with its snapshots into one file; answers with the task. */
  export: call<(machine: MachineId, file: string) => { readonly task: string }>(args(machineId, hostPath)),
  /** Reads such a file into a new machine; the task's result is the machine. */
  import: call<(file: string) => { readonly task: string }>(args(hostPath)),
  /** Checks every stored byte; what is affected is marked and named, the rest stays usable. */
  checkAll: call<() => { readonly task: string }>(nothing),

  changed: event<Snapshot>(),
  removed: event<{ readonly machine: MachineId; readonly id: SnapshotId }>(),
  present: event<Present>(),
});
