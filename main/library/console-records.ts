/**
 * What consoles printed, in chunks by position, kept to the last 1 MiB of each console. A chunk's position is the
 * offset of its first byte in everything that console ever printed, so gaps and order are plain to see.
 */
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Database } from './database.ts';

/** How much of a console is kept: about 13,000 full lines; more belongs into a file. */
export const HISTORY_BYTES = 1024 * 1024;

export interface StoredTail {
  /** Position after the last byte. */
  readonly end: number;
  readonly bytes: Uint8Array;
}

export interface ConsoleRecords {
  /** Stores a chunk, in place of one at the same position, and drops what lies more than `HISTORY_BYTES` before its end. */
  put(machine: MachineId, console: number, position: number, bytes: Uint8Array): Promise<void>;
  tail(machine: MachineId, console: number): Promise<StoredTail>;
  /** The end of a console's newest chunk, enough for the last line: of one machine, or of each in use. */
  newest(console: number, machine?: MachineId): Promise<ReadonlyMap<MachineId, Uint8Array>>;
  clear(machine: MachineId, console: number): Promise<void>;
  /** Every console that has printed, with the position after its last byte. */
  ends(): Promise<readonly { readonly machine: MachineId; readonly console: number; readonly end: number }[]>;
}

/** Of a chunk, a last line is looked for in this many bytes at its end. */
const NEWEST_BYTES = 16 * 1024;
const NEWEST = `
  SELECT id, (
    SELECT substr(bytes, -${NEWEST_BYTES}) FROM console_history
    WHERE machine = machines.id AND console = ? ORDER BY position DESC LIMIT 1
  ) AS bytes FROM machines`;

/** The console histories stored in `database`. */
export function consoleRecords(database: Database): ConsoleRecords {
  return {
    put: (machine, console, position, bytes) =>
      database.transaction(async (statements) => {
        await statements.run(
          'INSERT OR REPLACE INTO console_history (machine, console, position, bytes) VALUES (?, ?, ?, ?)',
          machine,
          console,
          position,
          bytes,
        );
        await statements.run(
          'DELETE FROM console_history WHERE machine = ? AND console = ? AND position + length(bytes) <= ?',
          machine,
          console,
          position + bytes.length - HISTORY_BYTES,
        );
      }),
    async tail(machine, console) {
      const rows = await database.all(
        'SELECT position, bytes FROM console_history WHERE machine = ? AND console = ? ORDER BY position',
        machine,
        console,
      );
      const chunks = rows.map((row) => row['bytes'] as Uint8Array);
      const bytes = Buffer.concat(chunks);
      const last = rows.at(-1);
      const end = last ? Number(last['position']) + (last['bytes'] as Uint8Array).length : 0;
      return { end, bytes: bytes.subarray(Math.max(0, bytes.length - HISTORY_BYTES)) };
    },
    async newest(console, machine) {
      const rows = await (machine === undefined
        ? database.all(`${NEWEST} WHERE deleted_at IS NULL`, console)
        : database.all(`${NEWEST} WHERE id = ?`, console, machine));
      return new Map(rows.flatMap(({ id, bytes }) => (bytes === null ? [] : [[id as MachineId, bytes as Uint8Array]])));
    },
    clear: async (machine, console) => {
      await database.run('DELETE FROM console_history WHERE machine = ? AND console = ?', machine, console);
    },
    async ends() {
      const rows = await database.all(
        'SELECT machine, console, max(position + length(bytes)) AS end FROM console_history GROUP BY machine, console',
      );
      return rows.map((row) => ({ machine: row['machine'] as MachineId, console: Number(row['console']), end: Number(row['end']) }));
    },
  };
}
