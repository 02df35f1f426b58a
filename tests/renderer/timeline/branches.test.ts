/** Branches on lanes: the way to Now straight on top, everything else as near as it can be without crossing. */
import { describe, expect, test } from 'vitest';
import { placesOf } from '../../../renderer/views/timeline/branches.ts';
import { family } from './some-snapshots.ts';

const lanes = (text: string, now: string | null) => {
  const { snapshots, present } = family(text, now);
  return placesOf(snapshots, present)
    .map(({ id, lane, current }) => `${id}${current ? '*' : ''}${lane}`)
    .join(' ');
};

describe('lanes', () => {
  test('without snapshots there is Now', () => expect(lanes('', null)).toBe('now*0'));
  test('one line is one lane', () => expect(lanes('a b<a c<b', 'c')).toBe('a*0 b*0 c*0 now*0'));
  test('what was left lies below', () => expect(lanes('a b<a c<b', 'a')).toBe('a*0 b1 c1 now*0'));
  test('a branch goes on in its lane, and its side branch beside it', () =>
    expect(lanes('a b<a c<b d<b e<c', 'a')).toBe('a*0 b2 c2 d1 e2 now*0'));
  test('a lane is used again when its branch has ended', () => expect(lanes('a b<a c<a d<c e<c', 'e')).toBe('a*0 b1 c*0 d1 e*0 now*0'));
  test('of two branches the later one lies nearer, so that lines do not cross', () =>
    expect(lanes('a b<a c<a d<b e<c f<a', 'f')).toBe('a*0 b2 c1 d2 e1 f*0 now*0'));
  test('Now without a parent stands alone', () => expect(lanes('a b<a', null)).toBe('a1 b1 now*0'));
  test('a parent that is gone makes a beginning', () => expect(lanes('b<a c<b', 'c')).toBe('b*0 c*0 now*0'));
  test('no two branches share a place', () => {
    const text = Array.from({ length: 60 }, (_, at) => (at === 0 ? 's0' : `s${at}<s${(at * 7) % at}`)).join(' ');
    const { snapshots, present } = family(text, 's59');
    const places = placesOf(snapshots, present);
    for (const [at, { lane, parent }] of places.entries())
      for (let between = parent + 1; parent >= 0 && between < at; between++)
        if (places[parent]?.lane === lane) expect(places[between]?.lane).not.toBe(lane);
  });
});
