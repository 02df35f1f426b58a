/** Pasting into a console: whether it wants a question first, and line by line where the guest is slow. */
import type { Terminal } from '@xterm/xterm';
import { t } from '../words/words.ts';

/** The lines that a paste would run; one that only ends its line is one. */
export const pastedLines = (text: string): string[] => text.replace(/\r?\n$|\r$/, '').split(/\r\n|\n|\r/);

/**
 * Whether somebody should see it first: several lines run one after the other, unless the guest has said that it tells
 * a paste from typing (bracketed paste, xterm's mode 2004).
 */
export const wantsQuestion = (text: string, { modes }: Pick<Terminal, 'modes'>): boolean =>
  !modes.bracketedPasteMode && pastedLines(text).length > 1;

export interface PastePace {
  readonly label: () => string;
  /** Milliseconds between lines; 0: as fast as the guest takes it. */
  readonly pauseMs: number;
}
export const PACES: readonly PastePace[] = [
  { label: () => t('console.paceGuest'), pauseMs: 0 },
  { label: () => t('console.paceFast'), pauseMs: 50 },
  { label: () => t('console.paceSlow'), pauseMs: 250 },
  { label: () => t('console.paceSlowest'), pauseMs: 1000 },
];

/**
 * Types lines with a pause after each.
 * @param progress told how many have been typed
 * @param signal ends it between two lines
 */
export async function pasteSlowly(
  lines: readonly string[],
  pauseMs: number,
  type: (text: string) => void,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, line] of lines.entries()) {
    if (signal.aborted) return;
    type(`${line}\r`);
    progress(index + 1);
    if (index + 1 < lines.length) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
