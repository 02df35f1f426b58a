/** What the library takes of the disk: by machine, and what no machine has alone. */
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { StorageUse } from '../../preload/contract/host.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Storage } from '../jobs/storage.ts';
import { printedFile } from '../printed/printed-output.ts';
import { belongingsOf, freedBy, type BelongingsParts } from '../bin/belongings.ts';

export interface StorageUseParts extends BelongingsParts {
  readonly storage: BelongingsParts['storage'] & Pick<Storage<Record<never, never>>, 'file' | 'overlays'>;
  /** Where parts of templates are kept; it may lie in the library's folder. */
  readonly cache: string;
}

/** A block as `stat` counts them (POSIX, `st_blocks`). */
const BLOCK_BYTES = 512;

/** What a file, or all below a folder, takes on the host, in bytes; what is not there or goes meanwhile takes nothing. */
export async function hostBytes(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return 0;
  // Windows does not count blocks.
  const own = found.blocks === undefined ? found.size : found.blocks * BLOCK_BYTES;
  if (!found.isDirectory()) return own;
  let sum = own;
  for (const name of await readdir(path).catch(() => [])) sum += await hostBytes(join(path, name));
  return sum;
}

const sumOf = (sizes: Iterable<number>): number => [...sizes].reduce((sum, bytes) => sum + bytes, 0);

/** Measures everything anew: a few hundred files are looked at, and what machines share in the store is told apart. */
export async function storageUse(parts: StorageUseParts): Promise<StorageUse> {
  const { library, cache, storage } = parts;
  const { folder } = library.home;
  const heads = await library.heads.list();
  const [live, binned] = await Promise.all([library.machines.list(), library.machines.bin()]);
  const belongings = new Map<MachineId | 'bin', ReturnType<typeof belongingsOf>>();
  for (const { id } of live) belongings.set(id, belongingsOf(id, await library.snapshots.list(id), heads));
  const inBin = await Promise.all(binned.map(async ({ id }) => belongingsOf(id, await library.snapshots.list(id), heads)));
  belongings.set('bin', { snapshots: inBin.flatMap(({ snapshots }) => snapshots), heads: inBin.flatMap((one) => one.heads) });
  const freed = await freedBy(parts, belongings);

  const cacheInside = !relative(folder, cache).startsWith('..');
  const [all, cached, systems, imported, consoles, stored, overlays] = await Promise.all([
    hostBytes(folder),
    hostBytes(cache),
    hostBytes(join(folder, 'systems')),
    hostBytes(join(folder, 'imported')),
    withCompanions(printedFile(folder)),
    withCompanions(storage.file),
    hostBytes(storage.overlays),
  ]);
  const machines = live
    .map(({ id, definition: { name } }) => ({ id, name, bytes: freed.get(id) ?? 0 }))
    .sort((one, other) => other.bytes - one.bytes || one.name.localeCompare(other.name));
  const binBytes = freed.get('bin') ?? 0;
  const owned = sumOf(machines.map(({ bytes }) => bytes)) + binBytes;
  // Compressed chunks are weighed by their part of a block, so that sums can be a little larger than the files.
  const shared = Math.max(0, stored + overlays - owned);
  const records = Math.max(0, all - (cacheInside ? cached : 0) - systems - imported - consoles - stored - overlays);
  return {
    folder,
    machines,
    binBytes,
    shared: { shared, systems, imported, consoles, cache: cached, records },
    totalBytes: owned + shared + systems + imported + consoles + cached + records,
  };
}

/** A database and the files that SQLite keeps beside it. */
async function withCompanions(file: string): Promise<number> {
  const names = (await readdir(dirname(file)).catch(() => [])).map((name) => join(dirname(file), name));
  return sumOf(await Promise.all(names.filter((name) => name.startsWith(file)).map(hostBytes)));
}
