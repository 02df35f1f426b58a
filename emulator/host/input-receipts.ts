/** What the I/O thread owes an answer for: input on its way to the guest, in the order in which it was written. */
export class InputReceipts {
  readonly #owed = new Map<number, ((count: number) => void)[]>();
  #ended = false;

  /** Input was handed over. @returns how many bytes of it the guest has taken, once it gets no more of it */
  expect(console: number): Promise<number> {
    if (this.#ended) return Promise.resolve(0);
    return new Promise((resolve) => {
      const owed = this.#owed.get(console);
      if (owed) owed.push(resolve);
      else this.#owed.set(console, [resolve]);
    });
  }

  /** The oldest input of a console has been dealt with. */
  received(console: number, count: number): void {
    this.#owed.get(console)?.shift()?.(count);
  }

  /** Nobody answers any more: what is not known to have reached the guest has not. */
  end(): void {
    this.#ended = true;
    for (const owed of this.#owed.values()) for (const resolve of owed.splice(0)) resolve(0);
  }
}
