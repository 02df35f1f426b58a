/** `--against FILE`: an earlier result beside this one. Both were measured beside a peer, so ratios are compared, not times. */
import { readFileSync } from 'node:fs';
import type { BenchResult, Comparison } from './measures.ts';
import { BenchCallError } from './options.ts';

/** What is never called a difference, whatever the noise. */
const ALWAYS_ALIKE = 0.03;
/** With more noise than this in either, nothing is said. */
const TOO_NOISY = 0.25;

export interface Judgement {
  readonly name: string;
  /** Ratios to the peer; below 1 is better than it. */
  readonly before: number;
  readonly now: number;
  /** What both may be off by for nothing; absent where one had a single run. */
  readonly noise?: number;
  readonly verdict: 'slower' | 'faster' | 'alike' | 'too noisy' | 'single run';
}

/** @throws BenchCallError for a file that is not the result of `--json` */
export function readResult(file: string): BenchResult {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (read !== null && typeof read === 'object') return read as BenchResult;
  } catch (error) {
    throw new BenchCallError(`--against takes a file that --json has written: ${(error as Error).message}`);
  }
  throw new BenchCallError(`--against takes a file that --json has written; ${file} is something else`);
}

/** What was measured as one time, or size, beside another. */
function* comparisons({
  boot,
  prompt,
  memory,
  integer,
  float,
  programs,
  system,
  v86,
}: BenchResult): Generator<[name: string, comparison: Comparison]> {
  if (boot) yield ['start to power-off', boot];
  if (prompt) yield ['start to prompt', prompt];
  if (memory) yield ['peak memory', memory];
  yield* Object.entries({ ...integer?.cases, ...float?.cases, ...system?.cases });
  for (const [name, comparison] of Object.entries(programs?.wall.cases ?? {})) yield [`${name}, wall time`, comparison];
  for (const [name, comparison] of Object.entries(programs?.processor ?? {})) yield [`${name}, processor`, comparison];
  for (const [name, comparison] of Object.entries(v86?.same.cases ?? {})) yield [`${name}, beside v86`, comparison];
  for (const [name, comparison] of Object.entries(v86?.wide.cases ?? {})) yield [`${name}, 64 bits beside v86`, comparison];
}

/** Judges what both have. */
export function judge(before: BenchResult, now: BenchResult): Judgement[] {
  const earlier = new Map(comparisons(before));
  return [...comparisons(now)].flatMap(([name, after]) => {
    const other = earlier.get(name);
    return other ? [judgeOne(name, other, after)] : [];
  });
}
function judgeOne(name: string, before: Comparison, now: Comparison): Judgement {
  const ratios = { name, before: before.ratio, now: now.ratio };
  if (before.noise === undefined || now.noise === undefined) return { ...ratios, verdict: 'single run' };
  const noise = (1 + before.noise) * (1 + now.noise) - 1;
  if (Math.max(before.noise, now.noise) > TOO_NOISY) return { ...ratios, noise, verdict: 'too noisy' };
  const bound = 1 + Math.max(noise, ALWAYS_ALIKE);
  const change = now.ratio / before.ratio;
  return { ...ratios, noise, verdict: change > bound ? 'slower' : change < 1 / bound ? 'faster' : 'alike' };
}

/** @returns lines for people */
export function judgementLines(judgements: readonly Judgement[]): string[] {
  if (judgements.length === 0) return ['The earlier result has none of what was measured now.'];
  const width = Math.max(...judgements.map(({ name }) => name.length));
  return [
    `${'against before'.padEnd(width)}  before     now   noise`,
    ...judgements.map(({ name, before, now, noise, verdict }) =>
      [
        name.padEnd(width),
        before.toFixed(2).padStart(7),
        now.toFixed(2).padStart(7),
        (noise === undefined ? '' : `${(noise * 100).toFixed(0)} %`).padStart(7),
        ` ${verdict}`,
      ].join(' '),
    ),
  ];
}
