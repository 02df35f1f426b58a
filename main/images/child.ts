/** Runs the host's own programs (apt, dpkg-deb, xz): output collected, cancellable, never through a shell. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface ChildResult {
  readonly status: number;
  readonly stdout: Buffer;
  /** Standard error as text. */
  readonly stderr: string;
}
export interface ChildOptions {
  readonly cwd?: string;
  /** Added to the environment. `LC_ALL=C` is always set, because messages are read. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly input?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

/** Longest standard error kept; apt repeats itself. */
const stderrLimit = 64 * 1024;
/** Longest standard output: an unpacked kernel module, a package's description. A program that gives more is ended. */
const OUTPUT_LIMIT = 128 * 1024 * 1024;

/** @throws ContractError('unavailable') when the program is not installed; the AbortSignal's reason when cancelled */
export function runChild(program: string, parameters: readonly string[], options: ChildOptions = {}): Promise<ChildResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildResult>();
  options.signal?.throwIfAborted();
  const child = spawn(program, parameters, {
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: { ...process.env, LC_ALL: 'C', ...options.environment },
    stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill('SIGTERM');
  options.signal?.addEventListener('abort', stop, { once: true });
  const output: Buffer[] = [];
  let length = 0;
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= OUTPUT_LIMIT) return void output.push(chunk);
    output.length = 0;
    stop();
    reject(new ContractError('program-gives-too-much', { program, most: OUTPUT_LIMIT }));
  });
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-stderrLimit)));
  child.on('error', (error: NodeJS.ErrnoException) => {
    options.signal?.removeEventListener('abort', stop);
    reject(error.code === 'ENOENT' ? new ContractError('program-missing', { program }) : error);
  });
  child.on('close', (status) => {
    options.signal?.removeEventListener('abort', stop);
    if (options.signal?.aborted) reject(options.signal.reason);
    else resolve({ status: status ?? 1, stdout: Buffer.concat(output), stderr });
  });
  // A program that ends before it has read everything closes its end; its exit status tells the story.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);
  return promise;
}

/** Whether a program can be started from the PATH. */
export function isInstalled(program: string, path: string = process.env['PATH'] ?? ''): boolean {
  const candidates = isAbsolute(program) ? [program] : path.split(delimiter).map((folder) => join(folder, program));
  return candidates.some((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
