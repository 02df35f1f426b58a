/**
 * The host's end of the guest kit's agent: starts commands in the guest and keeps their streams apart, with a window
 * for each, over one port of the virtio console.
 */
import { ContractError, causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import { randomBytes } from 'node:crypto';
import type {
  CommandEvents,
  CommandLoss,
  CommandRequest,
  OutputStream,
  RunningCommand,
  TerminalSize,
} from '../../preload/contract/commands.ts';
import {
  COMMANDS_MAX,
  CONSOLE_CHANNEL,
  encodePieces,
  encodeRequest,
  encodeReset,
  encodeSize,
  encodeStart,
  encodeWindow,
  REPORT,
  ReportReader,
  REQUEST,
  START_ERRORS_APART,
  START_TERMINAL,
  TEXT_BYTES,
  type Report,
} from './messages.ts';

/** The port, as the machine's owner has it. */
export interface AgentPort {
  write(bytes: Uint8Array): void;
  /** So many bytes of the guest's have been dealt with. */
  acknowledge(count: number): void;
}

/** Bytes of a stream that may be on their way to whoever reads it. */
const WINDOW = 256 * 1024;
/** The window is widened when so much of it was used, so that not every piece costs a message. */
const WIDEN_AT = WINDOW / 4;

interface Running {
  readonly events: CommandEvents;
  /** Dealt with, and not told to the agent yet, by stream. */
  readonly due: [number, number];
}

export class GuestAgent {
  readonly #port: AgentPort;
  readonly #commands = new Map<number, Running>();
  #reader: ReportReader | undefined;
  #ready: PromiseWithResolvers<void> | undefined;
  #isReady = false;
  #nextChannel = 1;
  #consoleSize: TerminalSize | undefined;
  #answered: (() => void)[] = [];

  constructor(port: AgentPort) {
    this.#port = port;
  }

  /** Resolves when the agent has answered; the guest may still be booting. @throws ContractError when the guest is gone before */
  connected(): Promise<void> {
    if (!this.#ready) {
      const { request, answer } = encodeReset(randomBytes(8));
      this.#reader = new ReportReader(answer);
      this.#ready = Promise.withResolvers();
      this.#ready.promise.catch(() => undefined);
      this.#port.write(request);
    }
    return this.#ready.promise;
  }

  /** Bytes of the guest's. */
  received(bytes: Uint8Array): void {
    this.#port.acknowledge(bytes.length);
    if (!this.#reader) return;
    try {
      for (const report of this.#reader.read(bytes)) this.#heed(report);
    } catch (error) {
      this.disconnected({ kind: 'failed', reason: causeOf(error) });
    }
  }

  /** The guest is gone, or is not what it was: every command is lost, for that reason. `connected` begins again. */
  disconnected(loss: CommandLoss): void {
    const commands = [...this.#commands.values()];
    this.#commands.clear();
    this.#reader = undefined;
    this.#isReady = false;
    this.#ready?.reject(new ContractError('guest-lost', { why: loss.reason }));
    this.#ready = undefined;
    for (const { events } of commands) events.lost(loss);
  }

  /**
   * Starts a command; call it when `connected`.
   * @throws ContractError when it is too long or too many run
   */
  start(request: CommandRequest, events: CommandEvents): RunningCommand {
    const text = new TextEncoder().encode(request.text);
    if (text.length > TEXT_BYTES) throw new ContractError('command-too-long', { most: TEXT_BYTES });
    if (text.includes(0)) throw new ContractError('command-zero-byte');
    if (this.#commands.size >= COMMANDS_MAX) throw new ContractError('commands-too-many', { most: COMMANDS_MAX });
    const channel = this.#freeChannel();
    this.#commands.set(channel, { events, due: [0, 0] });
    const { terminal, errorsApart = false } = request;
    const flags = (terminal ? START_TERMINAL : 0) | (errorsApart ? START_ERRORS_APART : 0);
    const { kind = '', size = { columns: 0, rows: 0 } } = terminal ?? {};
    if (text.length > 0) this.#port.write(encodePieces(REQUEST.text, channel, text));
    this.#port.write(encodeStart(channel, { windows: [WINDOW, WINDOW], flags, size, terminal: kind }));
    return this.#running(channel);
  }

  /** The terminal at the serial console has this size; told when the agent is there. */
  resizeConsole(size: TerminalSize): void {
    this.#consoleSize = size;
    if (this.#isReady) this.#port.write(encodeSize(CONSOLE_CHANNEL, size));
  }

  /** @returns whether the agent answers within so many milliseconds */
  answers(patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#answered.push(() => resolve(true));
      setTimeout(() => resolve(false), patience);
      if (this.#isReady) this.#port.write(encodeRequest(REQUEST.ping, 0));
    });
  }

  /** Has the guest write its disks' caches and power off. */
  powerOff(): void {
    if (this.#isReady) this.#port.write(encodeRequest(REQUEST.powerOff, 0));
  }

  #freeChannel(): number {
    while (this.#commands.has(this.#nextChannel)) this.#advance();
    const channel = this.#nextChannel;
    this.#advance();
    return channel;
  }
  #advance(): void {
    this.#nextChannel = this.#nextChannel + 1 === CONSOLE_CHANNEL ? 1 : this.#nextChannel + 1;
  }

  #running(channel: number): RunningCommand {
    const send = (bytes: Uint8Array) => {
      if (this.#commands.has(channel)) this.#port.write(bytes);
    };
    return {
      write: (bytes) => send(encodePieces(REQUEST.input, channel, bytes)),
      endInput: () => send(encodeRequest(REQUEST.inputEnd, channel)),
      acknowledge: (stream, count) => this.#acknowledge(channel, stream, count),
      signal: (number) => send(encodeRequest(REQUEST.signal, channel, undefined, number)),
      resize: (size) => send(encodeSize(channel, size)),
      hangUp: () => {
        send(encodeRequest(REQUEST.hangUp, channel));
        this.#commands.delete(channel);
      },
    };
  }

  #acknowledge(channel: number, stream: OutputStream, count: number): void {
    const command = this.#commands.get(channel);
    if (!command) return;
    const due = command.due[stream - 1] as number;
    if (due + count < WIDEN_AT) command.due[stream - 1] = due + count;
    else {
      command.due[stream - 1] = 0;
      this.#port.write(encodeWindow(channel, stream, due + count));
    }
  }

  #heed({ kind, detail, channel, payload }: Report): void {
    if (kind === REPORT.hello) return this.#greeted();
    if (kind === REPORT.pong) return this.#answered.splice(0).forEach((tell) => tell());
    const command = this.#commands.get(channel);
    if (!command) return;
    const { events } = command;
    if (kind === REPORT.output && (detail === 1 || detail === 2)) events.output(detail, payload);
    else if (kind === REPORT.credit) events.inputRoom(new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(0, true));
    else if (kind === REPORT.inputClosed) events.inputClosed();
    else if (kind === REPORT.ended) {
      this.#commands.delete(channel);
      const [code = 0, signal = 0, memory = 0, refused = 0] = payload;
      if (refused !== 0) events.lost({ kind: 'refused', reason: faultWith('command-not-started') });
      else events.ended({ status: signal === 0 ? code : 128 + signal, outOfMemory: memory !== 0 });
    }
  }

  #greeted(): void {
    this.#isReady = true;
    if (this.#consoleSize) this.#port.write(encodeSize(CONSOLE_CHANNEL, this.#consoleSize));
    this.#ready?.resolve();
  }
}
