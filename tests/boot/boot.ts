/** Starts a machine through `viv run` and talks to its console; for boots of real guests. */
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { VIV } from '../cli/viv.ts';

/** A machine that says nothing new for so long will say nothing more. */
const PATIENCE_MS = 120_000;

export interface Boot {
  /** Waits until the console has shown a text after what was awaited before. @throws Error with the console when it does not */
  shows(text: string | RegExp): Promise<void>;
  type(text: string): void;
  /** Waits for the end. */
  ended(): Promise<{ readonly status: number | null; readonly console: string; readonly errors: string }>;
}

export function boot(...args: readonly string[]): Boot {
  // `viv run` opens no library; the cache with the guest's parts is the person's own.
  const child = spawn(process.execPath, [VIV, 'run', ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let console = '';
  let errors = '';
  let from = 0;
  let changed = Promise.withResolvers<void>();
  const change = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (piece: Buffer) => {
    console += piece.toString();
    change();
  });
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  let status: number | null | undefined;
  const end = new Promise<void>((resolve) =>
    child.on('close', (code) => {
      status = code;
      change();
      resolve();
    }),
  );
  const give = (): Error =>
    new Error(`after ${PATIENCE_MS / 1000} s, or the end (status ${status}), the console shows:\n${console.slice(-3000)}\n${errors}`);
  const look = (text: string | RegExp): number => {
    const rest = console.slice(from);
    if (typeof text === 'string') return rest.includes(text) ? from + rest.indexOf(text) + text.length : -1;
    const match = text.exec(rest);
    return match ? from + match.index + match[0].length : -1;
  };
  return {
    async shows(text) {
      const expired = Promise.withResolvers<never>();
      const patience = setTimeout(() => expired.reject(give()), PATIENCE_MS);
      try {
        let at: number;
        while ((at = look(text)) < 0) {
          if (status !== undefined) throw give();
          await Promise.race([changed.promise, expired.promise]);
        }
        from = at;
      } finally {
        clearTimeout(patience);
      }
    },
    type: (text) => void child.stdin.write(text),
    async ended() {
      child.stdin.end();
      await end;
      return { status: status ?? null, console, errors };
    },
  };
}
