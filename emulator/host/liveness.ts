/** Finds out whether a thread still answers while something is asked of it. */

/** How often it is asked for a sign of life, in milliseconds. */
const EVERY_MS = 2_000;
/** So many unanswered signs in a row, and it counts as dead. Counted and not timed: a host that slept is no fault of the thread. */
const MAX_MISSED = 8;

export class Liveness {
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: NodeJS.Timeout | undefined;
  #missed = 0;

  /** @param dead called when the thread has not answered for about a quarter of a minute */
  constructor(ping: () => void, dead: () => void) {
    this.#ping = ping;
    this.#dead = dead;
  }

  /** Something is asked of the thread from now on, or nothing any more. */
  watch(asked: boolean): void {
    if (!asked) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (!this.#timer) {
      this.#missed = 0;
      this.#timer = setInterval(() => this.#look(), EVERY_MS).unref();
    }
  }
  /** The thread has given a sign of life. */
  answered(): void {
    this.#missed = 0;
  }

  #look(): void {
    this.#missed++;
    if (this.#missed <= MAX_MISSED) return this.#ping();
    this.watch(false);
    this.#dead();
  }
}
