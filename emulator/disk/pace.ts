/**
 * Whether a host file answers fast enough to be asked on the spot. What the host has cached comes in microseconds,
 * a tenth of what handing the request to another thread takes; what it has to fetch would block everything else.
 */

/** Larger requests are never worth blocking for, in bytes. */
const SMALL = 65536;
/** An answer that took longer came from the medium, in milliseconds. */
const SLOW_MS = 0.3;
/** Requests done the patient way after a slow one. */
const PATIENCE = 64;

export class Pace {
  #patience = 0;

  /** Whether to do the next request of so many bytes at once. */
  isQuick(bytes: number): boolean {
    if (bytes > SMALL) return false;
    if (this.#patience > 0) this.#patience--;
    return this.#patience === 0;
  }

  /** How long a request done at once took, in milliseconds. */
  took(milliseconds: number): void {
    if (milliseconds > SLOW_MS) this.#patience = PATIENCE;
  }
}
