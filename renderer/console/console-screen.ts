/** What a console shows now, as the text that a snapshot of this moment would keep. */
import type { Terminal } from '@xterm/xterm';

/** A snapshot keeps so much of the console (preload/contract/snapshots.ts). */
const ROWS = 24;
const COLUMNS = 100;

/** The last lines up to the cursor, without colours. */
export function screenText({ buffer: { active } }: Pick<Terminal, 'buffer'>): string {
  const end = active.baseY + active.cursorY;
  const lines: string[] = [];
  for (let row = Math.max(0, end - ROWS + 1); row <= end; row++) lines.push(active.getLine(row)?.translateToString(true, 0, COLUMNS) ?? '');
  return lines.join('\n');
}
