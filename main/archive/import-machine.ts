/**
 * Writing job: reads the file of a machine into the store, in one pass and with little memory. Everything is checked
 * before a manifest names any of it; when it rejects, nothing is left.
 */
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import { parseBoundedJson } from '../../preload/contract/bounded-json.ts';
import type { PackedParts } from '../library/saved-parts.ts';
import type { Store } from '../storage/index.ts';
import { dropOwners } from '../storage/keeping-jobs.ts';
import type { Report } from '../jobs/job.ts';
import { ownerOf } from '../storage/owners.ts';
import { damaged } from './damaged-archive.ts';
import { isArchivedMachine, type ArchivedMachine } from './archived-machine.ts';
import { ImportedLists } from './imported-lists.ts';
import { ImportedFiles } from './imported-files.ts';
import { ImportedParts } from './imported-parts.ts';
import { readRecords } from './record-reader.ts';
import { newNames, renamed } from './renamed.ts';

export interface ImportMachine {
  readonly file: string;
  /** Where boot files that come with the machine are put, in a folder of their own. */
  readonly filesFolder: string;
}
export interface ImportedMachine {
  /** Under new identities; contents are in the store under `snapshot:ID`. The name may be taken. */
  readonly machine: ArchivedMachine;
  /** The larger parts of the snapshots' rows, by their new identities. */
  readonly saved: ReadonlyMap<string, PackedParts>;
}

/** @throws ContractError `other`, `newer`, `damaged`, `host`; ContractError `full`; the signal's reason when cancelled */
export async function importMachine(
  store: Store,
  { file, filesFolder }: ImportMachine,
  progress: Report,
  signal: AbortSignal,
): Promise<ImportedMachine> {
  const lists = new ImportedLists(store, file);
  const files = new ImportedFiles(filesFolder);
  const saved = new ImportedParts(file);
  let machine: ArchivedMachine | undefined;
  const owners: string[] = [];
  try {
    let records = 0;
    for await (const record of readRecords(file)) {
      const { kind, doneBytes, totalBytes } = record;
      signal.throwIfAborted();
      const expected = (['HEAD', 'MACH'] as const)[records++];
      if (expected ? kind !== expected : kind === 'HEAD' || kind === 'MACH') throw damaged(file, `it has an unexpected record "${kind}"`);
      if (kind === 'MACH') {
        machine = machineOf(file, await record.unpack());
        lists.expect(machine);
        saved.expect(machine);
      } else if (kind === 'CHNK') await lists.addChunks(await record.unpack());
      else if (kind === 'LIST') await lists.addList(record);
      else if (kind === 'BLOB') saved.add(await record.unpack());
      progress({
        message: faultWith('step-reading-archive'),
        fraction: doneBytes / totalBytes,
        bytesDone: doneBytes,
        bytesTotal: totalBytes,
      });
    }
    if (!machine) throw damaged(file, 'it contains no machine');
    await lists.storeChunks();
    const names = newNames(machine);
    await files.write(lists.files(), (numbers) => lists.read(numbers));
    const result = renamed(machine, names, { hasBase: (base) => lists.hasBase(base), placeOf: (path) => files.placeOf(path) });
    for (const [index, snapshot] of machine.snapshots.entries()) {
      signal.throwIfAborted();
      const owner = ownerOf(result.snapshots[index]!.id);
      owners.push(owner);
      await lists.store(snapshot, owner);
    }
    const parts = machine.snapshots.map((snapshot) => [names.snapshots.get(snapshot.id) as string, saved.of(snapshot)] as const);
    lists.release();
    return { machine: result, saved: new Map(parts) };
  } catch (error) {
    files.remove();
    lists.release();
    await dropOwners(store, { owners })
      .then(() => store.collect())
      .catch(() => undefined);
    throw explained(file, error);
  }
}

/** A list that cannot be is damage of the file, whatever found it. */
const explained = (file: string, error: unknown): unknown => (error instanceof RangeError ? damaged(file, error.message) : error);

/** Fifty thousand snapshots of some eighty values. */
const MACHINE_LIMITS = { depth: 16, values: 4_000_000 };

function machineOf(file: string, bytes: Uint8Array): ArchivedMachine {
  let value: unknown;
  try {
    value = parseBoundedJson(Buffer.from(bytes).toString(), MACHINE_LIMITS);
  } catch {
    // Judged below.
  }
  if (isArchivedMachine(value)) return value;
  throw damaged(file, 'its description of the machine is not valid');
}
