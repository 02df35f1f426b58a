/** A list of chunks survives being packed, is small where pages were stored together, and refuses what is no list. */
import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeEntries, encodeEntries } from '../../../main/storage/manifest-codec.ts';
import { NumberSet } from '../../../main/storage/number-set.ts';

test('any list comes back, far jumps and large numbers included', () => {
  let state = 5;
  const random = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  for (let round = 0; round < 50; round++) {
    const list = Array.from({ length: 200 }, () => (random() < 0.3 ? 0 : Math.floor(random() * 2 ** (random() * 45))));
    expect([...decodeEntries(encodeEntries(list), list.length)]).toEqual(list);
  }
  expect([...decodeEntries(encodeEntries([]), 0)]).toEqual([]);
});

test('512 MiB of pages stored in order take less than 100 bytes', () => {
  expect(encodeEntries(Array.from({ length: 131072 }, (_, index) => 1000 + index)).length).toBeLessThan(100);
});

test('too short, too long and endless lists are refused', () => {
  const packed = encodeEntries([1, 2, 3]);
  expect(() => decodeEntries(packed, 4)).toThrow('ends early');
  expect(() => decodeEntries(packed, 2)).toThrow('too long');
  expect(() => decodeEntries(zstdCompressSync(Buffer.alloc(100_000)), 1)).toThrow();
});

test('a set of numbers gives its runs and what lies between them', () => {
  const set = new NumberSet();
  for (const number of [1, 2, 3, 32767, 32768, 5_000_000_000]) set.add(number);
  expect([...set.runs()]).toEqual([
    [1, 3],
    [32767, 32768],
    [5_000_000_000, 5_000_000_000],
  ]);
  expect([...set.gaps(40_000)]).toEqual([
    [4, 32766],
    [32769, 40_000],
  ]);
  expect([...new NumberSet().gaps(3)]).toEqual([[1, 3]]);
  expect([set.has(32767), set.has(4), set.has(5_000_000_001)]).toEqual([true, false, false]);
});
