/** `viv create` makes a machine and keeps it. */
import type { MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { optionsHelp } from '../../../preload/contract/definition/options.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, requireName, words, type Command } from '../command.ts';
import { definitionOf, definitionPatch } from '../machine-definition.ts';
import { givenOptions, isGiven, machineOptions, type GivenOptions } from '../machine-options.ts';
import { findProgram, programThatStays, withProgram, type Program } from './program.ts';
import { showingTasks } from './showing-tasks.ts';
import { sayTroubleOfNew } from '../disks/disk-trouble.ts';

/** A booted state is of one shape of machine. */
function refuseBooted(given: GivenOptions): void {
  if (!isGiven(given, 'template')) throw new CallError('--booted needs --template');
  const other = given.find(({ option: { path, field } }) => !field.isOwners && path !== 'template' && field.passedOn !== 'anyTime');
  if (other !== undefined)
    throw new CallError(
      `--booted cannot be combined with --${other.option.option.name}: change it later with viv set, when the machine is off`,
    );
}

/** A machine of a template, changed as the options say: made with all of it, or not at all. */
async function createFromTemplate(
  { client }: Program,
  { template, name, booted }: { readonly template: string; readonly name: string; readonly booted: boolean },
  changes: (draft: MachineDefinition) => Partial<MachineDefinition>,
): Promise<MachineStatus> {
  const { machines, images } = client.services;
  const draft = await machines.draft({ template, name });
  // What a template that was saved from a machine holds is more than its definition.
  if ((await images.templates()).some((one) => one.name === template && one.source === 'machine')) {
    const made = await machines.create({ template, name });
    const changed = changes(draft);
    return Object.keys(changed).length === 0 ? made : machines.update(made.id, changed);
  }
  const changed = changes(draft);
  // A template's own disk is the one that it boots from; further ones come after it.
  const disks = changed.disks ? [...draft.disks, ...changed.disks] : draft.disks;
  return machines.create({ definition: { ...draft, ...changed, disks }, ...(booted ? { booted } : {}) });
}

export const createCommand: Command = {
  help: `viv create: create a machine in the library

Usage: viv create NAME --template TEMPLATE [OPTION]...
       viv create NAME --kernel FILE [OPTION]...
       viv create NAME --bare FILE [OPTION]...

${optionsHelp('create')}
  --booted                  with --template: start from a saved boot; the template is booted once and the
                              result is used for all such machines

Examples:
  viv create box --template debian-riscv64
  viv create quick --template debian-riscv64 --booted
  viv create big --template debian-riscv64 --memory 2G --checkpoints 30s --checkpoint-budget 2G
  viv create mine --kernel Image --append 'console=ttyS0 root=/dev/vda' --drive file=root.qcow2,format=qcow2,overlay
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...machineOptions('create'), booted: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    requireName(name, 'NAME');
    const given = givenOptions('create', values);
    const booted = values['booted'] === true;
    if (booted) refuseBooted(given);
    const { template } = values as { readonly template?: string };
    const definition = template === undefined ? definitionOf(name, given) : undefined;
    // What is wrong with the words is said before the library is opened.
    definitionPatch(given, {});
    await withProgram(booted ? programThatStays() : findProgram('create'), async (program) => {
      const request = { template: template as string, name, booted };
      const { id, definition: made } = definition
        ? await program.client.services.machines.create({ definition })
        : await showingTasks(program, () => createFromTemplate(program, request, (draft) => definitionPatch(given, draft)));
      if (made.disks.length > 0) await sayTroubleOfNew(program, id);
    });
    return EXIT.ok;
  },
};
