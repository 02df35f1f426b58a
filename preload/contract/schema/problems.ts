/** What is wrong with a value, field by field. */
import * as v from 'valibot';
import type { Schema } from './shapes.ts';

/** A fault at a field. */
export interface Problem {
  /** Its path: `memoryMiB`, `boot.kernel`, `disks.0.path`; empty for the value as a whole. */
  readonly field: string;
  /** What the field must do ("must be a whole number from 1 to 8"), or a sentence by itself. */
  readonly message: string;
}

const pathOf = (issue: v.BaseIssue<unknown>): string => (issue.path ?? []).map(({ key }) => String(key)).join('.');

/** Empty where the value is as the schema has it. At most one fault a field. */
export function problemsOf(schema: Schema, value: unknown): readonly Problem[] {
  const { issues = [] } = v.safeParse(schema, value);
  const first = new Map<string, string>();
  for (const issue of issues) {
    const field = pathOf(issue);
    if (!first.has(field)) first.set(field, issue.message);
  }
  return [...first].map(([field, message]) => ({ field, message }));
}

/** The first fault, found without looking at the rest. */
export function firstProblem(schema: Schema, value: unknown): Problem | undefined {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  return issues && { field: pathOf(issues[0]), message: issues[0].message };
}

export const admits = (schema: Schema, value: unknown): boolean => v.is(schema, value);

/** Whether a fault's message stands by itself, rather than behind the name of its field. */
export const isSentence = (message: string): boolean => /^[A-Z]/.test(message);

/** A fault as a sentence that stands beside its field: "A whole number from 1 to 8." */
export function problemSentence(message: string): string {
  const words = message.replace(/^must be /, '');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}
