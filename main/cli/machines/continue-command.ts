/** `viv continue`: machines that were running when the program ended, by quitting or by a crash. */
import { momentText } from '../../../emulator/quantities/moments.ts';
import type { InterruptedMachine } from '../../../preload/contract/machines.ts';
import { print } from '../../output/print.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { table } from '../table.ts';
import { findProgram, programThatStays, withProgram, type Program } from './program.ts';
import { showingTasks } from './showing-tasks.ts';

const AT_START = { offer: 'offer', resume: 'resume' } as const;

const sourceOf = ({ from, at }: InterruptedMachine): string =>
  `${from === 'saved' ? 'saved when Vivarium was quit' : 'last snapshot before the crash'}, ${momentText(at)}`;

async function list({ client }: Program): Promise<void> {
  const found = await client.services.machines.interrupted();
  if (found.length === 0) return print('No machine was running when Vivarium last ended.');
  print(table([['NAME', 'RESUMES FROM'], ...found.map((machine) => [machine.name, sourceOf(machine)])]));
}

async function resume(program: Program, names: readonly string[]): Promise<void> {
  const { machines } = program.client.services;
  const found = await machines.interrupted();
  const unknown = names.find((name) => !found.some((machine) => machine.name === name));
  if (unknown !== undefined) throw new CallError(`"${unknown}" was not running when Vivarium last ended, or has been started since`);
  for (const { id, name } of found)
    if (names.length === 0 || names.includes(name)) await showingTasks(program, () => machines.continue(id));
}

export const continueCommand: Command = {
  help: `viv continue: resume machines that were running when Vivarium ended

Usage: viv continue [NAME...]
       viv continue --list
       viv continue --at-start offer|resume

A machine that was saved when Vivarium was quit resumes where it was. After a crash it goes back to the last snapshot
or checkpoint of its last run; the disks as they are now are kept as a snapshot first. Without NAME, all of them.

  --list              only list the machines and what they resume from
  --at-start WHAT     when the window or viv serve starts: resume them automatically, or offer to (default)

Examples:
  viv continue
  viv continue box
  viv continue --at-start resume
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { list: { type: 'boolean' }, 'at-start': { type: 'string' } });
    const atStart = values['at-start'];
    if (atStart !== undefined) {
      if (!Object.hasOwn(AT_START, atStart)) throw new CallError(`--at-start takes offer or resume, not "${atStart}"`);
      if (values.list || positionals.length > 0) throw new CallError('--at-start cannot be combined with --list or NAME');
      const interrupted = AT_START[atStart as keyof typeof AT_START];
      await withProgram(findProgram('continue'), ({ client }) => client.services.application.changeSettings({ interrupted }));
    } else if (values.list) {
      if (positionals.length > 0) throw new CallError('--list cannot be combined with NAME');
      await withProgram(findProgram('continue'), list);
    } else await withProgram(programThatStays(), (program) => resume(program, positionals));
    return EXIT.ok;
  },
};
