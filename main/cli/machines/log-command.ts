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

Into a pipe or a file it is what the console printed, byte for byte; on a terminal it is plain text, because escape
sequences would be obeyed there (viv console attaches a terminal to the guest).

  --console N    0 is the serial port (default), N the N-th virtio port
  -f, --follow   go on with what it prints, until the machine ends or Ctrl-C. Where standard output is no terminal,
                 nothing is left out: the guest waits for whoever reads it
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
