/**
 * The shapes of data at the border, in valibot's terms with our words. A message is what a value must do, so that it can
 * follow the value's name: "must be a whole number from 1 to 8".
 */
import * as v from 'valibot';
import { isSafeText, safeText } from '../foreign-text.ts';

/** Any schema of ours: checked at once, never changing what it checks. */
export type Schema<T = unknown> = v.GenericSchema<unknown, T>;

/** Text without NUL, with so many UTF-16 units. */
export function text(max: number, min = 1) {
  const message = `must be text of ${min} to ${max} characters`;
  return v.pipe(
    v.string(message),
    v.check((value) => value.length >= min && value.length <= max && !value.includes('\0'), message),
  );
}

/** Text of any length that does what the message says. */
export const textThat = (is: (value: string) => boolean, message: string) => v.pipe(v.string(message), v.check(is, message));

/** As long as names may be everywhere. */
export const NAME_MAX = 100;
/** A name that a person gives: what a terminal would obey has no place in it. */
export const name = v.pipe(
  text(NAME_MAX),
  v.check(isSafeText, ({ input }) => `has control characters or direction marks in it: "${safeText(String(input))}"`),
);

/** @param unit what is counted: "MiB" */
export function whole(min: number, max: number, unit?: string) {
  const message = `must be a whole number ${unit === undefined ? '' : `of ${unit} `}from ${min} to ${max}`;
  return v.pipe(
    v.number(message),
    v.check((value) => Number.isInteger(value) && value >= min && value <= max, message),
    v.metadata({ minimum: min, maximum: max }),
  );
}

function choicesWords(choices: readonly string[]): string {
  if (choices.length === 0) return 'can have no value here';
  return choices.length === 1 ? `can only be ${choices[0]} here` : `must be one of ${choices.join(', ')}`;
}

export const oneOf = <const T extends string>(choices: readonly T[]) => v.picklist(choices, choicesWords(choices));

export const anything = v.unknown();
export const flag = v.boolean('must be true or false');

export function list<S extends Schema>(item: S, max: number) {
  const message = `must be a list of at most ${max}`;
  return v.pipe(
    v.array(item, message),
    v.check((value) => value.length <= max, message),
  );
}

/** Fields of an object; unknown ones are refused. */
export function record<const E extends v.ObjectEntries>(entries: E) {
  // Without a prototype, `toString` and the like are unknown fields as any other.
  const own = Object.assign(Object.create(null), entries) as E;
  return v.strictObject(own, (issue) => {
    const key = issue.path?.at(-1)?.key;
    if (key === undefined) return 'must be an object';
    const entry = own[String(key)];
    if (!entry) return 'is not a known field';
    return v.safeParse(entry, undefined).issues?.[0]?.message ?? 'is missing';
  });
}

/** Fields of an object; what else is there is passed over. */
export const recordWith = <const E extends v.ObjectEntries>(entries: E) =>
  v.object(Object.assign(Object.create(null), entries) as E, 'must be an object with the fields of one');

/** Any value that passes; the message says what it must do. */
export const passing = <T>(is: (value: unknown) => boolean, message: string): Schema<T> => v.custom<T>(is, message);

export const orNull = <S extends Schema>(schema: S) => v.nullable(schema);
export const optional = <S extends Schema>(schema: S) => v.optional(schema);

/** The same fields, each of which may be left out. */
export function partial<const E extends v.ObjectEntries>(entries: E) {
  const all = Object.entries(entries).map(([key, entry]) => [key, optional(entry as Schema)]);
  return record(Object.fromEntries(all) as { [K in keyof E]: v.OptionalSchema<E[K], undefined> });
}

type Plain = string | number | boolean | undefined | null;
/** What a schema admits, as nobody may change it. */
export type Admitted<S extends Schema> = Frozen<v.InferOutput<S>>;
export type Frozen<T> = T extends Plain
  ? T
  : T extends readonly (infer I)[]
    ? readonly Frozen<I>[]
    : { readonly [K in keyof T]: Frozen<Exclude<T[K], undefined>> };
