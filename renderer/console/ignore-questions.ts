/**
 * A terminal answers questions: where the cursor is, what it is, which colours it has (ECMA-48 DSR and DA, xterm's
 * OSC 4, 10, 11 and 12). In replayed history they were answered long ago; a second answer would be typed into the
 * guest's shell.
 */
import type { IFunctionIdentifier, Terminal } from '@xterm/xterm';

const QUESTIONS: readonly IFunctionIdentifier[] = [
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { prefix: '>', final: 'q' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { final: 't' },
];
const COLOURS = [4, 10, 11, 12] as const;

/** Leaves questions unanswered while `ignoring` says so. */
export function ignoreQuestions(terminal: Terminal, ignoring: () => boolean): void {
  for (const question of QUESTIONS) terminal.parser.registerCsiHandler(question, ignoring);
  for (const colour of COLOURS) terminal.parser.registerOscHandler(colour, (text) => ignoring() && text.includes('?'));
  terminal.parser.registerDcsHandler({ intermediates: '$', final: 'q' }, ignoring);
}
