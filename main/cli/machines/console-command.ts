/** `viv console` attaches this terminal to a machine's console; `viv log` prints what a console printed. */
import { ContractError } from '../../../preload/contract/contract.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { attachTerminal } from '../terminal.ts';
import { attachToConsole, isActive, type ConsoleAttachment } from './console-attachment.ts';
import { requireConsole } from './require-console.ts';
import { openHostPty } from './host-pty.ts';
import { findProgram, machineNamed, withProgram, type Program } from './program.ts';
import { print, printError, standardOutput } from '../../output/print.ts';

/** How long after the end of piped input nothing must be printed, in milliseconds. */
const SILENCE = 1000;

const OPTIONS = { console: { type: 'string', default: '0' } } as const;

/** Reads `N` of `--console N`. */
function consoleNumber(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new CallError(`--console takes a number, not "${text}"`);
  return Number(text);
}

export const consoleCommand: Command = {
  help: `viv console: attach this terminal to a running machine's console

Usage: viv console NAME [--console N] [--pty]

What was printed before comes first. Ctrl-A X detaches (the machine runs on), Ctrl-A Ctrl-A sends Ctrl-A. The command
also ends when the machine does, and, where standard input is piped in, a second after its end when nothing is printed
any more.

  --console N    0 is the serial port (default), N the N-th virtio port
  --pty          open a pseudo-terminal for other terminal programs instead of using this one, print its path, and
                 carry the console's bytes until Ctrl-C or the machine's end

Examples:
  viv console box
  echo uptime | viv console box
  viv console box --pty            then, in another terminal: screen /dev/pts/7
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...OPTIONS, pty: { type: 'boolean', default: false } });
    const [name] = words(positionals, 'NAME') as [string];
    const number = consoleNumber(values.console);
    return withProgram(findProgram('console'), async (program) => {
      const machine = await machineNamed(program, name);
      if (isActive(machine)) await requireConsole(program, machine, number);
      if (!isActive(machine))
        throw new ContractError(
          'conflict',
          `"${name}" is ${machine.state} (${machine.reason}): viv start starts it, viv log shows what it printed`,
        );
      return values.pty ? carryPty(program, machine, number) : attach(program, machine, number);
    });
  },
};

/** Says why it is over, where there is something to say, and lets the console go. */
async function untilEnd({ ended, close }: ConsoleAttachment, before: string, cleanUp: () => void): Promise<number> {
  try {
    const reason = await ended;
    if (reason !== undefined) printError(`${before}viv: ${reason}`);
    return EXIT.ok;
  } finally {
    close();
    cleanUp();
  }
}

/** Passes bytes both ways until the person detaches, the machine ends or the program does. */
async function attach(program: Program, machine: MachineStatus, number: number): Promise<number> {
  const attachment = attachToConsole(program, machine, number);
  const { channel, end } = attachment;
  let silence: NodeJS.Timeout | undefined;
  let inputEnded = false;
  const quietly = () => {
    clearTimeout(silence);
    if (inputEnded) silence = setTimeout(() => end(), SILENCE);
  };
  process.stdin.once('end', () => {
    inputEnded = true;
    quietly();
  });
  channel.onOutput((bytes) => {
    quietly();
    standardOutput()
      .write(bytes)
      .then(
        () => channel.acknowledge(bytes.length),
        () => end(),
      );
  });
  const terminal = attachTerminal({
    input: (bytes) => channel.write(bytes),
    leave: () => end(),
    resize: (columns, rows) => void program.client.services.consoles.resize(machine.id, number, { columns, rows }).catch(() => undefined),
  });
  return untilEnd(attachment, standardOutput().isTerminal ? '\r\n' : '', () => {
    clearTimeout(silence);
    terminal.detach();
  });
}

/** The same with a pseudo-terminal in the place of this terminal; Ctrl-C here ends it. */
async function carryPty(program: Program, machine: MachineStatus, number: number): Promise<number> {
  const pty = await openHostPty();
  const attachment = attachToConsole(program, machine, number);
  const { channel, end } = attachment;
  const interrupted = () => end();
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  channel.onOutput((bytes) => {
    // Acknowledged when the other program has taken it: what one that does not read misses is left out, not piled up.
    pty.write(bytes).then(
      () => channel.acknowledge(bytes.length),
      (error: Error) => end(`${pty.path} cannot be written to (${error.message})`),
    );
  });
  pty.onInput((bytes) => channel.write(bytes));
  print(pty.path);
  printError(`viv: attach a terminal program to it, for example: screen ${pty.path} (Ctrl-C here ends it)`);
  return untilEnd(attachment, '', () => {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    pty.close();
  });
}

export const logCommand: Command = {
  help: `viv log: print what a console printed, at most the last 1 MiB; also of a machine that is off

Usage: viv log NAME [--console N]

Examples:
  viv log box
  viv log box | tail -n 20
`,
  async run(args) {
    const { values, positionals } = readArguments(args, OPTIONS);
    const [name] = words(positionals, 'NAME') as [string];
    const number = consoleNumber(values.console);
    const bytes = await withProgram(findProgram('log'), async (program) => {
      const { id } = await machineNamed(program, name);
      return program.client.services.consoles.history(id, number);
    });
    await standardOutput().write(bytes);
    return EXIT.ok;
  },
};
