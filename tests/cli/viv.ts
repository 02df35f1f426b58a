/** Runs `viv` as a person's shell does. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const VIV = fileURLToPath(new URL('../../main/cli/viv.js', import.meta.url));

export interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}
export interface Running {
  readonly pid: number;
  out(): string;
  err(): string;
  write(text: string): void;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  readonly result: Promise<Result>;
}

/**
 * Starts it with a home of its own; standard input stays open.
 * @param home `undefined` for the person's own, with what is in its cache
 */
export function startViv(home: string | undefined, ...args: readonly string[]): Running {
  const env = { ...process.env, ...(home === undefined ? {} : { VIVARIUM_HOME: home }) };
  const child = spawn(process.execPath, [VIV, ...args], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  child.stdin.on('error', () => undefined);
  const result = new Promise<Result>((resolve) => child.on('close', (status) => resolve({ status, out, err })));
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    result,
  };
}

/** Runs it to its end with nothing on standard input. */
export function viv(home: string | undefined, ...args: readonly string[]): Promise<Result> {
  const running = startViv(home, ...args);
  running.endInput();
  return running.result;
}
