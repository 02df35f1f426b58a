/** The schema of definitions, and their types, as the declaration has them. */
import type { BoardDescription } from '../../../emulator/index.ts';
import { anything, NAME_MAX, partial, record, recordWith, text, type Admitted, type Schema } from '../schema/shapes.ts';
import { problemsOf, type Problem } from '../schema/problems.ts';
import { anyBoard, boardOf } from './boards.ts';
import type { Field } from './field.ts';
import { FIELDS } from './fields.ts';
import type { disk } from './parts.ts';

type Declared = typeof FIELDS;
type SchemaOf<F> = F extends Field<infer S> ? S : never;
type Entries<F> = { [K in keyof F]: SchemaOf<F[K]> };
type BootSchema = ReturnType<typeof record<Entries<Declared['boot']>>>;
/** The schemas of a definition's fields. */
export type DefinitionEntries = { [K in keyof Declared]: K extends 'boot' ? BootSchema : SchemaOf<Declared[K]> };
export type DefinitionSchema = ReturnType<typeof record<DefinitionEntries>>;

/** What a person defines and the library stores. Paths are absolute. */
export type MachineDefinition = Admitted<DefinitionSchema>;
export type BootDefinition = MachineDefinition['boot'];
/** One virtio block device. */
export type DiskDefinition = Admitted<typeof disk>;

const isField = (declared: object): declared is Field => typeof (declared as Field).schema === 'function';

/** The schemas of fields on a board; a group of fields is a record of its own. */
export function entriesOn(board: BoardDescription, fields: object = FIELDS): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, declared]: [string, object]) => [
      key,
      isField(declared) ? declared.schema(board) : record(entriesOn(board, declared)),
    ]),
  );
}

const known = new Map<BoardDescription, DefinitionSchema>();
/** What a definition on this board must be. */
export function definitionOn(board: BoardDescription): DefinitionSchema {
  const schema = known.get(board) ?? record(entriesOn(board) as unknown as DefinitionEntries);
  known.set(board, schema);
  return schema;
}

/** A definition, or some of its fields, as any board takes it. */
export const definition: Schema = definitionOn(anyBoard);
export const definitionPatch: Schema = partial(entriesOn(anyBoard));
/** One that was made at any time, by any version: names were free once, and a newer one may know more fields. */
export const storedDefinition: Schema = recordWith({ ...entriesOn(anyBoard), name: text(NAME_MAX) });
/** One that came with a file: what this version does not know it could not act on, and the person would not learn of it. */
export const archivedDefinition: Schema = record({ ...entriesOn(anyBoard), name: text(NAME_MAX) });
/** Fields as they were read: they are only compared, so values that are no longer acceptable do no harm and can be changed. */
export const definitionBase: Schema = partial(Object.fromEntries(Object.keys(FIELDS).map((key) => [key, anything])));

/** What of a definition its board does not take. */
export const boardProblems = (candidate: MachineDefinition): readonly Problem[] =>
  problemsOf(definitionOn(boardOf(candidate.board)), candidate);
