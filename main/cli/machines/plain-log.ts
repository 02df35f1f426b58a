/** A console's output as plain text, line by line: no escape sequences, no control characters. */
import { safeLines } from '../../../preload/contract/foreign-text.ts';
import { plainLines } from '../../supervisor/plain-text.ts';

/** A line that is longer is broken here. */
const LONGEST_LINE = 64 * 1024;
const LINE_FEED = 0x0a;

export interface PlainLog {
  /** @returns the lines that are complete with these bytes */
  take(bytes: Uint8Array): string;
  /** @returns the last line, which has no end */
  end(): string;
}

export function plainLog(): PlainLog {
  let kept = new Uint8Array();
  const shown = (bytes: Uint8Array) => safeLines(plainLines(bytes).join('\n'));
  return {
    take(bytes) {
      const all = Buffer.concat([kept, bytes]);
      const end = all.length - all.lastIndexOf(LINE_FEED) > LONGEST_LINE ? all.length : all.lastIndexOf(LINE_FEED) + 1;
      kept = all.subarray(end);
      return shown(all.subarray(0, end));
    },
    end: () => (kept.length > 0 ? `${shown(kept)}\n` : ''),
  };
}
