/** The `images` contract over the guest kit. */
import type { Emitter, Handlers } from '../../preload/contract/contract.ts';
import type { images, TemplateStatus } from '../../preload/contract/images.ts';
import { hostPath } from './files/host-path.ts';
import type { ReceivedFiles } from './files/received.ts';
import type { GuestKit } from './guest-kit.ts';
import type { Report } from './progress.ts';

/** What this service needs of the program around it. */
export interface ImagesSurroundings {
  /** Templates whose booted state is stored. */
  booted(): Promise<ReadonlySet<string>>;
  readonly received: ReceivedFiles;
  /** Templates that were saved from machines. */
  readonly saved: { list(): Promise<readonly TemplateStatus[]>; remove(name: string): Promise<void> };
  /** Fetches and makes what a template needs. */
  prepare(template: string, report: Report, signal: AbortSignal): Promise<unknown>;
  /** Fetches a template's parts among the tasks; answers with the task's id. */
  fetch(template: string, work: (report: Report, signal: AbortSignal) => Promise<void>): string;
}

/** `emit.changed` is called when a template's parts have arrived or could not be had. */
export function imagesService(
  kit: GuestKit,
  { booted, fetch, prepare, received, saved }: ImagesSurroundings,
  emit?: Emitter<typeof images>,
): Handlers<typeof images> {
  return {
    templates: async () => {
      const [stored, mine] = await Promise.all([booted(), saved.list()]);
      const others = kit
        .templates()
        .map((template) => (template.booted === undefined ? template : { ...template, booted: stored.has(template.name) }));
      return [...mine, ...others];
    },
    fetch: (name) => {
      kit.template(name);
      const task = fetch(name, async (report, signal) => {
        try {
          await prepare(name, report, signal);
        } finally {
          emit?.changed(kit.status(name));
        }
      });
      return { task };
    },
    removeTemplate: (name) => saved.remove(name),
    inspect: (file) => kit.inspect(hostPath(file)),
    browse: (folder) => kit.browse(hostPath(folder)),
    resolvePath: (text) => hostPath(text),
    receive: (piece) => received.receive(piece),
    dropReceived: (file) => received.drop(file),
  };
}
