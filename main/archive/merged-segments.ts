/** A disk's clusters over those of its base, a segment at a time: neither is ever in memory as a whole. */
import { SEGMENT_CLUSTERS } from '../disks/cluster.ts';
import type { ChunkRun } from './runs.ts';

/** Where one of the two lists has been read up to. */
class Cursor {
  readonly #runs: Iterator<ChunkRun>;
  run: ChunkRun | undefined;

  constructor(runs: Iterable<ChunkRun>) {
    this.#runs = runs[Symbol.iterator]();
    this.#next();
  }

  #next(): void {
    const { done, value } = this.#runs.next();
    this.run = done === true ? undefined : value;
  }

  /** Goes on to what is at `position` or behind it. */
  skipTo(position: number): void {
    while (this.run && this.run[0] + this.run[2] <= position) this.#next();
  }

  /** Gives out the parts of runs before `end`, and keeps what is behind. */
  *upTo(end: number): Generator<ChunkRun> {
    while (this.run && this.run[0] < end) {
      const [position, number, count] = this.run;
      const part = Math.min(count, end - position);
      yield [position, number, part];
      if (part === count) this.#next();
      else this.run = [position + part, number === 0 ? 0 : number + part, count - part];
    }
  }
}

/** Puts runs into a segment's list; `ChunkRun` numbers are those of the file. */
function fill(entries: Float64Array, start: number, parts: Iterable<ChunkRun>, chunkOf: (number: number) => number): void {
  for (const [position, number, count] of parts) {
    if (position + count <= start) continue;
    const skipped = Math.max(0, start - position);
    if (number === 0) entries.fill(0, position + skipped - start, position + count - start);
    else for (let index = skipped; index < count; index++) entries[position + index - start] = chunkOf(number + index);
  }
}

/**
 * The segments that have content, ascending. Each list is the caller's to keep.
 * @param own runs of the disk; number 0: zeros, whatever the base holds
 * @param below runs of the base, none where there is none
 * @param chunkOf the store's number of a chunk of the file
 */
export function* mergedSegments(
  own: Iterable<ChunkRun>,
  below: Iterable<ChunkRun>,
  chunkOf: (number: number) => number,
): Generator<readonly [segment: number, entries: Float64Array]> {
  const over = new Cursor(own);
  const under = new Cursor(contentOnly(below));
  const content = new Cursor(contentOnly(own));
  for (;;) {
    const next = Math.min(content.run?.[0] ?? Infinity, under.run?.[0] ?? Infinity);
    if (next === Infinity) return;
    const segment = Math.floor(next / SEGMENT_CLUSTERS);
    const start = segment * SEGMENT_CLUSTERS;
    const end = start + SEGMENT_CLUSTERS;
    const entries = new Float64Array(SEGMENT_CLUSTERS);
    fill(entries, start, under.upTo(end), chunkOf);
    over.skipTo(start);
    fill(entries, start, over.upTo(end), chunkOf);
    for (const _ of content.upTo(end));
    yield [segment, entries];
  }
}

function* contentOnly(runs: Iterable<ChunkRun>): Generator<ChunkRun> {
  for (const run of runs) if (run[1] > 0) yield run;
}
