/** What a search in console output found, as the contract tells it: lines of machines in use, each with its nearest snapshot. */
import type { ConsoleFindings, ConsoleSearch, FoundLine } from '../../preload/contract/consoles.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import type { PrintedOutput } from '../printed/printed-output.ts';

/** Lines a step; a part of the output that has more is told whole. */
const STEP_LINES = 100;

type Moment = NonNullable<FoundLine['snapshot']>;

export interface FindingParts {
  readonly printed: PrintedOutput;
  /** Machines of which lines are told: those in the bin are not. */
  isInUse(machine: string): boolean;
  /** A machine's snapshots. */
  snapshots(machine: MachineId): Promise<readonly { readonly id: SnapshotId; readonly name: string; readonly createdAt: number }[]>;
}

/** The moment nearest to a time. */
export function nearest(moments: readonly Moment[], time: number): Moment | undefined {
  let best: Moment | undefined;
  for (const moment of moments) if (!best || Math.abs(moment.createdAt - time) < Math.abs(best.createdAt - time)) best = moment;
  return best;
}

export async function findInConsoles({ printed, isInUse, snapshots }: FindingParts, search: ConsoleSearch): Promise<ConsoleFindings> {
  const { found, before } = await printed.find({ ...search, limit: STEP_LINES });
  const moments = new Map<string, readonly Moment[]>();
  const told: FoundLine[] = [];
  for (const { machine, console, position, time, line } of found) {
    if (!isInUse(machine)) continue;
    const id = machine as MachineId;
    if (!moments.has(machine))
      moments.set(
        machine,
        (await snapshots(id)).map(({ id: snapshot, name, createdAt }) => ({ id: snapshot, name, createdAt })),
      );
    const snapshot = time > 0 ? nearest(moments.get(machine) ?? [], time) : undefined;
    told.push({ machine: id, console, position, ...(time > 0 ? { time } : {}), line, ...(snapshot ? { snapshot } : {}) });
  }
  return { found: told, ...(before === undefined ? {} : { before }) };
}
