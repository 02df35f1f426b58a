/** `viv create` makes a machine and keeps it. */
import type { MachineDefinition, MachineStatus } from '../../../preload/contract/machines.ts';
import { CallError, EXIT } from '../call-error.ts';
import { readArguments, requireName, words, type Command } from '../command.ts';
import { GUEST_HELP, GUEST_OPTIONS, guestOptions, type GuestOptions } from '../guest-options.ts';
import { definitionOf, definitionPatch } from '../machine-definition.ts';
import { KEEPING_HELP, KEEPING_OPTIONS, keepingPatch } from './keeping-options.ts';
import { findProgram, programThatStays, withProgram, type Program } from './program.ts';
import { showingTasks } from './showing-tasks.ts';
import { sayTroubleOfNew } from '../disks/disk-trouble.ts';

/** A booted state is of one shape of machine. */
const SHAPE = { kernel: 'kernel', initrd: 'initrd', append: 'append', bios: 'bios', drives: 'drive', memoryMiB: 'memory', cores: 'cpus' };

function refuseBooted(options: GuestOptions): void {
  if (options.template === undefined) throw new CallError('--booted needs --template');
  const [, other] = Object.entries(SHAPE).find(([key]) => options[key as keyof GuestOptions] !== undefined) ?? [];
  if (other !== undefined)
    throw new CallError(`--booted cannot be combined with --${other}: change it later with viv set, when the machine is off`);
}

/** A machine of a template, changed as the options say: made with all of it, or not at all. */
async function createFromTemplate(
  { client }: Program,
  { template, name, booted }: { readonly template: string; readonly name: string; readonly booted: boolean },
  changes: (draft: MachineDefinition) => Partial<MachineDefinition>,
): Promise<MachineStatus> {
  const { machines } = client.services;
  const draft = await machines.draft({ template, name });
  return machines.create({ definition: { ...draft, ...changes(draft) }, ...(booted ? { booted } : {}) });
}

export const createCommand: Command = {
  help: `viv create: create a machine in the library

Usage: viv create NAME --template TEMPLATE [OPTION]...
       viv create NAME --kernel FILE [OPTION]...
       viv create NAME --bare FILE [OPTION]...

${GUEST_HELP}
  --booted                  with --template: start from a saved boot; the template is booted once and the
                            result is used for all such machines
${KEEPING_HELP}

Examples:
  viv create box --template debian-riscv64
  viv create quick --template debian-riscv64 --booted
  viv create big --template debian-riscv64 --memory 2G --checkpoints 30s --checkpoint-budget 2G
  viv create mine --kernel Image --append 'console=ttyS0 root=/dev/vda' --drive file=root.qcow2,format=qcow2,overlay
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { ...GUEST_OPTIONS, ...KEEPING_OPTIONS, booted: { type: 'boolean' } });
    const [name] = words(positionals, 'NAME') as [string];
    requireName(name, 'NAME');
    const options = guestOptions(values);
    const keeping = keepingPatch(values, {});
    if (values.booted) refuseBooted(options);
    const { template } = options;
    const definition = template === undefined ? { ...definitionOf(name, options), ...keeping } : undefined;
    await withProgram(values.booted ? programThatStays() : findProgram('create'), async (program) => {
      const request = { template: template as string, name, booted: values.booted ?? false };
      const { id, definition: made } = definition
        ? await program.client.services.machines.create({ definition })
        : await showingTasks(program, () =>
            createFromTemplate(program, request, (draft) => ({ ...definitionPatch(options, draft), ...keeping })),
          );
      if (made.disks.length > 0) await sayTroubleOfNew(program, id);
    });
    return EXIT.ok;
  },
};
