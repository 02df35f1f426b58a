/** One console's way into the file: what was printed is handed over in the background, with the times it was printed at. */
import { turns } from '../../emulator/structures/in-turn.ts';
import type { Mark, Printed } from './parts.ts';

/** Output by position, as `ConsoleLog` keeps its end. */
export interface Source {
  readonly start: number;
  readonly end: number;
  slice(from: number, to: number): Uint8Array;
}

/** A little output is handed over after so many milliseconds, much at once. */
const DELAY = 2000;
const MUCH = 256 * 1024;
/** Times are noted this far apart, in milliseconds. */
const MARK_EVERY = 1000;

export class Feed {
  /** Where it began. */
  readonly from: number;
  readonly #machine: string;
  readonly #console: number;
  readonly #append: (printed: Printed) => Promise<void>;
  #source: Source;
  /** Position up to which everything was handed over, as far as it could be had. */
  #stored: number;
  #marks: Mark[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing = false;
  readonly #inTurn = turns();

  /**
   * @param from what was printed before this position is not this feed's
   * @param append keeps a piece; what it rejects ends up nowhere, and the feed goes on with what follows
   */
  constructor(machine: string, console: number, source: Source, from: number, append: (printed: Printed) => Promise<void>) {
    this.#machine = machine;
    this.#console = console;
    this.#source = source;
    this.from = from;
    this.#stored = from;
    this.#append = append;
  }

  /** Something was printed, from a position of the source to its end. Cheap: it is called for every piece of output. */
  printed(source: Source, from: number): void {
    this.#source = source;
    const now = Date.now();
    const last = this.#marks.at(-1);
    if (!last || now - last[1] >= MARK_EVERY) this.#marks.push([from, now]);
    if (this.#writing) return;
    if (source.end - this.#stored >= MUCH) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), DELAY).unref();
  }

  /** What was printed until now was printed before a time. */
  moment(time: number): void {
    if (this.#marks.at(-1)?.[1] !== time) this.#marks.push([this.#source.end, time]);
  }

  /** How far it had got at a moment that it was told of and that nothing was handed over after yet. */
  positionAt(time: number): number | undefined {
    return this.#marks.find(([, at]) => at === time)?.[0];
  }

  /** Hands over what was printed until now. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#inTurn(() => this.#write());
  }

  /** The source was emptied: what is not handed over yet never is. Resolves when nothing is under way. */
  emptied(): Promise<void> {
    this.#stored = this.#source.end;
    this.#marks = [];
    return this.flush();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    const target = this.#source.end;
    while (this.#stored < target) {
      // A flood may have pushed out what had no turn: that is the gap.
      const position = Math.max(this.#stored, this.#source.start);
      const to = Math.min(target, position + MUCH);
      const bytes = this.#source.slice(position, Math.max(position, to));
      const passed = this.#marks.findLastIndex(([at]) => at <= to);
      const marks = this.#marks.filter(([at]) => at < to);
      // The last one holds for what follows, too.
      this.#marks = this.#marks.slice(Math.max(0, passed));
      this.#stored = Math.max(to, position);
      await this.#append({ machine: this.#machine, console: this.#console, position, bytes, marks });
    }
    this.#writing = false;
    if (this.#source.end > this.#stored) this.#timer ??= setTimeout(() => void this.flush(), this.#behind()).unref();
  }
  #behind(): number {
    return this.#source.end - this.#stored >= MUCH ? 0 : DELAY;
  }
}
