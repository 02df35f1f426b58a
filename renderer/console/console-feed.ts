/**
 * One console's bytes: a channel that is opened again after a lost connection, output acknowledged only when it was
 * really rendered, input kept while nothing can carry it. Knows no terminal, so that it can be tested without one.
 */
import type { ConsoleChannel } from '../../preload/contract/consoles.ts';
import type { Transport } from '../app/transport.ts';

/** What shows the bytes. */
export interface ConsoleScreen {
  /** Shows a batch and calls `done` once it has been dealt with. */
  write(bytes: Uint8Array, done: () => void): void;
  /** Forgets everything shown, because the stored tail follows again. */
  reset(): void;
  /** Says that output was left out here. */
  skipped(bytes: number): void;
  /** Whether what is being written was printed, and its questions answered, before this channel was opened. */
  replaying(now: boolean): void;
}
export interface ConsoleFeed {
  /** Input for the guest, as UTF-8. */
  type(text: string): void;
  send(bytes: Uint8Array): void;
  close(): void;
}

/** A person who types this much into a dead connection has pasted; more would arrive as a surprise. */
const MOST_WAITING = 64 * 1024;

export function openConsoleFeed(transport: Transport, machine: string, console: number, screen: ConsoleScreen): ConsoleFeed {
  const encoder = new TextEncoder();
  let channel: ConsoleChannel | undefined;
  let waiting: Uint8Array[] = [];
  let closed = false;
  let opened = false;

  function open() {
    if (closed || channel || transport.connection !== 'connected') return;
    // The tail comes with every opening; what is on the screen is a part of it.
    if (opened) screen.reset();
    opened = true;
    const mine = transport.openConsole(machine, console);
    channel = mine;
    let past = 0;
    mine.onOpened((historyBytes) => {
      past = historyBytes;
      if (past > 0) screen.replaying(true);
    });
    mine.onOutput((bytes) => {
      // A batch may hold the end of the past and the begin of the present.
      const old = bytes.subarray(0, past);
      past -= old.length;
      const last = past === 0;
      if (old.length > 0)
        screen.write(old, () => {
          mine.acknowledge(old.length);
          if (last) screen.replaying(false);
        });
      const fresh = bytes.subarray(old.length);
      if (fresh.length > 0) screen.write(fresh, () => mine.acknowledge(fresh.length));
    });
    mine.onSkipped((bytes) => {
      screen.skipped(bytes);
      if (past > 0 && bytes >= past) screen.replaying(false);
      past = Math.max(0, past - bytes);
    });
    mine.onClosed(() => {
      if (channel === mine) channel = undefined;
    });
    for (const bytes of waiting.splice(0)) mine.write(bytes);
  }
  function send(bytes: Uint8Array) {
    if (channel) return channel.write(bytes);
    const held = waiting.reduce((sum, part) => sum + part.length, 0);
    if (held + bytes.length <= MOST_WAITING) waiting.push(bytes);
  }
  const unsubscribe = transport.onConnection((connection) => {
    if (connection === 'connected') open();
    else channel = undefined;
  });
  open();
  return {
    send,
    type: (text) => send(encoder.encode(text)),
    close() {
      closed = true;
      waiting = [];
      unsubscribe();
      channel?.close();
      channel = undefined;
    },
  };
}
