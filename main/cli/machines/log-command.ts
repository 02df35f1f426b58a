/** `viv log` prints what a console printed, and with `--follow` what it prints from now on. */
import { standardOutput } from '../../output/print.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { plainLog } from './plain-log.ts';
import { attachToConsole, isActive } from './console-attachment.ts';
import { CONSOLE_OPTION, consoleNumber } from './console-command.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';

export const logCommand: Command = {
  help: `viv log: print what a console printed, at most the last 1 MiB; also of a machine that is off

Usage: viv log NAME [--console N] [--follow] [--raw]

To a pipe or a file the output is written byte for byte. On a terminal it is shown as plain text, without escape
sequences; to use a console interactively, see viv console.

  --console N    0 is the serial port (default), N the N-th virtio port
  -f, --follow   keep printing new output until the machine stops or Ctrl-C. If standard output is not a terminal, no
                 output is skipped: the guest waits for the reader
  --raw          byte for byte on a terminal as well

Examples:
  viv log box
  viv log box | tail -n 20
  viv log box --follow | grep --line-buffered error
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...CONSOLE_OPTION,
      follow: { type: 'boolean', short: 'f' },
      raw: { type: 'boolean' },
    });
    const [name] = words(positionals, 'NAME') as [string];
    const number = consoleNumber(values.console);
    const output = standardOutput();
    const text = output.isTerminal && !values.raw ? plainLog() : undefined;
    const write = (bytes: Uint8Array) => output.write(text ? text.take(bytes) : bytes);
    return withProgram(findProgram('log'), async (program) => {
      const machine = await machineNamed(program, name);
      if (values.follow && isActive(machine)) {
        const attachment = attachToConsole(program, machine, number, { whole: !output.isTerminal, terminal: false });
        attachment.carry(write);
        await attachment.ended.finally(() => attachment.close());
      } else await write(await program.client.services.consoles.history(machine.id, number));
      if (text) await output.write(text.end());
      return EXIT.ok;
    });
  },
};
