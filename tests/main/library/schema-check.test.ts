/** Files of SQLite from somebody else: refused before anything in them runs, and left as they are. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createHead, headState, overlayFile } from '../../../main/disks/heads.ts';
import { openOverlayFile } from '../../../main/disks/overlay-tables.ts';
import { openDatabase } from '../../../main/library/database.ts';
import type { Home } from '../../../main/library/home.ts';
import { openLibrary } from '../../../main/library/library.ts';
import { open as openStore } from '../../../main/storage/index.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { temporaryHome } from '../temporary-home.ts';

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Makes a library, a store and an overlay as the program does. */
async function made(): Promise<Home> {
  const home = temporaryHome();
  const library = await openLibrary(home, { program: 'the test' });
  await library.machines.create(bareDefinition('box'));
  await library.close();
  await (await openStore(join(home.folder, 'store.db'))).close();
  await createHead(overlayFile(home.folder, 'HEAD'));
  return home;
}

async function tamper(file: string, sql: string): Promise<string> {
  const database = await openDatabase(file);
  await database.script('PRAGMA trusted_schema = ON; PRAGMA writable_schema = ON');
  await database.script(sql);
  await database.script('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
  await database.close();
  return hashOf(file);
}

const FILES = {
  library: (home: Home) => [home.library, () => openLibrary(home, { program: 'the test' })] as const,
  store: (home: Home) => [join(home.folder, 'store.db'), () => openStore(join(home.folder, 'store.db'))] as const,
  overlay: (home: Home) => [overlayFile(home.folder, 'HEAD'), () => openOverlayFile(overlayFile(home.folder, 'HEAD'))] as const,
};
/** A table of each. */
const TABLE = { library: 'machines', store: 'chunks', overlay: 'clusters' };

describe.for(Object.keys(FILES) as (keyof typeof FILES)[])('a %s', (kind) => {
  const table = TABLE[kind];
  test.for([
    ['a trigger', `CREATE TRIGGER theirs AFTER INSERT ON ${table} BEGIN DELETE FROM ${table}; END`, 'its trigger "theirs"'],
    ['a view', `CREATE VIEW more AS SELECT 1`, 'its view "more"'],
    ['a view in the place of a table', `DROP TABLE ${table}; CREATE VIEW ${table} AS SELECT 1`, `its view "${table}"`],
    ['another table', 'CREATE TABLE sqlite (x)', 'its table "sqlite"'],
    ['a column that computes', `ALTER TABLE ${table} ADD COLUMN theirs INTEGER AS (1 + 1)`, `its table "${table}"`],
    ['a table without types', `UPDATE sqlite_master SET sql = replace(sql, 'STRICT', '') WHERE name = '${table}'`, `its table "${table}"`],
    ['an index over an expression', `CREATE INDEX theirs ON ${table} (abs(1))`, 'its index "theirs"'],
    ['a missing table', `DROP TABLE ${table}`, 'it has no '],
    ['another version', 'PRAGMA user_version = 7', 'its user_version is 7'],
    ['another program', 'PRAGMA application_id = 252006675', 'its application_id is 252006675'],
    ['a list of steps that is none', 'DROP TABLE migrations; CREATE VIEW migrations AS SELECT 1 AS number', 'it has no list of steps'],
  ] as const)('with %s is refused and left as it is', async ([, sql, reason]) => {
    const [file, open] = FILES[kind](await made());
    const before = await tamper(file, `PRAGMA foreign_keys = OFF; ${sql}`);
    await expect(open()).rejects.toMatchObject({ kind: 'foreign', message: expect.stringContaining(reason) as string });
    expect(hashOf(file)).toBe(before);
  });

  test('with two thousand tables is refused at once', { timeout: 60_000 }, async () => {
    const [file, open] = FILES[kind](await made());
    await tamper(file, `BEGIN; ${Array.from({ length: 2_000 }, (_, index) => `CREATE TABLE t${index} (x);`).join('')} COMMIT`);
    await expect(open()).rejects.toMatchObject({ kind: 'foreign' });
  });

  test('of ours is opened again', async () => {
    const [, open] = FILES[kind](await made());
    const opened = await open();
    await opened.close();
  });
});

test("another program's database is not made into a library", async () => {
  const home = temporaryHome();
  await tamper(home.library, 'CREATE TABLE bookmarks (url TEXT)');
  await expect(openLibrary(home, { program: 'the test' })).rejects.toThrow('was not made by Vivarium');
});

test('an overlay of ours says its state', async () => {
  const home = await made();
  expect((await headState(overlayFile(home.folder, 'HEAD'))).generation).toBe(1);
});
