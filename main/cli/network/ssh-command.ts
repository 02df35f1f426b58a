/** `viv ssh`: the host's ssh into a guest, with nothing to set up. */
import { shellWord } from '../../../preload/contract/foreign-text.ts';
import { print } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram } from '../machines/program.ts';
import { SSH_WAIT, sshOptions, sshSettings } from '../../ssh/ssh-options.ts';
import { runSsh } from './run-ssh.ts';
import { SSH_HOST } from '../../images/ssh/keys.ts';

const help = `viv ssh: log in to the guest of a running machine, or run a command there

Usage: viv ssh [--terminal] NAME [COMMAND [ARGUMENT]...]
       viv ssh --config NAME

Runs the ssh of this computer with keys that are made once and kept with the library, through viv connect: no port is
opened, no question is asked, and no other file of yours is read or written. The guest must run an SSH server that has
the key: guests of debian-riscv64-ssh and debian-amd64-ssh do, as root. A guest that is still booting is waited for:
five minutes until it has a network, then ${SSH_WAIT} seconds until its server listens.

  --terminal   give COMMAND a terminal of its own, as ssh -t
  --config     print what ~/.ssh/config needs for other programs (editors, rsync) to reach the guest

Exit status: that of COMMAND; 255 if ssh fails.

Examples:
  viv ssh box
  viv ssh box uname -m
  viv ssh --config box >> ~/.ssh/config
`;

const OPTIONS = { config: { type: 'boolean' }, terminal: { type: 'boolean' } } as const;

/** The machine's name as the library has it. */
const known = (name: string): Promise<string> =>
  withProgram(findProgram('ssh'), async (program) => (await machineNamed(program, name)).definition.name);

export const sshCommand: Command = {
  help,
  optionsFirst: true,
  async run(args) {
    const at = args.findIndex((word) => !word.startsWith('-'));
    const { values } = readArguments(at < 0 ? args : args.slice(0, at), OPTIONS);
    const [name, ...command] = at < 0 ? [] : args.slice(at);
    if (name === undefined) throw new CallError('NAME is missing');
    const machine = await known(name);
    if (values.config) {
      const settings = await sshSettings(machine);
      print([`Host ${shellWord(machine.replaceAll(/\s/g, '-'))}`, ...settings.map(([key, value]) => `  ${key} ${value}`)].join('\n'));
      return EXIT.ok;
    }
    return runSsh('ssh', [...(await sshOptions(machine)), ...(values.terminal ? ['-tt'] : []), SSH_HOST, ...command]);
  },
};
