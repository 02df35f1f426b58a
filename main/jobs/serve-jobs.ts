/**
 * A worker's side of jobs: opens its store or reader, runs what it is told by name, any number beside each other, and
 * ends when it is told to: the package `sqlite3` ends the whole process when a thread goes with a statement under way.
 */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { parentPort } from 'node:worker_threads';
import { sentError } from '../../emulator/error/crossing.ts';
import type { Jobs } from './job.ts';
import type { FromWorker, ToWorker } from './job-messages.ts';

/** Runs jobs on what `open` answers until the main thread closes the worker. */
export async function serveJobs<S extends { close(): Promise<void> }>(open: () => Promise<S>, jobs: Jobs<S>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('this module is the entry point of a worker thread');
  const tell = (message: FromWorker) => port.postMessage(message);
  let source: S;
  try {
    source = await open();
  } catch (error) {
    tell({ kind: 'refused', error: sentError(error) });
    return;
  }
  let closing = false;
  const running = new Map<number, { abort: AbortController; ended: Promise<void> }>();

  function run(job: number, name: string, args: unknown): void {
    if (closing) return tell({ kind: 'failed', job, error: sentError(new ContractError('thread-ending')) });
    const abort = new AbortController();
    const work = async () => {
      const found = jobs[name];
      if (!found) throw new ContractError('job-unknown', { job: name });
      return found(source, args, (progress) => tell({ kind: 'progress', job, progress }), abort.signal);
    };
    const ended = work()
      .then(
        (result) => tell({ kind: 'done', job, result }),
        (error: unknown) => tell({ kind: 'failed', job, error: sentError(error) }),
      )
      .finally(() => running.delete(job));
    running.set(job, { abort, ended });
  }
  async function close(): Promise<void> {
    if (closing) return;
    closing = true;
    for (const { abort } of running.values()) abort.abort();
    await Promise.all([...running.values()].map(({ ended }) => ended));
    await source.close().catch((error: unknown) => tell({ kind: 'crashed', error: sentError(error) }));
    port?.close();
  }
  // Ended by the error itself, the thread would take the process along where a statement is under way.
  process.on('uncaughtException', (error: unknown) => {
    tell({ kind: 'crashed', error: sentError(error) });
    void close();
  });
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'run') run(message.job, message.name, message.args);
    else if (message.kind === 'cancel') running.get(message.job)?.abort.abort();
    else void close();
  });
  tell({ kind: 'opened' });
}
