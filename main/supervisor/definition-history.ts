/** What a machine was at other times: told from the library's journal, and made again. */
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import type { DefinitionVersion, MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import type { JournalEntry } from '../library/journal.ts';
import type { DefinitionChange } from '../library/machine-records.ts';

/** Changes that are told of, the newest. */
const MOST = 1000;
/** Those that change what a machine is; the bin does not. */
const TOLD = new Set<JournalEntry['what']>(['create', 'update', 'undo', 'restore']);

export interface HistoryParts {
  history(id: MachineId): Promise<readonly JournalEntry[]>;
  update(id: MachineId, change: DefinitionChange): Promise<MachineStatus>;
}

/** The changes of a machine's definition, newest first. */
export async function definitionHistory({ history }: Pick<HistoryParts, 'history'>, id: MachineId): Promise<readonly DefinitionVersion[]> {
  const told = (await history(id)).filter(
    ({ what, before, after }) => TOLD.has(what) && before?.deleted !== true && after?.deleted !== true,
  );
  return told.slice(0, MOST).map(({ number, at, what, before, after }) => ({
    number,
    at,
    what: what as DefinitionVersion['what'],
    ...(before ? { before: before.definition } : {}),
    ...(after ? { after: after.definition } : {}),
  }));
}

/** All fields of `version`, and none that it lacks; the name stays. */
export function wholeChange(version: MachineDefinition, stored: MachineDefinition): Partial<MachineDefinition> {
  const lacking = Object.keys(stored).filter((field) => !(field in version));
  // What is stored without a value is not stored.
  return { ...Object.fromEntries(lacking.map((field) => [field, undefined])), ...version, name: stored.name };
}

/** Makes a machine what it was after a change. @throws ContractError for a change that is not there or cannot be read */
export async function revertDefinition(parts: HistoryParts, id: MachineId, number: number): Promise<MachineStatus> {
  const entry = (await parts.history(id)).find((one) => one.number === number);
  const version = entry?.after?.definition;
  if (!version) throw new ContractError(entry ? 'change-damaged' : 'change-unknown', { number });
  return parts.update(id, (stored) => wholeChange(version, stored));
}
