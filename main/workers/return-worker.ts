/** The return worker: brings memory back in the background of a guest that runs already, and reads for whoever compares or exports. */
import { workerData } from 'node:worker_threads';
import { openReader } from '../storage/index.ts';
import { readingJobs } from './reading-jobs.ts';
import { serveJobs } from '../jobs/serve-jobs.ts';

const { file } = workerData as { readonly file: string };
await serveJobs(() => openReader(file), readingJobs);
