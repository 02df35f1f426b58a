/** Runs a line of bash in which `viv` is the program under test, as scripts call it. */
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { VIV, type Result } from './viv.ts';

/**
 * Runs it in a folder of its own to its end.
 * @param home VIVARIUM_HOME of every `viv` in it; by default an empty one
 */
export function shell(line: string, home = temporaryFolder()): Promise<Result> {
  const script = `viv() { "$NODE" "$VIV" "$@"; }\n${line}`;
  const env = { ...process.env, NODE: process.execPath, VIV, VIVARIUM_HOME: home };
  const child = spawn('bash', ['-c', script], { env, cwd: temporaryFolder(), stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}
