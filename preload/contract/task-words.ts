/** Tasks in words, for the window and the command line: what one is about, and what came of it. */
import { formatBytes } from '../../emulator/quantities/bytes.ts';
import type { Fault } from '../../emulator/error/coded-error.ts';
import { wordsOf } from './errors/catalogue.ts';
import type { ExportedDisk, ExportResult, PurgeResult, TaskKind, TaskKinds, TaskStatus, TaskWork, Step } from './tasks.ts';

const TITLES: { readonly [K in TaskKind]: (subject: TaskKinds[K]['subject']) => string } = {
  'fetch-template': ({ template, name }) => `Downloading ${template}${name === undefined ? '' : ` for "${name}"`}`,
  'boot-template': ({ template }) => `Booting ${template} once`,
  'record-base': ({ path }) => `Recording the content of ${path}`,
  'check-base': ({ path }) => `Checking ${path} for changes`,
  'accept-base': ({ path }) => `Reading ${path}`,
  'compact-disk': ({ name, slot }) => `Compacting disk ${slot + 1} of "${name}"`,
  'add-disk': ({ name, path }) => `Adding ${path} to "${name}"`,
  'export-disk': ({ name, slot, path }) => `Writing disk ${slot + 1} of "${name}" to ${path}`,
  'take-file': ({ name, file, path }) => `Saving ${file} of "${name}" to ${path}`,
  'store-snapshot': ({ name, snapshot }) => `Storing the snapshot "${snapshot}" of "${name}"`,
  suspend: ({ name }) => `Suspending "${name}"`,
  'check-library': () => 'Checking the library',
  purge: ({ names }) => `Permanently deleting ${names.length === 1 ? `"${names[0]}"` : `${names.length} machines`}`,
  'export-machine': ({ name, path }) => `Exporting "${name}" to ${path}`,
  'import-machine': ({ path }) => `Importing ${path}`,
};

/** What a task does: `Compacting disk 1 of "box"`. One of a kind that only a newer version knows is told by its kind. */
export function taskTitle({ kind, subject }: TaskWork): string {
  const title = (TITLES as Record<string, ((subject: unknown) => string) | undefined>)[kind];
  return title ? title(subject) : kind.replaceAll('-', ' ');
}

/** What work is doing, as a sentence without its full stop; empty where there is nothing to tell. */
export const stepWords = (step: Step): string => (step === '' ? '' : wordsOf(step));

/** The step that a running task is at, or how it ended; empty where its state says all. */
export function taskMessage(task: TaskStatus): string {
  if (task.state === 'failed') return task.fault ? wordsOf(task.fault) : 'failed';
  if (task.state !== 'done') return task.state === 'running' ? stepWords(task.message) : '';
  if (task.kind === 'purge' && task.result) return purgeWords(task.result);
  if (task.kind === 'export-disk' && task.result) return unrestWords(task.result);
  if (task.kind === 'take-file' && task.result?.unrest) return missingWords(task.result.unrest);
  return task.kind === 'export-machine' && task.result ? leftOutWords(task.result) : '';
}

/** Whether a task is done, but not all of it as it should be: what its message says is a warning then. */
export const taskWarns = (task: TaskStatus): boolean =>
  task.state === 'done' &&
  (task.kind === 'export-disk' || task.kind === 'export-machine' || task.kind === 'take-file') &&
  taskMessage(task) !== '';

/** In what state an image of a running guest's disk is; empty where it is a whole one. */
export const unrestWords = ({ unrest }: ExportedDisk): string =>
  unrest === undefined ? '' : `the image is as after a power failure: ${wordsOf(unrest)}`;

/** What a file of a guest that was not at rest may lack. */
export const missingWords = (unrest: Fault): string => `what the guest wrote last may be missing: ${wordsOf(unrest)}`;

/** What became of the space: `1.5 GiB freed`. */
export function purgeWords({ freedBytes, space }: PurgeResult): string {
  if (space === 'nothing') return 'it had no stored data';
  if (space === 'freed') return `${formatBytes(freedBytes)} freed`;
  return 'its space is freed when the damaged data in the library is deleted: check the library to find it';
}

/** What is not in an exported file and why; empty where all is. */
export function leftOutWords({ snapshots, disks }: ExportResult): string {
  const each = snapshots.map(
    ({ name, damaged, reason }) => `"${name}" (${damaged ? 'damaged: ' : ''}${reason ? wordsOf(reason) : 'not stored'})`,
  );
  const count = snapshots.length === 1 ? 'one snapshot was' : `${snapshots.length} snapshots were`;
  return [
    ...(snapshots.length > 0 ? [`${count} left out: ${each.join('; ')}`] : []),
    ...disks.map(
      (slot) => `disk ${slot + 1} was left out: it was added while the machine was running; restart the machine and export it again`,
    ),
  ].join('; ');
}
