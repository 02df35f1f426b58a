/**
 * When the lines of a terminal were printed, for the rows that can be seen. What comes is noted with the host's time; what was
 * printed before the terminal was opened is noted with its place in all output, until somebody asks when that was printed.
 */
import type { IMarker, Terminal } from '@xterm/xterm';
import type { KeptOutput } from '../../preload/contract/consoles.ts';
import { timeAt } from './time-at.ts';

/** Lines printed within this time have one note, in milliseconds. */
const APART = 1000;
/** A note more than these takes the place of the oldest. */
const MOST = 20_000;
/** Of lines that have a place and no time yet. */
const MOST_PLACES = 8000;
const LINE_FEED = 10;

export interface LineTimes {
  /** Something is written now. */
  note(now?: number): void;
  /** What is written now was printed earlier, from a position on; `written` says that it was. */
  noteLines(bytes: Uint8Array, position: number): void;
  written(): void;
  /** Between which positions nobody has said yet what was printed when. */
  unknown(): { readonly from: number; readonly to: number } | undefined;
  /** Says so. */
  learn(marks: KeptOutput['marks']): void;
  /** The time of each visible row that begins what was printed then, from the top. */
  rows(): (number | undefined)[];
  forget(): void;
}

/** A terminal, and the times of its rows. */
export interface TimedTerminal {
  readonly terminal: Terminal;
  readonly times: Pick<LineTimes, 'rows'>;
}

interface Piece {
  /** Where the lines after its line feeds begin. */
  readonly lines: readonly number[];
  next: number;
}

/** The place of each line that begins in bytes from a position on. */
function linesIn(bytes: Uint8Array, position: number): number[] {
  const lines: number[] = [];
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines.push(position + at + 1);
  return lines;
}

export function lineTimes(terminal: Terminal): LineTimes {
  let notes: { readonly marker: IMarker; readonly time: number }[] = [];
  let places: { readonly marker: IMarker; readonly position: number }[] = [];
  /** What the terminal has not read yet, oldest first. */
  let pieces: Piece[] = [];

  /** The line at the cursor begins at a position. */
  function begins(position: number) {
    const marker = terminal.registerMarker(0);
    if (!marker) return;
    places.push({ marker, position });
    if (places.length > MOST_PLACES) places.shift()?.marker.dispose();
  }
  terminal.onLineFeed(() => {
    const [piece] = pieces;
    const position = piece?.lines[piece.next++];
    if (position !== undefined) begins(position);
  });

  return {
    note(now = Date.now()) {
      const last = notes.at(-1);
      if (last && now - last.time < APART) return;
      const marker = terminal.registerMarker(0);
      if (!marker) return;
      notes.push({ marker, time: now });
      if (notes.length > MOST) notes.shift()?.marker.dispose();
    },
    noteLines(bytes, position) {
      // What comes first begins a line, or is within one whose beginning is not there any more.
      if (pieces.length + places.length === 0) terminal.write('', () => begins(position));
      pieces.push({ lines: linesIn(bytes, position), next: 0 });
    },
    written: () => void pieces.shift(),
    unknown() {
      places = places.filter(({ marker }) => !marker.isDisposed);
      const [first, last] = [places[0], places.at(-1)];
      return pieces.length === 0 && first && last ? { from: first.position, to: last.position + 1 } : undefined;
    },
    learn(marks) {
      const known: typeof notes = [];
      for (const { marker, position } of places) {
        const time = timeAt(marks, position);
        if (time > 0 && time !== known.at(-1)?.time) known.push({ marker, time });
        else marker.dispose();
      }
      places = [];
      notes = [...known, ...notes];
    },
    rows() {
      notes = notes.filter(({ marker }) => !marker.isDisposed);
      const top = terminal.buffer.active.viewportY;
      const rows: (number | undefined)[] = Array.from({ length: terminal.rows }, () => undefined);
      for (const { marker, time } of notes) if (marker.line >= top && marker.line < top + terminal.rows) rows[marker.line - top] = time;
      // The first row is within what was printed at a time, too.
      rows[0] ??= notes.findLast(({ marker }) => marker.line <= top)?.time;
      return rows;
    },
    forget() {
      for (const { marker } of [...notes, ...places]) marker.dispose();
      notes = [];
      places = [];
      pieces = [];
    },
  };
}
