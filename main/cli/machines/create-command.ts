/** `viv create` and `viv set`: make a machine, change a machine. */
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { GUEST_HELP, GUEST_OPTIONS, guestOptions } from '../guest-options.ts';
import { definitionOf, definitionPatch } from '../machine-definition.ts';
import { CallError } from '../call-error.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';

export const createCommand: Command = {
  help: `viv create: make a machine and keep it in the library

Usage: viv create NAME --template TEMPLATE [OPTION]...
       viv create NAME --kernel FILE [OPTION]...
       viv create NAME --bare FILE [OPTION]...

${GUEST_HELP}

Examples:
  viv create box --template debian-riscv64
  viv create big --template debian-riscv64 --memory 2G
  viv create mine --kernel Image --initrd rootfs.cpio.gz --append 'console=ttyS0'
`,
  async run(args) {
    const { values, positionals } = readArguments(args, GUEST_OPTIONS);
    const [name] = words(positionals, 'NAME') as [string];
    const options = guestOptions(values);
    const { template } = options;
    const definition = template === undefined ? definitionOf(name, options) : undefined;
    await withProgram(findProgram('create'), async ({ client }) => {
      const { machines } = client.services;
      if (definition) return void (await machines.create({ definition }));
      const made = await machines.create({ template: template as string, name });
      const patch = definitionPatch(options, made.definition);
      if (Object.keys(patch).length > 0) await machines.update(made.id, patch);
    });
    return EXIT.ok;
  },
};

export const setCommand: Command = {
  help: `viv set: change a machine; a running one keeps what it started with until it is started again

Usage: viv set NAME OPTION...

${GUEST_HELP.split('\n')
  .filter((line) => !line.includes('--template'))
  .join('\n')}
  --name NEW                another name
  --note TEXT               a note
  --port NAME               a virtio console port; may be given several times, replaces those there were

Several --drive options replace the disks there were. viv undo takes the change back.

Examples:
  viv set box --memory 1G --cpus 2
  viv set box --name server --drive file=disk.img
`,
  async run(args) {
    const { values, positionals } = readArguments(args, {
      ...GUEST_OPTIONS,
      name: { type: 'string' },
      note: { type: 'string' },
      port: { type: 'string', multiple: true },
    });
    const [machine] = words(positionals, 'NAME') as [string];
    if (values.template !== undefined)
      throw new CallError('--template belongs to viv create: a machine keeps the template it was made from');
    const options = guestOptions(values);
    if (Object.keys(values).length === 0) throw new CallError('nothing to change is given');
    await withProgram(findProgram('set'), async (program) => {
      const { id, definition } = await machineNamed(program, machine);
      await program.client.services.machines.update(id, {
        ...definitionPatch(options, definition),
        ...(values.name === undefined ? {} : { name: values.name }),
        ...(values.note === undefined ? {} : { note: values.note }),
        ...(values.port === undefined ? {} : { ports: values.port.map((name) => ({ name })) }),
      });
    });
    return EXIT.ok;
  },
};
