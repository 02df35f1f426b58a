/** Disks of machines: what they stand on, how large they really are, and bringing images in and out. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { args, diskExport, diskId, diskImport, diskSize, diskSlot, machineId } from './checks.ts';
import { call, contract, event } from './contract.ts';
import type { MachineId } from './machines.ts';
import type { SnapshotId } from './snapshots.ts';

/** A file under a disk, as it was when the disk was made. */
export interface DiskBaseFile {
  readonly path: string;
  /** The file's length and its time of last change (milliseconds since the epoch), then SHA-256 in hexadecimal (empty until it is known). */
  readonly fileBytes: number;
  readonly changedAt: number;
  readonly sha256: string;
}
/** The image under a disk. */
export interface DiskBase extends DiskBaseFile {
  readonly format: 'raw' | 'qcow2';
  /** Its backing files, the nearest first. */
  readonly backing?: readonly DiskBaseFile[];
}

export interface DiskStatus {
  readonly slot: number;
  /** Absent for a disk attached directly. */
  readonly id?: string;
  /** What the guest sees, in bytes. */
  readonly sizeBytes: number;
  readonly base?: DiskBase;
  /** Bytes on the host that belong to this disk alone: its overlay and what is stored of it; the base not included. */
  readonly hostBytes: number;
  /** Why the disk cannot be used now (its base has changed or is gone) and what to do; absent when it can. */
  readonly problem?: Fault;
  /** Something else uses its file too, and the machine cannot start meanwhile; absent where nothing does. */
  readonly warning?: Fault;
}

/** A snapshot that holds a disk's content. */
export interface DiskHolder {
  readonly snapshot: SnapshotId;
  /** The snapshot's. */
  readonly name: string;
  /** What that content takes up on the host, also where others share it. */
  readonly hostBytes: number;
}

export const disks = contract('disks', {
  list: call<(machine: MachineId) => readonly DiskStatus[]>(args(machineId)),
  /** The machine's snapshots that hold a disk's content, by the disk's id, in the order in which they were taken. */
  holders: call<(machine: MachineId, disk: string) => readonly DiskHolder[]>(args(machineId, diskId)),
  /**
   * Adds a disk from an image file: by reference (the file stays where it is and must not change) or as a copy in the
   * library. Answers with the task.
   */
  import: call<
    (
      machine: MachineId,
      request: { readonly path: string; readonly format?: 'raw' | 'qcow2'; readonly copy: boolean },
    ) => { readonly task: string }
  >(args(machineId, diskImport)),
  /** Writes a disk, as it is now or in a snapshot, as an image file (sparse); an existing file is refused. */
  export: call<
    (
      machine: MachineId,
      slot: number,
      request: { readonly path: string; readonly format: 'raw' | 'qcow2'; readonly snapshot?: string; readonly compress?: boolean },
    ) => { readonly task: string }
  >(args(machineId, diskSlot, diskExport)),
  /** Makes a disk larger; never smaller. The machine must be off. */
  resize: call<(machine: MachineId, slot: number, sizeBytes: number) => void>(args(machineId, diskSlot, diskSize)),
  /** Gives back what the guest has discarded or filled with zeros; answers with the task. */
  compact: call<(machine: MachineId, slot: number) => { readonly task: string }>(args(machineId, diskSlot)),
  /** Takes a changed base as it is now: the person knows that the overlay may not fit it any more. */
  acceptBase: call<(machine: MachineId, slot: number) => void>(args(machineId, diskSlot)),
  changed: event<{ readonly machine: MachineId }>(),
});
