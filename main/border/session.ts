/**
 * One client's connection: frames of the wire in, frames out, whatever the transport. What a slow client can keep
 * here is bounded: console output and input by each channel's window, everything else by ending a connection that lets too
 * much pile up; it may connect again and reload.
 */
import type { CommandEvents } from '../../preload/contract/commands.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import { ContractError, causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { ChannelListener } from '../supervisor/console-log.ts';
import { faultOf } from '../../emulator/error/coded-error.ts';
import {
  CHANNEL_WINDOW,
  decodeClientMessage,
  decodeCount,
  decodeFrame,
  encodeAcknowledgement,
  encodeFrame,
  encodeMessage,
  FRAME,
  WIRE_VERSION,
  type Attachment,
  type ClientMessage,
  type Frame,
  type ServerMessage,
} from '../../preload/contract/wire.ts';
import { SessionCommands, type OpenCable, type OpenCommand, type OpenStream } from './session-commands.ts';
import { asContractError, type Broadcaster, type Dispatch } from './border.ts';

/** A transport's connection, seen from the program. */
export interface Link {
  send(frame: Frame): void;
  /** Bytes handed to `send` that the transport still keeps. */
  buffered(): number;
  close(): void;
}

/** A console attached for a client. */
export interface AttachedConsole {
  readonly historyBytes: number;
  /** Where in all that the console ever printed they begin. */
  readonly position: number;
  /** Output flows from here on. */
  begin(): void;
  acknowledge(count: number): void;
  /** @returns how many of the bytes the guest has taken, once it gets no more of them */
  write(bytes: Uint8Array): Promise<number>;
  /** Resolves when everything printed so far has been given out. */
  finish(): Promise<void>;
  close(): void;
}
export type OpenConsole = (
  machine: string,
  console: number,
  attachment: Attachment,
  listener: ChannelListener & { closed(reason: Reason): void },
) => Promise<AttachedConsole>;

export interface SessionParts {
  readonly version: string;
  readonly dispatch: Dispatch;
  readonly broadcaster: Pick<Broadcaster, 'listen'>;
  readonly openConsole: OpenConsole;
  readonly openCommand: OpenCommand;
  readonly openStream: OpenStream;
  readonly openCable: OpenCable;
  readonly report: (error: Error) => void;
}

/** The transport's side of a session. */
export interface Session {
  receive(frame: Frame): void;
  /** The connection is gone. */
  closed(): void;
}

/** A client that leaves more than this unread is cut off, in bytes: a few of the largest answers. */
const MAX_BUFFERED = 8 * 1024 * 1024;
const MAX_CALLS = 256;
const MAX_CHANNELS = 64;
/** Longest message and largest input taken from a client, in bytes; a pasted file fits. */
export const LARGEST_FRAME = 4 * 1024 * 1024;

/** Serves one client over `link` until it is closed. */
export function serveSession(link: Link, parts: SessionParts): Session {
  const channels = new Map<number, AttachedConsole | 'opening'>();
  /** Input that the guest has not taken yet, in bytes, by channel. */
  const inputUnderWay = new WeakMap<AttachedConsole, number>();
  let calls = 0;
  let open = true;

  const send = (frame: Frame) => {
    if (!open) return;
    if (link.buffered() > MAX_BUFFERED) return end();
    link.send(frame);
  };
  const tell = (message: ServerMessage) => send(encodeMessage(message));
  const end = () => {
    closed();
    link.close();
  };
  const commands = new SessionCommands(send, parts.report);
  const stopListening = parts.broadcaster.listen((service, name, payload) => tell({ kind: 'event', service, name, payload }));

  const answer = async ({ id, service, method, args }: ClientMessage & { kind: 'call' }) => {
    calls++;
    try {
      if (calls > MAX_CALLS) throw new ContractError('calls-too-many', { most: MAX_CALLS });
      const ok = await parts.dispatch(service, method, args);
      if (ok instanceof Uint8Array) send(encodeFrame(FRAME.bytesAnswer, id, ok));
      else tell({ kind: 'answer', id, ok });
    } catch (error) {
      tell({ kind: 'refusal', id, error: faultOf(asContractError(error, parts.report)) });
    } finally {
      calls--;
    }
  };

  const isInUse = (channel: number) => channels.has(channel) || commands.has(channel);
  const begin = (message: ClientMessage & { kind: 'run' | 'stream' | 'plug' }, events: CommandEvents) => {
    if (message.kind === 'plug') return parts.openCable(message.request, events);
    if (message.kind === 'run') return parts.openCommand(message.machine, message.request, events);
    return parts.openStream(message.machine, message.request, events);
  };
  const run = (message: ClientMessage & { kind: 'run' | 'stream' | 'plug' }) => {
    const { channel } = message;
    if (isInUse(channel)) return;
    if (channels.size + commands.size >= MAX_CHANNELS) return end();
    void commands.start(channel, (events) => begin(message, events));
  };

  const openChannel = async ({ channel, machine, console, whole, terminal }: ClientMessage & { kind: 'open' }) => {
    if (isInUse(channel)) return;
    const gone = (reason: Reason) => {
      if (channels.delete(channel)) tell({ kind: 'closed', channel, reason });
    };
    channels.set(channel, 'opening');
    try {
      if (channels.size > MAX_CHANNELS) throw new ContractError('consoles-too-many', { most: MAX_CHANNELS });
      const attached = await parts.openConsole(
        machine,
        console,
        { whole, terminal },
        {
          output: (bytes) => send(encodeFrame(FRAME.output, channel, bytes)),
          answers: (answers) => tell({ kind: 'answers', channel, answers }),
          skipped: (bytes) => tell({ kind: 'skipped', channel, bytes }),
          closed: gone,
        },
      );
      if (!channels.has(channel)) return attached.close();
      channels.set(channel, attached);
      tell({ kind: 'opened', channel, historyBytes: attached.historyBytes, position: attached.position });
      attached.begin();
    } catch (error) {
      gone(causeOf(asContractError(error, parts.report)));
    }
  };

  const attachedAt = (channel: number) => {
    const attached = channels.get(channel);
    return attached === 'opening' ? undefined : attached;
  };
  const closeChannel = (channel: number) => {
    const attached = attachedAt(channel);
    channels.delete(channel);
    attached?.close();
    commands.close(channel);
  };

  /** A client that sends more than the window allows does not speak the wire. */
  const takeInput = async (channel: number, bytes: Uint8Array) => {
    const attached = attachedAt(channel);
    if (!attached) return;
    const underWay = (inputUnderWay.get(attached) ?? 0) + bytes.length;
    if (underWay > CHANNEL_WINDOW) return end();
    inputUnderWay.set(attached, underWay);
    const taken = await attached.write(bytes).catch((error: Error) => (parts.report(error), 0));
    if (attachedAt(channel) !== attached) return;
    inputUnderWay.set(attached, (inputUnderWay.get(attached) ?? 0) - bytes.length);
    if (taken > 0) send(encodeAcknowledgement(channel, taken));
    if (taken < bytes.length) tell({ kind: 'lost', channel, bytes: bytes.length - taken });
  };

  const finishChannel = async (channel: number) => {
    const attached = attachedAt(channel);
    await attached?.finish();
    if (!attached || attachedAt(channel) !== attached) return;
    closeChannel(channel);
    tell({ kind: 'closed', channel, reason: faultWith('output-complete') });
  };

  const take = (frame: Frame) => {
    if (frame.length > LARGEST_FRAME) throw new ContractError('wire-message-too-long');
    if (typeof frame === 'string') {
      const message = decodeClientMessage(frame);
      if (message.kind === 'call') void answer(message);
      else if (message.kind === 'open') void openChannel(message);
      else if (message.kind === 'run' || message.kind === 'stream' || message.kind === 'plug') run(message);
      else if (message.kind === 'control') commands.control(message.channel, message.control);
      else if (message.kind === 'finish') void finishChannel(message.channel);
      else closeChannel(message.channel);
      return;
    }
    const { kind, number, payload } = decodeFrame(frame);
    if (kind === FRAME.input && commands.has(number)) return void (commands.input(number, payload) || end());
    if (kind === FRAME.input) void takeInput(number, payload);
    else if (kind === FRAME.acknowledgeErrors) commands.acknowledge(number, 2, decodeCount(payload));
    else if (kind === FRAME.acknowledge && commands.has(number)) commands.acknowledge(number, 1, decodeCount(payload));
    else if (kind === FRAME.acknowledge) attachedAt(number)?.acknowledge(decodeCount(payload));
    else throw new ContractError('wire-frame-unexpected');
  };

  const closed = () => {
    if (!open) return;
    open = false;
    stopListening();
    for (const channel of [...channels.keys()]) closeChannel(channel);
    commands.closeAll();
  };

  tell({ kind: 'hello', wire: WIRE_VERSION, version: parts.version });
  return {
    closed,
    receive(frame) {
      if (!open) return;
      try {
        take(frame);
      } catch {
        // Only a client that does not speak the wire gets here; there is nothing useful to tell it.
        end();
      }
    },
  };
}
