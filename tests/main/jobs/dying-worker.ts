/** A worker of jobs that dies over the job `die`, and answers any other. */
import { parentPort } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../../../main/jobs/job-messages.ts';

const tell = (message: FromWorker) => parentPort?.postMessage(message);
parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'close') parentPort?.close();
  else if (message.kind === 'run' && message.name === 'die') process.exit(1);
  else if (message.kind === 'run') tell({ kind: 'done', job: message.job, result: message.args });
});
tell({ kind: 'opened' });
