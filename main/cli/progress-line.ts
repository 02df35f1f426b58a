/** Progress on standard error: one line that is rewritten on a terminal, a line per step elsewhere. */
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import type { TaskStatus } from '../../preload/contract/tasks.ts';
import { safeText } from '../../preload/contract/foreign-text.ts';
import { printError, standardError } from '../output/print.ts';

type Progress = Pick<TaskStatus, 'message' | 'fraction' | 'bytesDone' | 'bytesTotal' | 'bytesPerSecond'>;

/** Work shorter than this, in milliseconds, is done before a person wonders. */
const PATIENCE = 500;

export interface ProgressLine {
  show(progress: Progress): void;
  /** Removes the line. */
  done(): void;
}

/** One line of text for a moment of progress. */
export function progressText({ message, fraction, bytesDone, bytesTotal, bytesPerSecond }: Progress): string {
  // It may quote what a guest printed.
  const parts = [safeText(message)];
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
      else if (!told.has(progress.message)) printError(`viv: ${safeText(progress.message)}`);
      told.add(progress.message);
    },
    done() {
      if (line.isTerminal && told.size > 0) send('\r\x1b[K');
    },
  };
}
