/** A machine's definition while a person edits it: what was changed, what is wrong, what would be stored. */
import { isError } from '../../../preload/contract/errors/contract-error.ts';
import { definitionProblems } from '../../../preload/contract/definition/rules.ts';
import { plainText, valueAt } from '../../../preload/contract/definition/walk.ts';
import type { Problem } from '../../../preload/contract/schema/problems.ts';
import { problemSentence } from '../../words/contract-words.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { messageOf } from '../../composables/sentence.ts';

export type { Problem };
/** Paths of the fields in which two definitions differ, `boot.kernel` among them; unknown fields by their names. */
export function changedFields(draft: MachineDefinition, stored: MachineDefinition): ReadonlySet<string> {
  const keys = new Set([...Object.keys(draft), ...Object.keys(stored)].filter((key) => key !== 'boot'));
  const paths = [...keys, ...Object.keys({ ...draft.boot, ...stored.boot }).map((key) => `boot.${key}`)];
  return new Set(paths.filter((path) => plainText(valueAt(draft, path)) !== plainText(valueAt(stored, path))));
}

/** What `machines.update` has to be given so that the stored definition becomes the draft. */
export function patchOf(draft: MachineDefinition, stored: MachineDefinition): Partial<MachineDefinition> {
  const keys = new Set([...changedFields(draft, stored)].map((field) => field.split('.')[0]));
  return Object.fromEntries(Object.entries(draft).filter(([key]) => keys.has(key)));
}

/** What the window can see by itself, at each key press; whether files exist is main's to say. */
export const checkDraft = (draft: MachineDefinition): readonly Problem[] =>
  definitionProblems(draft).map(({ field, message }) => ({ field, message: problemSentence(message) }));

/** A refused call as a problem that can be shown at its field; one that is about no field has none. */
export function problemOfRefusal(error: unknown): Problem {
  if (!isError(error, 'argument-invalid') || error.facts.field === '') return { field: '', message: messageOf(error) };
  return { field: error.facts.field, message: problemSentence(error.facts.message) };
}

/** What is wrong with exactly this field. */
export const problemAt = (problems: readonly Problem[], field: string): string | undefined =>
  problems.find((problem) => problem.field === field)?.message;

/** What is wrong with this field or a part of it. */
export const problemUnder = (problems: readonly Problem[], field: string): string | undefined =>
  problems.find((problem) => problem.field === field || problem.field.startsWith(`${field}.`))?.message;

/** A list with the item at `from` moved to `to`; out of range it stays as it is. */
export function moved<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return items;
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}
