/** What a timeline works with; the composition root puts it together. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import type { NoticeLevel } from '../../preload/contract/application.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { DiskAttachment, MachineConfiguration } from '../../emulator/index.ts';
import type { Emitter } from '../../preload/contract/contract.ts';
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { DiskDefinition, MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId, snapshots } from '../../preload/contract/snapshots.ts';
import type { HeadRecord } from '../library/head-records.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import type { SupervisedMachine } from '../supervisor/supervised-machine.ts';
import type { TaskList } from '../tasks/task-list.ts';
import type { HeadSupply } from '../heads/head-supply.ts';
import type { ContentJobs } from '../disks/content-jobs.ts';
import type { Storage } from '../jobs/storage.ts';
import type { MemoryJobs } from '../ram/memory-jobs.ts';
import type { KeepingJobs } from '../storage/keeping-jobs.ts';

/** Disks as a machine's threads open them. */
export interface DiskParts {
  /** Those of a machine as it is defined, on its present heads; heads that are missing are made. */
  attach(machine: MachineRecord, definition: MachineDefinition): Promise<readonly DiskAttachment[]>;
  /** The same for a start: the files are claimed until the machine has ended. */
  claim(machine: MachineRecord, definition: MachineDefinition): Promise<readonly DiskAttachment[]>;
  /** An empty head of a disk; the library does not know it yet. @throws ContractError where the disk cannot be used */
  newHead(machine: MachineId, slot: number, definition: DiskDefinition): Promise<HeadRecord>;
  /** One on a head. */
  attachment(head: HeadRecord, definition: DiskDefinition): DiskAttachment;
  /** Makes sure that a base is what it was. @throws ContractError saying what differs and what to do */
  checkBase(base: DiskBase): Promise<DiskBase>;
}

/** The jobs of the store that timelines ask for. */
export type TimelineJobs = KeepingJobs & ContentJobs & MemoryJobs;

export interface TimelineParts {
  readonly library: Library;
  readonly storage: Storage<TimelineJobs>;
  readonly tasks: TaskList;
  readonly events: Emitter<typeof snapshots>;
  readonly disks: DiskParts;
  readonly spareHeads: HeadSupply;
  notice(level: NoticeLevel, what: Fault): void;
  /** @throws ContractError `missing` */
  machine(id: MachineId): SupervisedMachine;
  /** Snapshots of a machine, or its present, changed: whoever looks is told. */
  changed(machine: MachineId, ids: readonly SnapshotId[]): void;
  /** Resolves when what snapshots take up is known, or cannot be. */
  measured(): Promise<void>;
  /** Something that was stored is not named any more: its space returns a little later. */
  collectSoon(): void;
  /** Something of a snapshot cannot be read. */
  damaged(id: SnapshotId, reason: Reason): Promise<void>;
  /** The machine's row changed. */
  refresh(id: MachineId): Promise<unknown>;
  /** What a definition's machine runs with, on these disks, fetching what is needed. */
  configure(definition: MachineDefinition, disks: readonly DiskAttachment[], signal: AbortSignal): Promise<MachineConfiguration>;
}
