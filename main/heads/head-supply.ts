/**
 * Overlay files made beforehand: making one takes several writes that the host's disk has to confirm, and a machine that
 * goes back to a snapshot point is not to wait for them.
 */
import { createHead, overlayFile, removeHead } from '../disks/heads.ts';
import type { HeadId } from '../library/head-records.ts';
import { ulid } from '../library/ulid.ts';

/** The version of a new head's content. */
export const FIRST_VERSION = 0;

export class HeadSupply {
  readonly #home: string;
  #ready: Promise<HeadId>[] = [];
  #closed = false;

  /** @param home the library's folder */
  constructor(home: string) {
    this.#home = home;
  }

  /** So many are to be ready soon. */
  prepare(count: number): void {
    while (!this.#closed && this.#ready.length < count) {
      const made = this.#make();
      this.#ready.push(made);
      made.catch(() => (this.#ready = this.#ready.filter((other) => other !== made)));
    }
  }

  /** A new head whose overlay is there, empty, over content of `FIRST_VERSION`. @throws ContractError when it cannot be made */
  async take(): Promise<HeadId> {
    const ready = this.#ready.shift();
    return (ready && (await ready.catch(() => undefined))) ?? this.#make();
  }

  /** Removes those that nobody took. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const made of this.#ready.splice(0)) {
      const head = await made.catch(() => undefined);
      if (head) removeHead(overlayFile(this.#home, head));
    }
  }

  async #make(): Promise<HeadId> {
    const id = ulid() as HeadId;
    await createHead(overlayFile(this.#home, id), FIRST_VERSION);
    return id;
  }
}
