/** Input that is read no faster than the guest takes it. */
import type { AttachedTerminal } from './terminal.ts';

/** Piped input that may wait, in bytes. */
const MAX_WAITING = 64 * 1024;
/** Keys are read on while the guest takes none, because Ctrl-A X is one of them; more bytes than this come from a program. */
const MAX_KEYS = 4 * 1024 * 1024;

/**
 * Passes input on and stops reading while too much of it waits.
 * @param terminal what reads it, asked for once there is input
 * @param write resolves when the bytes wait no longer
 */
export function pacedInput(
  terminal: () => Pick<AttachedTerminal, 'hold' | 'release'>,
  write: (bytes: Uint8Array) => Promise<unknown>,
): (bytes: Uint8Array) => void {
  const max = process.stdin.isTTY ? MAX_KEYS : MAX_WAITING;
  let waiting = 0;
  return (bytes) => {
    waiting += bytes.length;
    const written = write(bytes);
    if (waiting > max) terminal().hold();
    const taken = () => {
      waiting -= bytes.length;
      if (waiting <= max) terminal().release();
    };
    written.then(taken, taken);
  };
}
