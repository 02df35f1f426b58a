/** When the lines of a terminal were printed: noted as they come, told for the rows that can be seen. */
import type { IMarker, Terminal } from '@xterm/xterm';

/** Lines printed within this time have one note, in milliseconds. */
const APART = 1000;
/** A note more than these takes the place of the oldest. */
const MOST = 20_000;

export interface LineTimes {
  /** Something is written now. */
  note(now?: number): void;
  /** The time of each visible row that begins what was printed then, from the top. */
  rows(): (number | undefined)[];
  forget(): void;
}

export function lineTimes(terminal: Terminal): LineTimes {
  let notes: { readonly marker: IMarker; readonly time: number }[] = [];
  return {
    note(now = Date.now()) {
      const last = notes.at(-1);
      if (last && now - last.time < APART) return;
      const marker = terminal.registerMarker(0);
      if (!marker) return;
      notes.push({ marker, time: now });
      if (notes.length > MOST) notes.shift()?.marker.dispose();
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
      for (const { marker } of notes) marker.dispose();
      notes = [];
    },
  };
}
