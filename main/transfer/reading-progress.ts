/** The progress of reading a whole file. */
import type { Report } from '../jobs/job.ts';

/** @returns tells how much of the file at `path` has been read */
export const reading =
  (path: string, progress: Report) =>
  (bytesDone: number, bytesTotal: number): void =>
    progress({ message: `reading ${path}`, fraction: bytesTotal > 0 ? bytesDone / bytesTotal : 1, bytesDone, bytesTotal });
