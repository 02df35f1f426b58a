/** The storage worker: the only writer of the store. One thread, so that storing takes one core and leaves the others to guests. */
import { workerData } from 'node:worker_threads';
import { open } from '../storage/index.ts';
import { standBack } from '../jobs/gentle-thread.ts';
import { serveJobs } from '../jobs/serve-jobs.ts';
import { writingJobs } from './writing-jobs.ts';

const { file } = workerData as { readonly file: string };
standBack();
await serveJobs(() => open(file), writingJobs);
