/**
 * The wire: what travels between a shell and the program, the same over a WebSocket, a local socket or a message
 * port. A frame is either text (one JSON message: calls, answers, events, opening and closing of consoles) or bytes
 * (console output and input, acknowledgements, answers that are bytes). Types, encoding and decoding only.
 *
 * A client chooses call ids and channel numbers (u32, unique per connection). Order on a connection is kept.
 */
import type { Reason } from './errors/reasons.ts';
import { parseBoundedJson } from './bounded-json.ts';
import { commandControl, commandRequest, requireSchema } from './checks.ts';
import type { CommandControl, CommandEnd, CommandLoss, CommandRequest } from './commands.ts';
import type { Fault } from '../../emulator/index.ts';
import { ContractError } from './contract.ts';
import { type CableRequest, cableRequest, streamRequest, type StreamRequest } from './links.ts';

/** Raised when frames change meaning; a client that reads another number in `hello` must not go on. */
export const WIRE_VERSION = 9;

/**
 * Bytes that a channel may have under way in each direction: whoever sends stops there until the other side has dealt with
 * some of them and acknowledges it. Output is dealt with when it is on the screen or written, input when the guest's
 * device has taken it. So whoever is slow slows the other down, and neither keeps more than a window for it.
 */
export const CHANNEL_WINDOW = 100 * 1024;

/** Where the browser shell answers WebSocket connections. */
export const WIRE_PATH = '/wire';

export type Frame = string | Uint8Array;

export type ClientMessage =
  | { readonly kind: 'call'; readonly id: number; readonly service: string; readonly method: string; readonly args: readonly unknown[] }
  /** Attaches `channel` to a console: the stored tail is sent first, then live batches, also across restarts of the machine. */
  | ({ readonly kind: 'open'; readonly channel: number; readonly machine: string; readonly console: number } & Attachment)
  /** The channel, which is open, is to be closed from the other side when everything printed so far has been sent. */
  | { readonly kind: 'finish'; readonly channel: number }
  /** Runs a command in a machine's guest; its channel is closed by `ended` or `lost`, or hung up by `close`. */
  | { readonly kind: 'run'; readonly channel: number; readonly machine: string; readonly request: CommandRequest }
  /** Opens a stream that leads to a machine; its channel works as a command's. */
  | { readonly kind: 'stream'; readonly channel: number; readonly machine: string; readonly request: StreamRequest }
  /** Plugs a card of the client's into a network; its channel works as a command's, and carries records of the program's and the client's own. */
  | { readonly kind: 'plug'; readonly channel: number; readonly request: CableRequest }
  | { readonly kind: 'control'; readonly channel: number; readonly control: CommandControl }
  | { readonly kind: 'close'; readonly channel: number };

/** How a client is attached to a console. */
export interface Attachment {
  /**
   * What happens when the client stops reading. True: the guest waits for it, as long as it is attached. False: the guest
   * waits a moment only, and the client is told how much it missed.
   */
  readonly whole: boolean;
  /** A terminal, which answers questions in the output: only one of those attached is told to. */
  readonly terminal: boolean;
}

/** What is told of a command beside its output; `room`: so many more bytes of input may be sent. */
export type CommandNews =
  | { readonly room: number }
  | { readonly inputClosed: true }
  | { readonly outputEnded: true }
  | { readonly dropped: number }
  | { readonly ended: CommandEnd }
  | { readonly lost: CommandLoss };

export type ServerMessage =
  /** The first message on every connection. */
  | { readonly kind: 'hello'; readonly wire: number; readonly version: string }
  | { readonly kind: 'answer'; readonly id: number; readonly ok: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: Fault }
  | { readonly kind: 'event'; readonly service: string; readonly name: string; readonly payload: unknown }
  /** The output that follows begins at `position` of all that was ever printed; its first `historyBytes` were printed before the channel was opened. */
  | { readonly kind: 'opened'; readonly channel: number; readonly historyBytes: number; readonly position: number }
  /** So many of the oldest bytes of input under way will never reach the guest: it ended, was reset or went back. */
  | { readonly kind: 'lost'; readonly channel: number; readonly bytes: number }
  /** Whether this terminal answers the questions in the output that follows; at first none does. */
  | { readonly kind: 'answers'; readonly channel: number; readonly answers: boolean }
  /** The channel fell behind: `bytes` of output were left out at this point of the stream. */
  | { readonly kind: 'skipped'; readonly channel: number; readonly bytes: number }
  | { readonly kind: 'command'; readonly channel: number; readonly news: CommandNews }
  /** The channel is gone: could not be opened, its machine was deleted, or it was to finish and has. */
  | { readonly kind: 'closed'; readonly channel: number; readonly reason: Reason };

/** Kinds of binary frames: one byte kind, four bytes number (little endian), then the payload. */
export const FRAME = {
  /** Program to client: number is the channel. */
  output: 1,
  /** Client to program: number is the channel. */
  input: 2,
  /** Both ways: number is the channel, payload the u32 count of bytes dealt with: output a client's, input the guest's. */
  acknowledge: 3,
  /** Program to client: number is a call's id, payload the answer, for calls that answer with bytes. */
  bytesAnswer: 4,
  /** Program to client: what a command wrote to its standard error. */
  errors: 5,
  /** Client to program, as `acknowledge`. */
  acknowledgeErrors: 6,
} as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

const HEADER = 5;

/** A binary frame. The payload is copied. */
export function encodeFrame(kind: FrameKind, number: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER + payload.length);
  frame[0] = kind;
  new DataView(frame.buffer).setUint32(1, number, true);
  frame.set(payload, HEADER);
  return frame;
}

/** The acknowledgement of `count` bytes of a channel. */
export function encodeAcknowledgement(channel: number, count: number, kind: FrameKind = FRAME.acknowledge): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, count, true);
  return encodeFrame(kind, channel, payload);
}

/**
 * Takes a binary frame apart; the payload is a view of the frame.
 * @throws ContractError when it is not one of ours
 */
export function decodeFrame(frame: Uint8Array): { kind: FrameKind; number: number; payload: Uint8Array } {
  const kind = frame[0] as FrameKind;
  if (frame.length < HEADER || !Object.values(FRAME).includes(kind)) throw new ContractError('wire-frame-unknown');
  const number = new DataView(frame.buffer, frame.byteOffset, frame.length).getUint32(1, true);
  return { kind, number, payload: frame.subarray(HEADER) };
}

/** The count an acknowledgement's payload carries. */
export function decodeCount(payload: Uint8Array): number {
  if (payload.length !== 4) throw new ContractError('wire-acknowledgement-wrong');
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
}

export const encodeMessage = (message: ClientMessage | ServerMessage): string => JSON.stringify(message);

/** Parses what the program sent; trusted, because the client chose whom to connect to. */
export const decodeServerMessage = (text: string): ServerMessage => JSON.parse(text) as ServerMessage;

const isNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffffffff;

const isAttachment = (...flags: readonly unknown[]): boolean => flags.every((flag) => typeof flag === 'boolean');

/** The largest arguments are lists of ten thousand identities; definitions are four levels deep. */
const MESSAGE_LIMITS = { depth: 16, values: 50_000 };

/**
 * Parses what a client sent and checks its shape; arguments are checked later by the call's own contract.
 * @throws ContractError when it is not a message of the wire
 */
export function decodeClientMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = parseBoundedJson(text, MESSAGE_LIMITS);
  } catch {
    throw new ContractError('wire-message-not-json');
  }
  const message = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { kind, id, channel, service, method, args, machine, whole, terminal } = message;
  if (kind === 'call' && isNumber(id) && typeof service === 'string' && typeof method === 'string' && Array.isArray(args))
    return { kind, id, service, method, args };
  if (kind === 'open' && isNumber(channel) && typeof machine === 'string' && isNumber(message['console']) && isAttachment(whole, terminal))
    return { kind, channel, machine, console: message['console'], whole, terminal } as ClientMessage;
  if (kind === 'run' && isNumber(channel) && typeof machine === 'string') {
    requireSchema(commandRequest, message['request'], 'request');
    return { kind, channel, machine, request: message['request'] as CommandRequest };
  }
  if (kind === 'stream' && isNumber(channel) && typeof machine === 'string') {
    requireSchema(streamRequest, message['request'], 'request');
    return { kind, channel, machine, request: message['request'] as StreamRequest };
  }
  if (kind === 'plug' && isNumber(channel)) {
    requireSchema(cableRequest, message['request'], 'request');
    return { kind, channel, request: message['request'] as CableRequest };
  }
  if (kind === 'control' && isNumber(channel)) {
    requireSchema(commandControl, message['control'], 'control');
    return { kind, channel, control: message['control'] as CommandControl };
  }
  if ((kind === 'finish' || kind === 'close') && isNumber(channel)) return { kind, channel };
  throw new ContractError('wire-message-unknown');
}
