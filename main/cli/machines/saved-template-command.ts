/** `viv template`: templates that are saved from machines. */
import { EXIT } from '../call-error.ts';
import { readArguments, words } from '../command.ts';
import { commandGroup, type Part } from '../command-group.ts';
import { findProgram, machineNamed, withProgram } from './program.ts';
import { showingTasks } from './showing-tasks.ts';

const save: Part = {
  summary: 'save a machine as a template',
  help: `viv template save: save a machine as it is now as a template

Usage: viv template save NAME TEMPLATE [--note TEXT]

Machines made from the template begin with the same hardware and disks; if the machine runs now, they also go on from
its memory.

  --note TEXT  what the template is, shown on its card

Examples:
  viv template save box web-server --note 'nginx and a certificate'
  viv create site --template web-server
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { note: { type: 'string' } });
    const [name, template] = words(positionals, 'NAME', 'TEMPLATE') as [string, string];
    await withProgram(findProgram('template'), async (program) => {
      const { id } = await machineNamed(program, name);
      const saved = { name: template, description: values.note ?? '' };
      await showingTasks(program, () => program.client.services.machines.saveTemplate(id, saved));
    });
    return EXIT.ok;
  },
};

const remove: Part = {
  summary: 'delete a saved template',
  help: `viv template delete: delete a template that was saved from a machine

Usage: viv template delete TEMPLATE

Machines that were made from it keep everything.

Examples:
  viv template delete web-server
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [template] = words(positionals, 'TEMPLATE') as [string];
    await withProgram(findProgram('template'), ({ client }) => client.services.images.removeTemplate(template));
    return EXIT.ok;
  },
};

export const templateCommand = commandGroup({
  name: 'template',
  title: 'save machines as templates, and delete those',
  notes: 'viv templates lists all templates.',
  examples: ['viv template save box web-server', 'viv create site --template web-server', 'viv template delete web-server'],
  parts: { save, delete: remove },
});
