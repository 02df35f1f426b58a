/** Ways to consoles that are open: a program that starts opens them again. */
import { doorRequest } from '../../preload/contract/checks.ts';
import type { DoorRequest } from '../../preload/contract/consoles.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { problemsOf } from '../../preload/contract/schema/problems.ts';
import type { Database, Row } from './database.ts';

export interface DoorRecord {
  readonly machine: MachineId;
  readonly console: number;
  /** Never given twice. */
  readonly id: string;
  /** Of a socket and a TCP port: where it is, also where nobody had said so. */
  readonly request: DoorRequest;
}

export interface DoorRecords {
  /** In the order in which they were opened; what cannot be read, or only a newer version knows, is left out. */
  list(): Promise<readonly DoorRecord[]>;
  /** @returns its name */
  add(door: Omit<DoorRecord, 'id'>): Promise<string>;
  remove(id: string): Promise<void>;
  /** All of a machine. */
  removeOf(machine: MachineId): Promise<void>;
}

/** The doors stored in `database`. */
export function doorRecords(database: Database): DoorRecords {
  return {
    list: async () => (await database.all('SELECT * FROM doors ORDER BY id')).flatMap(recordOf),
    add: async ({ machine, console, request }) => {
      const sql = 'INSERT INTO doors (machine, console, request) VALUES (?, ?, ?)';
      return String((await database.run(sql, machine, console, JSON.stringify(request))).lastId);
    },
    remove: async (id) => void (await database.run('DELETE FROM doors WHERE id = ?', Number(id))),
    removeOf: async (machine) => void (await database.run('DELETE FROM doors WHERE machine = ?', machine)),
  };
}

function recordOf({ id, machine, console, request }: Row): DoorRecord[] {
  try {
    const asked: unknown = JSON.parse(String(request));
    if (problemsOf(doorRequest, asked).length > 0) return [];
    return [{ id: String(id), machine: String(machine) as MachineId, console: Number(console), request: asked as DoorRequest }];
  } catch {
    return [];
  }
}
