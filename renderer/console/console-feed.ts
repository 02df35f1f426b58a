/**
 * One console's bytes: a channel that is opened again after a lost connection, output acknowledged only when it was
 * really rendered. While nothing can carry it, input is not taken: what is typed unseen must not run later, in a machine
 * that has become another one. Knows no terminal, so that it can be tested without one.
 */
import type { ConsoleChannel } from '../../preload/contract/consoles.ts';
import type { Transport } from '../app/transport.ts';

/** What shows the bytes. */
export interface ConsoleScreen {
  /** Shows a batch and calls `done` once it has been dealt with. */
  write(bytes: Uint8Array, done: () => void): void;
  /** The same with what was printed before, which begins at a position of all that the console ever printed. */
  writePast(bytes: Uint8Array, position: number, done: () => void): void;
  /** Forgets everything shown, because the stored tail follows again. */
  reset(): void;
  /** Says that output was left out here. */
  skipped(bytes: number): void;
  /** Says that so many bytes of input never reached the guest. */
  lost(bytes: number): void;
  /** Whether the questions in what is written from here on are this terminal's to answer. */
  answering(now: boolean): void;
  /** Whether what is being written was printed, and its questions answered, before this channel was opened. */
  replaying(now: boolean): void;
}
export interface ConsoleFeed {
  /** Whether input reaches the program now. */
  readonly connected: boolean;
  /** Called with `connected` when it has changed; answers with the end of that. */
  onConnected(listener: (connected: boolean) => void): () => void;
  /** Input for the guest, as UTF-8; dropped where there is no connection. */
  type(text: string): void;
  send(bytes: Uint8Array): void;
  close(): void;
}

/** A key that meets a machine which is off is no loss worth a line; a paste is. */
const LONGEST_KEY = 8;

export function openConsoleFeed(transport: Transport, machine: string, console: number, screen: ConsoleScreen): ConsoleFeed {
  const encoder = new TextEncoder();
  let channel: ConsoleChannel | undefined;
  const listeners = new Set<(connected: boolean) => void>();
  let closed = false;
  let opened = false;

  function carry(next: ConsoleChannel | undefined) {
    const changed = (channel === undefined) !== (next === undefined);
    channel = next;
    if (changed) listeners.forEach((listener) => listener(next !== undefined));
  }
  function open() {
    if (closed || channel || transport.connection !== 'connected') return;
    // The tail comes with every opening; what is on the screen is a part of it.
    if (opened) screen.reset();
    screen.answering(false);
    opened = true;
    const mine = transport.openConsole(machine, console);
    carry(mine);
    let past = 0;
    let at = 0;
    mine.onOpened((historyBytes, position) => {
      past = historyBytes;
      at = position;
      if (past > 0) screen.replaying(true);
    });
    mine.onOutput((bytes) => {
      // A batch may hold the end of the past and the begin of the present.
      const old = bytes.subarray(0, past);
      past -= old.length;
      const last = past === 0;
      if (old.length > 0)
        screen.writePast(old, at, () => {
          mine.acknowledge(old.length);
          if (last) screen.replaying(false);
        });
      at += old.length;
      const fresh = bytes.subarray(old.length);
      if (fresh.length > 0) screen.write(fresh, () => mine.acknowledge(fresh.length));
    });
    // In its place between the batches, which are shown later than they come.
    mine.onAnswers((answers) => screen.write(new Uint8Array(), () => screen.answering(answers)));
    mine.onSkipped((bytes) => {
      screen.skipped(bytes);
      if (past > 0 && bytes >= past) screen.replaying(false);
      past = Math.max(0, past - bytes);
      at += bytes;
    });
    mine.onLost((bytes) => (bytes > LONGEST_KEY ? screen.lost(bytes) : undefined));
    mine.onClosed(() => {
      if (channel === mine) carry(undefined);
    });
  }
  /** A paste waits in the channel until the guest takes it. */
  const send = (bytes: Uint8Array) => void channel?.write(bytes);
  const unsubscribe = transport.onConnection((connection) => {
    if (connection === 'connected') open();
    else carry(undefined);
  });
  open();
  return {
    get connected() {
      return channel !== undefined;
    },
    onConnected(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    send,
    type: (text) => send(encoder.encode(text)),
    close() {
      closed = true;
      unsubscribe();
      channel?.close();
      carry(undefined);
    },
  };
}
