/** Reads what a guest prints, and keeps count of its flood: lines with numbers, none of which may be missing. */
import { setTimeout as wait } from 'node:timers/promises';

const LOOK_MS = 50;
/** What is kept to look for words in. */
const KEPT = 4000;

export class FloodReader {
  #kept = '';
  #line = '';
  #lines = 0;
  #all: number | undefined;
  #loss: string | undefined;

  take(text: string): void {
    this.#kept = (this.#kept + text).slice(-KEPT);
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#heed(line.replace(/\r$/, ''));
  }
  #heed(line: string): void {
    const [, number] = /^flood (\d+)$/.exec(line) ?? [];
    if (number !== undefined && Number(number) !== ++this.#lines)
      this.#loss ??= `line ${this.#lines} of the console is missing: "${line}" came`;
    const [, all] = /^flooded (\d+)$/.exec(line) ?? [];
    if (all !== undefined) this.#all = Number(all);
  }

  /** Waits until a text was printed. */
  shows(text: string, patience: number): Promise<void> {
    return this.#until(() => this.#kept.includes(text), `the guest did not show "${text}"`, patience);
  }
  /** Waits for the end of the flood. @returns its lines @throws Error when one was lost */
  async ended(patience: number): Promise<number> {
    await this.#until(() => this.#all !== undefined || this.#loss !== undefined, 'the flood did not end', patience);
    if (this.#loss !== undefined) throw new Error(this.#loss);
    if (this.#all !== this.#lines) throw new Error(`${this.#lines} of ${this.#all} lines of the console came`);
    return this.#lines;
  }
  async #until(holds: () => boolean, otherwise: string, patience: number): Promise<void> {
    const limit = Date.now() + patience;
    while (!holds()) {
      if (Date.now() > limit) throw new Error(`${otherwise}; its console ends with:\n${this.#kept.slice(-500)}`);
      await wait(LOOK_MS);
    }
  }
}
