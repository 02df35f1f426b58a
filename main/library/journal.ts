/** The journal: every change of a machine with what was before and after, so that it can be taken back. */
import type { MachineDefinition, MachineId } from '../../preload/contract/machines.ts';
import { storedDefinition } from '../../preload/contract/definition/schema.ts';
import { admits } from '../../preload/contract/schema/problems.ts';
import { flag, recordWith } from '../../preload/contract/schema/shapes.ts';
import type { Row, Statements } from './database.ts';

/** What the journal remembers of a machine at one moment. */
export interface MachineImage {
  readonly definition: MachineDefinition;
  readonly deleted: boolean;
}

export interface JournalEntry {
  readonly number: number;
  readonly at: number;
  /** `restore`: the machine went back to a snapshot with another definition. */
  readonly what: 'create' | 'update' | 'delete' | 'undelete' | 'undo' | 'restore';
  readonly machine: MachineId;
  readonly before?: MachineImage;
  readonly after?: MachineImage;
  readonly undone: boolean;
  /** What it was before, or after, cannot be read any more. */
  readonly damaged: boolean;
}

const machineImage = recordWith({ definition: storedDefinition, deleted: flag });

/** @returns `null` for what is no image */
function imageOf(text: unknown): MachineImage | undefined | null {
  if (typeof text !== 'string') return undefined;
  try {
    const image: unknown = JSON.parse(text);
    return admits(machineImage, image) ? (image as MachineImage) : null;
  } catch {
    return null;
  }
}

function entryOf(row: Row): JournalEntry {
  const before = imageOf(row['before']);
  const after = imageOf(row['after']);
  return {
    damaged: before === null || after === null,
    number: Number(row['id']),
    at: Number(row['at']),
    what: row['what'] as JournalEntry['what'],
    machine: row['machine'] as MachineId,
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    undone: row['undone_by'] !== null,
  };
}

/** Writes one entry, in the transaction that makes the change; answers with its number. */
export async function writeJournal(
  statements: Statements,
  entry: Pick<JournalEntry, 'what' | 'machine' | 'before' | 'after'>,
): Promise<number> {
  const { lastId } = await statements.run(
    'INSERT INTO journal (at, what, machine, before, after) VALUES (?, ?, ?, ?, ?)',
    Date.now(),
    entry.what,
    entry.machine,
    entry.before ? JSON.stringify(entry.before) : null,
    entry.after ? JSON.stringify(entry.after) : null,
  );
  return lastId;
}

/** A machine's entries, newest first. */
export async function readJournal(statements: Statements, machine: MachineId): Promise<readonly JournalEntry[]> {
  return (await statements.all('SELECT * FROM journal WHERE machine = ? ORDER BY id DESC', machine)).map(entryOf);
}

export async function markUndone(statements: Statements, entry: number, by: number): Promise<void> {
  await statements.run('UPDATE journal SET undone_by = ? WHERE id = ?', by, entry);
}

/** Notes that a machine was deleted for good; its other entries, to which nothing leads back, go. */
export async function writePurge(
  statements: Statements,
  machine: MachineId,
  gone: { readonly name: string; readonly memoryMiB: number; readonly snapshots: number },
): Promise<void> {
  await statements.run('DELETE FROM journal WHERE machine = ?', machine);
  await statements.run(`INSERT INTO journal (at, what, before) VALUES (?, 'purge', ?)`, Date.now(), JSON.stringify({ machine, ...gone }));
}
