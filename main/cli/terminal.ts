/**
 * This terminal as a console: raw keys in, Ctrl-A as the prefix of our own keys (Ctrl-A X leaves, Ctrl-A Ctrl-A sends
 * one), sizes as they change. Standard input that is no terminal is passed on as it is; its end ends nothing.
 */

const CTRL_A = 0x01;
const LEAVE = [0x78, 0x58];

export interface TerminalListener {
  input(bytes: Uint8Array): void;
  /** Ctrl-A X. */
  leave(): void;
  resize(columns: number, rows: number): void;
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

/** Begins to read standard input. @returns puts the terminal back as it was */
export function attachTerminal(listener: TerminalListener): () => void {
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY;
  const read = isTerminal ? escapeReader(listener) : (bytes: Uint8Array) => listener.input(bytes);
  const onData = (bytes: Buffer) => read(new Uint8Array(bytes));
  const onResize = () => listener.resize(stdout.columns, stdout.rows);
  if (isTerminal) stdin.setRawMode(true);
  stdin.on('data', onData);
  // A closed or unreadable standard input is as good as none.
  stdin.on('error', () => undefined);
  if (stdout.isTTY) {
    stdout.on('resize', onResize);
    onResize();
  }
  return () => {
    stdin.off('data', onData);
    stdout.off('resize', onResize);
    if (isTerminal) stdin.setRawMode(false);
    stdin.pause();
  };
}
