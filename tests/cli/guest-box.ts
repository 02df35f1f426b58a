/** A machine of the Debian template in a library of its own, with the parts from this computer's cache. */
import { spawn } from 'node:child_process';
import { spawn as spawnTerminal } from 'node-pty';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../main/temporary-home.ts';
import { VIV, type Result } from './viv.ts';

/** Lines of bash in which `viv` is the program under test; all of one box share a library, and each has its folder. */
export function guestBox(folder = temporaryFolder()) {
  const env: NodeJS.ProcessEnv = { ...process.env, XDG_DATA_HOME: folder, NODE: process.execPath, VIV, TERM: 'xterm-256color' };
  delete env['VIVARIUM_HOME'];
  const script = (line: string) => `viv() { "$NODE" "$VIV" "$@"; }\n${line}`;
  return {
    folder,
    /** Runs a line to its end, without input. */
    run(line: string): Promise<Result> {
      const child = spawn('bash', ['-c', script(line)], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      child.stdout.on('data', (piece: Buffer) => (out += piece.toString('latin1')));
      child.stderr.on('data', (piece: Buffer) => (err += piece.toString('latin1')));
      return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
    },
    /** Runs a line on a terminal of 100 by 30 characters. */
    onTerminal(line: string) {
      const terminal = spawnTerminal('bash', ['-c', script(line)], { cols: 100, rows: 30, env, cwd: folder });
      let text = '';
      terminal.onData((piece) => (text += piece));
      const status = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
      onTestFinished(() => terminal.kill('SIGKILL'));
      return {
        text: () => text,
        type: (keys: string) => terminal.write(keys),
        resize: (columns: number, rows: number) => terminal.resize(columns, rows),
        status,
      };
    },
  };
}
