/** What of a machine's hardware differs between two definitions, in words. */
import { boardOf } from '../../preload/contract/definition/boards.ts';
import { factOf } from '../../preload/contract/definition/rules.ts';
import { ALL_FIELDS, valueAt } from '../../preload/contract/definition/walk.ts';
import { valueWords } from '../../preload/contract/definition/words.ts';
import type { DiskDefinition, MachineDefinition } from '../../preload/contract/machines.ts';
import type { HardwareChange } from '../../preload/contract/snapshots.ts';
import { formatBytes } from '../../emulator/quantities/bytes.ts';

const WRITES = { overlay: 'writes kept', throwaway: 'writes discarded on shutdown', direct: 'writes to the file' } as const;

/** Without its size, which may be its file's. */
function diskWords({ path, format = 'raw', readonly, writes = 'direct', sizeBytes }: DiskDefinition): string {
  const parts = [
    path === undefined ? 'in the library' : `${path} (${format})`,
    ...(sizeBytes === undefined ? [] : [formatBytes(sizeBytes)]),
    readonly ? 'read-only' : WRITES[writes],
  ];
  return parts.join(', ');
}

/** The fields that need no matching. What a field is when it is absent counts as its value; nothing at all is no fact. */
const COMPARED = ALL_FIELDS.filter(({ path, field }) => !field.isOwners && path !== 'disks');

function factsOf(definition: MachineDefinition): ReadonlyMap<string, string> {
  const board = boardOf(definition.board);
  const facts = COMPARED.map(({ path, field }): [string, string] => {
    const value = valueAt(definition, path) ?? field.absent?.(board);
    return [factOf(path), valueWords(path, field.owners && value !== undefined ? field.owners.without(value as never) : value)];
  });
  return new Map(facts.filter(([, words]) => words !== ''));
}

/** A disk is the same one by its id; without, by its file. */
const isSame = (one: DiskDefinition, other: DiskDefinition): boolean =>
  one.id === undefined || other.id === undefined ? one.id === other.id && one.path === other.path : one.id === other.id;

function diskChanges(before: readonly DiskDefinition[], after: readonly DiskDefinition[]): HardwareChange[] {
  const changes: HardwareChange[] = [];
  for (const [slot, disk] of after.entries()) {
    const at = before.findIndex((other) => isSame(other, disk));
    const was = before[at];
    const what = `disk ${slot + 1}`;
    if (!was) changes.push({ what, before: null, after: diskWords(disk) });
    else if (diskWords(was) !== diskWords(disk)) changes.push({ what, before: diskWords(was), after: diskWords(disk) });
    else if (at !== slot) changes.push({ what, before: `disk ${at + 1}`, after: `disk ${slot + 1}` });
  }
  for (const [slot, disk] of before.entries())
    if (!after.some((other) => isSame(other, disk))) changes.push({ what: `disk ${slot + 1}`, before: diskWords(disk), after: null });
  return changes;
}

/** What is different in `after`; empty where the machines are the same. */
export function compareDefinitions(before: MachineDefinition, after: MachineDefinition): readonly HardwareChange[] {
  const [old, fresh] = [factsOf(before), factsOf(after)];
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((what): HardwareChange[] => {
    const [from, to] = [old.get(what) ?? null, fresh.get(what) ?? null];
    return from === to ? [] : [{ what, before: from, after: to }];
  });
  return [...changes, ...diskChanges(before.disks, after.disks)];
}
