/** The difference of two memories, from their lists of chunks alone: pages that are the same have the same chunk. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { SnapshotDiff } from '../../preload/contract/snapshots.ts';
import type { ChunkReader } from '../storage/index.ts';
import { MEMORY } from '../storage/owners.ts';

/** Runs told of; more would only be scrolled past. */
const MAX_RUNS = 1000;

async function pagesOf(reader: ChunkReader, owner: string): Promise<Float64Array> {
  const manifest = (await reader.manifests.list(owner)).find(({ name }) => name === MEMORY);
  if (!manifest) throw new ContractError('memory-of-two-missing');
  return reader.manifests.read(manifest.id);
}

/** Pages that differ between two owners' memories; a page that only one of them has differs. @throws ContractError */
export async function compareMemories(reader: ChunkReader, from: string, to: string): Promise<NonNullable<SnapshotDiff['pages']>> {
  const [before, after] = [await pagesOf(reader, from), await pagesOf(reader, to)];
  const total = Math.max(before.length, after.length);
  const runs: [number, number][] = [];
  let changed = 0;
  let last: [number, number] | undefined;
  for (let page = 0; page < total; page++) {
    if (before[page] === after[page]) {
      last = undefined;
      continue;
    }
    changed++;
    if (last) last[1]++;
    else {
      last = [page, 1];
      if (runs.length < MAX_RUNS) runs.push(last);
    }
  }
  return { changed, total: after.length, runs };
}
