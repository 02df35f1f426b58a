/**
 * What the host and the agent of the guest kit (resources/guests/agent) say to each other over the virtio port
 * `vivarium.exec`. A message is a kind, a detail (both one byte), a channel (u16), the length of what follows (u32) and
 * that; numbers are little endian. The host chooses channels; a channel is one command.
 *
 * The host sends each message as one buffer of the device, or several full ones in a row, so the agent can find the
 * beginning again when a snapshot was restored between two halves. The agent's messages are a stream; the host looks
 * for the greeting that answers its own.
 */

import type { TerminalSize } from '../../preload/contract/commands.ts';

/** Host to guest. */
export const REQUEST = {
  /** Magic and nonce: everything before is forgotten, commands are hung up; answered by `hello`. */
  reset: 1,
  /** A piece of the command's text, before `start`. */
  text: 2,
  /** Windows of output and error (u32 each), columns, rows (u16 each), TERM (64 bytes); detail: flags. */
  start: 3,
  input: 4,
  inputEnd: 5,
  /** Room for more output (u32); detail: the stream. */
  window: 6,
  /** Detail: the number of the signal, as Linux counts. */
  signal: 7,
  /** Columns, rows (u16 each): of a command's terminal, or of the serial console (`CONSOLE_CHANNEL`). */
  size: 8,
  /** Nobody waits for the command any more. */
  hangUp: 9,
  powerOff: 10,
  /** Answered by `pong`. */
  ping: 11,
} as const;

/** Guest to host. */
export const REPORT = {
  hello: 1,
  /** Detail: 1 for standard output, 2 for standard error. */
  output: 2,
  /** Exit code, signal, whether the kernel killed it for want of memory, whether it could not be started (a byte each). */
  ended: 3,
  /** The command has taken so much input (u32), or, at its beginning, has room for that. */
  credit: 4,
  /** The command has closed its standard input. */
  inputClosed: 5,
  pong: 6,
} as const;

export const START_TERMINAL = 1;
export const START_ERRORS_APART = 2;
export const CONSOLE_CHANNEL = 0xffff;
export const HEADER_BYTES = 8;
/** One buffer of Linux's driver. */
export const REQUEST_BYTES = 4096;
/** The longest text of a command: Linux's limit for one argument, less its end. */
export const TEXT_BYTES = 128 * 1024 - 1;
/** Commands that the agent runs at a time. */
export const COMMANDS_MAX = 12;
const REPORT_BYTES = 32 * 1024;
const TERM_BYTES = 64;
const MAGIC = new TextEncoder().encode('vivarium.exec 1\n');
const NONCE_BYTES = 8;

const EMPTY = new Uint8Array(0);

/** A message of ours; the payload fits into one. */
export function encodeRequest(kind: number, channel: number, payload: Uint8Array = EMPTY, detail = 0): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes[0] = kind;
  bytes[1] = detail;
  const view = new DataView(bytes.buffer);
  view.setUint16(2, channel, true);
  view.setUint32(4, payload.length, true);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** Bytes of any length, cut into messages of that kind, one after the other; all but the last fill a buffer. */
export function encodePieces(kind: number, channel: number, bytes: Uint8Array): Uint8Array {
  const max = REQUEST_BYTES - HEADER_BYTES;
  const all = new Uint8Array(bytes.length + Math.ceil(bytes.length / max) * HEADER_BYTES);
  for (let from = 0, at = 0; from < bytes.length; from += max, at += REQUEST_BYTES)
    all.set(encodeRequest(kind, channel, bytes.subarray(from, from + max)), at);
  return all;
}

const numbers = (...values: readonly number[]) => new Uint8Array(Uint32Array.from(values).buffer);

export const encodeWindow = (channel: number, stream: number, count: number): Uint8Array =>
  encodeRequest(REQUEST.window, channel, numbers(count), stream);

const sizeBytes = ({ columns, rows }: TerminalSize) => new Uint8Array(Uint16Array.of(columns, rows).buffer);
export const encodeSize = (channel: number, size: TerminalSize): Uint8Array => encodeRequest(REQUEST.size, channel, sizeBytes(size));

export interface Start {
  /** Bytes of output and of error that may come before a window is widened. */
  readonly windows: readonly [number, number];
  readonly flags: number;
  readonly size: TerminalSize;
  /** The terminal's kind, as TERM names it; empty: none. */
  readonly terminal: string;
}
export function encodeStart(channel: number, { windows, flags, size, terminal }: Start): Uint8Array {
  const payload = new Uint8Array(12 + TERM_BYTES);
  payload.set(numbers(...windows));
  payload.set(sizeBytes(size), 8);
  payload.set(new TextEncoder().encode(terminal).subarray(0, TERM_BYTES - 1), 12);
  return encodeRequest(REQUEST.start, channel, payload, flags);
}

/** The greeting, and what answers it. */
export function encodeReset(nonce: Uint8Array): { readonly request: Uint8Array; readonly answer: Uint8Array } {
  const payload = new Uint8Array(MAGIC.length + NONCE_BYTES);
  payload.set(MAGIC);
  payload.set(nonce.subarray(0, NONCE_BYTES), MAGIC.length);
  return { request: encodeRequest(REQUEST.reset, 0, payload), answer: encodeRequest(REPORT.hello, 0, payload) };
}

export interface Report {
  readonly kind: number;
  readonly detail: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** The agent broke the protocol: it is another one, or its stream was cut. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
}

/** Joins what has come of an unfinished message with what comes. */
function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Takes the agent's stream apart, from the answer to our greeting on. */
export class ReportReader {
  #kept = EMPTY;
  /** What is looked for; undefined when it was found. */
  #answer: Uint8Array | undefined;

  constructor(answer: Uint8Array) {
    this.#answer = answer;
  }

  /** @returns the messages that are complete; the first one is the greeting @throws BrokenStream */
  read(bytes: Uint8Array): Report[] {
    let all = joined(this.#kept, bytes);
    if (this.#answer) {
      const at = Buffer.from(all.buffer, all.byteOffset, all.length).indexOf(this.#answer);
      if (at < 0) {
        this.#kept = all.slice(Math.max(0, all.length - this.#answer.length + 1));
        return [];
      }
      all = all.subarray(at);
      this.#answer = undefined;
    }
    const reports: Report[] = [];
    while (all.length >= HEADER_BYTES) {
      const view = new DataView(all.buffer, all.byteOffset, HEADER_BYTES);
      const length = view.getUint32(4, true);
      if (length > REPORT_BYTES) throw new BrokenStream("the guest's exec agent sent an invalid message");
      if (all.length < HEADER_BYTES + length) break;
      const payload = all.subarray(HEADER_BYTES, HEADER_BYTES + length);
      reports.push({ kind: view.getUint8(0), detail: view.getUint8(1), channel: view.getUint16(2, true), payload });
      all = all.subarray(HEADER_BYTES + length);
    }
    this.#kept = all.slice();
    return reports;
  }
}
