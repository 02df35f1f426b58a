/** `viv console` attaches this terminal, or whatever standard input and output are, to a machine's console. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { print, printError, standardOutput } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { pacedInput } from '../paced-input.ts';
import { attachTerminal, type AttachedTerminal } from '../terminal.ts';
import { attachToConsole, isActive, type ConsoleAttachment } from './console-attachment.ts';
import { requireConsole } from './require-console.ts';
import { openHostPty } from '../../doors/host-pty.ts';
import { findProgram, machineNamed, withProgram, type Program } from './program.ts';
import { readStandardInput } from './standard-input.ts';

/** How long after the end of piped input nothing must be printed, in milliseconds. */
const SILENCE = 1000;

export const CONSOLE_OPTION = { console: { type: 'string', default: '0' } } as const;

/** Reads `N` of `--console N`. @throws CallError */
export function consoleNumber(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new CallError(`--console takes a number, not "${text}"`);
  return Number(text);
}

export const consoleCommand: Command = {
  help: `viv console: attach this terminal to a running machine's console

Usage: viv console NAME [--console N] [--pty]

Earlier output is shown first. Ctrl-A X detaches (the machine keeps running), Ctrl-A Ctrl-A sends Ctrl-A. The command
also ends when the machine stops and, with piped standard input, when the guest has read all of it and then printed
nothing for a second.

Input is read as fast as the guest accepts it; input that did not reach the guest is reported, with exit status 1. If
standard output is not a terminal, no output is skipped: the guest waits for the reader. A terminal that stops reading
holds the guest up only briefly, and then shows how much was skipped.

  --console N    0 is the serial port (default), N the N-th virtio port
  --pty          open a pseudo-terminal for another terminal program, print its path, and connect the console to it
                 until Ctrl-C or until the machine stops

Examples:
  viv console box
  echo uptime | viv console box
  viv console box --pty            then, in another terminal: screen /dev/pts/7
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...CONSOLE_OPTION, pty: { type: 'boolean', default: false } });
    const [name] = words(positionals, 'NAME') as [string];
    const number = consoleNumber(values.console);
    return withProgram(findProgram('console'), async (program) => {
      const machine = await machineNamed(program, name);
      if (isActive(machine)) await requireConsole(program, machine, number);
      if (!isActive(machine)) throw new ContractError('cli-console-off', { name, state: machine.state, why: machine.reason });
      if (values.pty) return carryPty(program, machine, number);
      return process.stdin.isTTY ? attachKeys(program, machine, number) : attachInput(program, machine, number);
    });
  },
};

/** Says why it is over, where there is something to say. @returns how many bytes of input did not reach the guest */
async function untilEnd({ ended, close }: ConsoleAttachment): Promise<number> {
  let lost = 0;
  try {
    const reason = await ended;
    if (reason !== undefined) printError(`${standardOutput().isTerminal ? '\n' : ''}viv: ${reason}`);
  } finally {
    lost = close();
  }
  return lost;
}

/** The console's output on standard output. */
function attachOutput(program: Program, machine: MachineStatus, number: number): ConsoleAttachment {
  const output = standardOutput();
  const attachment = attachToConsole(program, machine, number, { whole: !output.isTerminal, terminal: output.isTerminal });
  attachment.carry((bytes) => output.write(bytes));
  return attachment;
}

/** Passes keys on until the person detaches, the machine ends or the program does. */
async function attachKeys(program: Program, machine: MachineStatus, number: number): Promise<number> {
  const attachment = attachOutput(program, machine, number);
  const terminal: AttachedTerminal = attachTerminal({
    input: pacedInput(
      () => terminal,
      (bytes) => attachment.channel.write(bytes),
    ),
    leave: () => attachment.leave(),
    resize: (columns, rows) => void program.client.services.consoles.resize(machine.id, number, { columns, rows }).catch(() => undefined),
  });
  try {
    await untilEnd(attachment);
    return EXIT.ok;
  } finally {
    terminal.detach();
  }
}

/** Passes piped input on, as fast as the guest takes it, and waits for what the guest says to it. */
async function attachInput(program: Program, machine: MachineStatus, number: number): Promise<number> {
  const attachment = attachOutput(program, machine, number);
  const { channel } = attachment;
  let silence: NodeJS.Timeout | undefined;
  let delivered = false;
  const quietly = () => {
    clearTimeout(silence);
    if (delivered) silence = setTimeout(() => attachment.end(), SILENCE);
  };
  attachment.onOutput(quietly);
  void readStandardInput((bytes) => channel.write(bytes))
    .then(() => channel.delivered())
    .then(() => {
      delivered = true;
      quietly();
    });
  const lost = await untilEnd(attachment);
  clearTimeout(silence);
  if (lost === 0) return EXIT.ok;
  printError(`viv: ${lost} bytes of the input did not reach the guest`);
  return EXIT.failed;
}

/** The same with a pseudo-terminal in the place of this terminal; Ctrl-C here ends it. */
async function carryPty(program: Program, machine: MachineStatus, number: number): Promise<number> {
  const pty = await openHostPty();
  // A terminal program that does not read must not hold the guest: perhaps there is none.
  const attachment = attachToConsole(program, machine, number, { whole: false, terminal: true });
  const interrupted = () => attachment.leave();
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  attachment.carry(
    (bytes) => pty.write(bytes),
    (error) => `${pty.path} cannot be written to (${error.message})`,
  );
  pty.onInput((bytes) => attachment.channel.write(bytes));
  print(pty.path);
  printError(`viv: connect with a terminal program, for example: screen ${pty.path} (press Ctrl-C here to close it)`);
  try {
    await untilEnd(attachment);
    return EXIT.ok;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    pty.close();
  }
}
