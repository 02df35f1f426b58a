/**
 * Writing job: reads the file of a machine into the store, in one pass and with little memory. Everything is checked
 * before a manifest names any of it; when it rejects, nothing is left.
 */
import { StorageError, type Store } from '../storage/index.ts';
import { dropOwners } from '../timeline/store-keeping.ts';
import { ownerOf, type Report } from '../timeline/job.ts';
import { ArchiveError, damaged } from './archive-error.ts';
import { isArchivedMachine, type ArchivedMachine } from './archived-machine.ts';
import { ImportedLists } from './imported-lists.ts';
import { ImportedFiles } from './imported-files.ts';
import { readRecords } from './record-reader.ts';
import { newNames, renamed } from './renamed.ts';
import { decodeSubject } from './runs.ts';

export interface ImportMachine {
  readonly file: string;
  /** Where boot files that come with the machine are put, in a folder of their own. */
  readonly filesFolder: string;
}
/** The larger parts of a snapshot's row. */
export interface ImportedParts {
  readonly state?: Uint8Array;
  readonly consoles: Uint8Array[];
}
export interface ImportedMachine {
  /** Under new identities; contents are in the store under `snapshot:ID`. The name may be taken. */
  readonly machine: ArchivedMachine;
  /** By the snapshots' new identities. */
  readonly saved: ReadonlyMap<string, ImportedParts>;
}

/** @throws ArchiveError `other`, `newer`, `damaged`, `host`; StorageError `full`; the signal's reason when cancelled */
export async function importMachine(
  store: Store,
  { file, filesFolder }: ImportMachine,
  progress: Report,
  signal: AbortSignal,
): Promise<ImportedMachine> {
  const lists = new ImportedLists(store, file);
  const files = new ImportedFiles(filesFolder);
  const saved = new Map<string, { state?: Uint8Array; consoles: Uint8Array[] }>();
  let machine: ArchivedMachine | undefined;
  const owners: string[] = [];
  try {
    let records = 0;
    for await (const { kind, bytes, doneBytes, totalBytes } of readRecords(file)) {
      signal.throwIfAborted();
      const expected = (['HEAD', 'MACH'] as const)[records++];
      if (expected ? kind !== expected : kind === 'HEAD' || kind === 'MACH')
        throw damaged(file, `a record "${kind}" stands where none may`);
      if (kind === 'MACH') machine = machineOf(file, bytes);
      else if (kind === 'CHNK') await lists.addChunks(bytes);
      else if (kind === 'LIST') lists.addList(bytes);
      else if (kind === 'BLOB') addBlob(file, bytes, saved);
      progress({ message: 'reading', fraction: doneBytes / totalBytes, bytesDone: doneBytes, bytesTotal: totalBytes });
    }
    if (!machine) throw damaged(file, 'it says nothing of a machine');
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
    const parts = machine.snapshots.map(({ id, hasMemory, name }) => {
      const of = saved.get(id) ?? { consoles: [] };
      if (hasMemory !== (of.state !== undefined)) throw damaged(file, `the state of "${name}" is missing`);
      return [names.snapshots.get(id) as string, of] as const;
    });
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

/** States of cores and devices and ends of consoles of all snapshots; they are kept in memory until their rows are made. */
const MOST_STATE_BYTES = 2 ** 31;

/** A list that cannot be is damage of the file, whatever found it. */
const explained = (file: string, error: unknown): unknown =>
  error instanceof ArchiveError || error instanceof StorageError || !(error instanceof RangeError) ? error : damaged(file, error.message);

function machineOf(file: string, bytes: Uint8Array): ArchivedMachine {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    // Judged below.
  }
  if (isArchivedMachine(value)) return value;
  throw damaged(file, 'what it says of its machine cannot be');
}

function addBlob(file: string, bytes: Uint8Array, saved: Map<string, { state?: Uint8Array; consoles: Uint8Array[] }>): void {
  const { subject, rest } = decodeSubject(bytes) ?? {};
  const snapshot = subject?.['snapshot'];
  if (typeof snapshot !== 'string' || !rest) throw damaged(file, 'a state in it is of nothing');
  const parts = saved.get(snapshot) ?? { consoles: [] };
  saved.set(snapshot, parts);
  const content = new Uint8Array(rest);
  const together = [...saved.values()].reduce(
    (sum, { state, consoles }) => sum + (state?.length ?? 0) + consoles.reduce((all, { length }) => all + length, 0),
    0,
  );
  if (together + content.length > MOST_STATE_BYTES) throw damaged(file, 'the states in it are larger than any machine has');
  if (subject?.['of'] === 'state') parts.state = content;
  else if (subject?.['of'] === 'console' && subject['console'] === parts.consoles.length) parts.consoles.push(content);
}
