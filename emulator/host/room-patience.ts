/**
 * Writing where the host may have no room: a guest that is told of an error loses what it wrote, so the request waits and
 * is tried again until there is room, and the machine's owner, who pauses it, is told of the beginning and the end.
 */
import { faultOf } from '../error/coded-error.ts';
import { MachineError } from '../error/machine-error.ts';
import type { DiskOwner } from '../index.ts';

/** A write that found no room is tried again after this long, in milliseconds. */
const RETRY_AFTER = 1000;
/** No room, no quota left. */
const NO_ROOM = ['ENOSPC', 'EDQUOT'];

export class RoomPatience {
  readonly #path: string;
  readonly #owner: Pick<DiskOwner, 'trouble' | 'recovered'>;
  readonly #retryAfter: number;
  /** Requests that wait. */
  #waiting = 0;
  #ended = false;
  readonly #wake = new Set<() => void>();

  constructor(path: string, owner: Pick<DiskOwner, 'trouble' | 'recovered'>, retryAfter = RETRY_AFTER) {
    this.#path = path;
    this.#owner = owner;
    this.#retryAfter = retryAfter;
  }

  /** Does the work, again and again while there is no room. @throws any other error; that one too after `end` */
  async persist(work: () => Promise<void>): Promise<void> {
    let waits = false;
    try {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (this.#ended || !NO_ROOM.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
          if (!waits && this.#waiting++ === 0) this.#tell();
          waits = true;
          await this.#pause();
        }
      }
    } finally {
      if (waits && --this.#waiting === 0) this.#owner.recovered();
    }
  }

  /** The disk is being closed: what still waits is tried once more and then given up. */
  end(): void {
    this.#ended = true;
    for (const wake of [...this.#wake]) wake();
  }

  #tell(): void {
    this.#owner.trouble(faultOf(new MachineError('disk-full', { path: this.#path })));
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wake.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, this.#retryAfter);
      this.#wake.add(wake);
      if (this.#ended) wake();
    });
  }
}
