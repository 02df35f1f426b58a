/** `viv set` changes a machine. */
import { ContractError } from '../../../preload/contract/contract.ts';
import type { DiskDefinition } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, requireName, words, type Command } from '../command.ts';
import { GUEST_HELP, GUEST_OPTIONS, guestOptions } from '../guest-options.ts';
import { definitionPatch } from '../machine-definition.ts';
import { KEEPING_HELP, KEEPING_OPTIONS, keepingPatch } from './keeping-options.ts';
import { changeMachine } from './change-machine.ts';
import { findProgram, withProgram } from './program.ts';
import { shellWord } from '../../../preload/contract/foreign-text.ts';
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
  if (lost >= 0)
    throw new ContractError(
      'conflict',
      `disk ${lost + 1} of "${name}" has data that --drive would discard: add another disk with viv disk add ${shellWord(name)}, or remove this one with viv disk remove ${shellWord(name)} ${lost + 1}`,
    );
  return disks;
}

/** The help of `create`'s options without those that only it has. */
const CHANGEABLE = GUEST_HELP.split('\n')
  .filter((line) => !line.includes('--template'))
  .join('\n');

export const setCommand: Command = {
  help: `viv set: change a machine; a running machine applies changes at its next start

Usage: viv set NAME OPTION...

${CHANGEABLE}
${KEEPING_HELP}
  --name NEW                another name
  --note TEXT               a note
  --port NAME               a virtio console port; may be repeated, replaces the existing ports

--drive options replace all existing disks (use viv disk to add and remove single ones). viv undo undoes the change.

Examples:
  viv set box --memory 1G --cpus 2
  viv set box --name server --drive file=disk.img
  viv set box --checkpoints 30s --checkpoint-budget 2G --on-quit save
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...GUEST_OPTIONS,
      ...KEEPING_OPTIONS,
      name: { type: 'string' },
      note: { type: 'string' },
      port: { type: 'string', multiple: true },
    });
    const [machine] = words(positionals, 'NAME') as [string];
    if (values.template !== undefined)
      throw new CallError('the template of a machine cannot be changed: create another machine with viv create --template');
    if (values.name !== undefined) requireName(values.name, '--name');
    const options = guestOptions(values);
    if (Object.keys(values).length === 0) throw new CallError('specify what to change');
    // What is wrong with the words is said before the library is opened.
    keepingPatch(values, { checkpoints: { everySeconds: 0, budgetBytes: 0 } });
    await withProgram(findProgram('set'), async (program) => {
      const { id } = await changeMachine(program, machine, ({ definition }) => ({
        ...definitionPatch(options, definition),
        ...(options.drives === undefined ? {} : { disks: replacedDisks(definition.name, definition.disks, options.drives) }),
        ...keepingPatch(values, definition),
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(values.note === undefined ? {} : { note: values.note }),
        ...(values.port === undefined ? {} : { ports: values.port.map((name) => ({ name })) }),
      }));
      if (options.drives !== undefined) await sayTroubleOfNew(program, id);
    });
    return EXIT.ok;
  },
};
