/** `viv set` changes a machine. */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { optionsHelp, optionsOf } from '../../../preload/contract/definition/options.ts';
import { factOf } from '../../../preload/contract/definition/rules.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, requireName, words, type Command } from '../command.ts';
import { definitionPatch } from '../machine-definition.ts';
import { givenOptions, isGiven, machineOptions } from '../machine-options.ts';
import { changeMachine } from './change-machine.ts';
import { findProgram, withProgram } from './program.ts';
import { sayTroubleOfNew } from '../disks/disk-trouble.ts';

/** What `--drive` can say of a disk; the library's own name for it is not part of that. */
const described = ({ id: _id, ...rest }: DiskDefinition) => JSON.stringify(Object.entries(rest).sort());

/**
 * The disks that are to be, those that were there with their content.
 * @throws ContractError `conflict` when one would go that holds what the guest wrote
 */
export function replacedDisks(
  name: string,
  before: readonly DiskDefinition[],
  wanted: readonly DiskDefinition[],
): readonly DiskDefinition[] {
  const left = new Set(before);
  const disks = wanted.map((disk) => {
    const same = [...left].find((old) => described(old) === described(disk));
    if (same) left.delete(same);
    return same ?? disk;
  });
  const lost = before.findIndex((disk) => left.has(disk) && (disk.writes === 'overlay' || disk.path === undefined));
  if (lost >= 0) throw new ContractError('cli-disk-would-be-lost', { name, slot: lost });
  return disks;
}

/** Options that only a new machine takes: they are understood, to be refused with a reason. */
const SETTLED = optionsOf('create').filter(({ field }) => field.isFixed);

export const setCommand: Command = {
  help: `viv set: change a machine; a running machine applies changes at its next start

Usage: viv set NAME OPTION...

${optionsHelp('set')}

--drive options replace all existing disks (use viv disk to add and remove single ones). viv undo undoes the change.

Examples:
  viv set box --memory 1G --cpus 2
  viv set box --name server --drive file=disk.img
  viv set box --checkpoints 30s --checkpoint-budget 2G --on-quit save
`,
  async run(args) {
    const settled = Object.fromEntries(SETTLED.map(({ option }) => [option.name, { type: 'string' as const }]));
    const { values, positionals } = readArguments(args, { ...machineOptions('set'), ...settled });
    const [machine] = words(positionals, 'NAME') as [string];
    const fixed = SETTLED.find(({ option }) => values[option.name] !== undefined);
    if (fixed)
      throw new CallError(
        `the ${factOf(fixed.path)} of a machine cannot be changed: create another machine with viv create --${fixed.option.name}`,
      );
    if (values['name'] !== undefined) requireName(String(values['name']), '--name');
    const given = givenOptions('set', values);
    if (given.length === 0) throw new CallError('specify what to change');
    // What is wrong with the words is said before the library is opened.
    definitionPatch(given, { checkpoints: { everySeconds: 0, budgetBytes: 0 } });
    await withProgram(findProgram('set'), async (program) => {
      const { id } = await changeMachine(program, machine, ({ definition }) => {
        const patch = definitionPatch(given, definition);
        return { ...patch, ...(patch.disks && { disks: replacedDisks(definition.name, definition.disks, patch.disks) }) };
      });
      if (isGiven(given, 'drive')) await sayTroubleOfNew(program, id);
    });
    return EXIT.ok;
  },
};
