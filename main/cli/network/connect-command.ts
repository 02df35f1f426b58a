/** `viv connect`: standard input and output joined to a TCP port of a guest, without a port of this computer's. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { CONNECT_WAIT_MAX } from '../../../preload/contract/links.ts';
import { printError, READER_GONE } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { commandOnStreams, type CommandOutcome } from '../exec/command-streams.ts';
import { findProgram, machineNamed, withProgram } from '../machines/program.ts';

const help = `viv connect: join standard input and output to a TCP port of a guest

Usage: viv connect [--wait SECONDS] NAME PORT

The connection goes through the machine's network card, as one that is forwarded does, but no port of this computer is
opened, so no other program can use it. Each direction ends by itself. A guest that is still booting is waited for.

  --wait SECONDS   call again as long as nothing listens at PORT, at most for that time; a guest without a network
                   may first take five minutes to boot

It is made for programs that take a command in place of a connection, as ssh does:
  ssh -o ProxyCommand='viv connect box 22' root@box

Examples:
  viv connect box 22
  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | viv connect box 80
`;

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new CallError(`PORT must be a number from 1 to 65535, not "${text}"`);
  return port;
}

function waitOf(text = '0'): number {
  if (!/^\d+$/.test(text) || Number(text) > CONNECT_WAIT_MAX)
    throw new CallError(`--wait takes whole seconds up to ${CONNECT_WAIT_MAX}, not "${text}"`);
  return Number(text);
}

function statusOf(outcome: CommandOutcome): number {
  if (outcome.kind === 'ended') return EXIT.ok;
  if (outcome.kind === 'output closed') return READER_GONE;
  if (outcome.kind !== 'lost') return EXIT.failed;
  printError(`viv: ${wordsOf(outcome.loss.reason)}`);
  return EXIT.failed;
}

export const connectCommand: Command = {
  help,
  run(args) {
    const { values, positionals } = readArguments(args, { wait: { type: 'string' } });
    const [name, text] = words(positionals, 'NAME', 'PORT') as [string, string];
    const port = portOf(text);
    const wait = waitOf(values.wait);
    return withProgram(findProgram('connect'), async (program) => {
      const { id } = await machineNamed(program, name);
      const joined = commandOnStreams((_, events) => program.client.openStream(id, { connect: port, wait }, events), { text: '' });
      const outcome = await joined.outcome;
      joined.close();
      return statusOf(outcome);
    });
  },
};
