/** The options of `viv create`, `viv set` and `viv run` that say what a machine is: their help, and the words that give a value. */
import type { FieldOption, OptionCommand } from './field.ts';
import { ALL_FIELDS, type PlacedField } from './walk.ts';

export interface PlacedOption extends PlacedField {
  readonly option: FieldOption;
}

const isOf = ({ commands }: FieldOption, command: OptionCommand): boolean => commands?.includes(command) ?? true;

/** The options of a command, in the order of the declaration. */
export const optionsOf = (command: OptionCommand, fields: readonly PlacedField[] = ALL_FIELDS): readonly PlacedOption[] =>
  fields.flatMap(({ path, field }) =>
    (field.options ?? []).filter((option) => isOf(option, command)).map((option) => ({ path, field, option })),
  );

const COLUMN = 28;
const INDENT = 30;

function helpOf({ option: { name, value, help } }: PlacedOption): string {
  const head = `  --${name} ${value}`;
  const [first = '', ...more] = help;
  return [`${head.length < COLUMN ? head.padEnd(COLUMN) : `${head}   `}${first}`, ...more.map((line) => ' '.repeat(INDENT) + line)].join(
    '\n',
  );
}

/** The options' part of a command's help, without a line's end after the last. */
export const optionsHelp = (command: OptionCommand, fields?: readonly PlacedField[]): string =>
  optionsOf(command, fields).map(helpOf).join('\n');

/** The words of a command that give a field this value; empty where no option can. */
export const optionWords = ({ field }: PlacedField, value: unknown, command: OptionCommand): readonly string[] =>
  (field.options ?? [])
    .filter((option) => isOf(option, command))
    .flatMap((option) => option.write(value).flatMap((text) => [`--${option.name}`, text]));
