/**
 * A guest's command on the standard streams of this process: input with its end, output and errors apart and byte for
 * byte, each only as fast as the other side takes it.
 */
import type {
  CommandEnd,
  CommandEvents,
  CommandLoss,
  CommandRequest,
  OutputStream,
  RunningCommand,
} from '../../../preload/contract/commands.ts';
import { standardError, standardOutput } from '../../output/print.ts';
import { attachTerminal, type AttachedTerminal } from '../terminal.ts';

/** How it went. */
export type CommandOutcome =
  | { readonly kind: 'ended'; readonly end: CommandEnd }
  | { readonly kind: 'lost'; readonly loss: CommandLoss }
  /** The person left (Ctrl-A X), or standard output takes nothing any more. */
  | { readonly kind: 'left' | 'output closed' };

export interface CommandOnStreams {
  /** Resolves when the command has ended and all that it wrote has been written here, or when it will not. */
  readonly outcome: Promise<CommandOutcome>;
  /** Passes a signal on. @returns whether it is worth waiting for what the command makes of it: it runs, and its output is read */
  signal(number: number): boolean;
  /** Lets the streams go, and hangs up a command that still runs. */
  close(): void;
}

/** Output that nobody has taken for so long, in milliseconds, is not read. */
const UNREAD = 250;

/** Since when each stream has had bytes that nobody has taken. */
class Unread {
  readonly #since = new Map<OutputStream, number>();

  given(stream: OutputStream): void {
    if (!this.#since.has(stream)) this.#since.set(stream, performance.now());
  }
  taken(stream: OutputStream, everything: boolean): void {
    if (everything) this.#since.delete(stream);
    else this.#since.set(stream, performance.now());
  }
  get isStuck(): boolean {
    return [...this.#since.values()].some((since) => performance.now() - since > UNREAD);
  }
}

/** Input that is passed on as far as there is room for it. */
class Input {
  readonly #command: () => RunningCommand;
  #terminal: AttachedTerminal | undefined;
  #waiting: Uint8Array[] = [];
  #room = 0;
  #hasEnded = false;
  #isClosed = false;

  constructor(command: () => RunningCommand) {
    this.#command = command;
  }

  attach(leave: () => void, keys: boolean): void {
    this.#terminal = attachTerminal(
      {
        input: (bytes) => this.#add(bytes),
        leave,
        resize: (columns, rows) => this.#command().resize({ columns, rows }),
        ended: () => this.#ended(),
      },
      keys,
    );
  }

  hasRoom(count: number): void {
    this.#room += count;
    this.#pass();
    if (this.#waiting.length === 0 && !this.#isClosed) this.#terminal?.release();
  }

  /** The command reads nothing any more. */
  closed(): void {
    this.#isClosed = true;
    this.#waiting = [];
    if (!process.stdin.isTTY) this.#terminal?.hold();
  }

  detach(): void {
    this.#terminal?.detach();
  }

  #add(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#waiting.push(bytes);
    this.#pass();
    if (this.#waiting.length > 0) this.#terminal?.hold();
  }
  #ended(): void {
    this.#hasEnded = true;
    this.#pass();
  }
  #pass(): void {
    let first = this.#waiting[0];
    while (first && this.#room > 0) {
      const part = first.subarray(0, this.#room);
      this.#room -= part.length;
      if (part.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(part.length);
      this.#command().write(part);
      first = this.#waiting[0];
    }
    if (first || !this.#hasEnded) return;
    this.#hasEnded = false;
    this.#command().endInput();
  }
}

/**
 * Starts a command and connects it with the standard streams.
 * @param start starts it; what it throws is thrown
 */
export function commandOnStreams(
  start: (request: CommandRequest, events: CommandEvents) => RunningCommand,
  request: CommandRequest,
): CommandOnStreams {
  const outcome = Promise.withResolvers<CommandOutcome>();
  const written: Record<OutputStream, Promise<unknown>> = { 1: Promise.resolve(), 2: Promise.resolve() };
  const unread = new Unread();
  let hasStarted = false;
  const input = new Input(() => command);
  const command = start(request, {
    output(stream, bytes) {
      const acknowledge = () => command.acknowledge(stream, bytes.length);
      // Whoever does not read the errors still wants the output.
      const failed = stream === 1 ? () => outcome.resolve({ kind: 'output closed' }) : acknowledge;
      unread.given(stream);
      const write = (stream === 1 ? standardOutput() : standardError()).write(bytes).then(acknowledge, failed);
      written[stream] = write;
      void write.finally(() => unread.taken(stream, written[stream] === write));
    },
    inputRoom(count) {
      hasStarted = true;
      input.hasRoom(count);
    },
    inputClosed: () => input.closed(),
    outputEnded: () => void written[1].then(() => standardOutput().end()).catch(() => undefined),
    ended: (end) => void Promise.all([written[1], written[2]]).then(() => outcome.resolve({ kind: 'ended', end })),
    lost: (loss) => outcome.resolve({ kind: 'lost', loss }),
  });
  input.attach(() => outcome.resolve({ kind: 'left' }), request.terminal !== undefined);
  return {
    outcome: outcome.promise,
    signal(number) {
      command.signal(number);
      return hasStarted && !unread.isStuck;
    },
    close() {
      input.detach();
      command.hangUp();
    },
  };
}
