/** Text that comes piece by piece, and waiting for something in it. */

/** A guest that says nothing new for so long will say nothing more. */
const PATIENCE_MS = 120_000;

export class Expecting {
  #text = '';
  #from = 0;
  #changed = Promise.withResolvers<void>();

  add(text: string): void {
    this.#text += text;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Waits for a text after what was awaited before. @returns what came up to its end @throws Error with the end of the text */
  async shows(text: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(text, this.#from);
      if (at >= 0) {
        const begin = this.#from;
        this.#from = at + text.length;
        return this.#text.slice(begin, this.#from);
      }
      const length = this.#text.length;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
      await Promise.race([this.#changed.promise, patience]);
      clearTimeout(timer);
      if (this.#text.length === length)
        throw new Error(`"${text}" did not come within ${PATIENCE_MS / 1000} s; the last was:\n${this.#text.slice(-2000)}`);
    }
  }
}
