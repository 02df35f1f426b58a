/**
 * Heads: the writable ends of machines' disks. A head's bytes are in its overlay file and in the store, under its id;
 * a row here is what makes them part of the library. Restoring makes new heads; the old ones go when nothing needs them.
 */
import type { DiskBase } from '../../preload/contract/disks.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { Database, Row, Statements } from './database.ts';

/** A ULID. */
export type HeadId = string & { readonly brand: 'HeadId' };

export interface HeadRecord {
  readonly id: HeadId;
  readonly machine: MachineId;
  /** The disk's id in the machine's definition. */
  readonly disk: string;
  readonly slot: number;
  /** What the guest sees. */
  readonly sizeBytes: number;
  readonly base?: DiskBase;
  /** Forgotten when the machine stops. */
  readonly throwaway: boolean;
  /** Whether the machine uses it now; at most one of a disk is. */
  readonly present: boolean;
  readonly createdAt: number;
}

export interface HeadRecords {
  /** All, oldest first. */
  list(): Promise<readonly HeadRecord[]>;
  /** Those a machine uses now, in slot order. */
  present(machine: MachineId): Promise<readonly HeadRecord[]>;
  create(head: HeadRecord): Promise<void>;
  /** `base: null` takes the base away (its content was copied in). */
  change(id: HeadId, patch: { readonly sizeBytes?: number; readonly base?: DiskBase | null; readonly slot?: number }): Promise<void>;
  remove(id: HeadId): Promise<void>;
}

function headOf(row: Row): HeadRecord {
  return {
    id: row['id'] as HeadId,
    machine: row['machine'] as MachineId,
    disk: String(row['disk']),
    slot: Number(row['slot']),
    sizeBytes: Number(row['size_bytes']),
    ...(row['base'] === null ? {} : { base: JSON.parse(String(row['base'])) as DiskBase }),
    throwaway: row['throwaway'] === 1,
    present: row['present'] === 1,
    createdAt: Number(row['created_at']),
  };
}

/** Writes a head's row, in a transaction of the caller's. */
export async function insertHead(statements: Statements, head: HeadRecord): Promise<void> {
  await statements.run(
    'INSERT INTO heads (id, machine, disk, slot, size_bytes, base, throwaway, present, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[head.id, head.machine, head.disk, head.slot, head.sizeBytes, head.base ? JSON.stringify(head.base) : null],
    ...[head.throwaway ? 1 : 0, head.present ? 1 : 0, head.createdAt],
  );
}

/** The heads stored in `database`. */
export function headRecords(database: Database): HeadRecords {
  return {
    list: async () => (await database.all('SELECT * FROM heads ORDER BY created_at, id')).map(headOf),
    present: async (machine) =>
      (await database.all('SELECT * FROM heads WHERE machine = ? AND present = 1 ORDER BY slot', machine)).map(headOf),
    create: (head) => insertHead(database, head),
    change: (id, { sizeBytes, base, slot }) =>
      database.transaction(async (statements) => {
        if (sizeBytes !== undefined) await statements.run('UPDATE heads SET size_bytes = ? WHERE id = ?', sizeBytes, id);
        if (base !== undefined)
          await statements.run('UPDATE heads SET base = ? WHERE id = ?', base === null ? null : JSON.stringify(base), id);
        if (slot !== undefined) await statements.run('UPDATE heads SET slot = ? WHERE id = ?', slot, id);
      }),
    remove: async (id) => {
      await database.run('DELETE FROM heads WHERE id = ?', id);
    },
  };
}
