/** Addresses of places: read as they are written, and nothing else is read. */
import { expect, test } from 'vitest';
import { addressOf, placeOf, type Place } from '../../renderer/composables/place.ts';

test.each<Place>([
  { page: 'overview' },
  { page: 'new' },
  { page: 'help' },
  { page: 'help', topic: 'keys' },
  { page: 'stories' },
  { page: 'import', path: '/home/ada/a box.vivarium' },
  { page: 'machine', machine: '01J9', tab: 'console', detail: [] },
  { page: 'machine', machine: 'a name / with % and #', tab: 'timeline', detail: ['S1'] },
  { page: 'machine', machine: 'häuschen', tab: 'console', detail: ['2', '4096'] },
])('$page is read as it was written', (place) => expect(placeOf(addressOf(place))).toEqual(place));

test.each([
  '',
  '#/machines',
  '#/machines/a/nowhere',
  '#/new/more',
  '#/stories/more',
  '#/import',
  '#/help/a/b',
  '#/elsewhere',
  '#/machines/%E0%A4%A',
])('%j is no place', (hash) => expect(placeOf(hash)).toBeUndefined());
test('a machine alone is its console', () =>
  expect(placeOf('#/machines/box')).toEqual({ page: 'machine', machine: 'box', tab: 'console', detail: [] }));
