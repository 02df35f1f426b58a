/** Argument checks: schemas that name what is wrong. Data from a window or a socket is untrusted. */
import { SHELL_WORDS, type ShellWords } from './shell-words.ts';
import * as v from 'valibot';
import { ContractError, type Check } from './contract.ts';
import { anyBoard } from './definition/boards.ts';
import { bytes, imageFormat, NOTE_MAX, path, templateName } from './definition/parts.ts';
import { definition } from './definition/schema.ts';
import { firstProblem } from './schema/problems.ts';
import { isMirrorAddress } from './mirror-address.ts';
import { flag, list, name, oneOf, optional, partial, record, text, textThat, whole, type Schema } from './schema/shapes.ts';

/** Checks a call's arguments one by one; too many or too few are refused. */
export const args = (...schemas: readonly Schema[]): Check => argsWithOptional(schemas);

/** The same for a call whose last arguments may be left out. */
export function argsWithOptional(needed: readonly Schema[], ...more: readonly Schema[]): Check {
  const schemas = [...needed, ...more];
  return (values) => {
    if (values.length < needed.length || values.length > schemas.length)
      throw new ContractError('arguments-count', { wanted: schemas.length, given: values.length });
    values.forEach((value, index) => requireSchema(schemas[index] as Schema, value, `argument ${index + 1}`));
  };
}
/** @throws ContractError `invalid`, naming the part of the value that is wrong */
export function requireSchema(schema: Schema, value: unknown, where: string): void {
  const problem = firstProblem(schema, value);
  if (problem) throw new ContractError('argument-invalid', { where, field: problem.field, message: problem.message });
}
/** A call without arguments. */
export const nothing: Check = args();

export { path, templateName };
export const machineId = text(64);
export const machineIds = list(machineId, 10_000);
export const taskId = text(64);
export const consoleIndex = whole(0, 31);
export const searchText = text(1000);
export const doorId = text(16);
export const doorRequest = record({
  kind: oneOf(['pty', 'tcp', 'socket']),
  port: optional(whole(0, 65_535)),
  host: optional(text(255)),
  path: optional(path),
});
export const position = whole(0, Number.MAX_SAFE_INTEGER);
export const consoleSearch = record({
  text: searchText,
  machine: optional(machineId),
  console: optional(consoleIndex),
  before: optional(position),
});
export const terminalSize = record({ columns: whole(1, 1000), rows: whole(1, 1000) });

export const newMachine = record({
  template: optional(templateName),
  name: optional(name),
  definition: optional(definition),
  booted: optional(flag),
});

export const machineName = name;
export const savedTemplate = record({
  name: textThat(
    (value) => /^[A-Za-z0-9][\w.+-]{0,99}$/.test(value),
    'must be a name of letters, digits, ".", "+", "_" and "-", at most 100, as in "web-server"',
  ),
  description: text(NOTE_MAX, 0),
});

export const hostPath = path;
export const snapshotId = text(64);
export const snapshotIds = list(snapshotId, 10_000);
const note = text(NOTE_MAX, 0);
export const newSnapshot = record({ name: optional(name), note: optional(note) });
export const snapshotPatch = record({
  name: optional(name),
  note: optional(note),
  pinned: optional(flag),
  protected: optional(flag),
});
export const branchRequest = record({ name: optional(name), start: flag });
export const diffTarget = v.nullable(snapshotId);

export const receivedFile = textThat((value) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(value), 'must be the number of a file that was begun');
/** In base64, within the longest message. */
const PIECE_MAX = 2 * 1024 * 1024;
export const receivedPiece = record({
  name: text(1000),
  sizeBytes: whole(0, Number.MAX_SAFE_INTEGER),
  at: whole(0, Number.MAX_SAFE_INTEGER),
  base64: text(PIECE_MAX, 0),
  file: optional(receivedFile),
});

export const diskId = text(64);
export const diskSlot = whole(0, anyBoard.disksMax - 1);
export const guestPath = record({ slot: diskSlot, place: optional(text(40)), path: text(4096, 0) });
export const diskSize = bytes;
export const diskImport = record({ path, format: optional(imageFormat), copy: flag });
export const diskExport = record({ path, format: imageFormat, snapshot: optional(snapshotId), compress: optional(flag) });
export const settingsPatch = partial({
  language: oneOf(['system', 'en', 'de']),
  theme: oneOf(['system', 'light', 'dark']),
  contrast: oneOf(['system', 'normal', 'more']),
  consoleTheme: oneOf(['window', 'dark', 'light']),
  consoleFontSize: whole(8, 32),
  scale: whole(100, 200),
  motion: oneOf(['system', 'reduced']),
  notifications: flag,
  keepInTray: flag,
  scrollbackLines: whole(100, 1_000_000),
  interrupted: oneOf(['offer', 'resume']),
  mirror: textThat((value) => value === '' || isMirrorAddress(value), 'must be the address of a Debian mirror, as in http://HOST/debian'),
});

const place = textThat((value) => /^#\/[^\s]{0,4000}$/.test(value), 'must be a place in the window, as in #/machines/NAME');
export const notification = record({ title: text(200), text: text(2000, 0), address: place });
export const shellWords = record(
  Object.fromEntries(Object.keys(SHELL_WORDS).map((key) => [key, text(100)])) as Record<keyof ShellWords, ReturnType<typeof text>>,
);
export const offeredCommands = list(record({ id: text(200), group: text(100), label: text(400), key: optional(text(60)) }), 2000);

/** As long as Linux takes one argument. */
const COMMAND_MAX = 128 * 1024;
const commandSize = record({ columns: whole(0, 0xffff), rows: whole(0, 0xffff) });
export const commandRequest = record({
  text: text(COMMAND_MAX, 0),
  terminal: optional(record({ kind: text(63, 0), size: commandSize })),
  errorsApart: optional(flag),
});
export const commandControl = v.pipe(
  partial({ endInput: flag, signal: whole(1, 64), size: commandSize }),
  v.check((control) => Object.keys(control).length === 1, 'must be one request'),
);
