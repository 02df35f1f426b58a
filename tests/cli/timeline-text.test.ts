/** What the commands print: the tree, differences, amounts. */
import { describe, expect, test } from 'vitest';
import { safeText, shellWord } from '../../preload/contract/foreign-text.ts';
import { diffText } from '../../main/cli/snapshots/diff-text.ts';
import { timelineText } from '../../main/cli/snapshots/list-command.ts';
import { treeRows } from '../../main/cli/snapshots/tree.ts';
import type { Snapshot, Timeline } from '../../preload/contract/snapshots.ts';
import { machine, snapshot, timeline } from './scripted-program.ts';

const after = (parent: Snapshot, id: string, name: string, minute: number, change: Partial<Snapshot> = {}) =>
  snapshot(id, name, minute, { parent: parent.id, ...change });
const lines = (line: Timeline) =>
  treeRows(line).map(({ lanes, snapshot: found, apart }) => `${apart ? '/ ' : ''}${lanes} ${found?.name ?? 'now'}`);

describe('the tree', () => {
  const a = snapshot('A', 'a', 1);
  const b = after(a, 'B', 'b', 2);
  const c = after(b, 'C', 'c', 3);
  test('a chain goes straight down to now', () => {
    expect(lines(timeline([a, b, c]))).toEqual(['● a', '● b', '● c', '* now']);
  });
  test('what was left behind branches off to the right', () => {
    const d = after(a, 'D', 'd', 4, { kind: 'automatic' });
    const e = after(b, 'E', 'e', 5, { state: 'damaged' });
    expect(lines(timeline([a, b, c, d, e], d))).toEqual(['● a', '├─● b', '│ ├─● c', '│ ✗ e', '○ d', '* now']);
  });
  test('now is a branch of its own where others came after its parent', () => {
    expect(lines(timeline([a, b, c], a))).toEqual(['● a', '├─● b', '│ ● c', '* now']);
  });
  test('roots stand apart; the one that leads to now is last', () => {
    expect(lines(timeline([a, snapshot('R', 'root', 9)], a))).toEqual(['● root', '/ ● a', '* now']);
    expect(lines(timeline([after(a, 'X', 'orphan', 2)], null))).toEqual(['● orphan', '/ * now']);
  });
  test('nothing is drawn of an empty timeline', () => expect(lines(timeline([]))).toEqual([]));
  test('ten thousand checkpoints in a row are drawn in a moment', () => {
    const many: Snapshot[] = [];
    for (let index = 0; index < 10_000; index++) {
      const parent = many.at(-1);
      many.push(snapshot(String(index).padStart(9, '0'), String(index), index, parent ? { parent: parent.id } : {}));
    }
    expect(lines(timeline(many))).toHaveLength(10_001);
  });
});

test('the list: a table under the tree', () => {
  const fresh = snapshot('A', 'fresh', 1, { pinned: true, hasMemory: false });
  const wild = after(fresh, 'B', 'rm -rf \x1b[31m/', 2, { protected: true, state: 'storing' });
  const kept = after(fresh, 'C', 'a name that is longer than anybody wants to read in a table', 3, { kind: 'kept', ownBytes: 0 });
  const text = timelineText(machine('box', { suspended: true }), timeline([fresh, wild, kept], kept));
  expect(text.split('\n')).toEqual([
    'SNAPSHOT                                REF  TAKEN                UPTIME      OWN      SHARED  KIND',
    '● fresh                                 @3   2026-11-21 12:01:00  off         1 MiB    2 KiB   manual, pinned',
    '├─◌ rm -rf \\u{1b}[31m/                  @2   2026-11-21 12:02:00  2 min 00 s  1 MiB    2 KiB   manual, protected, storing',
    '● a name that is longer than anybody …  @1   2026-11-21 12:03:00  3 min 00 s  0 bytes  2 KiB   kept',
    '* now: suspended',
    '',
    '3 snapshots take up 2 MiB; 5 GiB free',
  ]);
});

describe('differences', () => {
  const pages = { changed: 1234, total: 131072, runs: [[0, 1234]] as const };
  test('files by letter, then clusters, then pages', () => {
    const text = diffText({
      from: snapshot('A', 'a', 1).id,
      to: null,
      hardware: [{ what: 'cores', before: '1', after: '2' }],
      pages,
      disks: [
        {
          slot: 0,
          clusters: 12,
          clusterBytes: 4096,
          volumes: [
            {
              place: 'partition 1',
              kind: 'ext4',
              label: 'root',
              files: [
                { path: '/etc/new\x07', kind: 'file', change: 'added', sizeAfter: 12 },
                { path: '/log', kind: 'file', change: 'changed', sizeBefore: 1000, sizeAfter: 2048 },
                { path: '/same', kind: 'file', change: 'changed', sizeBefore: 3, sizeAfter: 3 },
                { path: '/tmp/x', kind: 'directory', change: 'removed' },
                { path: '/link', kind: 'link', change: 'changed' },
              ],
              omitted: 7,
            },
            { place: 'partition 2', kind: 'fat32', label: '', files: [], omitted: 0 },
          ],
        },
        { slot: 1, clusters: 0, clusterBytes: 4096, volumes: [], note: 'there is no file system on it' },
      ],
    });
    expect(text.split('\n')).toEqual([
      'hardware: changed',
      '  cores: 1 -> 2',
      'disk 1: 12 clusters changed (48 KiB)',
      '  partition 1: ext4 "root", 12 files changed',
      '    A  /etc/new\\u{7}  (12 bytes)',
      '    M  /log  (1 KiB -> 2 KiB)',
      '    M  /same  (3 bytes)',
      '    D  /tmp/x/',
      '    M  /link@',
      '    and 7 more',
      '  partition 2: fat32, no files changed',
      'disk 2: nothing changed',
      '  files are not compared: there is no file system on it',
      'memory: 1,234 of 131,072 pages changed (4.8 MiB)',
    ]);
  });
  test('without memory it says so', () => {
    const { id } = snapshot('A', 'a', 1);
    expect(diffText({ from: id, to: id, disks: [], hardware: [] })).toBe('memory: not compared, one of the snapshots has none');
    expect(diffText({ from: id, to: id, disks: [], hardware: [], pages: { ...pages, changed: 0 } })).toBe('memory: nothing changed');
  });
});

describe('commands', () => {
  test('a command that is shown can be copied', () => {
    expect(['box', 'büro_2', 'a/b:c', 'x y', "it's", '', '-x', '$HOME'].map(shellWord)).toEqual([
      ...['box', 'büro_2', 'a/b:c', "'x y'", "'it'\\''s'", "''", "'-x'", "'$HOME'"],
    ]);
  });
  test('a terminal obeys nothing that a guest named', () => {
    expect(safeText('a\x1b]0;x\x07\n\u202eb')).toBe('a\\u{1b}]0;x\\u{7}\\u{a}\\u{202e}b');
    expect(safeText('ordinary, ünïcode 日本')).toBe('ordinary, ünïcode 日本');
  });
});
