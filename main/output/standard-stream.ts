/**
 * Standard output and standard error of this process, whatever they are: terminal, pipe, socket, file or device.
 * Writing never blocks the process (Node's own writes to a terminal do), a reader that is slow is waited for by whoever
 * awaits `write`, and what could not be written is known.
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { isatty } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import { getSystemErrorMessage } from 'node:util';
import { caughtUp, turns } from '../../emulator/structures/in-turn.ts';

/** Standard output or standard error cannot be written to. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** Whoever read it has left (a closed pipe, a terminal that hung up): the end of the work, not a fault. */
  readonly readerGone: boolean;

  constructor(message: string, readerGone: boolean) {
    super(message);
    this.readerGone = readerGone;
  }
}

export interface StandardStream {
  readonly isTerminal: boolean;
  /** Width of the terminal in characters; undefined where there is none or it does not say. */
  columns(): number | undefined;
  /**
   * Resolves when the system has taken all of it; calls keep their order. Whoever writes much waits for it, so that
   * nothing piles up here.
   * @throws OutputError now and at every later call when it could not be written
   */
  write(data: Uint8Array | string): Promise<void>;
  /** Resolves when what was written has been taken, or cannot be. */
  flushed(): Promise<void>;
  /** Lets its reader see the end, after what was written; for what is to go on reading standard input. Nothing is written after it. */
  end(): Promise<void>;
  /** Why nothing can be written any more. */
  readonly failure: OutputError | undefined;
}

/** A device that is not ready is tried again after so many milliseconds. */
const NOT_READY_REST = 5;

const NAMES = { 1: 'standard output', 2: 'standard error' } as const;
type Descriptor = keyof typeof NAMES;

/** What the system says, as a sentence. */
function outputError(fd: Descriptor, error: NodeJS.ErrnoException, isTerminal: boolean): OutputError {
  const { code, errno } = error;
  const gone = code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_DESTROYED' || (isTerminal && code === 'EIO');
  const why = errno === undefined ? error.message : getSystemErrorMessage(errno);
  return new OutputError(`${NAMES[fd]} cannot be written to: ${why}`, gone);
}

/** Opens a standard stream of this process; to be done once for each. */
export function openStandardStream(fd: Descriptor): StandardStream {
  const isTerminal = isatty(fd);
  const put = isTerminal || !isFile(fd) ? streamWriter(fd, isTerminal, failed) : fileWriter(fd);
  let failure: OutputError | undefined;
  const inTurn = turns();

  function failed(error: NodeJS.ErrnoException): OutputError {
    return (failure ??= outputError(fd, error, isTerminal));
  }
  const write = async (bytes: Uint8Array) => {
    if (failure) throw failure;
    try {
      await put(bytes);
    } catch (error) {
      throw failed(error as NodeJS.ErrnoException);
    }
  };
  return {
    isTerminal,
    columns: () => (isTerminal ? (fd === 1 ? process.stdout : process.stderr).columns : undefined),
    write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      return inTurn(() => write(bytes));
    },
    flushed: () => caughtUp(inTurn),
    end: () => inTurn(() => closeForReader(fd)),
    get failure() {
      return failure;
    },
  };
}

/** Whether writing waits for no reader. A descriptor that was closed is /dev/null here: Node opens that in its place. */
function isFile(fd: Descriptor): boolean {
  const stat = fstatSync(fd);
  return stat.isFile() || stat.isCharacterDevice();
}

/** Pipes and sockets show their end to a reader; whatever opens a file next must not get the number of a standard stream. */
async function closeForReader(fd: Descriptor): Promise<void> {
  const stat = fstatSync(fd);
  if (stat.isSocket()) await new Promise<void>((resolve) => (fd === 1 ? process.stdout : process.stderr).end(() => resolve()));
  if (!stat.isFIFO() && !stat.isSocket()) return;
  closeSync(fd);
  openSync(devNull, 'w');
}

/** Files and devices: all of it, also where the system takes less at once (a disk that is nearly full). */
function fileWriter(fd: Descriptor): (bytes: Uint8Array) => Promise<void> {
  return async (bytes) => {
    for (let sent = 0; sent < bytes.length;)
      try {
        sent += writeSync(fd, bytes, sent);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await sleep(NOT_READY_REST);
      }
  };
}

/** Terminals, pipes and sockets: Node's stream, which waits in the event loop. */
function streamWriter(
  fd: Descriptor,
  isTerminal: boolean,
  failed: (error: NodeJS.ErrnoException) => unknown,
): (bytes: Uint8Array) => Promise<void> {
  const stream = fd === 1 ? process.stdout : process.stderr;
  // Node makes writes to terminals block; one that is stopped (Ctrl-S) would stop this whole process with its machines.
  const { _handle: handle } = stream as { _handle?: { setBlocking?(blocking: boolean): void } };
  if (isTerminal) handle?.setBlocking?.(false);
  stream.on('error', failed);
  return (bytes) => new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve())));
}
