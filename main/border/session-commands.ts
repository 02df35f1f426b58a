/** The commands that one client runs in guests, and its streams: channels of the wire on one side, agents and network cards on the other. */
import { causeOf } from '../../preload/contract/errors/contract-error.ts';
import type {
  CommandControl,
  CommandEvents,
  CommandLoss,
  CommandRequest,
  OutputStream,
  RunningCommand,
} from '../../preload/contract/commands.ts';
import type { CableRequest, StreamRequest } from '../../preload/contract/links.ts';
import { encodeFrame, encodeMessage, FRAME, type CommandNews, type Frame } from '../../preload/contract/wire.ts';
import { asContractError } from './border.ts';

/** Starts a command in a machine's guest. @throws ContractError */
export type OpenCommand = (machine: string, request: CommandRequest, events: CommandEvents) => Promise<RunningCommand>;

/** Opens a stream that leads to a machine. @throws ContractError */
export type OpenStream = (machine: string, request: StreamRequest, events: CommandEvents) => Promise<RunningCommand>;

/** Plugs a card of the client's into a network. @throws ContractError */
export type OpenCable = (request: CableRequest, events: CommandEvents) => Promise<RunningCommand>;

/** Input of a command that its guest has no room for is a client's mistake; this much is taken for one. */
const INPUT_MAX = 1024 * 1024;

interface Open {
  /** Absent until it has been started. */
  command?: RunningCommand;
  /** What came before. */
  readonly early: ((command: RunningCommand) => void)[];
  /** Bytes of input that the guest has room for. */
  room: number;
}

export class SessionCommands {
  readonly #channels = new Map<number, Open>();
  readonly #send: (frame: Frame) => void;
  readonly #report: (error: Error) => void;

  constructor(send: (frame: Frame) => void, report: (error: Error) => void) {
    this.#send = send;
    this.#report = report;
  }

  get size(): number {
    return this.#channels.size;
  }
  has(channel: number): boolean {
    return this.#channels.has(channel);
  }

  /** Starts one; what goes wrong is told on its channel. */
  async start(channel: number, begin: (events: CommandEvents) => Promise<RunningCommand>): Promise<void> {
    const open: Open = { early: [], room: 0 };
    this.#channels.set(channel, open);
    try {
      const command = await begin(this.#events(channel, open));
      if (this.#channels.get(channel) !== open) return command.hangUp();
      open.command = command;
      for (const act of open.early.splice(0)) act(command);
    } catch (error) {
      this.#lost(channel, { kind: 'refused', reason: causeOf(asContractError(error, this.#report)) });
    }
  }

  /** @returns whether the client keeps to the room it was told of */
  input(channel: number, bytes: Uint8Array): boolean {
    const open = this.#channels.get(channel);
    if (!open) return true;
    open.room -= bytes.length;
    if (open.room < -INPUT_MAX) return false;
    this.#act(channel, (command) => command.write(bytes));
    return true;
  }
  acknowledge(channel: number, stream: OutputStream, count: number): void {
    this.#act(channel, (command) => command.acknowledge(stream, count));
  }
  control(channel: number, control: CommandControl): void {
    this.#act(channel, (command) => {
      if ('signal' in control) command.signal(control.signal);
      else if ('size' in control) command.resize(control.size);
      else command.endInput();
    });
  }

  /** The client has let go of it. */
  close(channel: number): void {
    const open = this.#channels.get(channel);
    this.#channels.delete(channel);
    open?.command?.hangUp();
  }
  closeAll(): void {
    for (const channel of [...this.#channels.keys()]) this.close(channel);
  }

  #act(channel: number, act: (command: RunningCommand) => void): void {
    const open = this.#channels.get(channel);
    if (open?.command) act(open.command);
    else open?.early.push(act);
  }

  #tell(channel: number, news: CommandNews): void {
    this.#send(encodeMessage({ kind: 'command', channel, news }));
  }
  #lost(channel: number, loss: CommandLoss): void {
    if (this.#channels.delete(channel)) this.#tell(channel, { lost: loss });
  }

  #events(channel: number, open: Open): CommandEvents {
    const isOpen = () => this.#channels.get(channel) === open;
    return {
      output: (stream, bytes) => {
        if (isOpen()) this.#send(encodeFrame(stream === 1 ? FRAME.output : FRAME.errors, channel, bytes));
      },
      inputRoom: (count) => {
        open.room += count;
        if (isOpen()) this.#tell(channel, { room: count });
      },
      inputClosed: () => isOpen() && this.#tell(channel, { inputClosed: true }),
      outputEnded: () => isOpen() && this.#tell(channel, { outputEnded: true }),
      dropped: (frames) => isOpen() && this.#tell(channel, { dropped: frames }),
      ended: (end) => {
        if (isOpen() && this.#channels.delete(channel)) this.#tell(channel, { ended: end });
      },
      lost: (loss) => isOpen() && this.#lost(channel, loss),
    };
  }
}
