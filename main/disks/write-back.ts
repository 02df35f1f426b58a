/**
 * Brings what the guest wrote into the overlay file: when the guest asks for it, when much has gathered, or after a
 * second. One commit at a time; flushes that come meanwhile share the next. A host disk that is full loses nothing: the
 * owner is told, and the commit is tried again until there is room.
 */
import { caughtUp, turns } from '../../emulator/structures/in-turn.ts';
import { CodedError, faultOf } from '../../emulator/error/coded-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { DiskOwner } from '../../emulator/index.ts';
import type { OverlayStore, Placed } from './overlay-store.ts';
import type { PendingWrites } from './pending-writes.ts';

/** From here writes are brought into the file in the background. */
const BACKGROUND_BYTES = 8 * 1024 * 1024;
/** From here writes wait. */
const WAIT_BYTES = 32 * 1024 * 1024;
/** What was written is in the file after this long, in milliseconds. */
const BACKGROUND_AFTER = 1000;
/** A commit that failed is tried again after this long, in milliseconds. */
const RETRY_AFTER = 1000;

/** Errors after which trying again is of no use. */
const LASTING = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_MISMATCH', 'SQLITE_CONSTRAINT']);

/** What the system or SQLite calls an error; nothing for one of ours, which is not tried again. */
const codeOf = (error: unknown) => (error instanceof CodedError ? '' : String((error as { code?: unknown }).code ?? ''));

function explain(file: string, error: unknown): ContractError {
  const facts = { file, detail: error instanceof Error ? error.message : String(error) };
  if (LASTING.has(codeOf(error))) return new ContractError('write-back-damaged', facts, { cause: error });
  const full = ['SQLITE_FULL', 'ENOSPC', 'SQLITE_IOERR'].includes(codeOf(error));
  return new ContractError(full ? 'write-back-full' : 'write-back-refused', facts, { cause: error });
}

interface Waiter {
  done(): void;
  failed(error: unknown): void;
}

export interface WriteBackParts {
  readonly store: OverlayStore;
  readonly pending: PendingWrites;
  readonly owner: DiskOwner;
  /** The place of the next row. */
  readonly place: number;
  /** Rows are in the file and what was taken is about to be forgotten. */
  placed(placed: readonly Placed[]): void;
}

export class WriteBack {
  readonly #parts: WriteBackParts;
  #place: number;
  #waiters: Waiter[] = [];
  #room: (() => void)[] = [];
  #running: Promise<void> | undefined;
  /** Rows were added that need not outlive the host's power yet. */
  #soft = false;
  #timer: NodeJS.Timeout | undefined;
  /** Why nothing can be written any more. */
  #broken: Error | undefined;
  #closing = false;
  #retry: (() => void) | undefined;
  /** Work that wants the file for itself, in turn with commits. */
  readonly #turns = turns();

  constructor(parts: WriteBackParts) {
    this.#parts = parts;
    this.#place = parts.place;
  }

  /** The place of the next row. */
  get nextPlace(): number {
    return this.#place;
  }

  /** To be called after writing; a promise where the writer has to wait for room. */
  wrote(): Promise<void> | undefined {
    const { bytes } = this.#parts.pending;
    if (bytes < BACKGROUND_BYTES) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#start();
      }, BACKGROUND_AFTER).unref();
      return undefined;
    }
    this.#start();
    if (bytes < WAIT_BYTES) return undefined;
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise((resolve) => this.#room.push(resolve));
  }

  /** Resolves when everything written before is durable. @throws Error when that cannot be, for good */
  flush(): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    if (!this.#running && !this.#soft && this.#parts.pending.isEmpty) return Promise.resolve();
    return new Promise((done, failed) => {
      this.#waiters.push({ done, failed });
      this.#start();
    });
  }

  /** Runs work that changes the file, between commits. Tried again as commits are. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns(() => this.#persist(work));
  }

  /** Brings in what is left and ends. @throws Error when it cannot be stored; it is lost then */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing = true;
    this.#retry?.();
    try {
      await this.flush();
    } finally {
      await this.#running;
      await caughtUp(this.#turns);
    }
  }

  #start(): void {
    if (this.#broken) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiters.length > 0) this.#start();
    });
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (!this.#broken && (!this.#parts.pending.isEmpty || this.#waiters.length > 0)) await this.#turns(() => this.#round());
  }

  /** One commit with everything that waits by now. */
  async #round(): Promise<void> {
    const waiters = this.#waiters.splice(0);
    try {
      await this.#commit(waiters.length > 0);
      for (const waiter of waiters) waiter.done();
    } catch (error) {
      this.#fail(error, waiters);
    }
    for (const resolve of this.#room.splice(0)) resolve();
  }

  async #commit(durable: boolean): Promise<void> {
    const { store, pending } = this.#parts;
    const batches = pending.take();
    if (batches.length > 0) {
      const placed = await this.#persist(() => store.append(batches, this.#place, durable));
      const last = placed.at(-1)!;
      this.#place = last.place + last.clusters.length + last.zeros.length;
      this.#parts.placed(placed);
      pending.written();
      this.#soft = !durable;
    } else if (durable && this.#soft) {
      await this.#persist(() => store.harden());
      this.#soft = false;
    }
  }

  /** Tries until it works, the disk is closed, or it never will. */
  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const { owner, store } = this.#parts;
    for (let troubled = false; ;) {
      try {
        const result = await work();
        if (troubled) owner.recovered();
        return result;
      } catch (error) {
        const explained = explain(store.file, error);
        if (this.#closing || LASTING.has(codeOf(error)) || codeOf(error) === '') throw explained;
        if (!troubled) owner.trouble(faultOf(explained));
        troubled = true;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, RETRY_AFTER);
          this.#retry = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }

  #fail(error: unknown, waiters: readonly Waiter[]): void {
    this.#broken = error instanceof Error ? error : new Error(String(error));
    this.#parts.owner.log(this.#broken.message);
    for (const waiter of [...waiters, ...this.#waiters.splice(0)]) waiter.failed(this.#broken);
  }
}
