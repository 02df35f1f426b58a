/** Changes rows of a database as no program of ours would: other types, absurd numbers, JSON of another shape, lost and doubled rows. */
import { zstdCompressSync } from 'node:zlib';
import { openDatabase, type Row, type Value } from '../../../main/library/database.ts';
import type { Random } from '../../soak/random.ts';

const NUMBERS = [0, -1, 1, 2, 7, 64, 255, 4096, 65_537, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53)];
const TEXTS = ['', '{}', '[]', 'null', '[null]', '{"name":null}', '\u001b[2J', '../../../etc/passwd', 'SNAP', '0', '1e999', '[[[['];

/** A value of any kind that JSON has. */
function anything(dice: Random): unknown {
  return dice.pick<unknown>([
    null,
    true,
    0,
    -1,
    0.5,
    1e300,
    2 ** 53,
    '',
    'x',
    '/dev/zero',
    '\u001b[31m',
    [],
    {},
    [[]],
    { name: 7 },
    'y'.repeat(5000),
  ]);
}

/** The same JSON with one thing in it changed, lost or added, at any depth. */
export function otherJson(dice: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || dice.once(6)) return anything(dice);
  if (Array.isArray(value)) {
    const list = [...(value as unknown[])];
    const at = dice.below(list.length + 1);
    if (at === list.length) return [...list, list.length > 0 && dice.once(2) ? list[0] : anything(dice)];
    if (dice.once(3)) list.splice(at, 1);
    else list[at] = otherJson(dice, list[at]);
    return list;
  }
  const entries = Object.entries(value);
  const at = dice.below(entries.length + 1);
  const [key, inner] = entries[at] ?? [dice.pick(['__proto__', 'constructor', 'more']) as string, {}];
  if (at < entries.length && dice.once(3)) entries.splice(at, 1);
  else entries[Math.min(at, entries.length)] = [key, otherJson(dice, inner)];
  return Object.fromEntries(entries);
}

function otherText(dice: Random, text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && !dice.once(4)) return JSON.stringify(otherJson(dice, parsed));
  } catch {
    // A name, or what was no JSON before.
  }
  return dice.once(8) ? 'z'.repeat(200_000) : (dice.pick(TEXTS) as string);
}

function otherBytes(dice: Random, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const how = dice.below(6);
  if (how === 0) return copy.subarray(0, dice.below(copy.length + 1));
  if (how === 1) return new Uint8Array();
  if (how === 2) return zstdCompressSync(Buffer.alloc(300 << 20));
  if (how === 3) return Uint8Array.from({ length: dice.below(5000) }, () => dice.below(256));
  for (let flips = dice.below(4); flips >= 0 && copy.length > 0; flips--) {
    const at = dice.below(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << dice.below(8));
  }
  return copy;
}

function other(dice: Random, type: string, value: Value): Value {
  if (dice.once(8)) return null;
  if (type === 'INTEGER') return dice.once(2) ? (dice.pick(NUMBERS) as number) : Number(value ?? 0) + dice.below(3) - 1;
  return value instanceof Uint8Array ? otherBytes(dice, value) : otherText(dice, String(value ?? ''));
}

/**
 * Changes one row of a database file, or a few.
 * @param spares rows with this text in one of their columns are left as they are
 * @returns what was changed, for a message
 */
export async function spoilRows(file: string, dice: Random, spares: string): Promise<string[]> {
  const database = await openDatabase(file);
  const done: string[] = [];
  try {
    await database.script('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA busy_timeout = 3000');
    const tables = (await database.all(`SELECT name FROM sqlite_master WHERE type = 'table'`)).map(({ name }) => String(name));
    const ours = tables.filter((name) => name !== 'migrations' && !name.startsWith('sqlite_'));
    for (let tries = 0; tries < 50 && done.length < 1 + dice.below(3); tries++) {
      const table = dice.pick(ours) as string;
      const columns = await database.all('SELECT name, type FROM pragma_table_info(?)', table);
      const rows = await database.all(`SELECT * FROM ${table} LIMIT 500`);
      const row = dice.pick(rows);
      if (!row || Object.values(row).some((value) => typeof value === 'string' && value.includes(spares))) continue;
      const told = await spoilRow(database, dice, table, columns, row).catch(() => undefined);
      if (told !== undefined) done.push(told);
    }
    await database.script('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await database.close();
  }
  return done;
}

async function spoilRow(
  database: Awaited<ReturnType<typeof openDatabase>>,
  dice: Random,
  table: string,
  columns: readonly Row[],
  row: Row,
): Promise<string | undefined> {
  const names = columns.map(({ name }) => String(name));
  const values = names.map((name) => row[name] ?? null);
  const found = names.map((name) => `${name} IS ?`).join(' AND ');
  if (dice.once(12)) {
    await database.run(`DELETE FROM ${table} WHERE ${found}`, ...values);
    return `a row of ${table} lost`;
  }
  const at = dice.below(names.length);
  const value = other(dice, String(columns[at]?.['type']), values[at] as Value);
  if (dice.once(12)) {
    await database.run(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`, ...values.with(at, value));
    return `a row of ${table} doubled`;
  }
  const { changes } = await database.run(`UPDATE ${table} SET ${names[at]} = ? WHERE ${found}`, value, ...values);
  const shown = value instanceof Uint8Array ? `${value.length} bytes` : JSON.stringify(value).slice(0, 300);
  return changes > 0 ? `${table}.${names[at]} = ${shown}` : undefined;
}
