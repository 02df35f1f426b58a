/** What a run of the tests amounts to: how many passed, failed and were skipped, and whether that is a success. */

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The parts of vitest's test and test module that are read here. */
interface RanTest {
  readonly fullName: string;
  result(): { readonly state: 'passed' | 'failed' | 'skipped' | 'pending' };
  /** Absent for a test that did not run. */
  diagnostic(): { readonly flaky: boolean } | undefined;
}
interface RanFile {
  readonly relativeModuleId: string;
  readonly children: { allTests(): Iterable<RanTest> };
  errors(): readonly unknown[];
}

/**
 * Counts tests. A file that could not be loaded, and an error outside every test, count as failures; so does a test
 * without a verdict, because its process died before it had one.
 */
export function count(files: Iterable<RanFile>, errorsOutsideTests: number): Totals {
  const totals = { passed: 0, failed: errorsOutsideTests, skipped: 0 };
  for (const file of files) {
    if (file.errors().length > 0) totals.failed++;
    for (const test of file.children.allTests()) {
      const { state } = test.result();
      totals[state === 'pending' ? 'failed' : state]++;
    }
  }
  return totals;
}

/** The files whose process died before every test had a verdict: vitest says that one did, but not which. */
export const unfinished = (files: Iterable<RanFile>): string[] =>
  [...files]
    .filter((file) => [...file.children.allTests()].some((test) => test.result().state === 'pending'))
    .map((file) => file.relativeModuleId);

/** Tests that failed and passed when they were tried again. They count as passed, and each is a fault to be found. */
export const unsteady = (files: Iterable<RanFile>): string[] =>
  [...files].flatMap((file) =>
    [...file.children.allTests()]
      .filter((test) => test.diagnostic()?.flaky === true)
      .map((test) => `${file.relativeModuleId}: ${test.fullName}`),
  );

/** The very last line of a run; continuous integration reads it. */
export const lastLine = ({ passed, failed, skipped }: Totals): string =>
  `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : '');

/** A run in which nothing passed is no success. */
export const succeeded = ({ passed, failed }: Totals): boolean => failed === 0 && passed > 0;
