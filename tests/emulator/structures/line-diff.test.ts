/** Differences of texts: both can be made of them again, and no shorter one exists. */
import { describe, expect, test } from 'vitest';
import { hunks, lineDiff, linesOf } from '../../../emulator/structures/line-diff.ts';

/** Length of the longest common subsequence, by the usual table. */
function common(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1);
  for (const line of a) {
    const next = new Uint32Array(b.length + 1);
    b.forEach((other, index) => (next[index + 1] = line === other ? row[index]! + 1 : Math.max(next[index]!, row[index + 1]!)));
    row = next;
  }
  return row[b.length]!;
}
const seed = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1e9);

describe('the difference of two texts', () => {
  test(`of random lines is whole and the shortest (seed ${seed})`, () => {
    let state = seed;
    const random = (below: number) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state % below);
    for (let round = 0; round < 300; round++) {
      const letters = 1 + random(6);
      const lines = () => Array.from({ length: random(20) }, () => String.fromCharCode(97 + (random(7919) % letters)));
      const [before, after] = [lines(), lines()];
      const diff = lineDiff(before, after);
      const of = (kind: string) => diff.filter((line) => line.kind !== kind).map(({ text }) => text);
      expect(of('added')).toEqual(before);
      expect(of('removed')).toEqual(after);
      expect(diff.filter(({ kind }) => kind === 'same').length).toBe(common(before, after));
      for (const line of diff) {
        if (line.before !== undefined) expect(before[line.before - 1]).toBe(line.text);
        if (line.after !== undefined) expect(after[line.after - 1]).toBe(line.text);
      }
      expect(diff.flatMap((line) => line.before ?? []).length).toBe(before.length);
      expect(diff.flatMap((line) => line.after ?? []).length).toBe(after.length);
    }
  });
  test('of texts that have nothing in common is one removed and one added', () => {
    const [before, after] = ['a', 'b'].map((letter) => Array.from({ length: 3000 }, (_, index) => `${letter}${index}`));
    const diff = lineDiff(before!, after!);
    expect(diff).toHaveLength(6000);
    expect(diff[0]).toEqual({ kind: 'removed', text: 'a0', before: 1 });
    expect(diff[3000]).toEqual({ kind: 'added', text: 'b0', after: 1 });
  });
  test('is shown with the lines around it, and what is left out is counted', () => {
    const before = Array.from({ length: 30 }, (_, index) => `${index}`);
    const shown = hunks(lineDiff(before, before.with(15, 'other')), 1);
    expect(shown).toMatchObject([
      14,
      { text: '14' },
      { kind: 'removed', text: '15' },
      { kind: 'added', text: 'other' },
      { text: '16' },
      13,
    ]);
    expect(hunks(lineDiff(before, before))).toEqual([30]);
  });
  test('a last line without an end is a line, the end of the last line is none', () => {
    expect(linesOf('a\nb\r\nc')).toEqual(['a', 'b', 'c']);
    expect(linesOf('a\n\n')).toEqual(['a', '']);
    expect(linesOf('')).toEqual([]);
  });
});
