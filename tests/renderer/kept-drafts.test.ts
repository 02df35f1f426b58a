/** Drafts over closed tabs: what is kept is bounded, and what cannot be read harms nothing. */
import { describe, expect, test } from 'vitest';
import { readKept, writeKept } from '../../renderer/composables/kept-drafts.ts';

const DAY = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 0, 31);

describe('kept drafts', () => {
  test('come back as they were', () => {
    const entries = [['hardware:M1', { at: NOW, value: { note: 'word' } }]] as const;
    expect(readKept(writeKept(entries), NOW + DAY)).toEqual(entries);
  });
  test('are forgotten after a month', () => {
    const entries = [
      ['old', { at: NOW - 31 * DAY, value: 1 }],
      ['new', { at: NOW - 29 * DAY, value: 2 }],
    ] as const;
    expect(readKept(writeKept(entries), NOW).map(([key]) => key)).toEqual(['new']);
  });
  test('are bounded in number and size, the newest kept', () => {
    const entries = Array.from({ length: 80 }, (_, at) => [`${at}`, { at, value: at }] as const);
    const kept = JSON.parse(writeKept([...entries, ['huge', { at: 1000, value: 'x'.repeat(200_000) }]])) as [string][];
    expect(kept).toHaveLength(50);
    expect([kept[0]?.[0], kept.at(-1)?.[0]]).toEqual(['79', '30']);
  });
  test.each([null, '', 'nonsense', '{}', '[1]', '[["a"]]', '[["a",{"at":"x"}]]', '[[1,{"at":1}]]'])('%j is none', (text) =>
    expect(readKept(text, NOW)).toEqual([]),
  );
});
