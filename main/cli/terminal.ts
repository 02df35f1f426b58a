/**
 * This terminal as a guest's: raw keys in, Ctrl-A as the prefix of our own keys (Ctrl-A X leaves, Ctrl-A Ctrl-A sends
 * one), sizes as they change. When this program is stopped as a job the terminal is given back, and taken again when it
 * goes on. Standard input that is no terminal is passed on as it is.
 */

const CTRL_A = 0x01;
const LEAVE = [0x78, 0x58];
/** How long a signal that lets this program go on may come after the one that stops it, in milliseconds. */
const SETTLING = 20;
/** Signals that come within so many milliseconds may be told in another order than they were sent in. */
const REORDERED = 20;

export interface TerminalListener {
  input(bytes: Uint8Array): void;
  /** Ctrl-A X. */
  leave(): void;
  resize(columns: number, rows: number): void;
  /** Standard input has ended, or cannot be read. */
  ended?(): void;
}

/** Standard input while it is attached. */
export interface AttachedTerminal {
  /** Reads no more for now: whoever takes the input has no room. What was read already may still come. */
  hold(): void;
  release(): void;
  /** Puts the terminal back as it was. */
  detach(): void;
}

/** Splits keys into what goes to the guest and what is meant for us. Keeps a Ctrl-A that ended the last piece. */
export function escapeReader(listener: Pick<TerminalListener, 'input' | 'leave'>): (bytes: Uint8Array) => void {
  let escaped = false;
  return (bytes) => {
    const out: number[] = [];
    for (const byte of bytes) {
      if (escaped) {
        escaped = false;
        if (LEAVE.includes(byte)) {
          if (out.length > 0) listener.input(Uint8Array.from(out));
          return listener.leave();
        }
        // Any other key after Ctrl-A is the guest's, and so is the Ctrl-A before it, unless it only quoted itself.
        out.push(...(byte === CTRL_A ? [CTRL_A] : [CTRL_A, byte]));
      } else if (byte === CTRL_A) escaped = true;
      else out.push(byte);
    }
    if (out.length > 0) listener.input(Uint8Array.from(out));
  };
}

/**
 * Takes the terminal for single keys, across stops of this program as a job.
 * @param continued called when it goes on
 * @returns gives the terminal back
 */
function takeTerminal(continued: () => void): () => void {
  const { stdin } = process;
  const raw = (on: boolean) => {
    try {
      stdin.setRawMode(on);
    } catch {
      // The terminal is gone; SIGHUP or the end of the input says so.
    }
  };
  let stopping = 0;
  let continuedAt = -Infinity;
  // A busy program learns late of being stopped, when it may go on again already (with npx or a wrapper in between the shell
  // does not wait for it): stopping after that, nobody would let it go on. So it looks for what else has come before it stops.
  // Of two signals on two of its threads the later can be told first, so a stop right behind a going on may be the one before
  // it: nobody would end that, and a person who did mean it asks again.
  const stop = () => {
    if (performance.now() - continuedAt < REORDERED) return;
    raw(false);
    const now = ++stopping;
    setTimeout(() => setImmediate(() => now === stopping && process.kill(process.pid, 'SIGSTOP')), SETTLING);
  };
  // The shell may have changed the modes meanwhile; Node sets only those that it believes to be others.
  const goOn = () => {
    continuedAt = performance.now();
    stopping++;
    raw(false);
    raw(true);
    continued();
  };
  raw(true);
  process.on('SIGTSTP', stop).on('SIGCONT', goOn);
  return () => {
    process.off('SIGTSTP', stop).off('SIGCONT', goOn);
    stopping++;
    raw(false);
  };
}

/**
 * Begins to read standard input.
 * @param keys false: a terminal stays in line mode and its lines are passed on, as other input is
 */
export function attachTerminal(listener: TerminalListener, keys = true): AttachedTerminal {
  const { stdin, stdout } = process;
  const isRaw = stdin.isTTY && keys;
  const read = isRaw ? escapeReader(listener) : (bytes: Uint8Array) => listener.input(bytes);
  const onData = (bytes: Buffer) => read(new Uint8Array(bytes));
  const onResize = () => listener.resize(stdout.columns, stdout.rows);
  let over = false;
  const onEnd = () => {
    if (over) return;
    over = true;
    listener.ended?.();
  };
  const followsSize = stdout.isTTY && keys;
  const giveBack = isRaw ? takeTerminal(() => followsSize && onResize()) : undefined;
  // A closed or unreadable standard input has ended.
  stdin.on('data', onData).on('end', onEnd).on('error', onEnd);
  if (followsSize) {
    stdout.on('resize', onResize);
    onResize();
  }
  return {
    hold: () => void stdin.pause(),
    release: () => void stdin.resume(),
    detach() {
      stdin.off('data', onData).off('end', onEnd);
      stdout.off('resize', onResize);
      giveBack?.();
      stdin.pause();
    },
  };
}
