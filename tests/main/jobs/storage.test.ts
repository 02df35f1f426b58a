/** Jobs as functions: what is asked for by name arrives as it was given, and a room sees only the jobs it lists. */
import { expect, expectTypeOf, test } from 'vitest';
import type { JobOptions } from '../../../main/jobs/job-thread.ts';
import { jobCalls, type JobCalls } from '../../../main/jobs/storage.ts';
import type { Report } from '../../../main/jobs/job.ts';

/** A table as rooms write it. */
interface Counting {
  count(store: unknown, args: { readonly from: number }, progress: Report, signal: AbortSignal): Promise<number>;
  reset(store: unknown): Promise<void>;
}
interface Everything extends Counting {
  more(store: unknown, args: string): Promise<string>;
}

test('a call carries its name, arguments and options, and answers what the job did', async () => {
  const asked: [string, unknown, JobOptions | undefined][] = [];
  const calls = jobCalls<Counting>(['count', 'reset'], async (name, args, options) => {
    asked.push([name, args, options]);
    return name === 'count' ? (args as { from: number }).from + 1 : undefined;
  });
  const { signal } = new AbortController();
  expect(await calls.count({ from: 1 }, { signal })).toBe(2);
  expect(await calls.reset()).toBeUndefined();
  expect(asked).toEqual([
    ['count', { from: 1 }, { signal }],
    ['reset', undefined, undefined],
  ]);
});

test('a failure is the caller’s', async () => {
  const calls = jobCalls<Counting>(['count', 'reset'], () => Promise.reject(new Error('no store')));
  await expect(calls.reset()).rejects.toThrow('no store');
});

test('who has more jobs serves a room that needs fewer, never the other way round', () => {
  expectTypeOf<JobCalls<Everything>>().toExtend<JobCalls<Counting>>();
  expectTypeOf<JobCalls<Counting>>().not.toExtend<JobCalls<Everything>>();
  expectTypeOf<Parameters<JobCalls<Counting>['count']>[0]>().toEqualTypeOf<{ readonly from: number }>();
});
