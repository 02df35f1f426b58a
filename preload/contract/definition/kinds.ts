/** The kinds of fields: what a field's schema, editor and options have in common. */
import type { BoardDescription } from '../../../emulator/index.ts';
import { formatBytes } from '../../../emulator/quantities/bytes.ts';
import { list, oneOf, optional, text, whole } from '../schema/shapes.ts';
import { anyBoard } from './boards.ts';
import type { Choice, Field, FieldOption } from './field.ts';
import { either, readChoice, readMebibytes, readSeveral, readWhole } from './units.ts';

/** What is left to say of a field of a kind. */
type Rest = Omit<Field, 'schema' | 'editor' | 'options'> & { readonly option?: Named };
type Named = Pick<FieldOption, 'name' | 'value' | 'help' | 'commands'>;
type LimitsOf = (board: BoardDescription) => { readonly min: number; readonly max: number };

const asText = (value: unknown): readonly string[] => (value === undefined ? [] : [String(value)]);
const asGiven = (value: unknown): readonly string[] => (value === undefined || value === '' ? [] : [String(value)]);
const optionsOf = (option: Named | undefined, more: Pick<FieldOption, 'read' | 'write'> & Partial<FieldOption>) =>
  option ? { options: [{ ...option, ...more }] } : {};

/** One line of text that may be left out. */
export const line = ({ option, ...rest }: Rest, max: number, mono?: true) => ({
  ...rest,
  editor: { kind: 'line', max, ...(mono && { mono }) } as const,
  schema: () => optional(text(max, 0)),
  ...optionsOf(option, { read: ([typed]) => typed, write: asGiven }),
});

/** A file of the host that may be left out. */
export const hostFile = ({ option, ...rest }: Rest) => ({
  ...rest,
  editor: { kind: 'file' } as const,
  schema: () => optional(text(PATH_MAX)),
  ...optionsOf(option, { isFile: true, read: ([typed]) => typed, write: asGiven }),
});
/** As long as Linux takes one (PATH_MAX). */
export const PATH_MAX = 4096;

/** A whole number, which every machine has. */
export const count = ({ option, ...rest }: Rest, limits: LimitsOf) => ({
  ...rest,
  hint: (board: BoardDescription) => `From ${limits(board).min} to ${limits(board).max}.`,
  editor: { kind: 'whole', slider: true, limits } as const,
  schema: (board: BoardDescription) => whole(limits(board).min, limits(board).max),
  ...optionsOf(option, { read: ([typed = '']) => readWhole(typed, limits(anyBoard)), write: asText }),
});

/** An amount of memory in MiB, which every machine has. */
export const memory = ({ option, ...rest }: Rest, limits: LimitsOf, presets: readonly number[]) => ({
  ...rest,
  editor: {
    kind: 'whole',
    unit: 'MiB',
    step: 16,
    slider: true,
    limits,
    presets: presets.map((value) => ({ value, label: formatBytes(value * 2 ** 20) })),
  } as const,
  schema: (board: BoardDescription) => whole(limits(board).min, limits(board).max, 'MiB'),
  words: (mib: number) => `${mib} MiB`,
  ...optionsOf(option, { read: ([typed = '']) => readMebibytes(typed, limits(anyBoard)), write: (mib) => [`${String(mib)}M`] }),
});

type ChoicesOf = (board: BoardDescription) => readonly Choice[];
const values = <T extends string>(choices: readonly Choice[]) => choices.map(({ value }) => value as T);

/** The help of an option that takes one of several values: what they are, and which is usual. */
function choiceHelp({ option, initial, absent }: Rest, choices: ChoicesOf): Named | undefined {
  if (!option) return undefined;
  const usual = (initial ?? absent)?.(anyBoard);
  const [first = '', ...more] = option.help;
  const words = `${first === '' ? '' : `${first}: `}${either(values(choices(anyBoard)))} (default ${String(usual)})`;
  return { ...option, help: [words, ...more] };
}

/** One of several values, which every machine has. */
export const choice = <T extends string>({ option: named, ...rest }: Rest, choices: ChoicesOf, look: 'menu' | 'radio' = 'menu') => {
  const option = choiceHelp({ ...rest, ...(named && { option: named }) }, choices);
  return {
    ...rest,
    editor: { kind: 'choice', look, choices } as const,
    schema: (board: BoardDescription) => oneOf(values<T>(choices(board))),
    ...optionsOf(option, { read: ([typed = '']) => readChoice(typed, values(choices(anyBoard))), write: asText }),
  };
};

/** The same where a definition need not say. */
export const optionalChoice = <T extends string>(rest: Rest, choices: ChoicesOf, look?: 'menu' | 'radio') => ({
  ...choice<T>(rest, choices, look),
  schema: (board: BoardDescription) => optional(oneOf(values<T>(choices(board)))),
});

/** Any of several values; a definition need not say. */
export const several = <T extends string>({ option, ...rest }: Rest, choices: ChoicesOf) => ({
  ...rest,
  editor: { kind: 'several', choices } as const,
  schema: (board: BoardDescription) => optional(list(oneOf(values<T>(choices(board))), 8)),
  words: (chosen: readonly string[]) => chosen.join(', '),
  ...optionsOf(
    option && { ...option, help: [...option.help, ...choices(anyBoard).map(({ value, about }) => `${value}  ${about ?? ''}`)] },
    {
      multiple: true,
      read: (texts) => readSeveral(texts, values(choices(anyBoard))),
      write: (chosen) => ((chosen as readonly string[] | undefined)?.length ? (chosen as readonly string[]) : ['none']),
    },
  ),
});
