/** The open console sessions of this window: a few of the last used ones stay open behind the one in front. */
import { inject, type InjectionKey } from 'vue';
import { RecentlyUsed } from '../../emulator/structures/recently-used.ts';
import type { Transport } from '../app/transport.ts';
import { onConsoleTheme } from './console-theme.ts';
import { createConsoleSession, type ConsoleSession, type TerminalOptions } from './console-session.ts';

/** A terminal with ten thousand lines holds a few megabytes; history is stored by main, so closing one loses nothing. */
const MAX_OPEN = 8;

export interface ConsoleSessions {
  /** The session of a console, opened if it is not open. */
  get(machine: string, console: number, options: TerminalOptions, label: string): ConsoleSession;
  apply(options: TerminalOptions): void;
  /** Closes one: it is opened anew where it is looked at again. */
  close(machine: string, console: number): void;
  /** Calls back when a line was entered at a console of a machine. @returns ends that */
  onLine(listener: (machine: string) => void): () => void;
  /** Closes every session of a machine that is gone. */
  forget(machine: string): void;
}

export function createConsoleSessions(transport: Transport): ConsoleSessions {
  const open = new RecentlyUsed<string, ConsoleSession>(MAX_OPEN, (session) => session.close());
  const lines = new Set<(machine: string) => void>();
  onConsoleTheme(() => open.entries().forEach(([, session]) => session.retheme()));
  return {
    get(machine, console, options, label) {
      const key = `${machine}/${console}`;
      const known = open.get(key);
      if (known) return known;
      const session = createConsoleSession(transport, machine, console, options, label);
      session.terminal.onData((text) => text.includes('\r') && lines.forEach((listener) => listener(machine)));
      open.put(key, session);
      return session;
    },
    apply: (options) => open.entries().forEach(([, session]) => session.apply(options)),
    close(machine, console) {
      const key = `${machine}/${console}`;
      open.get(key)?.close();
      open.delete(key);
    },
    onLine(listener) {
      lines.add(listener);
      return () => void lines.delete(listener);
    },
    forget(machine) {
      for (const [key, session] of open.entries())
        if (key.startsWith(`${machine}/`)) {
          open.delete(key);
          session.close();
        }
    },
  };
}

export const consoleSessionsKey: InjectionKey<ConsoleSessions> = Symbol('console sessions');

export function useConsoleSessions(): ConsoleSessions {
  const sessions = inject(consoleSessionsKey);
  if (!sessions) throw new Error('no console sessions were provided: the application starts in app/main.ts');
  return sessions;
}
