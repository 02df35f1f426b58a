/**
 * Brings the RAM of a snapshot point back: first which pages differ from what the machine has, so that it can go on at once;
 * then the pages themselves, those first that the guest waits for.
 */
import { RecentlyUsed } from '../../emulator/structures/recently-used.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { fillPages } from '../../emulator/host/pages.ts';
import type { SharedRam } from '../../emulator/index.ts';
import { ZERO, type ChunkReader } from '../storage/index.ts';
import type { Report } from '../jobs/job.ts';
import { MEMORY, ownerOf, PAGE_BYTES } from '../storage/owners.ts';

/** The chunks of the snapshots last returned to: the filling follows the comparison, and returns repeat. */
const KEPT = 4;
const recent = new WeakMap<ChunkReader, RecentlyUsed<string, Float64Array>>();

async function pagesOf(reader: ChunkReader, snapshot: string): Promise<Float64Array> {
  const kept = recent.get(reader) ?? new RecentlyUsed<string, Float64Array>(KEPT);
  recent.set(reader, kept);
  const known = kept.get(snapshot);
  if (known) return known;
  const manifest = (await reader.manifests.list(ownerOf(snapshot))).find(({ name }) => name === MEMORY);
  if (!manifest) throw new ContractError('memory-not-stored');
  const entries = await reader.manifests.read(manifest.id);
  kept.put(snapshot, entries);
  return entries;
}

export interface ComparedMemory {
  /** One bit a page: `RestorePoint.differs`. */
  readonly differs: Uint8Array;
  readonly pages: number;
}

/**
 * Reading job: which pages of `to` differ from those of `from`; without `from`, which are not zero.
 * @throws ContractError when one of them has no memory in the store
 */
export async function compareMemory(
  reader: ChunkReader,
  { from, to }: { readonly from?: string; readonly to: string },
): Promise<ComparedMemory> {
  const wanted = await pagesOf(reader, to);
  const there = from === undefined ? undefined : await pagesOf(reader, from);
  const differs = new Uint8Array(Math.ceil(wanted.length / 8));
  let pages = 0;
  for (let page = 0; page < wanted.length; page++) {
    if (wanted[page] === (there ? there[page] : ZERO)) continue;
    differs[page >> 3]! |= 1 << (page & 7);
    pages++;
  }
  return { differs, pages };
}

/**
 * Reading job: fills every absent page of `ram` from a snapshot.
 * @throws ContractError; the signal's reason when cancelled
 */
export async function fillMemory(
  reader: ChunkReader,
  { ram, snapshot }: { readonly ram: SharedRam; readonly snapshot: string },
  _progress: Report,
  signal: AbortSignal,
): Promise<void> {
  const entries = await pagesOf(reader, snapshot);
  const read = async (pages: readonly number[]) => {
    const ids = pages.map((page) => entries[page] ?? ZERO);
    const chunks = await reader.getMany(ids, PAGE_BYTES);
    return chunks.map((bytes, index) => (ids[index] === ZERO ? undefined : bytes));
  };
  await fillPages(ram, read, { signal });
}
