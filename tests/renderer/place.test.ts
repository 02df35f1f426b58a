/** Addresses of places: read as they are written, and nothing else is read. */
import { expect, test } from 'vitest';
import { browsedFrom, browsedWords } from '../../renderer/composables/browsed.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
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

test.each([
  { words: ['now', '1'], browsed: { moment: 'now', slot: 0, path: '' } },
  { words: ['S1', '2.1', 'etc', 'default'], browsed: { moment: 'S1', slot: 1, place: 'partition 1', path: 'etc/default' } },
  { words: ['S1', '1.0', 'a b'], browsed: { moment: 'S1', slot: 0, place: 'whole disk', path: 'a b' } },
] as const)('$words is a folder of a disk', ({ words, browsed }) => {
  const read = { ...browsed, moment: browsed.moment as SnapshotId | 'now' };
  expect(browsedFrom(words)).toEqual(read);
  expect(browsedWords(read)).toEqual(words);
});
test('a folder without a moment is none, and a disk that is no number the first', () => {
  expect(browsedFrom([])).toBeUndefined();
  expect(browsedFrom(['S1', 'x', 'etc'])).toMatchObject({ slot: 0, path: 'etc' });
});
