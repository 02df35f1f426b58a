/** The declared fields by their paths, and their values in a definition. Parts of `boot` are fields by themselves: `boot.kernel`. */
import type { Field } from './field.ts';
import { FIELDS } from './fields.ts';
import type { MachineDefinition } from './schema.ts';

export interface PlacedField {
  readonly path: string;
  readonly field: Field;
}
/** Fields, and groups of fields, by name. */
export type Declaration = Readonly<Record<string, Field | Readonly<Record<string, Field>>>>;

const isField = (declared: Declaration[string]): declared is Field => typeof declared.schema === 'function';

/** Every field, in the order of the declaration. */
export const placedFields = (declaration: Declaration): readonly PlacedField[] =>
  Object.entries(declaration).flatMap(([name, declared]) =>
    isField(declared)
      ? [{ path: name, field: declared }]
      : Object.entries(declared).map(([part, field]) => ({ path: `${name}.${part}`, field })),
  );

export const ALL_FIELDS = placedFields(FIELDS as unknown as Declaration);
const byPath = new Map(ALL_FIELDS.map(({ path, field }) => [path, field]));

/** The field with this path, or the one that it is a part of (`disks.0.path`). */
export function fieldAt(path: string): PlacedField | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const field = byPath.get(at);
    if (field) return { path: at, field };
  }
  return undefined;
}

/** The files that a machine can start from, by their paths. */
export const BOOT_FILES = ALL_FIELDS.filter(({ field }) => field.section === 'boot' && field.editor?.kind === 'file').map(
  ({ path }) => path,
);

/** The fields that the emulator takes as they are. */
export const PASSED_ON = ALL_FIELDS.filter(({ field }) => field.passedOn);

type Fields = Readonly<Record<string, unknown>>;

/** A field by its path; what is not there is undefined. */
export function valueAt(definition: Partial<MachineDefinition>, path: string): unknown {
  const [top = '', inner] = path.split('.');
  const value = (definition as Fields)[top];
  return inner === undefined ? value : (value as Fields | undefined)?.[inner];
}

const put = (fields: Fields, key: string, value: unknown): Fields => {
  const { [key]: _before, ...rest } = fields;
  return value === undefined ? rest : { ...fields, [key]: value };
};

/** The definition with one field set; `undefined` leaves the field out. */
export function withValue<T extends Partial<MachineDefinition>>(definition: T, path: string, value: unknown): T {
  const [top = '', inner] = path.split('.');
  const fields = definition as Fields;
  return (inner === undefined ? put(fields, top, value) : put(fields, top, put((fields[top] ?? {}) as Fields, inner, value))) as T;
}

/** A value as JSON has it, with the keys of objects in one order: equal values give equal texts. */
export const plainText = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  ) ?? '';
