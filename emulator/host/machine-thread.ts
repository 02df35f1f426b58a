/**
 * A thread as its owner holds it. It is asked to end and then ends by itself: ending one from outside while native code of
 * an add-on (SQLite's) is under way in it aborts the whole process, so one that does not answer is left alone.
 */
import type { TransferListItem, Worker } from 'node:worker_threads';
import { within } from './patience.ts';

/** What every thread of a machine understands in every state, also before it has its setup. */
export interface Close {
  readonly kind: 'close';
}

export class MachineThread<To, From> {
  /** For people, such as `a core thread`. */
  readonly name: string;
  /** Resolves when the thread is no more. */
  readonly gone: Promise<void>;
  readonly #worker: Worker;

  /**
   * @param worker taken for this machine; nobody else listens to it
   * @param failed told what ended it by itself: an error, or nothing where it just ended
   */
  constructor(worker: Worker, name: string, failed: (error: Error | undefined) => void) {
    this.name = name;
    this.#worker = worker;
    worker.on('error', (error) => failed(error instanceof Error ? error : new Error(String(error))));
    this.gone = new Promise((resolve) => {
      worker.on('exit', () => {
        failed(undefined);
        resolve();
      });
    });
  }

  post(message: To | Close, transfer: readonly TransferListItem[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
  heed(listener: (message: From) => void): void {
    this.#worker.on('message', listener);
  }

  /** Asks it to end. @returns whether it was gone within so many milliseconds */
  end(milliseconds: number): Promise<boolean> {
    this.post({ kind: 'close' });
    return within(milliseconds, this.gone);
  }

  /** Ends it from outside. Only for a thread in which no native add-on is ever loaded. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Leaves it alone: nothing that it says is heard any more, and it does not keep the process alive. */
  abandon(): void {
    this.#worker.removeAllListeners('message');
    this.#worker.unref();
  }
}
