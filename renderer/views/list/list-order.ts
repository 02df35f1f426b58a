/** What the list of machines shows, and in which order: as data, so that it can be tried without a window. */
import type { MachineState, MachineStatus } from '../../../preload/contract/machines.ts';

export const ORDERS = ['created', 'name', 'state'] as const;
export type Order = (typeof ORDERS)[number];

/** Running ones first: they are what somebody comes back to. */
const STATE_RANK: Readonly<Record<MachineState, number>> = { failed: 0, running: 1, starting: 1, paused: 2, stopping: 2, off: 3 };
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Whether a machine holds every word that was typed, in its name, note, group, tags or last line. `tag:web`, `group:tests` and
 * `is:running` look in one place only.
 */
export function matches({ definition, lastLine, state }: MachineStatus, typed: string): boolean {
  const { name, note, group = '', tags = [] } = definition;
  const everything = [name, note, group, lastLine, ...tags].join('\n').toLowerCase();
  const places: Readonly<Record<string, readonly string[]>> = { tag: tags, group: [group], is: [state] };
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => {
      const [, place = '', value = ''] = /^(\w+):(.*)$/.exec(word) ?? [];
      const found = places[place];
      return found ? found.some((text) => text.toLowerCase().startsWith(value)) : everything.includes(word);
    });
}

/** Sorted copies; machines come as they were made. */
export function inOrder(machines: readonly MachineStatus[], order: Order): readonly MachineStatus[] {
  if (order === 'created') return machines;
  const sorted = [...machines].sort((one, other) => byName.compare(one.definition.name, other.definition.name));
  return order === 'name' ? sorted : sorted.sort((one, other) => STATE_RANK[one.state] - STATE_RANK[other.state]);
}

export type Row =
  | { readonly kind: 'group'; readonly group: string; readonly count: number; readonly folded: boolean }
  | { readonly kind: 'machine'; readonly machine: MachineStatus };

/** The list's rows from above: machines without a group, then each group under its heading; a folded one keeps its heading only. */
export function rowsOf(machines: readonly MachineStatus[], folded: ReadonlySet<string>): readonly Row[] {
  const groups = Map.groupBy(machines, ({ definition }) => definition.group ?? '');
  const named = [...groups.keys()].filter((group) => group !== '').sort(byName.compare);
  const row = (machine: MachineStatus): Row => ({ kind: 'machine', machine });
  return [
    ...(groups.get('') ?? []).map(row),
    ...named.flatMap((group): readonly Row[] => {
      const members = groups.get(group) ?? [];
      const heading: Row = { kind: 'group', group, count: members.length, folded: folded.has(group) };
      return [heading, ...(heading.folded ? [] : members.map(row))];
    }),
  ];
}
