/** What a console shows of a snapshot point: a thumbnail for people to recognise it, and after a return its screen again. */
import { screenText } from '../supervisor/screen-text.ts';

/** The end of a console that is kept with a snapshot point: several screens of text. */
export const CONSOLE_TAIL = 16 * 1024;
const THUMBNAIL = { lines: 24, columns: 100 };

/** The last lines of the first console that printed something, as plain text. */
export function thumbnailOf(consoles: readonly Uint8Array[]): string {
  for (const bytes of consoles) {
    const text = screenText(bytes, THUMBNAIL);
    if (text !== '') return text;
  }
  return '';
}

/** Ends whatever colours and modes the screen was left in (DECSTR, ECMA-48 SGR). */
const SOFT_RESET = '\x1b[!p\x1b[0m';
const LINE_FEED = 10;

/** A dim line that says where the machine went back to, then the console as it was; nothing for a console that never printed. */
export function screensAfterReturn(consoles: readonly Uint8Array[], name: string): readonly Uint8Array[] {
  // A name comes from a person, or with an imported file.
  // eslint-disable-next-line no-control-regex
  const line = `${SOFT_RESET}\r\n\x1b[2m──── restored to “${name.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}” ────\x1b[0m\r\n`;
  return consoles.map((tail) => {
    if (tail.length === 0) return tail;
    // A tail that was cut begins in the middle of a line, or of an escape sequence.
    const begin = tail.length < CONSOLE_TAIL ? 0 : tail.indexOf(LINE_FEED) + 1;
    return Buffer.concat([Buffer.from(line), tail.subarray(begin)]);
  });
}
