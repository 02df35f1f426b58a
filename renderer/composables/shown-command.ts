/** The `viv` line that does the same as an action in the window, ready to be pasted into a shell. */
import type { MachineDefinition } from '../../preload/contract/machines.ts';

/** Words that no shell reads specially; everything else is put in single quotes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** One argument as a POSIX shell takes it. */
export const quote = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

const line = (...words: readonly string[]): string => ['npx viv', ...words.map(quote)].join(' ');

/** The command of an action on a stored machine: `npx viv pause debian`. */
export const machineCommand = (verb: 'start' | 'console' | 'pause' | 'resume' | 'reset' | 'stop' | 'delete', name: string): string =>
  line(verb, name);

/** The command that creates a machine from a template. */
export const createCommand = (name: string, template: string): string => line('create', name, '--template', template);

/** The command that runs the same definition once, without storing a machine. */
export function runCommand(definition: MachineDefinition): string {
  const { boot, template } = definition;
  const option = (name: string, value: string | undefined) => (value ? [name, value] : []);
  return line(
    'run',
    ...(boot.kernel || boot.program || boot.firmware ? [] : option('--template', template)),
    ...option('--kernel', boot.kernel),
    ...option('--initrd', boot.initrd),
    ...option('--append', boot.commandLine),
    ...option('--bare', boot.program),
    ...option('--bios', boot.firmware),
    ...definition.disks.flatMap((disk) => ['--drive', `file=${disk.path}${disk.readonly ? ',readonly' : ''}`]),
    '--memory',
    `${definition.memoryMiB}M`,
    '--cpus',
    String(definition.cores),
    ...(definition.engine === 'auto' ? [] : ['--engine', definition.engine]),
  );
}
