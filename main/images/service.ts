/** The `images` contract over the guest kit. */
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { images } from '../../preload/contract/images.ts';
import type { GuestKit } from './guest-kit.ts';
import type { Report } from './progress.ts';

/** What this service needs of the task list: starts work with a title, answers with the task's id. */
export interface TaskRunner {
  run(title: string, work: (report: Report, signal: AbortSignal) => Promise<void>): string;
}

/** `emit.changed` is called when a template's parts have arrived or could not be had. */
export function imagesService(kit: GuestKit, tasks: TaskRunner, emit?: Emitter<typeof images>): Handlers<typeof images> {
  return {
    templates: () => kit.templates(),
    fetch: (name) => {
      const { title } = kit.status(name);
      const task = tasks.run(`Fetching ${title}`, async (report, signal) => {
        try {
          await kit.prepare(name, {}, report, signal);
        } finally {
          emit?.changed(kit.status(name));
        }
      });
      return { task };
    },
    inspect: (file) => kit.inspect(file),
    browse: (folder) => kit.browse(folder),
  };
}
