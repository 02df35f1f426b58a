/** How the host's own ssh and scp reach a guest: by the library's keys, through `viv connect`, with no other file of the person's. */
import { fileURLToPath } from 'node:url';
import { shellWord } from '../../preload/contract/foreign-text.ts';
import { freshBundle } from '../build/fresh-bundle.js';
import { SSH_HOST, sshKeys } from '../images/ssh/keys.ts';

/** Seconds that a guest may take to have its server listen, once it has a network. */
export const SSH_WAIT = 120;
export const SSH_PORT = 22;
/** Whom the guest's server lets in. */
export const SSH_USER = 'root';

/** The command that joins ssh to the guest, for a shell. */
function proxyCommand(machine: string, port: number): string {
  const program = fileURLToPath(freshBundle('viv') ?? new URL('../cli/viv.ts', import.meta.url));
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
