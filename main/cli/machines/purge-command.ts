/** `viv purge` deletes machines of the bin for good; a person at a terminal is asked first. */
import { purgeWords } from '../../../preload/contract/task-words.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { createInterface } from 'node:readline';
import type { BinnedMachine } from '../../../preload/contract/machines.ts';
import { CallError, EXIT, Interrupted } from '../call-error.ts';
import { readArguments, type Command } from '../command.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import { binTable } from './bin-table.ts';
import { followTask } from './follow-task.ts';
import { programThatStays, withProgram } from './program.ts';
import { print, printError, standardError } from '../../output/print.ts';

/** What a name (or id) means in the bin. @throws ContractError where it means nothing, or several */
function chosen(bin: readonly BinnedMachine[], word: string): BinnedMachine {
  const found = bin.filter(({ definition, id }) => definition.name === word || id === word);
  const [only] = found;
  if (!only) throw new ContractError('cli-bin-unknown', { name: word });
  if (found.length > 1)
    throw new ContractError('cli-bin-several', {
      name: word,
      found: found.map(({ id, deletedAt }) => `  ${id}  deleted ${momentText(deletedAt)}`),
    });
  return only;
}

/** @returns whether the person says yes */
async function asked(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin });
  const leave = () => terminal.close();
  // Before the question is seen: whoever reads it may answer at once.
  process.once('SIGINT', leave);
  const answered = new Promise<string>((resolve) => terminal.once('line', resolve).once('close', () => resolve('')));
  try {
    await standardError().write(question);
    const answer = await answered;
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    process.off('SIGINT', leave);
    terminal.close();
  }
}

export const purgeCommand: Command = {
  help: `viv purge: permanently delete machines in the bin with their disks and snapshots, and free their space

Usage: viv purge NAME... [--yes]
       viv purge --all [--yes]

This cannot be undone. Machines branched from them are not affected. A machine with protected snapshots is refused:
restore it with viv undelete and use viv snapshot unprotect first. Data shared with other machines is not freed.

  --all    everything in the bin except machines with protected snapshots
  --yes    do not ask for confirmation; required without a terminal

Examples:
  viv purge box
  viv purge --all --yes
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { all: { type: 'boolean' }, yes: { type: 'boolean', short: 'y' } });
    if (values.all && positionals.length > 0) throw new CallError('--all cannot be combined with NAME');
    if (!values.all && positionals.length === 0) throw new CallError('NAME is missing');
    return withProgram(programThatStays(), async (program) => {
      const { machines } = program.client.services;
      const bin = await machines.bin();
      const held = values.all ? bin.filter(({ protectedSnapshots }) => protectedSnapshots.length > 0) : [];
      for (const { definition, protectedSnapshots } of held)
        printError(
          `viv: "${safeText(definition.name)}" is kept: ${protectedSnapshots.length} of its snapshots ${protectedSnapshots.length === 1 ? 'is' : 'are'} protected`,
        );
      const wanted = values.all ? bin.filter((machine) => !held.includes(machine)) : positionals.map((word) => chosen(bin, word));
      const those = [...new Set(wanted)];
      if (those.length === 0) {
        if (held.length === 0) printError('viv: the bin is empty');
        return held.length === 0 ? EXIT.ok : EXIT.failed;
      }
      if (!values.yes) {
        if (!process.stdin.isTTY) throw new CallError('this cannot be undone: use --yes to confirm without a terminal');
        printError(binTable(those));
        if (!(await asked('Delete permanently? This cannot be undone. [y/N] '))) throw new Interrupted('nothing was deleted');
      }
      const { result } = await followTask(program, 'purge', () => machines.purge(those.map(({ id }) => id)));
      const names = those.map(({ definition }) => `"${safeText(definition.name)}"`).join(', ');
      print(`${names} permanently deleted: ${purgeWords(result)}`);
      return EXIT.ok;
    });
  },
};
