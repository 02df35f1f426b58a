/** The runs of machines: when each began and how it ended. */
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Database } from './database.ts';

export interface RunRecord {
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly ending?: string;
  readonly reason?: string;
}

export interface RunRecords {
  /** Answers with the run's number, for `ended`. */
  started(machine: MachineId): Promise<number>;
  ended(run: number, ending: string, reason: string): Promise<void>;
  /** Newest first. */
  list(machine: MachineId): Promise<readonly RunRecord[]>;
  /** Runs whose program was killed under them are ended as `lost`; answers with their machines. */
  endLost(): Promise<readonly MachineId[]>;
}

/** What a machine's state says after it was saved because the program was quit. */
export const QUIT_REASON = 'saved when Vivarium was quit';
/** What it says after the program died under it. */
export const LOST_REASON = 'the program ended while the machine ran';

/** The runs stored in `database`. */
export function runRecords(database: Database): RunRecords {
  return {
    started: async (machine) => (await database.run('INSERT INTO runs (machine, started_at) VALUES (?, ?)', machine, Date.now())).lastId,
    ended: async (run, ending, reason) => {
      await database.run('UPDATE runs SET ended_at = ?, ending = ?, reason = ? WHERE id = ?', Date.now(), ending, reason, run);
    },
    list: async (machine) =>
      (await database.all('SELECT * FROM runs WHERE machine = ? ORDER BY id DESC', machine)).map((row) => ({
        startedAt: Number(row['started_at']),
        ...(row['ended_at'] === null
          ? {}
          : { endedAt: Number(row['ended_at']), ending: String(row['ending']), reason: String(row['reason']) }),
      })),
    endLost: () =>
      database.transaction(async (statements) => {
        const rows = await statements.all('SELECT DISTINCT machine FROM runs WHERE ended_at IS NULL');
        await statements.run(`UPDATE runs SET ended_at = ?, ending = 'lost', reason = ? WHERE ended_at IS NULL`, Date.now(), LOST_REASON);
        return rows.map((row) => row['machine'] as MachineId);
      }),
  };
}
