/** Runs a guest in a process of its own, ours or the peer's, and says how long that took and what it printed. */
import { spawn } from 'node:child_process';
import { watchMilestones } from '../../main/cli/run/milestones.ts';
import { watchProcess } from './watch-process.ts';

export interface GuestCommand {
  readonly program: string;
  readonly args: readonly string[];
}
export interface GuestRun {
  /** From the start of the process to its end, or to the prompt where that ended it. */
  readonly seconds: number;
  readonly console: string;
  readonly peakBytes: number;
  /** Of the process and its children, in seconds, as seen last before their end. */
  readonly processorSeconds: number;
}

/** A guest that hangs is given up after this; the slowest engine on a slow machine needs a third of it. */
const PATIENCE_MS = 600_000;

/**
 * Runs the command to its end, or to the guest's first prompt.
 * @throws Error with the end of the console where it fails
 */
export function runGuest({ program, args }: GuestCommand, until: 'end' | 'prompt'): Promise<GuestRun> {
  const { promise, resolve, reject } = Promise.withResolvers<GuestRun>();
  const from = performance.now();
  const now = () => (performance.now() - from) / 1000;
  // Standard input stays open: its end means something to some programs.
  const child = spawn(program, args, { stdio: 'pipe' });
  const watched = watchProcess(child.pid ?? 0);
  const watch = watchMilestones(now);
  let console = '';
  let errors = '';
  let atPrompt: number | undefined;
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  child.stdout.on('data', (piece: Buffer) => {
    console += piece.toString();
    watch.output(piece);
    if (until === 'end' || atPrompt !== undefined || watch.milestones.prompt === undefined) return;
    atPrompt = watch.milestones.prompt;
    child.kill('SIGKILL');
  });
  child.on('error', reject);
  child.on('close', (status, signal) => {
    const seconds = atPrompt ?? now();
    clearTimeout(patience);
    const used = watched();
    if (atPrompt !== undefined || (until === 'end' && status === 0)) return resolve({ seconds, console, ...used });
    const how = signal ? `was ended by ${signal} after ${seconds.toFixed(0)} s` : `ended with status ${status}`;
    reject(new Error(`${program} ${args.join(' ')}\n${how}. It printed last:\n${(console + errors).slice(-2000)}`));
  });
  return promise;
}
