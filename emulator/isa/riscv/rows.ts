/** All RISC-V rows, in one list; `rowIndex` numbers them for decoded records. */
import { rv64a } from './a.ts';
import { zba, zbb, zbs } from './b.ts';
import { rv64c } from './c.ts';
import { rv64d } from './d.ts';
import { rv64f } from './f.ts';
import { rv64i } from './i.ts';
import { rv64m } from './m.ts';
import type { RiscvRow } from './row.ts';
import { privileged, zicbo, zicsr, zifencei } from './system.ts';

/** The extensions, by the names of their chapters. */
export const extensions: Readonly<Record<string, readonly RiscvRow[]>> = {
  I: rv64i, M: rv64m, A: rv64a, F: rv64f, D: rv64d, C: rv64c,
  Zicsr: zicsr, Zifencei: zifencei, Zba: zba, Zbb: zbb, Zbs: zbs, Zicbo: zicbo, Privileged: privileged,
};
export const rows: readonly RiscvRow[] = Object.values(extensions).flat();

// An instruction with a compressed form has that length, too.
const shortened = new Set(rows.map(({ expandsTo }) => expandsTo?.name));
for (const row of rows) if (shortened.has(row.name)) row.lengths = [4, 2];

const byName = new Map(rows.map((row) => [row.name, row]));
/** @throws Error for a name that is not in the tables: a mistake in the program */
export function rowNamed(name: string): RiscvRow {
  const row = byName.get(name);
  if (!row) throw new Error(`no row named ${name}`);
  return row;
}
