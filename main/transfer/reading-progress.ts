/** The progress of reading a whole file. */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Report } from '../jobs/job.ts';

/** @returns tells how much of the file at `path` has been read */
export const reading =
  (path: string, progress: Report) =>
  (bytesDone: number, bytesTotal: number): void =>
    progress({
      message: faultWith('step-reading', { path }),
      fraction: bytesTotal > 0 ? bytesDone / bytesTotal : 1,
      bytesDone,
      bytesTotal,
    });
