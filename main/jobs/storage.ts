/** The store as the main thread uses it: jobs by name, done in threads of their own. */
import type { AnyJob, ArgumentsOf, ResultOf } from './job.ts';
import type { JobOptions } from './job-thread.ts';

/** The jobs that somebody asks for, by name. A room lists those it needs; who has more of them serves it, too. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type JobTable = Readonly<Record<string, any>>;

type Call<J extends AnyJob> = (
  ...given: undefined extends ArgumentsOf<J> ? [args?: undefined, options?: JobOptions] : [args: ArgumentsOf<J>, options?: JobOptions]
) => Promise<ResultOf<J>>;

/**
 * One function a job. Each rejects with ContractError when the store cannot be used, with what the job throws, or with the
 * signal's reason when it was cancelled.
 */
export type JobCalls<J extends JobTable> = { readonly [N in keyof J]: Call<J[N]> };

export interface Storage<J extends JobTable> {
  /** The store's file. */
  readonly file: string;
  /** Where overlay files of heads are. */
  readonly overlays: string;
  readonly run: JobCalls<J>;
  /** Cancels what runs and ends the threads; a second call waits for the first. */
  close(): Promise<void>;
}

/** Calls by name as one function each. */
export function jobCalls<J extends JobTable>(
  names: readonly (keyof J & string)[],
  run: (name: string, args: unknown, options?: JobOptions) => Promise<unknown>,
): JobCalls<J> {
  // The tables tie a name to its types; the threads carry them untyped.
  return Object.fromEntries(
    names.map((name) => [name, (args: unknown, options?: JobOptions) => run(name, args, options)]),
  ) as unknown as JobCalls<J>;
}
