/** The main thread's side of a worker of jobs: started with the first job, started anew after it died. */
import { receivedError, type SentError } from '../../emulator/error/crossing.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { Worker } from 'node:worker_threads';
import { within } from '../ending/patience.ts';
import { noteLeft } from '../ending/threads-left.ts';
import type { Report } from './job.ts';
import type { FromWorker, ToWorker } from './job-messages.ts';

const received = (sent: SentError): Error => receivedError(sent, (fault) => ContractError.of(fault));

/** How long a thread may take to end: a step of what it does, and closing its files on the slowest medium. */
const CLOSING_MS = 30_000;

export interface JobOptions {
  readonly progress?: Report;
  /** Cancels the job: it ends as soon as it can, leaving nothing, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called when the job was never run, or its thread died under it: it could not clean up after itself. */
  readonly lost?: () => void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly progress: Report | undefined;
  answered: boolean;
}

export class JobThread {
  readonly #start: () => Worker;
  readonly #died: () => void;
  #worker: Promise<Worker> | undefined;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #closing: Promise<void> | undefined;

  /** @param died called when a thread ended by itself, before another is started */
  constructor(start: () => Worker, died: () => void = () => undefined) {
    this.#start = start;
    this.#died = died;
  }

  /** @throws what the job throws, or why its thread cannot be had */
  async run(name: string, args: unknown, { progress, signal, lost }: JobOptions = {}): Promise<unknown> {
    const job = this.#next++;
    let pending: Pending | undefined;
    let cancel = () => undefined as void;
    try {
      if (this.#closing) throw new ContractError('program-ending');
      signal?.throwIfAborted();
      const worker = await (this.#worker ??= this.#open());
      signal?.throwIfAborted();
      cancel = () => worker.postMessage({ kind: 'cancel', job } satisfies ToWorker);
      return await new Promise((resolve, reject) => {
        pending = { resolve, reject, progress, answered: false };
        this.#pending.set(job, pending);
        signal?.addEventListener('abort', cancel);
        worker.postMessage({ kind: 'run', job, name, args } satisfies ToWorker);
      });
    } catch (error) {
      if (!pending?.answered) lost?.();
      signal?.throwIfAborted();
      throw error;
    } finally {
      this.#pending.delete(job);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Cancels what runs; resolves when the thread is gone, or does not answer: it is left alone then. */
  close(): Promise<void> {
    return (this.#closing ??= this.#end());
  }

  async #end(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    if (!worker) return;
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ kind: 'close' } satisfies ToWorker);
    if (await within(CLOSING_MS, gone)) return;
    worker.unref();
    noteLeft(gone);
  }

  #open(): Promise<Worker> {
    const worker = this.#start();
    const opening = new Promise<Worker>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'opened') resolve(worker);
        else if (message.kind === 'refused') reject(received(message.error));
        // The next job waits for another thread: this one has to close its files first.
        else if (message.kind === 'crashed') this.#rejectAll(received(message.error));
        else this.#answered(message);
      });
      worker.on('error', (error) => this.#lost(worker, error, reject));
      worker.on('exit', () => this.#lost(worker, new ContractError('thread-ended'), reject));
    });
    // The next job tries again: the reason (another program, a full disk) may have gone.
    opening.catch(() => (this.#worker = undefined));
    return opening;
  }

  #answered(message: Extract<FromWorker, { readonly job: number }>): void {
    const pending = this.#pending.get(message.job);
    if (pending && message.kind !== 'progress') pending.answered = true;
    if (message.kind === 'progress') pending?.progress?.(message.progress);
    else if (message.kind === 'done') pending?.resolve(message.result);
    else pending?.reject(received(message.error));
  }

  #lost(worker: Worker, error: Error, reject: (error: Error) => void): void {
    reject(error);
    if (this.#worker === undefined) return;
    void this.#worker.then(
      (known) => {
        if (known !== worker) return;
        this.#worker = undefined;
        if (!this.#closing) this.#died();
      },
      () => undefined,
    );
    this.#rejectAll(error);
  }

  #rejectAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
