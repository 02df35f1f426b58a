/** Links and files from outside: they put places in front, and what is none of ours leads nowhere. */
import { expect, test } from 'vitest';
import { placeOfArguments, placeOfFile, placeOfLink } from '../../main/electron/outside.ts';
import { placeOf } from '../../renderer/composables/place.ts';

test.each([
  ['vivarium://machine/box', { page: 'machine', machine: 'box', tab: 'console', detail: [] }],
  ['vivarium://machine/a%20box/timeline/S1', { page: 'machine', machine: 'a box', tab: 'timeline', detail: ['S1'] }],
  ['vivarium://help', { page: 'help' }],
  ['vivarium://help/keys', { page: 'help', topic: 'keys' }],
] as const)('%s leads to a place that the window knows', (link, place) => expect(placeOf(placeOfLink(link) ?? '')).toEqual(place));

test.each([
  'vivarium://machine',
  'vivarium://machine/box/delete',
  'vivarium://import/%2Fetc%2Fpasswd.vivarium',
  'vivarium://app/index.html',
  'vivarium://new',
  'vivarium://machine/%E0%A4%A',
  'https://machine/box',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'nonsense',
  `vivarium://machine/${'x'.repeat(3000)}`,
])('%s leads nowhere', (link) => expect(placeOfLink(link)).toBeUndefined());

test('an exported machine leads to its import, by its full path', () => {
  expect(placeOf(placeOfFile('box.vivarium', '/home/ada') ?? '')).toEqual({ page: 'import', path: '/home/ada/box.vivarium' });
  expect(placeOf(placeOfFile('/a b.VIVARIUM', '/') ?? '')).toEqual({ page: 'import', path: '/a b.VIVARIUM' });
  for (const other of ['box.iso', '--flag.vivarium', '/etc/passwd']) expect(placeOfFile(other, '/')).toBeUndefined();
});
test('of a command line the first that leads anywhere', () => {
  expect(placeOfArguments(['electron', '--guest', 'hello', 'vivarium://help', '/a.vivarium'], '/')).toBe('#/help');
  expect(placeOfArguments(['/opt/app.vivarium', '--guest', 'hello'], '/')).toBeUndefined();
});
