/**
 * What the contracts say in the command line's English, in the window's language: errors, tasks, traffic, fields of a machine. A
 * language that has words of its own for them brings them when it is loaded; English has the contracts' own.
 */
import { wordsOf as wordsIn, type Fault } from '../../emulator/error/coded-error.ts';
import type { BoardDescription } from '../../emulator/index.ts';
import type { FlowReport, QuestionReport, UnreachedReport } from '../../preload/contract/card-activity.ts';
import type { Choice, Field } from '../../preload/contract/definition/field.ts';
import { factOf as englishFact } from '../../preload/contract/definition/rules.ts';
import { valueWords } from '../../preload/contract/definition/words.ts';
import { fieldAt, type PlacedField } from '../../preload/contract/definition/walk.ts';
import { wordsOf as englishWords } from '../../preload/contract/errors/catalogue.ts';
import { SHARED_USE_WORDS, type SharedUse } from '../../preload/contract/host.ts';
import type { TemplateStatus } from '../../preload/contract/images.ts';
import { problemSentence as englishProblem } from '../../preload/contract/schema/problems.ts';
import { SHELL_WORDS, type ShellWords } from '../../preload/contract/shell-words.ts';
import * as englishTasks from '../../preload/contract/task-words.ts';
import type { TaskStatus, TaskWork } from '../../preload/contract/tasks.ts';
import { partsReason as englishParts } from '../../preload/contract/template-words.ts';
import * as englishTraffic from '../../preload/contract/traffic-words.ts';
import type { FieldWords } from './contract-shape.ts';
import { contractWords } from './language.ts';

/** An error's words; of a code that the language does not have, the contracts' own. */
export function wordsOf(fault: Fault): string {
  const errors = contractWords()?.errors;
  const { code } = fault;
  return errors && Object.hasOwn(errors, code) ? wordsIn(errors, fault) : englishWords(fault);
}
export const taskTitle = (task: TaskWork): string => (contractWords()?.taskTitle ?? englishTasks.taskTitle)(task);
export const taskMessage = (task: TaskStatus): string => (contractWords()?.taskMessage ?? englishTasks.taskMessage)(task);
export const partsReason = (template: TemplateStatus): string => (contractWords()?.partsReason ?? englishParts)(template);
/** What the desktop's menus and tray say. */
export const shellWords = (): ShellWords => contractWords()?.shellWords ?? SHELL_WORDS;
/** A template's title or description. */
export const templateText = (text: string): string => contractWords()?.templateText(text) ?? text;
export const sharedUse = (use: SharedUse): string => (contractWords()?.uses ?? SHARED_USE_WORDS)[use];
export const flowState = (flow: FlowReport): string => (contractWords()?.flowState ?? englishTraffic.flowState)(flow);
export const outcomeWords = (question: QuestionReport): string => (contractWords()?.outcomeWords ?? englishTraffic.outcomeWords)(question);
export const unreachedWords = (report: UnreachedReport): string =>
  (contractWords()?.unreachedWords ?? englishTraffic.unreachedWords)(report);
export const lastTime = (times: { readonly ago: number; readonly count: number }): string =>
  (contractWords()?.lastTime ?? englishTraffic.lastTime)(times);

/** What is wrong with a value, as a sentence that stands beside its field. */
export function problemSentence(message: string): string {
  const words = contractWords()?.problem(message);
  return words === undefined ? englishProblem(message) : `${words}.`;
}

const own = (path: string): FieldWords | undefined => contractWords()?.fields[fieldAt(path)?.path ?? path];

/** What the form calls a field. */
export const fieldLabel = (path: string): string => own(path)?.label ?? fieldAt(path)?.field.label ?? path;
/** What it is called inside a sentence. */
export const factOf = (path: string): string => {
  const words = own(path);
  return words ? (words.fact ?? words.label) : englishFact(path);
};
export const fieldHint = ({ path, field }: PlacedField, board: BoardDescription): string | undefined =>
  (own(path)?.hint ?? field.hint)?.(board);
export function fieldChoices({ path }: PlacedField, choices: readonly Choice[]): readonly Choice[] {
  const words = own(path)?.choices;
  return words ? choices.map((choice) => ({ ...choice, ...words[choice.value] })) : choices;
}
/** A field's value on one line; empty where it has none. */
export const fieldValue = (path: string, value: unknown): string =>
  (typeof value === 'string' ? own(path)?.choices?.[value]?.label : undefined) ?? valueWords(path, value);
export function fieldPlaceholder(field: Field, ...given: Parameters<NonNullable<Field['placeholder']>>): string | undefined {
  const english = field.placeholder?.(...given);
  return english === undefined ? undefined : (contractWords()?.placeholder(english) ?? english);
}
