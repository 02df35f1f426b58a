/** The bounded map, and reads remembered in it. */
import { describe, expect, test } from 'vitest';
import { RecentlyUsed } from '../../../emulator/structures/recently-used.ts';
import { RememberedReads } from '../../../emulator/structures/remembered-reads.ts';

describe('the bounded map', () => {
  test('what was used longest ago makes room, and its owner is told', () => {
    const dropped: string[] = [];
    const map = new RecentlyUsed<number, string>(2, (value, key) => dropped.push(`${key}: ${value}`));
    map.put(1, 'one');
    map.put(2, 'two');
    expect(map.get(1)).toBe('one');
    map.put(3, 'three');
    expect(dropped).toEqual(['2: two']);
    expect(map.get(2)).toBeUndefined();
    expect(map.entries()).toEqual([
      [1, 'one'],
      [3, 'three'],
    ]);
  });
  test('a value put in anew takes the place of the old one and counts as used', () => {
    const dropped: string[] = [];
    const map = new RecentlyUsed<number, string>(2, (value) => dropped.push(value));
    map.put(1, 'one');
    map.put(2, 'two');
    map.put(1, 'another');
    map.put(3, 'three');
    expect(map.get(1)).toBe('another');
    expect(dropped).toEqual(['two']);
  });
  test('what is taken out is not told', () => {
    const dropped: string[] = [];
    const map = new RecentlyUsed<number, string>(1, (value) => dropped.push(value));
    map.put(1, 'one');
    expect([map.delete(1), map.delete(1)]).toEqual([true, false]);
    map.put(2, 'two');
    expect(dropped).toEqual([]);
  });
  test('it keeps one at least', () => {
    const map = new RecentlyUsed<number, string>(0);
    map.put(1, 'one');
    expect(map.get(1)).toBe('one');
  });
});

describe('remembered reads', () => {
  test('forget what was used longest ago, share reads that are under way, and do not remember failures', async () => {
    const reads = new RememberedReads<string>(2);
    const done: number[] = [];
    const get = (key: number) =>
      reads.get(key, async () => {
        done.push(key);
        return `${key}`;
      });
    await Promise.all([get(1), get(1), get(2)]);
    await get(1);
    await get(3);
    expect([await get(1), await get(3)]).toEqual(['1', '3']);
    expect(done).toEqual([1, 2, 3]);
    await get(2);
    expect(done).toEqual([1, 2, 3, 2]);
    await expect(reads.get(9, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await get(9)).toBe('9');
  });
  test('a failure that comes late does not forget the read that took its place', async () => {
    const reads = new RememberedReads<string>(1);
    let fail: (error: Error) => void = () => undefined;
    const first = reads.get(1, () => new Promise((_, reject) => (fail = reject)));
    await reads.get(2, async () => 'two');
    expect(await reads.get(1, async () => 'again')).toBe('again');
    fail(new Error('late'));
    await expect(first).rejects.toThrow('late');
    expect(await reads.get(1, async () => 'not read')).toBe('again');
  });
});
