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

/** A comma inside a file's name is written twice. */
const drives = ({ disks }: MachineDefinition): readonly string[] =>
  disks.flatMap(({ path, readonly }) => ['--drive', `file=${path.replaceAll(',', ',,')}${readonly ? ',readonly' : ''}`]);

/**
 * The command that makes the changed fields of a stored machine what they are in `draft`; nothing where the changes
 * have no option (a field made empty).
 */
export function setCommand(name: string, draft: MachineDefinition, changed: ReadonlySet<string>): string | undefined {
  const { boot } = draft;
  const options: Readonly<Record<string, readonly string[]>> = {
    name: ['--name', draft.name],
    note: ['--note', draft.note],
    cores: ['--cpus', String(draft.cores)],
    memoryMiB: ['--memory', `${draft.memoryMiB}M`],
    engine: ['--engine', draft.engine],
    disks: drives(draft),
    ports: draft.ports.flatMap((port) => ['--port', port.name]),
    'boot.kernel': boot.kernel ? ['--kernel', boot.kernel] : [],
    'boot.initrd': boot.initrd ? ['--initrd', boot.initrd] : [],
    'boot.commandLine': boot.commandLine ? ['--append', boot.commandLine] : [],
    'boot.firmware': boot.firmware ? ['--bios', boot.firmware] : [],
    'boot.program': boot.program ? ['--bare', boot.program] : [],
  };
  // The kind of boot follows from the file that is given.
  const fields = [...changed].filter((field) => field !== 'boot.kind');
  if (fields.length === 0 || fields.some((field) => !options[field]?.length)) return undefined;
  return line('set', name, ...fields.flatMap((field) => options[field] ?? []));
}

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
    ...drives(definition),
    '--memory',
    `${definition.memoryMiB}M`,
    '--cpus',
    String(definition.cores),
    ...(definition.engine === 'auto' ? [] : ['--engine', definition.engine]),
  );
}
