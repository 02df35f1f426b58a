/** Threads of the program's own that did not answer and were left alone. */

let left = 0;

/** One was left alone until it goes by itself. */
export function noteLeft(gone: Promise<void>): void {
  left++;
  void gone.then(() => left--);
}
export const ownThreadsLeft = (): number => left;
