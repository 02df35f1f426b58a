/**
 * What a person has typed and not stored yet: unsaved forms, half a note, a name that was refused. It belongs to them:
 * nothing but storing it or a button that says so throws it away. `kept-drafts.ts` keeps it over reloads and closed tabs.
 */
import { computed, inject, shallowReactive, type InjectionKey, type WritableComputedRef } from 'vue';

/** By what they are a draft of, as `hardware:<machine>`. Values are plain data, replaced and never changed in place. */
export type Drafts = Map<string, unknown>;

export const createDrafts = (): Drafts => shallowReactive(new Map<string, unknown>());

export const draftsKey: InjectionKey<Drafts> = Symbol('drafts');

export function useDrafts(): Drafts {
  const drafts = inject(draftsKey);
  if (!drafts) throw new Error('no drafts were provided: the application starts in app/main.ts');
  return drafts;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/**
 * A value that a person edits: what they made of it, or what is stored while they have not touched it.
 * @param key what it is a draft of; another key is another draft
 * @param stored what counts as untouched
 */
export function useDraft<T>(key: () => string, stored: () => T): WritableComputedRef<T> {
  const drafts = useDrafts();
  return computed<T>({
    get: () => (drafts.has(key()) ? (drafts.get(key()) as T) : stored()),
    set: (value) => void (same(value, stored()) ? drafts.delete(key()) : drafts.set(key(), value)),
  });
}

/** The draft of the form for a new machine. */
export const NEW_MACHINE_DRAFT = 'new-machine';
/** The draft of a machine's hardware form. */
export const hardwareDraft = (machine: string): string => `hardware:${machine}`;
