/**
 * Questions that a program asks its terminal, and that the terminal answers as if the answer had been typed: where the
 * cursor is, what the terminal is, which colours it has. A question that was answered once must not be answered again
 * when its output is shown a second time, or by a second terminal.
 */

/** A control sequence (ECMA-48 CSI) that asks. */
export interface AskingSequence {
  readonly prefix?: '?' | '>' | '=';
  readonly intermediates?: string;
  readonly final: string;
  /** Only with one of these first parameters; absent: always. */
  readonly first?: readonly number[];
}

export const ASKING_SEQUENCES: readonly AskingSequence[] = [
  // Device status reports: status and cursor position, also of keyboards, colour scheme and the like.
  { final: 'n' },
  { prefix: '?', final: 'n' },
  // Device attributes, and xterm's version.
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { prefix: '>', final: 'q' },
  // Modes, terminal parameters, presentation state, checksums of areas.
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { final: 'x', first: [0, 1] },
  { intermediates: '$', final: 'w' },
  { intermediates: '*', final: 'y' },
  { intermediates: '&', final: 'u' },
  { prefix: '?', final: 'S' },
  // The keyboard's state: kitty, xterm.
  { prefix: '?', final: 'u' },
  { prefix: '?', final: 'm' },
  // Size, position, state and titles of the window.
  { final: 't', first: [11, 13, 14, 15, 16, 18, 19, 20, 21] },
];

/** Operating system commands that set a colour or a font, and ask for it where the value is a question mark. */
export const ASKING_COLOURS: readonly number[] = [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 50, 52, 60, 61];

const COLOUR = new RegExp(`^(${ASKING_COLOURS.join('|')})(;|$)`);
/** iTerm2's. */
const REPORT = /^1337;(Report|Capabilities|RequestUpload)/;

/** Whether an operating system command (the text between `ESC ]` and its end) asks. */
export const isAskingCommand = (text: string): boolean =>
  REPORT.test(text) || (COLOUR.test(text) && (text.includes('?') || /^6[01]/.test(text)));

/** Whether a device control string asks: for a setting (`$q`), a capability (`+q`) or the state of a presentation (`$t`). */
export const isAskingString = (text: string): boolean => /^[0-9;]*[$+]q/.test(text);

/** Whether a control sequence asks; `text` is what stands between `ESC [` and the final character. */
export function isAskingSequence(text: string, final: string): boolean {
  const [, prefix = '', parameters = '', intermediates = ''] = /^([<-?]?)([0-9:;]*)([ -/]*)$/.exec(text) ?? [];
  const first = Number.parseInt(parameters, 10) || 0;
  return ASKING_SEQUENCES.some(
    (asking) =>
      asking.final === final &&
      (asking.prefix ?? '') === prefix &&
      (asking.intermediates ?? '') === intermediates &&
      (asking.first === undefined || asking.first.includes(first)),
  );
}
