/** What a task is doing: closed values as reasons are, put into words in the same catalogue. */
import { entry, type Entry, type Fact } from '../../../emulator/error/coded-error.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';

const told = <F = Record<never, Fact>>(words: Entry<F>['words']): Entry<F> => entry<F>('told', words);

export const steps = {
  /** What a guest or another program says it does. */
  'step-line': told<{ line: string }>(({ line }) => line),
  'step-waits-fetching': told(() => 'another Vivarium is fetching the same parts; waiting for it'),
  'step-waits-installing': told(() => 'another Vivarium is installing the same system; waiting for it'),
  'step-package-index': told<{ suite: string }>(({ suite }) => `reading Debian's package index (${suite})`),
  'step-fetching-package': told<{ name: string; version: string }>(({ name, version }) => `fetching ${name} ${version}`),
  'step-fetching-packages': told<{ count: number }>(({ count }) => `fetching ${count} packages`),
  'step-checking-package': told<{ name: string; bytes: number }>(({ name, bytes }) => `checking ${name} (${formatBytes(bytes)})`),
  'step-unpacking': told<{ name: string }>(({ name }) => `unpacking ${name}`),
  'step-building-initramfs': told(() => 'building the initial file system'),
  'step-joining-packages': told<{ count: number }>(({ count }) => `putting ${count} packages together`),
  'step-installing': told<{ line: string }>(({ line }) => `installing: ${line}`),
  'step-installed': told<{ title: string; bytes: number }>(
    ({ title, bytes }) => `${title} is installed; its disk takes ${formatBytes(bytes)} on this computer`,
  ),
  'step-salvaging': told(() => 'salvaging the store'),
  'step-checking-bytes': told(() => 'checking every stored byte'),
  'step-reading': told<{ path: string }>(({ path }) => `reading ${path}`),
  'step-reading-archive': told(() => 'reading'),
  'step-writing': told<{ path: string }>(({ path }) => `writing ${path}`),
  'step-writing-snapshot': told<{ name: string; number: number; count: number }>(
    ({ name, number, count }) => `writing "${name}" (${number} of ${count})`,
  ),
  'step-writing-base': told<{ path: string }>(({ path }) => `writing the base image ${path}`),
  'step-storing-disk': told(() => 'storing the disk'),
  'step-storing-memory': told(() => 'storing memory'),
  'step-comparing-base': told(() => 'comparing with the base'),
  'step-comparing-memory': told(() => 'comparing memory'),
  'step-comparing-disk': told<{ slot: number }>(({ slot }) => `comparing disk ${slot + 1}`),
  'step-comparing-files': told<{ entries: number }>(({ entries }) => `comparing files: ${entries} looked at`),
  'step-waits-stored': told<{ name: string }>(({ name }) => `waiting for "${name}", which is being stored`),
  'step-keeping-present': told(() => 'keeping the present'),
  'step-freeing': told(() => 'freeing space'),
} as const;
