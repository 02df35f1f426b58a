/**
 * What a guest has printed, as evidence: after "R n chain" record n is on the disk, whatever happens. A machine that goes
 * back to a snapshot point prints from there on, in the middle of a line perhaps; what was printed before counts no more then.
 */

const LINE = /^R(\d{10}) ([0-9a-f]{16})$/;

export class GuestLines {
  /** Flushed records of the present, oldest first, each one step after the one before. */
  readonly #records: { n: number; chain: bigint }[] = [];
  #rest = '';
  /** The next line may have begun elsewhere. */
  #torn = false;
  #error: string | undefined;

  /** @returns a line in which the guest says that something was wrong */
  output(text: string): string | undefined {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  /** The machine has gone back, or was started anew. */
  returned(): void {
    this.#records.length = 0;
    this.#rest = '';
    this.#torn = true;
  }

  /** @param doubtful how many of the newest are not to count: those that may be half of another line */
  flushed(doubtful = 0): readonly { readonly n: number; readonly chain: bigint }[] {
    return this.#records.slice(0, Math.max(0, this.#records.length - doubtful));
  }

  #line(line: string): void {
    const torn = this.#torn;
    this.#torn = false;
    if (line.startsWith('B')) {
      this.#records.length = 0;
      return;
    }
    if (line.startsWith('E ')) this.#error = line;
    const [, digits, hexadecimal] = LINE.exec(line) ?? [];
    if (digits === undefined) {
      // Half of a line at a return says nothing; the rest of the line is the first of the other snapshot point's.
      this.#records.length = 0;
      return;
    }
    const n = Number(digits);
    const last = this.#records.at(-1);
    if (last && n !== last.n + 1) this.#records.length = 0;
    // A line that looks whole may be put together of two.
    if (!torn) this.#records.push({ n, chain: BigInt(`0x${hexadecimal}`) });
    if (this.#records.length > 2000) this.#records.splice(0, 1000);
  }
}
