/** `viv templates` and `viv fetch`: what machines can be made from, and getting it ready beforehand. */
import { ContractError } from '../../../preload/contract/contract.ts';
import type { TaskStatus } from '../../../preload/contract/tasks.ts';
import { EXIT } from '../call-error.ts';
import { readArguments, words, type Command } from '../command.ts';
import { progressLine } from '../progress-line.ts';
import { table } from './list-command.ts';
import { findProgram, withProgram } from './program.ts';

export const templatesCommand: Command = {
  help: `viv templates: list what machines can be made from, and whether it is here

Usage: viv templates [--json]

Examples:
  viv templates
`,
  async run(args) {
    const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
    words(positionals);
    const templates = await withProgram(findProgram('templates'), ({ client }) => client.services.images.templates());
    if (values.json) console.log(JSON.stringify(templates, null, 2));
    else
      console.log(
        table([['NAME', 'PARTS', 'TITLE', 'REASON'], ...templates.map(({ name, parts, title, reason }) => [name, parts, title, reason])]),
      );
    return EXIT.ok;
  },
};

export const fetchCommand: Command = {
  help: `viv fetch: fetch the parts of a template, so that machines start without a network

Usage: viv fetch TEMPLATE

Examples:
  viv fetch debian-riscv64
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [template] = words(positionals, 'TEMPLATE') as [string];
    await withProgram(findProgram('fetch'), async ({ client }) => {
      const { images, tasks } = client.services;
      const line = progressLine();
      const ended = Promise.withResolvers<TaskStatus>();
      const seen = new Map<string, TaskStatus>();
      let wanted: string | undefined;
      const look = (status: TaskStatus) => {
        seen.set(status.id, status);
        if (status.id !== wanted) return;
        if (status.state === 'running') line.show(status);
        else ended.resolve(status);
      };
      const stop = tasks.changed.on(look);
      process.once('SIGINT', () => void (wanted !== undefined && tasks.cancel(wanted)));
      wanted = (await images.fetch(template)).task;
      // It may have ended before its id was known here.
      const early = seen.get(wanted);
      if (early) look(early);
      const { state, message } = await ended.promise.finally(() => (stop(), line.done()));
      if (state !== 'done') throw new ContractError('unavailable', message);
    });
    return EXIT.ok;
  },
};
