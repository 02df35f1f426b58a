/** A worker of jobs in which an error strikes out of turn while jobs are under way; it notes what it still did. */
import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../../main/jobs/serve-jobs.ts';

const { notes } = workerData as { readonly notes: Int32Array };
const source = { close: async () => void Atomics.add(notes, 1, 1) };
await serveJobs(async () => source, {
  echo: async (_source, args) => args,
  /** What a native call under way is: it ends in its own time, whatever happens meanwhile. */
  async crash() {
    setImmediate(() => {
      throw new Error('struck');
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    Atomics.add(notes, 0, 1);
  },
});
