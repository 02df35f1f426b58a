/**
 * Commands that run in a machine's guest, through the agent of the guest kit. What travels is not a call but a channel of
 * its own (see `wire.ts`): input, output and errors apart, each with a window.
 */
import type { Reason } from './errors/reasons.ts';

/** A terminal's size in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** 1: standard output, 2: standard error. */
export type OutputStream = 1 | 2;

export interface CommandRequest {
  /** For the guest's `sh -c`; empty: a login shell. */
  readonly text: string;
  /** Present: the command gets a terminal of this kind (TERM) and size. */
  readonly terminal?: { readonly kind: string; readonly size: TerminalSize };
  /** With a terminal: standard error is a stream of its own all the same. */
  readonly errorsApart?: boolean;
}

/** What is asked of a running command beside its input. */
export type CommandControl = { readonly endInput: true } | { readonly signal: number } | { readonly size: TerminalSize };

/** How a command ended. */
export interface CommandEnd {
  /** The exit status as a shell gives it: 128 and the signal's number where a signal ended it. */
  readonly status: number;
  /** The guest's kernel killed it for want of memory. */
  readonly outOfMemory: boolean;
}

/** What became of the guest under a command: `refused` stands for a command that was never started. */
export const LOSSES = ['refused', 'powered off', 'rebooted', 'panicked', 'out of memory', 'stopped', 'failed', 'went back'] as const;
export interface CommandLoss {
  readonly kind: (typeof LOSSES)[number];
  readonly reason: Reason;
}

/** Called in the order of what happens; after `ended` or `lost` nothing more comes. */
export interface CommandEvents {
  /** The receiver calls `acknowledge` when it has dealt with the bytes; no more than a window comes before. */
  output(stream: OutputStream, bytes: Uint8Array): void;
  /** There is room for so many more bytes of input. */
  inputRoom(count: number): void;
  /** The command reads no more input. */
  inputClosed(): void;
  /** It has ended, and all that it wrote has been told. */
  ended(end: CommandEnd): void;
  /** It is not known how it ended, or it was not started. */
  lost(loss: CommandLoss): void;
  /** Of a stream (`links.ts`): it gives no more output, and may still take input. */
  outputEnded?(): void;
  /** Of a capture: so many frames were left out in all, because its reader is too slow. */
  dropped?(frames: number): void;
}

/** Everything here does nothing once the command has ended. */
export interface RunningCommand {
  /** Input, at most as much as there was room for. */
  write(bytes: Uint8Array): void;
  endInput(): void;
  acknowledge(stream: OutputStream, count: number): void;
  /** To the command's process group; the number as Linux counts. */
  signal(number: number): void;
  resize(size: TerminalSize): void;
  /** Nobody waits for it any more: it gets SIGHUP, and its streams are closed. */
  hangUp(): void;
}
