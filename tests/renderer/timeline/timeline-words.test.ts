/** The timeline's small tables: times and kinds in words, the table's order, changed files, the map of pages. */
import { said } from '../../kit/said.ts';
import { describe, expect, test } from 'vitest';
import type { FileDiff } from '../../../preload/contract/snapshots.ts';
import { spokenSnapshot, uptimeWords } from '../../../renderer/composables/snapshot-words.ts';
import { screenText } from '../../../renderer/console/console-screen.ts';
import { diskTitle, joinSize, splitSize, writesOf } from '../../../renderer/views/hardware/disk-words.ts';
import { fileNameOf } from '../../../renderer/views/files/host-path.ts';
import { intervalWords, withInterval } from '../../../renderer/views/timeline/checkpoint-choices.ts';
import { CHANGES, countOf, filtered, parted, sizeChange } from '../../../renderer/views/timeline/file-changes.ts';
import { darkness, pageCells } from '../../../renderer/views/timeline/page-cells.ts';
import { FIRST_ORDER, ordered, turned } from '../../../renderer/views/timeline/table-order.ts';
import { snapshot, START } from './some-snapshots.ts';

describe('words', () => {
  test('of a snapshot, whole', () => {
    const one = snapshot('before', null, 0, { pinned: true, state: 'damaged', reason: said('a page is missing'), ownBytes: 2048 });
    expect(spokenSnapshot(one, START + 60_000)).toBe(
      'before, Snapshot, 1 minute ago, Up 0:01, 2 KiB own, pinned, damaged: a page is missing',
    );
    expect(uptimeWords(snapshot('off', null, 0, { hasMemory: false }))).toBe('Off');
  });
  test('of checkpoints', () => {
    expect([0, 10, 60, 300, 7200].map(intervalWords)).toEqual([
      'Off',
      'Every 10 seconds',
      'Every minute',
      'Every 5 minutes',
      'Every 2 hours',
    ]);
    expect(withInterval({ everySeconds: 10, budgetBytes: 7 }, 60)).toEqual({ everySeconds: 60, budgetBytes: 7 });
    expect(withInterval(undefined, 60).budgetBytes).toBeGreaterThan(0);
  });
});

describe('the table', () => {
  const rows = [snapshot('b', null, 0, { ownBytes: 5 }), snapshot('a', null, 1, { ownBytes: 5 }), snapshot('c', null, 2, { ownBytes: 1 })];
  const names = (order: Parameters<typeof ordered>[1]) => ordered(rows, order).map(({ name }) => name);
  test('is sorted by any column, by time where that says nothing', () => {
    expect(names(FIRST_ORDER)).toEqual(['c', 'a', 'b']);
    expect(names({ by: 'name', rising: true })).toEqual(['a', 'b', 'c']);
    expect(names({ by: 'ownBytes', rising: false })).toEqual(['a', 'b', 'c']);
  });
  test('a column chosen twice is turned round', () => {
    expect(turned(FIRST_ORDER, 'createdAt')).toEqual({ by: 'createdAt', rising: true });
    expect([turned(FIRST_ORDER, 'name').rising, turned(FIRST_ORDER, 'ownBytes').rising]).toEqual([true, false]);
  });
});

describe('changed files', () => {
  const files: readonly FileDiff[] = [
    { path: '/usr/bin/b', kind: 'file', change: 'changed', sizeBefore: 1024, sizeAfter: 2048 },
    { path: '/etc/a', kind: 'file', change: 'added', sizeAfter: 5 },
    { path: '/tmp/d', kind: 'directory', change: 'removed' },
  ];
  test('are filtered by words and kinds of change, in the order of their paths', () => {
    expect(filtered(files, '', new Set(CHANGES)).map(({ path }) => path)).toEqual(['/etc/a', '/tmp/d', '/usr/bin/b']);
    expect(filtered(files, 'bin US', new Set(CHANGES)).map(({ path }) => path)).toEqual(['/usr/bin/b']);
    expect(filtered(files, '', new Set(['removed'] as const)).map(({ path }) => path)).toEqual(['/tmp/d']);
    expect(countOf(files, 'added')).toBe(1);
  });
  test('say their sizes', () => {
    expect(files.map(sizeChange)).toEqual(['1 KiB → 2 KiB', '5 bytes', 'folder']);
    expect([parted('/etc/a'), parted('a')]).toEqual([
      { folder: '/etc/', name: 'a' },
      { folder: '', name: 'a' },
    ]);
  });
});

describe('the map of pages', () => {
  test('keeps every changed page, wherever its run lies', () => {
    const total = 131_072;
    const cells = pageCells(
      [
        [0, 64],
        [100, 100],
        [total - 1, 1],
      ],
      total,
    );
    const each = total / cells.length;
    expect(cells.reduce((sum, share) => sum + share * each, 0)).toBeCloseTo(165);
    expect(cells.at(-1)).toBeGreaterThan(0);
  });
  test('one page among many is seen', () => {
    expect(darkness(0)).toBe(0);
    expect(darkness(1 / 128)).toBeGreaterThan(0.25);
    expect(darkness(1)).toBe(1);
  });
  test('a tiny memory has a cell for each page', () => expect(pageCells([[1, 1]], 3)).toEqual([0, 1, 0]));
});

describe('disks', () => {
  test('are sized in units people type, and kept in whole sectors', () => {
    expect([splitSize(4 * 2 ** 30), splitSize(1.5 * 2 ** 30), splitSize(64 * 2 ** 20)]).toEqual([
      { value: 4, unit: 'GiB' },
      { value: 1.5, unit: 'GiB' },
      { value: 64, unit: 'MiB' },
    ]);
    expect([joinSize(4, 'GiB'), joinSize(NaN, 'GiB'), joinSize(-1, 'MiB')]).toEqual([4 * 2 ** 30, 0, 0]);
    expect(joinSize(0.0003, 'MiB') % 512).toBe(0);
  });
  test('are called by what they stand on', () => {
    expect(diskTitle({ path: '/x/a.qcow2', format: 'qcow2', readonly: false })).toBe('a.qcow2 (qcow2)');
    expect(diskTitle({ readonly: false, sizeBytes: 1 })).toBe('New empty disk');
    expect(writesOf({ path: '/x', readonly: false })).toBe('direct');
  });
  test('a file for an export has a name that every system takes', () => {
    expect([fileNameOf('a/b:c'), fileNameOf('..hidden.'), fileNameOf(' ')]).toEqual(['a-b-c', 'hidden', 'machine']);
  });
});

test('what a console shows now is its last lines up to the cursor', () => {
  const lines = Array.from({ length: 40 }, (_, row) => `line ${row}`);
  const active = { baseY: 10, cursorY: 20, getLine: (row: number) => ({ translateToString: () => lines[row] }) };
  const text = screenText({ buffer: { active } } as never).split('\n');
  expect([text.length, text[0], text.at(-1)]).toEqual([24, 'line 7', 'line 30']);
});
