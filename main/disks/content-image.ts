/** A disk as it is in the store, over its base: what is compared, exported or looked into. Nothing is ever written. */
import { checkRange, type DiskImage, type Extent } from '../../emulator/disk/disk-image.ts';
import type { ChunkReader } from '../storage/index.ts';
import { CLUSTER_BYTES, isIn, SEGMENT_CLUSTERS, type Run } from './cluster.ts';
import type { DiskContent } from './content.ts';

export interface ContentImageParts {
  readonly content: DiskContent;
  readonly reader: Pick<ChunkReader, 'getMany'>;
  /** Closed with the image. */
  readonly base?: DiskImage | undefined;
  readonly sizeBytes: number;
}

/** Chunks asked for at once. */
const AT_ONCE = 256;

/** The disk that a content makes over a base. The reader stays open when the image is closed. */
export function contentImage({ content, reader, base, sizeBytes }: ContentImageParts): DiskImage {
  const placeOf = (cluster: number): number | 'zeros' | 'base' => {
    const chunk = content.segments.get(Math.floor(cluster / SEGMENT_CLUSTERS))?.[cluster % SEGMENT_CLUSTERS] ?? 0;
    return chunk > 0 ? chunk : isIn(content.zeros, cluster) ? 'zeros' : 'base';
  };
  const readBase = async (offset: number, into: Uint8Array) => {
    const length = base ? Math.max(0, Math.min(into.length, base.sizeBytes - offset)) : 0;
    if (length > 0) await base?.read(offset, into.subarray(0, length));
    into.fill(0, length);
  };
  return {
    sizeBytes,
    async read(offset, into) {
      checkRange(sizeBytes, offset, into.length);
      let baseFrom = -1;
      let stored: { chunk: number; inside: number; into: Uint8Array }[] = [];
      const fetch = async () => {
        const bytes = await reader.getMany(stored.map(({ chunk }) => chunk));
        stored.forEach((part, index) => part.into.set(bytes[index]!.subarray(part.inside, part.inside + part.into.length)));
        stored = [];
      };
      for (let done = 0; done < into.length;) {
        const inside = (offset + done) % CLUSTER_BYTES;
        const part = into.subarray(done, done + Math.min(CLUSTER_BYTES - inside, into.length - done));
        const place = placeOf(Math.floor((offset + done) / CLUSTER_BYTES));
        if (place === 'base') baseFrom = baseFrom < 0 ? done : baseFrom;
        else if (baseFrom >= 0) {
          await readBase(offset + baseFrom, into.subarray(baseFrom, done));
          baseFrom = -1;
        }
        if (place === 'zeros') part.fill(0);
        else if (place !== 'base') stored.push({ chunk: place, inside, into: part });
        if (stored.length === AT_ONCE) await fetch();
        done += part.length;
      }
      if (baseFrom >= 0) await readBase(offset + baseFrom, into.subarray(baseFrom));
      if (stored.length > 0) await fetch();
    },
    allocated: (offset, length) => allocated(content, base, { offset, length }),
    close: async () => base?.close(),
  };
}

/** Runs of clusters that a content has chunks for, between two clusters. */
function* chunkRuns({ segments }: DiskContent, from: number, to: number): Generator<Run> {
  for (const segment of [...segments.keys()].sort((a, b) => a - b)) {
    const entries = segments.get(segment)!;
    const start = segment * SEGMENT_CLUSTERS;
    const end = Math.min(entries.length, to - start);
    for (let at = Math.max(0, from - start); at < end; at++) {
      if (!(entries[at]! > 0)) continue;
      let next = at + 1;
      while (next < end && entries[next]! > 0) next++;
      yield [start + at, next - at];
      at = next;
    }
  }
}

/** In order: what is stored, and what the base has between and is not hidden. */
async function* allocated(content: DiskContent, base: DiskImage | undefined, { offset, length }: Extent): AsyncGenerator<Extent> {
  const end = offset + length;
  let at = offset;
  const between = async function* (to: number) {
    const inBase = base ? Math.min(to, base.sizeBytes) : 0;
    if (base && inBase > at) yield* base.allocated ? base.allocated(at, inBase - at) : [{ offset: at, length: inBase - at }];
  };
  for (const [first, count] of chunkRuns(content, Math.floor(offset / CLUSTER_BYTES), Math.ceil(end / CLUSTER_BYTES))) {
    const start = Math.max(at, first * CLUSTER_BYTES);
    const stop = Math.min(end, (first + count) * CLUSTER_BYTES);
    yield* between(start);
    yield { offset: start, length: stop - start };
    at = stop;
  }
  yield* between(end);
}
