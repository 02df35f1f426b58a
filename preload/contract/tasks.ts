/** Tasks: long work with progress and a way to cancel it, which survives the window that asked for it. */
import type { Reason } from './errors/reasons.ts';
import type { Fault } from '../../emulator/index.ts';
import { args, nothing, taskId } from './checks.ts';
import { call, contract, event } from './contract.ts';
import type { TakenFile } from './files.ts';
import type { MachineId } from './machines.ts';

/** A machine as it was called when the work began. */
interface OfMachine {
  readonly machine: MachineId;
  readonly name: string;
}
interface OfDisk extends OfMachine {
  readonly slot: number;
}

/** Every kind of work: what it is about, and what it gives when it is done. */
export interface TaskKinds {
  /** `name`: of the machine that waits for the template's parts. */
  readonly 'fetch-template': { readonly subject: { readonly template: string; readonly name?: string }; readonly result: null };
  readonly 'boot-template': { readonly subject: { readonly template: string }; readonly result: null };
  readonly 'record-base': { readonly subject: { readonly path: string }; readonly result: null };
  readonly 'check-base': { readonly subject: { readonly path: string }; readonly result: null };
  readonly 'accept-base': { readonly subject: OfDisk & { readonly path: string }; readonly result: null };
  readonly 'compact-disk': { readonly subject: OfDisk; readonly result: null };
  readonly 'add-disk': { readonly subject: OfMachine & { readonly path: string }; readonly result: null };
  readonly 'export-disk': { readonly subject: OfDisk & { readonly path: string }; readonly result: ExportedDisk };
  /** `path`: on this computer; `file`: the guest's. */
  readonly 'take-file': { readonly subject: OfDisk & { readonly path: string; readonly file: string }; readonly result: TakenFile };
  readonly 'store-snapshot': { readonly subject: OfMachine & { readonly snapshot: string }; readonly result: null };
  readonly suspend: { readonly subject: OfMachine; readonly result: null };
  readonly 'check-library': { readonly subject: Record<never, never>; readonly result: null };
  readonly purge: { readonly subject: { readonly names: readonly string[] }; readonly result: PurgeResult };
  readonly 'export-machine': { readonly subject: OfMachine & { readonly path: string }; readonly result: ExportResult };
  readonly 'import-machine': { readonly subject: { readonly path: string }; readonly result: { readonly machine: MachineId } };
}
export type TaskKind = keyof TaskKinds;

/** Kinds whose work can be done again as it was asked for; the others took something with them that is gone, as a run's memory. */
const REPEATABLE: ReadonlySet<TaskKind> = new Set([
  'fetch-template',
  'record-base',
  'check-base',
  'compact-disk',
  'add-disk',
  'export-disk',
  'check-library',
  'export-machine',
  'import-machine',
] satisfies TaskKind[]);
/** Whether a person may try a task again: it failed or was cancelled, can be repeated, and was not yet. */
export const canRetry = ({ kind, state, retriedAs }: Pick<TaskStatus, 'kind' | 'state' | 'retriedAs'>): boolean =>
  (state === 'failed' || state === 'cancelled') && retriedAs === undefined && REPEATABLE.has(kind);

/** What came of a disk that was written as an image. */
export interface ExportedDisk {
  /** Why the guest's file systems were not at rest, so that the image is as after a power failure; absent: they were, or it was off. */
  readonly unrest?: Fault;
}
/** What came of a permanent deletion. */
export interface PurgeResult {
  /** Bytes on the host that are free again. */
  readonly freedBytes: number;
  /** `held`: damaged data in the library keeps the space until it is deleted itself; `nothing`: there was none. */
  readonly space: 'freed' | 'held' | 'nothing';
}
/** What an export left out, and why. */
export interface ExportResult {
  readonly snapshots: readonly { readonly name: string; readonly damaged: boolean; readonly reason: Reason | undefined }[];
  /** Slots of disks that were added while the machine ran. */
  readonly disks: readonly number[];
}

/** The kind of a task with its subject, as its title is made from. */
export type TaskWork = { [K in TaskKind]: { readonly kind: K; readonly subject: TaskKinds[K]['subject'] } }[TaskKind];

/** What work is doing, of the catalogue's `step-…`. */
export type Step = Fault | '';

interface TaskState {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** The step that is being done now; empty where there is none to tell. */
  readonly message: Step;
  /** Present when it failed: why. */
  readonly fault?: Fault;
  /** 0 to 1; absent where the amount is not known. */
  readonly fraction?: number;
  /** Bytes; absent where the work is not counted in bytes. */
  readonly bytesDone?: number;
  readonly bytesTotal?: number;
  readonly bytesPerSecond?: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** The task that does the same again. */
  readonly retriedAs?: string;
}
export type TaskStatus = {
  [K in TaskKind]: TaskState & {
    readonly kind: K;
    readonly subject: TaskKinds[K]['subject'];
    /** Present when it is done. */
    readonly result?: TaskKinds[K]['result'];
  };
}[TaskKind];

/** One line of a task's log: a step that began then. */
export interface TaskStep {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: Fault;
}

export const tasks = contract('tasks', {
  list: call<() => readonly TaskStatus[]>(nothing),
  cancel: call<(id: string) => void>(args(taskId)),
  /** Does the work of a task again that failed or was cancelled (`canRetry`). @throws `task-not-retried`, `task-gone` */
  retry: call<(id: string) => { readonly task: string }>(args(taskId)),
  /** The steps of a task so far, oldest first; of very many the first and the latest. */
  log: call<(id: string) => readonly TaskStep[]>(args(taskId)),
  changed: event<TaskStatus>(),
});
