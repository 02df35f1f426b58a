/** Progress on standard error: one line that is rewritten on a terminal, a line per step elsewhere. */
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import { stepWords } from '../../preload/contract/task-words.ts';
import type { Step, TaskStatus } from '../../preload/contract/tasks.ts';
import { safeText } from '../../preload/contract/foreign-text.ts';
import { printError, standardError } from '../output/print.ts';

/** @property message a step, or words for one that has none */
type Progress = Pick<TaskStatus, 'fraction' | 'bytesDone' | 'bytesTotal' | 'bytesPerSecond'> & { readonly message: Step | string };

const saidOf = ({ message }: Progress): string => safeText(typeof message === 'string' ? message : stepWords(message));

/** Work shorter than this, in milliseconds, is done before a person wonders. */
const PATIENCE = 500;

export interface ProgressLine {
  show(progress: Progress): void;
  /** Removes the line. */
  done(): void;
}

/** One line of text for a moment of progress. */
export function progressText(progress: Progress): string {
  const { fraction, bytesDone, bytesTotal, bytesPerSecond } = progress;
  // It may quote what a guest printed.
  const parts = [saidOf(progress)];
  if (fraction !== undefined) parts.push(`${Math.floor(fraction * 100)} %`);
  if (bytesDone !== undefined)
    parts.push(bytesTotal === undefined ? formatBytes(bytesDone) : `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`);
  if (bytesPerSecond !== undefined) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  return parts.join(', ');
}

/** Nothing is printed before `PATIENCE` has passed. */
export function progressLine(): ProgressLine {
  const line = standardError();
  // What cannot be shown is not missed: whether the work succeeds is told by the exit status.
  const send = (text: string) => void line.write(text).catch(() => undefined);
  const begun = Date.now();
  const told = new Set<string>();
  return {
    show(progress) {
      if (Date.now() - begun < PATIENCE) return;
      if (line.isTerminal) send(`\r\x1b[K${progressText(progress).slice(0, (line.columns() || Infinity) - 1)}`);
      // Two that take turns (memory and disks are stored side by side) are told once each.
      else if (!told.has(saidOf(progress))) printError(`viv: ${saidOf(progress)}`);
      told.add(saidOf(progress));
    },
    done() {
      if (line.isTerminal && told.size > 0) send('\r\x1b[K');
    },
  };
}
