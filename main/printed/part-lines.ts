/** The lines of one part of what a console printed: as text, and where each begins. */
import { mayHave, plainLines } from '../supervisor/plain-text.ts';

const LINE_FEED = 10;

/** The text of a part's lines, each one once: a guest that says the same all day costs little to index. */
export const distinctLines = (bytes: Uint8Array): string => [...new Set(plainLines(bytes))].join('\n');

/** Where each line begins, in bytes. */
function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) starts.push(at + 1);
  return starts;
}

/** A line that has the text. */
export interface FoundLine {
  /** Bytes before it in its part. */
  readonly offset: number;
  readonly text: string;
}

/** The lines that contain a text, whatever its case, oldest first. @param lowered the text in lower case */
export function linesWith(bytes: Uint8Array, lowered: string): FoundLine[] {
  const found: FoundLine[] = [];
  if (!mayHave(bytes, lowered)) return found;
  let starts: number[] | undefined;
  for (const [index, line] of plainLines(bytes).entries()) {
    if (!line.toLowerCase().includes(lowered)) continue;
    starts ??= lineStarts(bytes);
    // A command for the terminal that spans lines takes their ends with it: then the place is a little early.
    found.push({ offset: starts[index] ?? 0, text: line });
  }
  return found;
}

/** Where to cut what is longer than a part may be: after a line, so that none is divided, or anywhere in one without end. */
export function cutAt(bytes: Uint8Array, most: number): number {
  if (bytes.length <= most) return bytes.length;
  const after = bytes.lastIndexOf(LINE_FEED, most - 1) + 1;
  return after > most / 2 ? after : most;
}
