/** How the host's own ssh and scp reach a guest: by the library's keys, through `viv connect`, with no other file of the person's. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { shellWord } from '../../../preload/contract/foreign-text.ts';
import { freshBundle } from '../../build/fresh-bundle.js';
import { SSH_HOST, sshKeys } from '../../images/ssh/keys.ts';

/** Seconds that a guest may take to boot and to have its server listen. */
export const SSH_WAIT = 120;
export const SSH_PORT = 22;
/** Whom the guest's server lets in. */
export const SSH_USER = 'root';

/** The command that joins ssh to the guest, for a shell. */
function proxyCommand(machine: string, port: number): string {
  const program = fileURLToPath(freshBundle('viv') ?? new URL('../viv.ts', import.meta.url));
  const words = [shellWord(process.execPath), shellWord(program), 'connect', '--wait', SSH_WAIT, shellWord(machine), port];
  // A per cent sign would stand for something (ssh_config(5), TOKENS).
  return words.join(' ').replaceAll('%', '%%');
}

/** What ssh_config(5) has to say of a guest: names and values. */
export async function sshSettings(machine: string, port = SSH_PORT): Promise<readonly (readonly [name: string, value: string])[]> {
  const { identity, knownHosts } = await sshKeys();
  const path = (value: string) => `"${value.replaceAll('%', '%%')}"`;
  return [
    ['User', SSH_USER],
    ['HostKeyAlias', SSH_HOST],
    ['IdentityFile', path(identity)],
    ['IdentitiesOnly', 'yes'],
    ['IdentityAgent', 'none'],
    ['UserKnownHostsFile', path(knownHosts)],
    ['GlobalKnownHostsFile', 'none'],
    ['StrictHostKeyChecking', 'yes'],
    ['UpdateHostKeys', 'no'],
    ['BatchMode', 'yes'],
    ['ControlPath', 'none'],
    ['ProxyCommand', proxyCommand(machine, port)],
  ];
}

/** The options of a call: no configuration file is read. */
export const sshOptions = async (machine: string, port?: number): Promise<readonly string[]> => [
  '-F',
  'none',
  ...(await sshSettings(machine, port)).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
];

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
