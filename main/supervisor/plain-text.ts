/** Console bytes as plain text: escape sequences and control characters removed, lines as they end up on the screen. */

/** ECMA-48 control sequences (CSI ... final), operating system commands (OSC ... BEL or ST), and two-byte escapes. */
// eslint-disable-next-line no-control-regex
const ESCAPES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]/g;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/g;

/** How far back the last line is looked for. */
const LAST_LINE_WITHIN = 4096;
const LONGEST_LAST_LINE = 200;

/** A carriage return alone begins the line again; what is printed after it stays. */
const afterReturn = (line: string) => line.slice(line.lastIndexOf('\r') + 1);

/** The lines of console output, without escape sequences. */
export function plainLines(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes).replace(ESCAPES, '');
  return text.split(/\r*\n/).map((line) => afterReturn(line.replace(/\r+$/, '')).replace(CONTROLS, ''));
}

/** What can stand within a text that is seen whole: escape, backspace, bell, NUL. */
const DIVIDING = [0x1b, 0x08, 0x07, 0x00];

/** Whether a line can have a text: much quicker than `plainLines` where nothing is there to be removed. @param lowered in lower case */
export function mayHave(bytes: Uint8Array, lowered: string): boolean {
  const text = new TextDecoder().decode(bytes);
  if (text.toLowerCase().includes(lowered)) return true;
  if (!DIVIDING.some((control) => bytes.includes(control))) return false;
  return text.replace(ESCAPES, '').replace(CONTROLS, '').toLowerCase().includes(lowered);
}

/** The last line that is not empty. */
export function lastLine(bytes: Uint8Array): string {
  const lines = plainLines(bytes.subarray(Math.max(0, bytes.length - LAST_LINE_WITHIN)));
  return (lines.findLast((line) => line.trim() !== '') ?? '').trimEnd().slice(0, LONGEST_LAST_LINE);
}
