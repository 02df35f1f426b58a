/**
 * A definition that a person edits while others may change it too: a three-way merge of what was stored when they
 * began, what they made of it and what is stored now. Fields they did not touch follow what is stored; a field that was
 * changed on both sides is in conflict until the person decides.
 */
import { fieldAt, plainText, valueAt, withValue } from '../../../preload/contract/definition/walk.ts';
import type { MachineDefinition } from '../../../preload/contract/machines.ts';
import { changedFields } from './definition-draft.ts';

export interface DefinitionEdit {
  /** What was stored when the person began, brought up to date but for fields in conflict. */
  readonly base: MachineDefinition;
  /** What the person made of it. */
  readonly mine: MachineDefinition;
  /** What they typed as JSON, where not all of it could be taken over into `mine`. */
  readonly text?: PendingText;
}
export interface PendingText {
  readonly typed: string;
  /** What it said when it was last an object: what is different from this was edited since. */
  readonly said: Partial<MachineDefinition>;
}

/** Whether a draft that was kept is one that this version of the program understands. */
export const isEdit = (kept: unknown): kept is DefinitionEdit =>
  [(kept as DefinitionEdit | undefined)?.base, (kept as DefinitionEdit | undefined)?.mine].every(
    (one) => typeof one?.boot === 'object' && Array.isArray(one.disks) && Array.isArray(one.ports),
  ) && isText((kept as DefinitionEdit).text);
const isText = (text: PendingText | undefined): boolean =>
  text === undefined || (typeof text.typed === 'string' && typeof text.said === 'object');

const same = (a: unknown, b: unknown) => plainText(a) === plainText(b);

/** Items with what they are known by; of several that are alike, each has its number. */
function keyed<T>(list: readonly T[], keyOf: (item: T) => string): readonly (readonly [string, T])[] {
  const seen = new Map<string, number>();
  return list.map((item) => {
    const key = keyOf(item);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return [`${key} ${number}`, item];
  });
}

/**
 * Three versions of a list, merged item by item, in the order of `theirs` unless the person has reordered.
 * @param keyOf what an item is known by
 * @returns nothing where one item was changed on both sides
 */
export function mergedList<T>(
  base: readonly T[],
  mine: readonly T[],
  theirs: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] | undefined {
  const [was, own, other] = [base, mine, theirs].map((list) => new Map(keyed(list, keyOf))) as [
    Map<string, T>,
    Map<string, T>,
    Map<string, T>,
  ];
  const result = new Map<string, T>();
  for (const key of new Set([...was.keys(), ...own.keys(), ...other.keys()])) {
    const [b, m, t] = [was.get(key), own.get(key), other.get(key)];
    if (!same(m, b) && !same(t, b) && !same(m, t)) return undefined;
    const kept = same(m, b) ? t : m;
    if (kept !== undefined) result.set(key, kept);
  }
  const stayed = (list: Map<string, T>) => [...list.keys()].filter((key) => was.has(key) && own.has(key));
  const [first, second] = same(stayed(own), stayed(was)) ? [other, own] : [own, other];
  const order = [...new Set([...first.keys(), ...second.keys()])];
  return order.flatMap((key) => result.get(key) ?? []);
}

/** A field of both sides as one; nothing where they contradict each other. */
function mergedField(field: string, { base, mine }: DefinitionEdit, stored: MachineDefinition): { readonly value: unknown } | undefined {
  const [was, own, now] = [valueAt(base, field), valueAt(mine, field), valueAt(stored, field)];
  if (same(own, was)) return { value: now };
  if (same(now, was) || same(own, now)) return { value: own };
  const keyOf = fieldAt(field)?.field.knownBy;
  const list = keyOf && mergedList(was as readonly never[], own as readonly never[], now as readonly never[], keyOf);
  return list && { value: list };
}

/** The edit on what is stored now. Only fields in conflict keep the base they were changed from. */
export function rebased(edit: DefinitionEdit, stored: MachineDefinition): DefinitionEdit {
  let next: DefinitionEdit = { base: stored, mine: stored };
  const fields = new Set([...changedFields(edit.base, stored), ...changedFields(edit.mine, stored)]);
  for (const field of fields) {
    const merged = mergedField(field, edit, stored);
    next = merged
      ? { ...next, mine: withValue(next.mine, field, merged.value) }
      : {
          base: withValue(next.base, field, valueAt(edit.base, field)),
          mine: withValue(next.mine, field, valueAt(edit.mine, field)),
        };
  }
  return edit.text ? { ...next, text: edit.text } : next;
}

/** Fields of a rebased edit that were changed here and elsewhere; each is to be decided by the person. */
export const conflictsOf = ({ base }: DefinitionEdit, stored: MachineDefinition): readonly string[] => [...changedFields(base, stored)];

/** The person's value of a field in conflict goes over the other one. */
export const keepMine = (edit: DefinitionEdit, stored: MachineDefinition, field: string): DefinitionEdit => ({
  ...edit,
  base: withValue(edit.base, field, valueAt(stored, field)),
});

/** The stored value of a field in conflict replaces the person's. */
export const takeTheirs = (edit: DefinitionEdit, stored: MachineDefinition, field: string): DefinitionEdit => ({
  ...edit,
  base: withValue(edit.base, field, valueAt(stored, field)),
  mine: withValue(edit.mine, field, valueAt(stored, field)),
});
