/** `viv exec`: a command in the guest of a machine of the library, on the standard streams here. */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { printError, READER_GONE } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { findProgram, machineNamed, withProgram, type Program } from '../machines/program.ts';
import { commandOnStreams, type CommandOnStreams, type CommandOutcome } from './command-streams.ts';
import { endStatus, GUEST_EXIT_HELP, lossStatus } from './guest-exit.ts';
import { heedSignals, signalStatus, type EndingSignal } from './signals.ts';
import { commandRequest, TERMINAL_HELP, TERMINAL_OPTIONS, wantsTerminal } from './terminal-option.ts';
import { timeLimit } from '../time-limit.ts';

const help = `viv exec: run a command in the guest of a running machine

Usage: viv exec [OPTION]... NAME [COMMAND [ARGUMENT]...]

COMMAND alone is run by the guest's shell; with ARGUMENTs it is a program that gets them unchanged. Without COMMAND a
login shell is started. Standard input, output and error are passed through byte for byte, as with ssh; several
commands may run at once. The machine must be created from debian-riscv64, whose guest has an agent for this; a machine
that is still booting is waited for. Processes that COMMAND leaves in the background are not waited for.

SIGINT, SIGTERM and SIGHUP are passed on to COMMAND; after a second signal, or two seconds, viv stops waiting and
COMMAND gets SIGHUP. On a terminal Ctrl-A X exits and Ctrl-A Ctrl-A sends Ctrl-A.

${TERMINAL_HELP}
  --timeout SECONDS         hang up after that time

Exit status:
${GUEST_EXIT_HELP}
  1    the machine does not exist or cannot run commands, or output was lost
  2    usage error

Examples:
  viv exec box
  viv exec box 'dmesg | tail'
  viv exec box ls -l '/tmp/my files'
  tar c src | viv exec box tar x -C /tmp
`;

const OPTIONS = { ...TERMINAL_OPTIONS, timeout: { type: 'string' } } as const;

/** Options come before NAME: what follows it is the command's. */
function split(args: readonly string[]): [own: readonly string[], rest: readonly string[]] {
  for (let index = 0; index < args.length; index++) {
    const word = args[index] as string;
    if (word === '--') return [args.slice(0, index), args.slice(index + 1)];
    if (word === '--timeout') index++;
    else if (!word.startsWith('-')) return [args.slice(0, index), args.slice(index)];
  }
  return [args, []];
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
/** One word is a line for the shell; several are a program and its arguments. */
const commandText = (words: readonly string[]) => (words.length <= 1 ? (words[0] ?? '') : words.map(quoted).join(' '));

type Why = 'timeout' | EndingSignal;

function statusOf(outcome: CommandOutcome, why: Why | undefined, timeout: number | undefined): number {
  const say = (status: number, message: string) => (printError(`viv: ${message}`), status);
  if (outcome.kind === 'ended') {
    const { status, message } = endStatus(outcome.end);
    return message === undefined ? status : say(status, message);
  }
  if (why === 'timeout') return say(EXIT.timeout, `hung up after ${timeout} seconds (--timeout)`);
  if (why) return signalStatus(why);
  if (outcome.kind === 'output closed') return READER_GONE;
  if (outcome.kind === 'lost') return say(lossStatus(outcome.loss), wordsOf(outcome.loss.reason));
  return say(EXIT.failed, 'detached before the command ended');
}

async function exec(program: Program, name: string, text: string, hasTerminal: boolean, timeout: number | undefined): Promise<number> {
  const machine = await machineNamed(program, name);
  let command: CommandOnStreams | undefined;
  const given = Promise.withResolvers<Why>();
  const timer = timeout === undefined ? undefined : setTimeout(() => given.resolve('timeout'), timeout * 1000);
  const letSignalsBe = heedSignals((number) => command?.signal(number) ?? false, given.resolve);
  try {
    command = commandOnStreams(
      (request, events) => program.client.openCommand(machine.id, request, events),
      commandRequest(text, hasTerminal),
    );
    let why: Why | undefined;
    const ended = given.promise.then((reason): CommandOutcome => ((why = reason), { kind: 'left' }));
    const outcome = await Promise.race([command.outcome, ended]);
    command.close();
    return statusOf(outcome, why, timeout);
  } finally {
    clearTimeout(timer);
    letSignalsBe();
  }
}

export const execCommand: Command = {
  help,
  optionsFirst: true,
  run(args) {
    const [own, rest] = split(args);
    const { values } = readArguments(own, OPTIONS);
    const [name, ...words] = rest;
    if (name === undefined) throw new CallError('NAME is missing');
    const hasTerminal = wantsTerminal(values);
    const timeout = timeLimit(values.timeout);
    return withProgram(findProgram('exec'), (program) => exec(program, name, commandText(words), hasTerminal, timeout));
  },
};
