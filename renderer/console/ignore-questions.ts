/** A terminal that leaves questions unanswered (preload/contract/terminal-questions.ts) while another one, or the past, was asked. */
import type { Terminal } from '@xterm/xterm';
import { ASKING_COLOURS, ASKING_SEQUENCES, isAskingCommand } from '../../preload/contract/terminal-questions.ts';

/** Leaves questions unanswered while `ignoring` says so. */
export function ignoreQuestions(terminal: Terminal, ignoring: () => boolean): void {
  for (const { first, ...identifier } of ASKING_SEQUENCES)
    terminal.parser.registerCsiHandler(identifier, ([parameter]) => ignoring() && (first?.includes(Number(parameter ?? 0)) ?? true));
  for (const colour of ASKING_COLOURS)
    terminal.parser.registerOscHandler(colour, (text) => ignoring() && isAskingCommand(`${colour};${text}`));
  for (const intermediates of ['$', '+']) terminal.parser.registerDcsHandler({ intermediates, final: 'q' }, ignoring);
}
