/** Which snapshot is meant: by its name, by the beginning of its id, or counted from the newest (`@1`). */
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineStatus } from '../../../preload/contract/machines.ts';
import type { Snapshot, Timeline } from '../../../preload/contract/snapshots.ts';
import { CallError } from '../call-error.ts';
import { safeText } from '../../../preload/contract/foreign-text.ts';
import { momentText } from '../../../emulator/quantities/moments.ts';
import { machineNamed, type Program } from '../machines/program.ts';

export const SNAPSHOT_HELP = `SNAPSHOT is a name, the start of an id (at least 4 characters), or @1, @2, ... counted from the newest.`;

/** An id's beginning that is shorter could be a slip of the finger. */
const SHORTEST_ID = 4;

/** As it is called in sentences. */
export const quoted = ({ name }: Pick<Snapshot, 'name'>): string => `"${safeText(name)}"`;

/** Newest first: `@1` is the first of them. */
export const newestFirst = ({ snapshots }: Pick<Timeline, 'snapshots'>): readonly Snapshot[] =>
  [...snapshots].sort((a, b) => b.sequence - a.sequence);

function counted(timeline: Timeline, digits: string, machine: string): Snapshot {
  const found = newestFirst(timeline)[Number(digits) - 1];
  if (found) return found;
  if (Number(digits) < 1) throw new CallError('snapshots are counted from @1, the newest');
  const count = timeline.snapshots.length;
  throw count === 0
    ? new ContractError('cli-snapshots-none', { name: machine })
    : new ContractError('cli-snapshot-number', { name: machine, count, digits });
}

/**
 * The snapshot that is meant.
 * @param machine the machine's name, for what is said
 * @throws ContractError `missing`, or `conflict` with the list when several could be meant; CallError
 */
export function findSnapshot(timeline: Timeline, text: string, machine: string): Snapshot {
  const called = timeline.snapshots.filter(({ name }) => name === text);
  const [, digits] = /^@(\d+)$/.exec(text) ?? [];
  if (called.length === 0 && digits !== undefined) return counted(timeline, digits, machine);
  const matching =
    called.length > 0 || text.length < SHORTEST_ID ? called : timeline.snapshots.filter(({ id }) => id.startsWith(text.toUpperCase()));
  const [only, another] = matching;
  if (!only) throw new ContractError('cli-snapshot-unknown', { name: machine, text });
  if (!another) return only;
  const found = matching.map(({ id, name, createdAt }) => `  ${id}  ${momentText(createdAt)}  ${safeText(name)}`);
  throw new ContractError('cli-snapshot-several', { name: machine, text, found });
}

export interface Found {
  readonly machine: MachineStatus;
  readonly timeline: Timeline;
  /** The snapshot that a word means. */
  snapshot(text: string): Snapshot;
}

/** The machine of that name with its timeline. @throws ContractError `missing` */
export async function timelineOf(program: Program, name: string): Promise<Found> {
  const machine = await machineNamed(program, name);
  const timeline = await program.client.services.snapshots.timeline(machine.id);
  return { machine, timeline, snapshot: (text) => findSnapshot(timeline, text, machine.definition.name) };
}

/** A snapshot as it is by now. @throws ContractError when it is gone meanwhile */
export async function snapshotAgain(program: Program, { machine, id }: Pick<Snapshot, 'machine' | 'id'>): Promise<Snapshot> {
  const { snapshots } = await program.client.services.snapshots.timeline(machine);
  const found = snapshots.find((snapshot) => snapshot.id === id);
  if (!found) throw new ContractError('cli-snapshot-deleted');
  return found;
}
