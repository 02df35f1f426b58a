/** What the JSON editor proposes where somebody types, and what choosing it makes of the text; `|` is the caret. */
import { describe, expect, test } from 'vitest';
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { definitionOn } from '../../preload/contract/definition/schema.ts';
import { jsonSchemaOf, schemaAt } from '../../preload/contract/schema/json-schema.ts';
import { insertionOf } from '../../renderer/json/json-completion.ts';
import { typingPlace } from '../../renderer/json/json-place.ts';
import { proposalsAt } from '../../renderer/views/hardware/json-proposals.ts';

const board = boardOf('riscv64-virt');
const schema = jsonSchemaOf(definitionOn(board));

function placeOf(marked: string) {
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  return { text, place: typingPlace(text, at) };
}
function proposed(marked: string): readonly string[] {
  const { place } = placeOf(marked);
  return place ? proposalsAt(place, board).map(({ text }) => text) : [];
}
/** The text with the first proposal chosen; what is selected then is in ‹›. */
function chosen(marked: string): string {
  const { text, place } = placeOf(marked);
  const [first] = proposalsAt(place!, board);
  const { from, to, commaAt = from } = place!;
  const { text: put, selected } = insertionOf(first!, place!);
  const [start, end] = selected;
  const before = `${text.slice(0, commaAt)}${commaAt < from ? ',' : ''}${text.slice(commaAt, from)}`;
  return `${before}${put.slice(0, start)}‹${put.slice(start, end)}›${put.slice(end)}${text.slice(to)}`;
}

describe('a definition as JSON Schema', () => {
  test('has types, limits and choices of a board', () => {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, required: expect.arrayContaining(['name', 'disks']) });
    expect(schemaAt(schema, ['memoryMiB'])).toEqual({ type: 'integer', minimum: board.memoryMiB.min, maximum: board.memoryMiB.max });
    expect(schemaAt(schema, ['engine'])).toEqual({ type: 'string', enum: ['auto', 'interpreter', 'compiler'] });
    expect(schemaAt(schema, ['disks', '3', 'readonly'])).toEqual({ type: 'boolean' });
    expect(schemaAt(schema, ['disks', '0', 'path'])).toEqual({ type: 'string' });
    expect(schemaAt(schema, ['toString'])).toBeUndefined();
    expect(schema.required).not.toContain('template');
  });
});

describe('what is proposed', () => {
  test.each([
    ['{"mem|"}', ['memoryMiB']],
    ['{"mem|', ['memoryMiB']],
    ['{ mem| }', ['memoryMiB']],
    ['{"memoryMiB": 512, "memory|"}', []],
    ['{"|memoryM": 512, "cores": 1}', expect.arrayContaining(['memoryMiB', 'note'])],
    ['{"engine": |}', ['"auto"', '"interpreter"', '"compiler"']],
    ['{"engine": "int|"}', ['"interpreter"']],
    ['{"engine": com|}', ['"compiler"']],
    ['{"disks": [{"readonly": |}]}', ['true', 'false']],
    ['{"disks": [{"readonly": true, |}]}', expect.arrayContaining(['path', 'writes'])],
    ['{"disks": [{}, {"writes": "|', ['"overlay"', '"throwaway"', '"direct"']],
    ['{"disks": [{"id": "a"}|]}', []],
    ['{"boot": {"comm|"}}', ['commandLine']],
    ['{"devices": ["|"]}', board.devices.map(({ name }) => JSON.stringify(name))],
    ['{"cores": |}', ['1']],
    ['{"memoryMiB": |}', expect.arrayContaining(['512', '1024'])],
    ['{"memoryMiB": 12|}', []],
    ['{"onQuit": "save"} |', []],
    ['{"note": "memory|"}', []],
    ['|', []],
  ])('%s', (marked, names) => expect(proposed(marked)).toEqual(names));
  test('no field that is settled when a machine is made, and none that is there, before or behind the caret', () => {
    const names = proposed('{"name": "a", | "boot": {"note": 1}, "cores": 1}');
    expect(names).toEqual(expect.arrayContaining(['note', 'memoryMiB']));
    for (const name of ['template', 'board', 'name', 'boot', 'cores']) expect(names).not.toContain(name);
  });
  test('a field is found by what the form calls it, with its sentence', () => {
    const { place } = placeOf('{"Command l|"}');
    expect(proposalsAt(place!, board)).toEqual([]);
    const { place: inBoot } = placeOf('{"boot": {"Command l|"}}');
    expect(proposalsAt(inBoot!, board)).toMatchObject([{ text: 'commandLine' }]);
    const { place: all } = placeOf('{|}');
    expect(proposalsAt(all!, board).find(({ text }) => text === 'memoryMiB')).toMatchObject({
      label: 'Memory',
      about: expect.stringContaining('MiB'),
      value: '512',
    });
  });
});

describe('what is chosen', () => {
  test.each([
    ['{"memoryM|"}', '{"memoryMiB": ‹512›}'],
    ['{"memoryM|": 64}', '{"memoryMiB"‹›: 64}'],
    ['{"name": "a" "memoryM|"}', '{"name": "a", "memoryMiB": ‹512›}'],
    ['{"memoryM|\n "cores": 1}', '{"memoryMiB": ‹512›,\n "cores": 1}'],
    ['{"name": "a"\n\n|}', '{"name": "a",\n\n"note": "‹›"}'],
    ['{"not|"}', '{"note": "‹›"}'],
    ['{"engine": "int|"}', '{"engine": "interpreter"‹›}'],
    ['{"engine": int| "cores": 1}', '{"engine": "interpreter"‹›, "cores": 1}'],
    ['{"disks": [|]}', '{"disks": [‹{"readonly": false}›]}'],
  ])('%s → %s', (marked, text) => expect(chosen(marked)).toBe(text));
});
