/** `viv cp`: files and folders to and from a guest, by the host's scp. */
import { CallError } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { findProgram, withProgram } from '../machines/program.ts';
import { sshOptions } from '../../ssh/ssh-options.ts';
import { runSsh } from './run-ssh.ts';
import { SSH_HOST } from '../../images/ssh/keys.ts';

const help = `viv cp: copy files and folders to or from a guest

Usage: viv cp SOURCE... NAME:PATH
       viv cp NAME:SOURCE... PATH

Runs the scp of this computer as viv ssh runs its ssh; the guest needs the same. Folders are copied with all that is in
them, times and modes too. A PATH that does not begin with / is below the guest's /root. A file of yours with a colon in
its name is written as ./NAME.

Examples:
  viv cp notes.txt box:
  viv cp -- src Makefile box:/tmp
  viv cp box:/var/log ./guest-log
`;

interface Place {
  readonly machine?: string;
  readonly path: string;
}

/** Which side a word is on: a machine's name stands before the first colon that no slash precedes. */
function placeOf(word: string, machines: readonly string[]): Place {
  const machine = machines.filter((name) => word.startsWith(`${name}:`)).sort((a, b) => b.length - a.length)[0];
  if (machine !== undefined) return { machine, path: word.slice(machine.length + 1) };
  if (/^[^/]*:/.test(word))
    throw new CallError(
      `there is no machine "${word.slice(0, word.indexOf(':'))}"; a file with a colon in its name is written as ./${word}`,
    );
  return { path: word };
}

export const cpCommand: Command = {
  help,
  async run(args) {
    const { positionals } = readArguments(args, {});
    if (positionals.length < 2) throw new CallError('SOURCE and the place to copy to are needed');
    const machines = await withProgram(findProgram('cp'), async ({ client }) =>
      (await client.services.machines.list()).map(({ definition }) => definition.name),
    );
    const places = positionals.map((word) => placeOf(word, machines));
    const target = places.at(-1) as Place;
    const sources = places.slice(0, -1);
    const [machine, ...others] = new Set(places.flatMap(({ machine: name }) => name ?? []));
    if (machine === undefined) throw new CallError('one of the two places must be a machine’s, as box:/tmp');
    if (others.length > 0) throw new CallError(`"${machine}" and "${others[0]}" are two machines: copy to this computer in between`);
    if (sources.some(({ machine: name }) => (name === undefined) === (target.machine === undefined)))
      throw new CallError('all sources must be on one side and the target on the other');
    // What scp could take for an option or another computer's begins with a folder.
    const own = (path: string) => (path.startsWith('/') ? path : `./${path}`);
    const words = places.map(({ machine: name, path }) => (name === undefined ? own(path) : `${SSH_HOST}:${path}`));
    return runSsh('scp', [...(await sshOptions(machine)), '-q', '-r', '-p', ...words]);
  },
};
