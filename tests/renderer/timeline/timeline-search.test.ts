/** What of a timeline holds a text. */
import { expect, test } from 'vitest';
import type { FoundLine } from '../../../preload/contract/consoles.ts';
import type { Snapshot, SnapshotId } from '../../../preload/contract/snapshots.ts';
import { hitsIn } from '../../../renderer/views/timeline/timeline-search.ts';

const snapshot = (id: string, name: string, note = '') => ({ id: id as SnapshotId, name, note }) as Snapshot;
const line = (text: string, at?: string) =>
  ({ line: text, ...(at === undefined ? {} : { snapshot: { id: at as SnapshotId, name: at, createdAt: 0 } }) }) as FoundLine;
const ALL = [snapshot('a', 'Before', 'first line\nkernel PANIC in the second\n'), snapshot('b', 'Panic at last'), snapshot('c', 'After')];
const where = (text: string, lines: readonly FoundLine[] = []) =>
  [...hitsIn(ALL, lines, text)].map(([id, hits]) => [id, ...hits.map((hit) => `${hit.in}: ${hit.text}`)]);

test('names and notes hold it, whatever its case, and a note tells the line', () =>
  expect(where(' panic ')).toEqual([
    ['a', 'note: kernel PANIC in the second'],
    ['b', 'name: Panic at last'],
  ]));
test("a console's line stands with the snapshot nearest to it, unless that is gone or unknown", () =>
  expect(where('oops', [line('oops 1', 'c'), line('oops 2', 'c'), line('oops 3', 'gone'), line('oops 4')])).toEqual([
    ['c', 'console: oops 1', 'console: oops 2'],
  ]));
test('nothing holds nothing', () => expect(where('  ', [line('x', 'a')])).toEqual([]));
