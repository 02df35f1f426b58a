/**
 * Text that comes from a guest, a file or another person: names, notes, messages, file names. It is shown and never
 * obeyed: a terminal acts on control characters and escape sequences, and direction marks make text read differently
 * from what it says.
 */

/**
 * C0 controls, DEL and C1 controls; line and paragraph separators; marks, embeddings, overrides and isolates of the
 * writing direction (Unicode Standard Annex 9); deprecated format characters; interlinear annotations.
 */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g;
/** The same, except for the end of a line. */
// eslint-disable-next-line no-control-regex
const UNSAFE_IN_LINES = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g;

const codeOf = (character: string) => character.charCodeAt(0).toString(16);
const shown = (character: string) => `\\u{${codeOf(character)}}`;

/** Text on one line; each character that a terminal would act on is shown by its number, such as `\u{1b}`. */
export const safeText = (text: string): string => text.replace(UNSAFE, shown);

/** As `safeText`, but lines stay lines. A carriage return before a line feed is part of the line's end. */
export const safeLines = (text: string): string => text.replaceAll('\r\n', '\n').replace(UNSAFE_IN_LINES, shown);

/** JSON whose strings hold the same characters, written so that no terminal acts on them. */
export const safeJson = (json: string): string => json.replace(UNSAFE_IN_LINES, (character) => `\\u${codeOf(character).padStart(4, '0')}`);

/** Whether text is the same when it is shown on one line. */
export const isSafeText = (text: string): boolean => text.search(UNSAFE) < 0;

const PLAIN_WORD = /^[\p{L}\p{N}_@%+=:,./][\p{L}\p{N}_@%+=:,./-]*$/u;

/**
 * A word as a shell takes it, for commands that are shown to be copied. What must not be shown as it is, bash, zsh and ksh
 * read from its number.
 */
export function shellWord(word: string): string {
  if (!isSafeText(word))
    return `$'${word.replace(/[\\']/g, '\\$&').replace(UNSAFE, (character) => `\\u${codeOf(character).padStart(4, '0')}`)}'`;
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
