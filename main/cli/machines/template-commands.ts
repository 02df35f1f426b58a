/** `viv templates` and `viv fetch`: what machines can be made from, and getting it ready beforehand. */
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { followTask } from './follow-task.ts';
import { table } from '../table.ts';
import { findProgram, withProgram } from './program.ts';
import type { TemplateStatus } from '../../../preload/contract/images.ts';
import { partsReason } from '../../../preload/contract/template-words.ts';
import { print, printJson } from '../../output/print.ts';

export const templatesCommand: Command = {
  help: `viv templates: list the templates for machines, and whether their parts are downloaded

Usage: viv templates [--json]
       viv templates --mirror ADDRESS|apt

  --mirror ADDRESS    from now on, download the parts of this library's templates from that Debian mirror; apt: through
                      this computer's apt. VIVARIUM_MIRROR in the environment goes before it

Examples:
  viv templates
  viv templates --mirror http://HOST/debian
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' }, mirror: { type: 'string' } });
    words(positionals);
    if (values.mirror !== undefined) {
      const mirror = values.mirror === 'apt' ? '' : values.mirror;
      await withProgram(findProgram('templates'), ({ client }) => client.services.application.changeSettings({ mirror }));
      return EXIT.ok;
    }
    const templates = await withProgram(findProgram('templates'), ({ client }) => client.services.images.templates());
    const told = templates.map(forScripts);
    if (values.json) printJson(told);
    else
      print(table([['NAME', 'PARTS', 'TITLE', 'REASON'], ...told.map(({ name, parts, title, reason }) => [name, parts, title, reason])]));
    return EXIT.ok;
  },
};

export const fetchCommand: Command = {
  help: `viv fetch: download the parts of a template, so that machines start without a network

Usage: viv fetch TEMPLATE

Examples:
  viv fetch debian-riscv64
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [template] = words(positionals, 'TEMPLATE') as [string];
    await withProgram(findProgram('fetch'), (program) =>
      followTask(program, 'fetch-template', () => program.client.services.images.fetch(template)),
    );
    return EXIT.ok;
  },
};

/** What scripts and tables are given: the trouble in words. */
function forScripts(template: TemplateStatus) {
  const { trouble: _trouble, ...rest } = template;
  return { ...rest, reason: partsReason(template) };
}
