/** Which of several attached terminals answers the guest's questions (its cursor's position and the like): the one that was active last. */
export class Answering<T> {
  readonly #changed: (terminal: T, answers: boolean) => void;
  /** The one that was active last is the last. */
  #terminals: readonly T[] = [];

  /** @param changed told of each terminal that begins or ceases to answer */
  constructor(changed: (terminal: T, answers: boolean) => void) {
    this.#changed = changed;
  }

  /** A terminal was attached, or something was typed there. */
  active(terminal: T): void {
    this.#become([...this.#terminals.filter((other) => other !== terminal), terminal]);
  }

  left(terminal: T): void {
    this.#become(this.#terminals.filter((other) => other !== terminal));
  }

  #become(terminals: readonly T[]): void {
    const before = this.#terminals.at(-1);
    const now = terminals.at(-1);
    this.#terminals = terminals;
    if (before === now) return;
    if (before !== undefined && terminals.includes(before)) this.#changed(before, false);
    if (now !== undefined) this.#changed(now, true);
  }
}
