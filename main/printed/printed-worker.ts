/** The thread that keeps what consoles printed. It stands back: guests and the window come first. */
import { workerData } from 'node:worker_threads';
import { standBack } from '../jobs/gentle-thread.ts';
import { serveJobs } from '../jobs/serve-jobs.ts';
import { Parts } from './parts.ts';
import { printedJobs } from './printed-jobs.ts';

const { file } = workerData as { readonly file: string };
standBack();
await serveJobs(() => Parts.open(file), printedJobs);
