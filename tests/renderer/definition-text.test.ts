/** A definition as JSON: faults at their places, and what of a text the form takes over. */
import { describe, expect, test } from 'vitest';
import { boardOf } from '../../preload/contract/definition/boards.ts';
import type { MachineDefinition } from '../../preload/contract/machines.ts';
import { placedFaults, readText, textOf, textWith } from '../../renderer/views/hardware/definition-text.ts';
import { readJson } from '../../renderer/views/hardware/read-json.ts';
import { plainDefinition } from './plain-definition.ts';

describe('reading JSON', () => {
  test.each([
    '{"a":[1,-2.5e3,true,false,null,"x\\u00e9\\n"],"b":{},"c":[]}',
    ' [ ] ',
    '"text"',
    '{"__proto__":1,"":2}',
    '{\n\t"a" : { "b" : [ { } ] }\r\n}',
  ])('%s is what JSON has', (text) => expect(readJson(text)).toMatchObject({ value: JSON.parse(text) }));
  test('places are those of values and names', () => {
    const text = '{"a": 12, "l": [{"b": "x"}]}';
    const read = readJson(text);
    if ('fault' in read) throw new Error(read.fault.message);
    const at = ({ start, end } = { start: 0, end: 0 }) => text.slice(start, end);
    expect(['a', 'l', 'l.0', 'l.0.b', ''].map((path) => at(read.values.get(path)))).toEqual([
      '12',
      '[{"b": "x"}]',
      '{"b": "x"}',
      '"x"',
      text,
    ]);
    expect([at(read.keys.get('l')), at(read.keys.get('l.0.b'))]).toEqual(['"l"', '"b"']);
  });
  test.each([
    ['', 'A value is missing here.', 0],
    ['{"a" 1}', 'A colon is missing here.', 5],
    ['{"a":1\n"b":2}', 'A comma or } is missing here.', 5],
    ['{"a":1,}', 'Remove the comma in front of }, or add a field.', 7],
    ['[1,]', 'Remove the comma in front of ], or add a value.', 3],
    ['{"a":1', 'A comma or } is missing here.', 5],
    ['{a:1}', 'A field’s name in quotes is missing here.', 1],
    ['{"a":"x\n}', 'This text needs a closing ".', 5],
    ['{"a":"\\q"}', 'This text has a character', 5],
    ['{"a":auto}', 'Write “auto” in quotes.', 5],
    ['{"a":01}', '“01” is not a number.', 5],
    ['{"a":}', 'A value is missing here.', 5],
    ['{} x', 'The text ends here', 3],
  ])('%j: %s', (text, message, start) => {
    const read = readJson(text);
    expect(read).toMatchObject({ fault: { message: expect.stringContaining(message), start } });
    expect(() => JSON.parse(text) as unknown).toThrow();
  });
  test('a name that is there twice, and what no definition needs, are faults too', () => {
    expect(readJson('{"a":1,"a":2}')).toMatchObject({ fault: { message: '“a” is there twice.', start: 7, end: 10 } });
    expect(readJson('['.repeat(40) + ']'.repeat(40))).toMatchObject({ fault: { message: 'This is nested too deeply.' } });
  });
});

const stored = plainDefinition('box', { virtio: 'pci', disks: [{ id: 'D', readonly: false, writes: 'overlay', sizeBytes: 4096 }] });
const board = boardOf(stored.board);
const read = (text: string, draft: MachineDefinition = stored, last: Partial<MachineDefinition> = draft) =>
  readText(text, draft, last, board);
const edited = (change: object) => textOf({ ...stored, ...change });

describe('a text over a draft', () => {
  test('says nothing else until it is edited, in whatever order', () => {
    const reversed = JSON.stringify(Object.fromEntries(Object.entries(stored).reverse()));
    for (const text of [textOf(stored), reversed]) expect(read(text)).toMatchObject({ definition: stored, problems: [] });
  });
  test('is taken over, also what is out of bounds: the form shows it with its fault', () => {
    expect(read(edited({ memoryMiB: 8, note: 'x' }))).toMatchObject({ definition: { memoryMiB: 8, note: 'x' }, problems: [] });
    expect(read(edited({ boot: { kind: 'bare', program: '/p' } })).definition.boot).toEqual({ kind: 'bare', program: '/p' });
  });
  test('is kept where the form cannot show it; the other fields are taken over', () => {
    const { definition, problems } = read(edited({ memoryMiB: 'lots', cores: 2, speed: 1 }));
    expect(definition).toEqual({ ...stored, cores: 2 });
    expect(problems).toEqual([
      { field: 'memoryMiB', message: 'A whole number of MiB from 16 to 3072.' },
      { field: 'speed', message: 'Is not a known field.' },
    ]);
    expect(read(edited({ boot: 'linux' })).definition).toEqual(stored);
    expect(read(edited({ disks: [{ readonly: 'no' }] })).problems).toEqual([{ field: 'disks.0.readonly', message: 'True or false.' }]);
  });
  test('without a field says what its absence means', () => {
    const { virtio: _gone, ...rest } = stored;
    expect(read(JSON.stringify(rest))).toMatchObject({ definition: { ...stored, virtio: 'mmio' }, problems: [] });
    const { cores: _cores, ...less } = stored;
    expect(read(JSON.stringify(less)).problems).toEqual([{ field: 'cores', message: '“cores” is missing.' }]);
  });
  test('cannot change what is settled', () => {
    const made = { ...stored, template: 'debian-riscv64' };
    expect(read(textOf({ ...made, template: 'other' }), made)).toMatchObject({
      definition: made,
      problems: [{ field: 'template', message: expect.stringContaining('cannot be changed') }],
    });
  });
  test('does not take back what somebody else changed meanwhile, nor keep what is typed back', () => {
    const first = read(edited({ memoryMiB: 64, cores: 'x' }));
    const rebased = { ...first.definition, note: 'theirs' };
    const second = read(edited({ memoryMiB: 512, cores: 'x' }), rebased, first.said);
    expect(second.definition).toEqual({ ...stored, note: 'theirs' });
    expect(read('{', second.definition, second.said)).toMatchObject({
      definition: second.definition,
      said: second.said,
      fault: { start: 0 },
    });
  });
  test('takes over what the form changes, and keeps its own faults', () => {
    const text = textWith(edited({ cores: 'x' }), { memoryMiB: 64 });
    expect(JSON.parse(text)).toEqual({ ...stored, cores: 'x', memoryMiB: 64 });
    expect(textWith('{', { memoryMiB: 64 })).toBe('{');
  });
});

describe('faults in the text', () => {
  const text = textOf({ ...stored, speed: 1 } as never);
  const at = (field: string) => {
    const [fault] = placedFaults(text, [{ field, message: 'Wrong.' }]);
    return [text.slice(fault!.start, fault!.end), fault!.message];
  };
  test('stand at the value, an unknown field’s at its name, a missing one’s at what it is missing in', () => {
    expect(at('memoryMiB')).toEqual(['512', 'Wrong.']);
    expect(at('disks.0.sizeBytes')).toEqual(['4096', 'Wrong.']);
    expect(at('speed')).toEqual(['"speed"', 'Wrong.']);
    expect(at('disks.0.path')).toEqual(['{', 'path: Wrong.']);
    expect(at('onQuit')).toEqual(['{', 'onQuit: Wrong.']);
  });
});
