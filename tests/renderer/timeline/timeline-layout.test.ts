/** The drawing as numbers, and what the pointer and the arrow keys mean on it. */
import { describe, expect, test } from 'vitest';
import { actForKey } from '../../../renderer/views/timeline/timeline-acts.ts';
import { branchThrough, placeForKey } from '../../../renderer/views/timeline/timeline-keys.ts';
import { layOut, nearestAlong, nodeAt } from '../../../renderer/views/timeline/timeline-layout.ts';
import { family, MINUTE, snapshot, START } from './some-snapshots.ts';

//  a - b - d - now
//   \
//    c - e
const tree = layOut(family('a b<a c<a d<b e<c', 'd'), START + 60 * MINUTE, 900, 1);
const x = (id: string) => tree.nodes.find((node) => node.id === id)?.x ?? NaN;

describe('the drawing', () => {
  test('goes to the right with time, Now last, and fits its width', () => {
    const xs = tree.nodes.map((node) => node.x);
    expect(xs).toEqual([...xs].sort((p, q) => p - q));
    expect(tree.nodes.at(-1)?.id).toBe('now');
    expect(tree.width).toBe(900);
  });
  test('draws a line from every parent, level at its end', () => {
    expect(tree.lines.map(({ id, current }) => `${id}${current ? '*' : ''}`)).toEqual(['b*', 'c', 'd*', 'e', 'now*']);
    const fork = tree.lines.find(({ id }) => id === 'c');
    expect(fork?.path).toMatch(new RegExp(`^M${x('a')} .*L${x('c')} ${tree.nodes[2]?.y}$`));
  });
  test('a clock that was set back does not turn time round', () => {
    const timeline = family('a b<a', 'b');
    const set = { ...timeline, snapshots: [snapshot('a', null, 10), snapshot('b', 'a', 2)] };
    const [a, b] = layOut(set, START, 400, 1).nodes;
    expect(b?.x).toBeGreaterThan(a?.x ?? NaN);
    // The one from the future is drawn with what came next, and today's are where they are.
    expect(layOut(set, START, 400, 1).events.map(({ at }) => at)).toEqual([START, START, START]);
    const later = { ...timeline, snapshots: [snapshot('a', null, 500), snapshot('b', 'a', 2)] };
    expect(layOut(later, START + 3 * MINUTE, 400, 1).events.map(({ at }) => (at - START) / MINUTE)).toEqual([2, 2, 3]);
  });
  test('names stop before the next one on their lane', () => {
    const [a, b, , d] = tree.nodes;
    expect((a?.x ?? 0) + (a?.nameWidth ?? 0)).toBeLessThan(b?.x ?? 0);
    expect(d?.nameWidth).toBeGreaterThan(60);
  });
  test('Now alone is drawn too', () => {
    const { nodes, lines } = layOut(family('', null), START, 500, 1);
    expect([nodes.length, lines.length]).toEqual([1, 0]);
  });
  test('five hundred snapshots fit when one looks from afar', () => {
    const text = Array.from({ length: 500 }, (_, at) => (at === 0 ? 's0' : `s${at}<s${at - 1}`)).join(' ');
    const many = family(text, 's499');
    const near = layOut(many, START + 600 * MINUTE, 900, 1);
    expect(near.width).toBeGreaterThan(3000);
    expect(layOut(many, START + 600 * MINUTE, 900, near.fit).width).toBeLessThanOrEqual(901);
  });
});

describe('the pointer', () => {
  test('means the nearest place on the lane it is over', () => {
    const c = tree.nodes[2];
    expect(nodeAt(tree, (c?.x ?? 0) + 8, (c?.y ?? 0) + 10)?.id).toBe('c');
    expect(nodeAt(tree, (c?.x ?? 0) + 8, (c?.y ?? 0) + 40)).toBeUndefined();
    expect(nodeAt(tree, x('a') + 30, tree.nodes[0]?.y ?? 0)).toBeUndefined();
  });
  test('scrubs along a branch', () => {
    const branch = tree.nodes.filter(({ current }) => current);
    expect(branch.map(({ id }) => id)).toEqual(['a', 'b', 'd', 'now']);
    expect(nearestAlong(branch, x('c'))?.id).not.toBe('c');
    expect(branchThrough(tree, 'now').map(({ id }) => id)).toEqual(['a', 'b', 'd', 'now']);
    const aside = tree.nodes[2]?.id ?? 'now';
    expect(branchThrough(tree, aside).map(({ id }) => id)).toEqual(['a', 'c', 'e']);
  });
});

describe('keys', () => {
  const walk = (from: string, ...keys: readonly string[]) =>
    keys.reduce<string>((at, key) => placeForKey(tree, at as never, key) ?? `${at}!`, from);
  test('left and right follow the branch', () => {
    expect(walk('now', 'ArrowLeft', 'ArrowLeft')).toBe('b');
    expect(walk('b', 'ArrowRight', 'ArrowRight')).toBe('now');
    expect(walk('e', 'ArrowLeft', 'ArrowLeft')).toBe('a');
    expect(walk('a', 'ArrowLeft')).toBe('a!');
  });
  test('up and down go between branches, Home and End to the ends', () => {
    expect(walk('d', 'ArrowDown')).toMatch(/[ce]/);
    expect(walk('c', 'ArrowUp')).toMatch(/[abd]/);
    expect(walk('c', 'End')).toBe('now');
    expect(walk('c', 'Home')).toBe('a');
    expect(walk('c', 'x')).toBe('c!');
  });
  test('letters act, with a modifier they are somebody else’s', () => {
    const press = (key: string, ctrlKey = false) => actForKey({ key, ctrlKey, altKey: false, metaKey: false });
    expect(['Enter', 'F2', 'p', 'P', 'l', 'Delete', 'b', 'd', 'v', 'a', 'c', 'n'].map((key) => press(key))).toEqual([
      'restore',
      'rename',
      'pin',
      'pin',
      'protect',
      'delete',
      'branch',
      'compare-now',
      'compare-parent',
      'pick-second',
      'commands',
      'take',
    ]);
    expect([press('p', true), press('x')]).toEqual([undefined, undefined]);
  });
});
