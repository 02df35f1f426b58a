/** This computer's own ssh and scp on the standard streams of a command. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';

/** Runs a program of OpenSSH's on these standard streams. @returns its status, as a shell gives it */
export function runSsh(program: 'ssh' | 'scp', args: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program, args, { stdio: 'inherit' });
  child.on('error', ({ code, message }: NodeJS.ErrnoException) =>
    reject(
      code === 'ENOENT'
        ? new ContractError('cli-ssh-missing', { program })
        : new ContractError('cli-ssh-failed', { program, detail: message }),
    ),
  );
  // A terminal sends its signals to both; this process stays for the other's status.
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  const ignore = () => undefined;
  process.on('SIGINT', ignore).on('SIGQUIT', ignore).on('SIGTERM', passOn).on('SIGHUP', passOn);
  child.on('close', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  return promise.finally(() => process.off('SIGINT', ignore).off('SIGQUIT', ignore).off('SIGTERM', passOn).off('SIGHUP', passOn));
}
