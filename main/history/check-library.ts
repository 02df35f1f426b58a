/**
 * The check of a whole library: rows, lists and every stored byte. What is affected is named and marked, and the rest
 * stays usable. The repair salvages a store that does not open any more.
 */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { isUnreadable } from '../library/library-error.ts';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileMomentText } from '../../emulator/quantities/moments.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { headsOnDisk, overlayFile } from '../disks/heads.ts';
import type { Home } from '../library/home.ts';
import { openLibrary, type Library } from '../library/library.ts';
import type { SnapshotRecord } from '../library/snapshot-records.ts';
import { salvage, type CheckReport } from '../storage/index.ts';
import type { Report } from '../jobs/job.ts';
import { headOwner, MEMORY, ownerOf } from '../storage/owners.ts';
import { recover } from '../snapshots/recovery.ts';
import type { TimelineParts } from '../taking/timeline-parts.ts';
import { checkFile, repairFile } from '../printed/check-parts.ts';
import { printedFile } from '../printed/printed-output.ts';
import { storageOf, storeFile } from '../workers/storage.ts';

export interface CheckOptions {
  /** Checks what consoles printed; what is wrong, in sentences. */
  readonly printed?: (nameOf: (machine: string) => string) => Promise<readonly string[]>;
  readonly progress?: Report;
  readonly signal?: AbortSignal;
}
type Parts = Pick<TimelineParts, 'library' | 'storage'>;

/** Names of everything that a machine or a snapshot is to have in the store. */
interface Expected {
  readonly owner: string;
  readonly names: readonly string[];
  readonly label: string;
  readonly snapshot?: SnapshotId;
}

/**
 * Checks a library that nobody has open.
 * @returns what is wrong, in sentences; empty when nothing is
 * @throws ContractError `locked` while a program has it open
 */
export async function checkLibrary(home: Home, options: CheckOptions = {}): Promise<readonly string[]> {
  return withLibrary(home, async (parts) => {
    try {
      await recover(parts);
      return await checkAll(parts, { ...options, printed: (nameOf) => checkFile(printedFile(home.folder), nameOf) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return unreadable(parts, error);
    }
  });
}

/** What a store that does not open takes with it until it is repaired. */
async function unreadable({ library, storage }: Parts, error: Error): Promise<readonly string[]> {
  const names = new Map((await library.machines.list()).map(({ id, definition }) => [id, definition.name]));
  const affected = (await library.snapshots.list()).flatMap(({ name, machine }) => {
    const own = machine && names.get(machine);
    return own ? [`the snapshot "${name}" of "${own}": cannot be read until the store is repaired`] : [];
  });
  return [`the store ${storage.file} cannot be read (${error.message}): "viv library repair" saves what can be read`, ...affected];
}

/**
 * Mends what can be mended of a library that nobody has open: a store that does not open is salvaged into a new one (the
 * damaged file stays beside it), what is lost is marked.
 * @returns what was done, in sentences
 */
export async function repairLibrary(home: Home, options: CheckOptions = {}): Promise<readonly string[]> {
  const done = [...(await mendStore(home, options)), ...(await repairFile(printedFile(home.folder)))];
  return withLibrary(home, async (parts) => {
    done.push(...(await recover(parts)).map(wordsOf));
    const affected = await checkAll(parts, options);
    return [...done, ...affected];
  });
}

async function withLibrary<T>(home: Home, work: (parts: Parts) => Promise<T>): Promise<T> {
  const library = await openLibrary(home, { program: 'viv library check' });
  const storage = storageOf(home);
  try {
    return await work({ library, storage });
  } finally {
    await storage.close();
    await library.close();
  }
}

/** Salvages the store where its file has damage that its own check cannot live with. */
async function mendStore(home: Home, { progress }: CheckOptions): Promise<readonly string[]> {
  const file = storeFile(home);
  if (!existsSync(file)) return [];
  const storage = storageOf(home);
  try {
    const report = await storage.run.checkStore(undefined, progress ? { progress } : {});
    if (report.file.length === 0) return [];
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  } finally {
    await storage.close();
  }
  const fresh = `${file}.salvaged`;
  rmSync(fresh, { force: true });
  progress?.({ message: faultWith('step-salvaging') });
  const saved = await salvage(file, fresh);
  const aside = `${file}.damaged-${fileMomentText(Date.now())}`;
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  renameSync(file, aside);
  renameSync(fresh, file);
  return [
    `the store was damaged: ${saved.chunks} pieces of data and ${saved.manifests} lists were saved; the damaged file is kept as ${aside}`,
  ];
}

/** Checks a library that is open; marks what is damaged, and what was and is not any more. */
export async function checkAll({ library, storage }: Parts, { progress, signal, printed }: CheckOptions = {}): Promise<readonly string[]> {
  const told: string[] = (await library.check()).map((line) => `the library's file: ${line}`);
  const machines = new Map([...(await library.machines.list()), ...(await library.machines.bin())].map((machine) => [machine.id, machine]));
  const nameOf = (id: string | null) => machines.get(id as never)?.definition.name ?? 'a template';
  told.push(...((await printed?.(nameOf)) ?? []));
  if (!existsSync(storage.file)) return [...told, ...overlaysGone(library, await library.heads.list(), new Map())];
  progress?.({ message: faultWith('step-checking-bytes') });
  const report = await storage.run.checkStore(undefined, { ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) });
  told.push(...report.file.map((line) => `the store's file: ${line}`));
  const records = await library.snapshots.list();
  const heads = await library.heads.list();
  const expected: Expected[] = records
    .filter(({ state }) => state !== 'storing')
    .map((record) => ({
      ...expectedOf(record),
      label: `the snapshot "${record.name}" of "${nameOf(record.machine)}"`,
      snapshot: record.id,
    }));
  for (const { id, machine, slot } of heads)
    expected.push({ owner: headOwner(id), names: [], label: `disk ${slot + 1} of "${nameOf(machine)}"` });
  const there = await storage.run.manifestNames();
  for (const one of expected) {
    const problem = problemOf(one, report, there.get(one.owner) ?? []);
    if (problem) told.push(`${one.label}: ${problem}`);
    if (one.snapshot) await mark(library, records.find(({ id }) => id === one.snapshot) as SnapshotRecord, problem);
  }
  told.push(...overlaysGone(library, heads, machines));
  return told;
}

function expectedOf({ id, hasMemory, disks }: SnapshotRecord): Pick<Expected, 'owner' | 'names'> {
  return { owner: ownerOf(id), names: [...(hasMemory ? [MEMORY] : []), ...disks.map(({ slot }) => `disk${slot}@list`)] };
}

function problemOf({ owner, names }: Expected, report: CheckReport, there: readonly string[]): string | undefined {
  const missing = names.filter((name) => !there.includes(name));
  if (missing.length > 0) return `${missing.map(partName).join(' and ')} is missing`;
  const affected = report.affected.filter(({ manifest }) => manifest.owner === owner);
  if (affected.length === 0) return undefined;
  const parts = affected.map(({ manifest, unreadable, positions }) => {
    const part = partName(manifest.name);
    return unreadable ? `${part} cannot be read` : `${part} has lost ${positions.length} of ${manifest.entries} pieces`;
  });
  return parts.join('; ');
}

/** A manifest's name as people call it. */
function partName(name: string): string {
  if (name === MEMORY) return 'its memory';
  const slot = /^disk(\d+)@/.exec(name)?.[1];
  return slot === undefined ? 'its content' : `its disk ${Number(slot) + 1}`;
}

async function mark({ snapshots }: Library, record: SnapshotRecord, problem: string | undefined): Promise<void> {
  if (problem !== undefined) await snapshots.setState(record.id, 'damaged', faultWith('snapshot-content-damaged', { parts: [problem] }));
  else if (record.state === 'damaged') await snapshots.setState(record.id, 'ready', undefined);
}

function overlaysGone(
  { home }: Library,
  heads: Awaited<ReturnType<Library['heads']['list']>>,
  machines: ReadonlyMap<string, { readonly definition: { readonly name: string } }>,
): string[] {
  const there = new Set(headsOnDisk(home.folder));
  return heads
    .filter(({ id }) => !there.has(id))
    .map(({ id, machine, slot }) => {
      const name = machines.get(machine)?.definition.name ?? machine;
      return `disk ${slot + 1} of "${name}": its overlay ${overlayFile(home.folder, id)} is missing; restore a snapshot`;
    });
}
