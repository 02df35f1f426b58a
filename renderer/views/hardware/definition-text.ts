/** A definition as JSON that a person edits: what of it the form can show, what is wrong with it and where. */
import type { BoardDescription } from '../../../emulator/index.ts';
import { fixedProblems } from '../../../preload/contract/definition/rules.ts';
import { definitionOn } from '../../../preload/contract/definition/schema.ts';
import { ALL_FIELDS, fieldAt, plainText, valueAt, withValue, type PlacedField } from '../../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { admits, problemsOf, type Problem } from '../../../preload/contract/schema/problems.ts';
import { problemSentence } from '../../words/contract-words.ts';
import { readJson, type JsonFault, type JsonText } from './read-json.ts';
import { t } from '../../words/words.ts';

type Fields = Partial<MachineDefinition>;

/** The field that faults of the text as such are shown at. */
export const TEXT_FIELD = 'json';

export interface TextReading {
  /** The draft with what the text says, as far as the form can show it. */
  readonly definition: MachineDefinition;
  /** What the text says, or said when it last was an object. */
  readonly said: Fields;
  /** What keeps the text from being taken as it is; empty where all of it was taken. */
  readonly problems: readonly Problem[];
  /** The text is no JSON object: nothing of it was taken. */
  readonly fault?: JsonFault;
}

export const textOf = (definition: MachineDefinition): string => JSON.stringify(definition, null, 2);

/** A number out of bounds and an empty name can stand in a form, beside their fault; a word in place of a number cannot. */
function isShowable({ field }: PlacedField, value: unknown, board: BoardDescription): boolean {
  if (admits(field.schema(board), value)) return true;
  const kind = field.editor?.kind;
  return kind === 'whole' ? typeof value === 'number' : (kind === 'line' || kind === 'prose') && typeof value === 'string';
}

function objectOf(text: string): JsonText | { readonly fault: JsonFault } {
  const read = readJson(text);
  if ('fault' in read) return read;
  const { value } = read;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const { start, end } = read.values.get('') ?? { start: 0, end: text.length };
  return isObject ? read : { fault: { start, end, message: t('hardware.notAnObject') } };
}

/**
 * Reads a text over the draft that it is to change. Only what it says otherwise than when it was last read is a change, so
 * that a text which was begun before somebody else changed another field does not take that back.
 * @param last what the text was made from, or what it said when it last was an object
 */
export function readText(text: string, draft: MachineDefinition, last: Fields, board: BoardDescription): TextReading {
  const read = objectOf(text);
  if ('fault' in read)
    return { definition: draft, said: last, problems: [{ field: TEXT_FIELD, message: read.fault.message }], fault: read.fault };
  const said = read.value as Fields;
  const changed = ALL_FIELDS.filter(
    (placed) => canSay(said, placed) && plainText(meaning(placed, said, draft, board)) !== plainText(meaning(placed, last, draft, board)),
  );
  const definition = changed.reduce((made, placed) => {
    const value = meaning(placed, said, draft, board);
    return !placed.field.isFixed && isShowable(placed, value, board) ? withValue(made, placed.path, value) : made;
  }, draft);
  const settled = fixedProblems({ ...draft, template: said.template, board: said.board } as MachineDefinition, draft);
  const untaken = problemsOf(definitionOn(board), said).filter(({ field }) => {
    const placed = fieldAt(field);
    // What the form shows with its fault was taken.
    return !placed || plainText(valueAt(said, placed.path)) !== plainText(valueAt(definition, placed.path));
  });
  const problems = new Map(
    [...untaken, ...settled].map(({ field, message }) => [field, { field, message: sentenceOf(said, field, message) }]),
  );
  return { definition, said, problems: [...problems.values()] };
}

function sentenceOf(said: Fields, field: string, message: string): string {
  const isMissing = fieldAt(field)?.path === field && valueAt(said, field) === undefined;
  return isMissing ? t('hardware.fieldMissing', { field }) : problemSentence(message);
}

/** Whether what the field is a part of is there at all. */
const canSay = (said: Fields, { path }: PlacedField): boolean => !path.startsWith('boot.') || typeof said.boot === 'object';

/** A field as the text says it. One that is left out means nothing where the draft has none, else what its absence means. */
function meaning({ path, field }: PlacedField, said: Fields, draft: MachineDefinition, board: BoardDescription): unknown {
  return valueAt(said, path) ?? (valueAt(draft, path) === undefined ? undefined : field.absent?.(board));
}

/** A fault at its place in a text. */
export interface PlacedFault extends JsonFault {
  readonly field: string;
}

/** Faults of fields, where they stand in the text; one whose field is not there stands at what it belongs to. */
export function placedFaults(text: string, problems: readonly Problem[]): readonly PlacedFault[] {
  const read = objectOf(text);
  if ('fault' in read) return [{ ...read.fault, field: TEXT_FIELD }];
  return problems.map(({ field, message }) => {
    const key = fieldAt(field) ? undefined : read.keys.get(field);
    const exact = key ?? read.values.get(field);
    if (exact) return { field, message, ...exact };
    let at = field;
    while (at !== '' && !read.values.has(at)) at = at.slice(0, Math.max(0, at.lastIndexOf('.')));
    const { start = 0 } = read.values.get(at) ?? {};
    const name = field.slice(at === '' ? 0 : at.length + 1);
    return { field, message: message.includes(`“${name}”`) ? message : `${name}: ${message}`, start, end: start + 1 };
  });
}

/** A text with some fields said otherwise; what is wrong with the others stays. A text that is no JSON stays as it is. */
export function textWith(text: string, patch: Partial<MachineDefinition>): string {
  const read = objectOf(text);
  return 'fault' in read ? text : textOf({ ...(read.value as MachineDefinition), ...patch });
}
