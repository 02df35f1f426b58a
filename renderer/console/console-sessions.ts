/** The open console sessions of this window: a few of the last used ones stay open behind the one in front. */
import { inject, type InjectionKey } from 'vue';
import type { Transport } from '../app/transport.ts';
import { createConsoleSession, type ConsoleSession, type TerminalOptions } from './console-session.ts';

/** A terminal with ten thousand lines holds a few megabytes; history is stored by main, so closing one loses nothing. */
const MOST_OPEN = 8;

export interface ConsoleSessions {
  /** The session of a console, opened if it is not open. */
  get(machine: string, console: number, options: TerminalOptions, label: string): ConsoleSession;
  apply(options: TerminalOptions): void;
  /** Closes every session of a machine that is gone. */
  forget(machine: string): void;
}

export function createConsoleSessions(transport: Transport): ConsoleSessions {
  // A Map keeps the order of insertion: the first is the longest unused.
  const open = new Map<string, ConsoleSession>();
  const close = (key: string) => {
    open.get(key)?.close();
    open.delete(key);
  };
  return {
    get(machine, console, options, label) {
      const key = `${machine}/${console}`;
      const session = open.get(key) ?? createConsoleSession(transport, machine, console, options, label);
      open.delete(key);
      open.set(key, session);
      const [oldest] = open.keys();
      if (open.size > MOST_OPEN && oldest !== undefined) close(oldest);
      return session;
    },
    apply: (options) => open.forEach((session) => session.apply(options)),
    forget(machine) {
      for (const key of [...open.keys()]) if (key.startsWith(`${machine}/`)) close(key);
    },
  };
}

export const consoleSessionsKey: InjectionKey<ConsoleSessions> = Symbol('console sessions');

export function useConsoleSessions(): ConsoleSessions {
  const sessions = inject(consoleSessionsKey);
  if (!sessions) throw new Error('no console sessions were provided: the application starts in app/main.ts');
  return sessions;
}
