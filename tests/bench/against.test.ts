import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judge, judgementLines, readResult } from './against.ts';
import { compare } from './measures.ts';
import { benchOptions } from './options.ts';

const steady = (ratio: number, noise?: number) => ({ ours: ratio, peer: 1, ratio, ...(noise === undefined ? {} : { noise }) });
const suite = (cases: Record<string, ReturnType<typeof steady>>) => ({ integer: { ratio: 1, cases } });

test('the noise is how far the ratios of single runs lie apart, beside the peer of the same run', () => {
  // The machine became half as fast for both: no noise.
  expect(compare([1, 2, 1], [2, 4, 2]).noise).toBe(0);
  expect(compare([1, 1.21, 1], [1, 1, 1]).noise).toBeCloseTo(0.1);
  expect(compare([1], [1])).not.toHaveProperty('noise');
});

test('what is slower than the noise of both explains is told from what is not', () => {
  const before = suite({
    crc: steady(1, 0.02),
    sort: steady(1, 0.1),
    hash: steady(1, 0.02),
    fib: steady(1, 0.4),
    chase: steady(1),
    own: steady(1, 0),
  });
  const now = suite({
    crc: steady(1.1, 0.02),
    sort: steady(1.1, 0.1),
    hash: steady(0.9, 0.02),
    fib: steady(3, 0.01),
    chase: steady(2, 0.01),
    added: steady(9, 0),
  });
  expect(judge(before, now).map(({ name, verdict }) => [name, verdict])).toEqual([
    ['crc', 'slower'],
    ['sort', 'alike'],
    ['hash', 'faster'],
    ['fib', 'too noisy'],
    ['chase', 'single run'],
  ]);
});

test('less than three per cent are no difference, however steady the machine is', () => {
  expect(judge(suite({ crc: steady(1, 0) }), suite({ crc: steady(1.029, 0) }))[0]?.verdict).toBe('alike');
  expect(judge(suite({ crc: steady(1, 0) }), suite({ crc: steady(1.031, 0) }))[0]?.verdict).toBe('slower');
});

test('two results without anything in common are said to be that', () => {
  expect(judgementLines(judge(suite({ crc: steady(1, 0) }), suite({ sort: steady(1, 0) })))).toEqual([
    'The earlier result has none of what was measured now.',
  ]);
});

test('a file that is no result, and a single run, are refused before anything is measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-against-'));
  try {
    const file = join(folder, 'result.json');
    writeFileSync(file, 'no result');
    expect(() => readResult(file)).toThrow('--against takes a file that --json has written');
    expect(() => readResult(join(folder, 'none.json'))).toThrow('--against takes a file that --json has written');
    expect(() => benchOptions(['--against', file, '--quick'])).toThrow('--against takes two runs or more');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
