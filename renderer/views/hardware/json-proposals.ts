/** What the definition's JSON Schema and its declaration propose where somebody types. */
import type { BoardDescription } from '../../../emulator/index.ts';
import type { Choice } from '../../../preload/contract/definition/field.ts';
import { definitionOn } from '../../../preload/contract/definition/schema.ts';
import { fieldAt, type PlacedField } from '../../../preload/contract/definition/walk.ts';
import { jsonSchemaOf, schemaAt, type JsonSchema } from '../../../preload/contract/schema/json-schema.ts';
import { fieldChoices, fieldHint, fieldLabel } from '../../words/contract-words.ts';
import type { Proposal } from '../../json/json-completion.ts';
import type { TypingPlace } from '../../json/json-place.ts';

const schemas = new Map<BoardDescription, JsonSchema>();
function schemaOf(board: BoardDescription): JsonSchema {
  const schema = schemas.get(board) ?? jsonSchemaOf(definitionOn(board));
  schemas.set(board, schema);
  return schema;
}

/** The declared field at exactly this path. */
function fieldOf(path: readonly string[]): PlacedField | undefined {
  const placed = fieldAt(path.join('.'));
  return placed?.path === path.join('.') ? placed : undefined;
}

/** The least that a schema admits. */
function leastOf(schema: JsonSchema | undefined): unknown {
  if (schema?.enum) return schema.enum[0] ?? '';
  if (schema?.type === 'object')
    return Object.fromEntries((schema.required ?? []).map((name) => [name, leastOf(schema.properties?.[name])]));
  if (schema?.type === 'array') return [];
  if (schema?.type === 'boolean') return false;
  return schema?.type === 'integer' ? (schema.minimum ?? 0) : '';
}

const plain = (value: unknown): string => JSON.stringify(value).replaceAll('":', '": ').replaceAll(',"', ', "');

function nameProposals({ path, names }: TypingPlace, board: BoardDescription): readonly Proposal[] {
  const { properties = {} } = schemaAt(schemaOf(board), path) ?? {};
  return Object.entries(properties)
    .filter(([name]) => !names.includes(name) && !fieldOf([...path, name])?.field.isFixed)
    .map(([name, schema]) => {
      const placed = fieldOf([...path, name]);
      const usual = placed && (placed.field.initial ?? placed.field.absent)?.(board);
      return {
        text: name,
        label: placed && fieldLabel(placed.path),
        about: placed && fieldHint(placed, board),
        value: plain(usual ?? leastOf(schema)),
      };
    });
}

function valueProposals({ path, typed }: TypingPlace, board: BoardDescription): readonly Proposal[] {
  const schema = schemaAt(schemaOf(board), path);
  const placed = fieldOf(path) ?? fieldOf(path.slice(0, -1));
  const editor = placed?.field.editor;
  if (schema?.enum) {
    const all: readonly Choice[] = schema.enum.map((value) => ({ value, label: value }));
    const choices = placed && editor && 'choices' in editor ? fieldChoices(placed, editor.choices(board)) : all;
    return choices.map(({ value, label, about }) => ({ text: plain(value), label, about }));
  }
  if (schema?.type === 'boolean') return [{ text: 'true' }, { text: 'false' }];
  // A number that is being typed would become another one by Enter.
  if (typed === '' && editor?.kind === 'whole' && schema?.type === 'integer') {
    const { min, max } = editor.limits(board);
    const presets = editor.presets ?? [{ value: min, label: '' }];
    return presets.filter(({ value }) => value >= min && value <= max).map(({ value, label }) => ({ text: String(value), label }));
  }
  return schema?.type === 'object' || schema?.type === 'array' ? [{ text: plain(leastOf(schema)) }] : [];
}

/** What fits what was typed of it: begins with it first, then what contains it, in name or label. */
function fitting(all: readonly Proposal[], typed: string): readonly Proposal[] {
  const wanted = typed.toLowerCase();
  const begins = ({ text }: Proposal) => text.replace(/^"/, '').toLowerCase().startsWith(wanted);
  const contains = ({ text, label = '' }: Proposal) => `${text} ${label}`.toLowerCase().includes(wanted);
  return [...all.filter(begins), ...all.filter((one) => !begins(one) && contains(one))];
}

/** Names that the object does not have yet and may get, or values that the field takes. */
export const proposalsAt = (place: TypingPlace, board: BoardDescription): readonly Proposal[] =>
  fitting(place.wants === 'name' ? nameProposals(place, board) : valueProposals(place, board), place.typed);
