/** The runs of machines: when each began and how it ended. */
import type { MachineId } from '../../preload/contract/machines.ts';
import { faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { Database, Row } from './database.ts';
import { reasonText, storedReason } from './stored-reason.ts';

export interface RunRecord {
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly ending?: string;
  readonly reason?: Reason;
}

export interface RunRecords {
  /** Answers with the run's number, for `ended`. */
  started(machine: MachineId): Promise<number>;
  ended(run: number, ending: string, reason: Reason): Promise<void>;
  /** Newest first. */
  list(machine: MachineId): Promise<readonly RunRecord[]>;
  /** The last run of one machine, or of each that ever ran: a program that opens asks once for all. */
  last(machine?: MachineId): Promise<ReadonlyMap<MachineId, RunRecord>>;
  /** Runs whose program was killed under them are ended as `lost`; answers with their machines. */
  endLost(): Promise<readonly MachineId[]>;
}

/** What a machine's state says after it was saved because the program was quit. */
export const QUIT_REASON = faultWith('saved-at-quit');
/** What it says after the program died under it. */
export const LOST_REASON = faultWith('program-ended', {});

const recordOf = (row: Row): RunRecord => ({
  startedAt: Number(row['started_at']),
  ...(row['ended_at'] === null
    ? {}
    : {
        endedAt: Number(row['ended_at']),
        ending: String(row['ending']),
        reason: storedReason(String(row['reason'])) ?? faultWith('stopped'),
      }),
});

const LAST = 'SELECT * FROM runs WHERE id IN (SELECT max(id) FROM runs GROUP BY machine)';
const LAST_OF = 'SELECT * FROM runs WHERE id = (SELECT max(id) FROM runs WHERE machine = ?)';

/** The runs stored in `database`. */
export function runRecords(database: Database): RunRecords {
  return {
    started: async (machine) => (await database.run('INSERT INTO runs (machine, started_at) VALUES (?, ?)', machine, Date.now())).lastId,
    ended: async (run, ending, reason) => {
      await database.run('UPDATE runs SET ended_at = ?, ending = ?, reason = ? WHERE id = ?', Date.now(), ending, reasonText(reason), run);
    },
    list: async (machine) => (await database.all('SELECT * FROM runs WHERE machine = ? ORDER BY id DESC', machine)).map(recordOf),
    last: async (machine) => {
      const rows = await (machine === undefined ? database.all(LAST) : database.all(LAST_OF, machine));
      return new Map(rows.map((row) => [row['machine'] as MachineId, recordOf(row)]));
    },
    endLost: () =>
      database.transaction(async (statements) => {
        const rows = await statements.all('SELECT DISTINCT machine FROM runs WHERE ended_at IS NULL');
        await statements.run(
          `UPDATE runs SET ended_at = ?, ending = 'lost', reason = ? WHERE ended_at IS NULL`,
          Date.now(),
          reasonText(LOST_REASON),
        );
        return rows.map((row) => row['machine'] as MachineId);
      }),
  };
}
