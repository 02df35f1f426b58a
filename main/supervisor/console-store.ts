/**
 * Writes a console's output to the library in the background: a little after it was printed, in chunks, never
 * more than is kept. A guest that prints without end costs at most 1 MiB of writing per interval.
 */
import { turns } from '../../emulator/structures/in-turn.ts';
import type { ConsoleLog } from './console-log.ts';

/** How long output may wait before it is written, in milliseconds: what a killed program may lose. */
const DELAY = 500;
/** A chunk in the library grows up to this size before the next is begun: few rows, little rewritten. */
const GROWS_TO = 16 * 1024;
const LARGEST = 64 * 1024;

export interface ConsoleStore {
  /** Something was printed. */
  touched(): void;
  /** Writes now what has not been written; resolves when it is stored. */
  flush(): Promise<void>;
  /** The log was emptied. */
  cleared(): void;
}

/**
 * @param put stores a chunk at a position, in place of one that began there
 * @param failed told about the first failure of a row of failures; what could not be written is tried again
 */
export function consoleStore(
  log: ConsoleLog,
  put: (position: number, bytes: Uint8Array) => Promise<void>,
  failed: (error: Error) => void,
): ConsoleStore {
  let stored = log.end;
  let chunkStart = stored;
  let timer: NodeJS.Timeout | undefined;
  const inTurn = turns();
  let failing = false;

  const write = async () => {
    // What is printed during the writing waits for the next interval, or a flood would be written without end.
    const target = log.end;
    while (stored < target) {
      chunkStart = Math.max(chunkStart, log.start);
      const to = Math.max(chunkStart, Math.min(target, chunkStart + LARGEST));
      await put(chunkStart, log.slice(chunkStart, to));
      // A log emptied meanwhile has moved `stored` on.
      stored = Math.max(stored, to);
      if (to - chunkStart >= GROWS_TO) chunkStart = to;
    }
    failing = false;
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    return inTurn(write).catch((error: unknown) => {
      if (!failing) failed(error as Error);
      failing = true;
    });
  };
  return {
    touched: () => {
      timer ??= setTimeout(() => void flush(), DELAY).unref();
    },
    flush,
    cleared: () => {
      stored = log.end;
      chunkStart = log.end;
    },
  };
}
