/** `viv console` attaches this terminal to a machine's console; `viv log` prints what a console printed. */
import { ContractError } from '../../../preload/contract/contract.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { attachTerminal } from '../terminal.ts';
import { findProgram, machineNamed, withProgram, type Program } from './program.ts';

const isActive = ({ state }: MachineStatus) => state !== 'off' && state !== 'failed';

/** How long after the end of piped input nothing must be printed, in milliseconds. */
const SILENCE = 1000;

const OPTIONS = { console: { type: 'string', default: '0' } } as const;

/** Reads `NAME [--console N]`. */
function consoleCall(args: readonly string[]): { name: string; console: number } {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [name] = words(positionals, 'NAME') as [string];
  if (!/^\d{1,2}$/.test(values.console)) throw new CallError(`--console takes a number, not "${values.console}"`);
  return { name, console: Number(values.console) };
}

export const consoleCommand: Command = {
  help: `viv console: attach this terminal to a running machine's console

Usage: viv console NAME [--console N]

What was printed before comes first. Ctrl-A X detaches (the machine runs on), Ctrl-A Ctrl-A sends Ctrl-A. The command
also ends when the machine does, and, where standard input is piped in, a second after its end when nothing is printed
any more.

  --console N    0 is the serial port (default), N the N-th virtio port

Examples:
  viv console box
  echo uptime | viv console box
`,
  async run(args) {
    const { name, console: number } = consoleCall(args);
    return withProgram(findProgram('console'), async (program) => {
      const machine = await machineNamed(program, name);
      if (!isActive(machine))
        throw new ContractError(
          'conflict',
          `"${name}" is ${machine.state} (${machine.reason}): viv start starts it, viv log shows what it printed`,
        );
      return attach(program, machine, number);
    });
  },
};

/** Passes bytes both ways until the person detaches, the machine ends or the program does. */
async function attach({ client }: Program, machine: MachineStatus, number: number): Promise<number> {
  const { machines, consoles } = client.services;
  const channel = client.openConsole(machine.id, number);
  const done = Promise.withResolvers<string | undefined>();
  const stopWatching = machines.changed.on((status) => {
    // What the machine printed last comes before the news of its end, on the same connection.
    if (status.id === machine.id && !isActive(status)) done.resolve(`"${status.definition.name}" is ${status.state} (${status.reason})`);
  });
  let silence: NodeJS.Timeout | undefined;
  let inputEnded = false;
  const quietly = () => {
    clearTimeout(silence);
    if (inputEnded) silence = setTimeout(() => done.resolve(undefined), SILENCE);
  };
  process.stdin.once('end', () => {
    inputEnded = true;
    quietly();
  });
  channel.onOutput((bytes) => {
    quietly();
    process.stdout.write(bytes, () => channel.acknowledge(bytes.length));
  });
  channel.onSkipped((bytes) => console.error(`viv: ${bytes} bytes were left out here: the machine prints faster than this terminal`));
  channel.onClosed((reason) => done.resolve(reason));
  process.stdout.on('error', () => done.resolve(undefined));
  const detach = attachTerminal({
    input: (bytes) => channel.write(bytes),
    leave: () => done.resolve(undefined),
    resize: (columns, rows) => void consoles.resize(machine.id, number, { columns, rows }).catch(() => undefined),
  });
  try {
    const reason = await done.promise;
    if (reason !== undefined) console.error(`${process.stdout.isTTY ? '\r\n' : ''}viv: ${reason}`);
    return EXIT.ok;
  } finally {
    clearTimeout(silence);
    stopWatching();
    channel.close();
    detach();
  }
}

export const logCommand: Command = {
  help: `viv log: print what a console printed, at most the last 1 MiB; also of a machine that is off

Usage: viv log NAME [--console N]

Examples:
  viv log box
  viv log box | tail -n 20
`,
  async run(args) {
    const { name, console: number } = consoleCall(args);
    const bytes = await withProgram(findProgram('log'), async (program) => {
      const { id } = await machineNamed(program, name);
      return program.client.services.consoles.history(id, number);
    });
    process.stdout.write(bytes);
    return EXIT.ok;
  },
};
