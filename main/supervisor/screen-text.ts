/**
 * A console's end as it looks on its screen, as plain text: a line renderer that knows the cursor and the erasing of
 * lines (ECMA-48), so that a shell's edited line or a progress bar comes out as a person sees it. Colours do nothing.
 */

export interface ScreenSize {
  readonly lines: number;
  readonly columns: number;
}

/** Bytes looked at: several screens, as drawing one may take many escape sequences. */
const LOOKED_AT = 32 * 1024;
/** What a tab moves to. */
const TAB = 8;

/** Text, control characters and escape sequences; of one that is cut off nothing is shown. */
const TOKENS =
  // eslint-disable-next-line no-control-regex
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*|\x1b[ -/]*[0-Z\\^-~]|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/g;

class Screen {
  readonly #size: ScreenSize;
  rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  /** Rows before this one were cleared away: they are history, and no part of the screen. */
  cleared = 0;

  constructor(size: ScreenSize) {
    this.#size = size;
  }

  /** The first row that a screen of this size still shows. */
  get #top(): number {
    return Math.max(0, this.rows.length - this.#size.lines);
  }

  put(text: string): void {
    for (const character of text) {
      const row = this.rows[this.#row] as string[];
      while (row.length < this.#column) row.push(' ');
      row[this.#column++] = character;
    }
  }

  control(code: string): void {
    // A program on the bare machine sends no carriage return, and means one.
    if (code === '\n' || code === '\v' || code === '\f') this.#to(this.#row + 1, 0);
    else if (code === '\r') this.#column = 0;
    else if (code === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (code === '\t') this.#column = (Math.floor(this.#column / TAB) + 1) * TAB;
  }

  sequence(parameters: string, final: string): void {
    const given = parameters.split(';').map((text) => Number.parseInt(text.replace(/^\?/, ''), 10));
    const count = Math.min(given[0] || 1, 1000);
    if (final === 'A') this.#to(Math.max(this.#top, this.#row - count), this.#column);
    else if (final === 'B' || final === 'e') this.#to(Math.min(this.rows.length - 1, this.#row + count), this.#column);
    else if (final === 'C' || final === 'a') this.#column += count;
    else if (final === 'D') this.#column = Math.max(0, this.#column - count);
    else if (final === 'E') this.#to(this.#row + count, 0);
    else if (final === 'F') this.#to(Math.max(this.#top, this.#row - count), 0);
    else if (final === 'G' || final === '`') this.#column = count - 1;
    else if (final === 'd') this.#to(this.#top + count - 1, this.#column);
    else if (final === 'H' || final === 'f') this.#to(this.#top + count - 1, Math.min((given[1] || 1) - 1, 1000));
    else if (final === 'J') this.#eraseScreen(given[0] || 0);
    else if (final === 'K') this.#eraseLine(given[0] || 0);
    else if (final === 'P') this.rows[this.#row]?.splice(this.#column, count);
  }

  #to(row: number, column: number): void {
    while (this.rows.length <= row) this.rows.push([]);
    this.#row = row;
    this.#column = column;
  }

  #eraseLine(which: number): void {
    const row = this.rows[this.#row] as string[];
    if (which === 0) row.length = Math.min(row.length, this.#column);
    else if (which === 1) row.fill(' ', 0, this.#column + 1);
    else row.length = 0;
  }

  #eraseScreen(which: number): void {
    if (which >= 2 || (which === 0 && this.#row === this.#top && this.#column === 0)) this.cleared = this.#top;
    if (which === 0) {
      this.#eraseLine(0);
      for (let row = this.#row + 1; row < this.rows.length; row++) this.rows[row] = [];
    } else if (which >= 2) {
      for (let row = this.#top; row < this.rows.length; row++) this.rows[row] = [];
    }
  }
}

/** The last lines of the screen, without those at its beginning and end that are empty. */
export function screenText(bytes: Uint8Array, size: ScreenSize): string {
  const text = new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - LOOKED_AT)));
  const screen = new Screen(size);
  for (const [token, parameters, final] of text.matchAll(TOKENS)) {
    if (final !== undefined) screen.sequence(parameters ?? '', final);
    else if (token.startsWith('\x1b')) continue;
    else if (token < ' ' || token === '\x7f') screen.control(token);
    else screen.put(token);
  }
  const lines = screen.rows.map((row) =>
    Array.from(row, (character) => character ?? ' ')
      .slice(0, size.columns)
      .join('')
      .trimEnd(),
  );
  const last = lines.findLastIndex((line) => line !== '');
  const shown = lines.slice(Math.max(screen.cleared, last + 1 - size.lines), last + 1);
  return shown.slice(shown.findIndex((line) => line !== '')).join('\n');
}
