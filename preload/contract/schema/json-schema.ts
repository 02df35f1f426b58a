/** What a schema admits, as JSON Schema (draft 2020-12): what editors know of it without having to try values. */
import * as v from 'valibot';
import type { Schema } from './shapes.ts';

export interface JsonSchema {
  /** Absent: any value. */
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

type Entries = Readonly<Record<string, Schema>>;
/** What is read of valibot's schemas, whichever they are. */
interface Parts {
  readonly type: string;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly entries?: Entries;
  readonly options?: readonly string[];
}

/** The same as JSON Schema; what only code can decide (the letters of a name) is left out. */
export function jsonSchemaOf(schema: Schema): JsonSchema {
  const { type, wrapped, item, entries, options } = schema as unknown as Parts;
  if (wrapped) return jsonSchemaOf(wrapped);
  if (type === 'array' && item) return { type: 'array', items: jsonSchemaOf(item) };
  if (type === 'picklist' && options) return { type: 'string', enum: options };
  if (entries) return objectSchema(entries, type === 'strict_object');
  if (type === 'string' || type === 'boolean') return { type };
  return type === 'number' ? { type: 'integer', ...v.getMetadata(schema as Parameters<typeof v.getMetadata>[0]) } : {};
}

function objectSchema(entries: Entries, isClosed: boolean): JsonSchema {
  const all = Object.entries(entries);
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(([name, entry]) => [name, jsonSchemaOf(entry)])),
    required: all.filter(([, entry]) => (entry as unknown as Parts).type !== 'optional').map(([name]) => name),
    ...(isClosed ? { additionalProperties: false } : {}),
  };
}

/** The schema of a part, by its path in the value; items of lists by any number. */
export function schemaAt(schema: JsonSchema, path: readonly string[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, step) => (at?.type === 'array' ? at.items : ownOf(at?.properties, step)), schema);
}
const ownOf = (properties: JsonSchema['properties'], name: string) =>
  properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
