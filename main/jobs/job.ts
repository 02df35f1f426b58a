/**
 * Jobs: work on the store as plain functions of cloneable arguments, so that they run in a worker as well as in a test.
 * Writing ones get the store, reading ones only a reader.
 */
import type { ChunkReader, Store } from '../storage/index.ts';
import type { Progress } from '../tasks/task-list.ts';

export type Report = (progress: Progress) => void;
export type WritingJob<A, R> = (store: Store, args: A, progress: Report, signal: AbortSignal) => Promise<R>;
export type ReadingJob<A, R> = (reader: ChunkReader, args: A, progress: Report, signal: AbortSignal) => Promise<R>;

/** A table of jobs by name. Arguments and results differ from job to job; callers get their types from the table itself. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Jobs<S> = Readonly<Record<string, (source: S, args: any, progress: Report, signal: AbortSignal) => Promise<unknown>>>;

/** A job of any source. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyJob = (source: any, args: any, progress: Report, signal: AbortSignal) => Promise<unknown>;
export type ArgumentsOf<J extends AnyJob> = Parameters<J>[1];
export type ResultOf<J extends AnyJob> = Awaited<ReturnType<J>>;

/** A job of every worker: resolves when its store is open. */
export async function ready(): Promise<void> {
  // The worker has opened the store before it runs any job.
}
