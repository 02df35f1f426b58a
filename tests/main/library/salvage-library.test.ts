/** A damaged library: what can be read of it goes on; what is lost is lost alone. */
import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../main/library/database.ts';
import type { Home } from '../../../main/library/home.ts';
import { openLibrary, setDamagedAside } from '../../../main/library/library.ts';
import { salvageLibrary } from '../../../main/library/salvage-library.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';

const PAGE = 4096;
const MACHINES = 60;

/** A library of many machines, each with a note of a page's size and a snapshot, closed. */
async function manyMachines(): Promise<Home> {
  const home = temporaryHome();
  const library = await openLibrary(home, { program: 'a test' });
  for (let number = 0; number < MACHINES; number++)
    await library.machines.create(bareDefinition(`machine ${number}`, { note: `${number} `.repeat(700) }));
  await library.close();
  const database = await openDatabase(home.library);
  await database.run(`
    INSERT INTO snapshots (id, machine, kind, name, note, pinned, protected, created_at, uptime_ms, memory_mib, paused, thumbnail, state, reason,
      definition, disks) SELECT 's-' || id, id, 'manual', 'of ' || name, '', 0, 0, created_at, 0, 16, 0, '', 'ready', '', definition, '[]' FROM machines`);
  await database.run(`INSERT INTO settings (key, value) VALUES ('theme', '"dark"')`);
  await database.run('PRAGMA wal_checkpoint(TRUNCATE)');
  await database.close();
  return home;
}

/** A page with rows of a table, by SQLite's own account. */
async function pageOf(home: Home, table: string, index: number): Promise<number> {
  const database = await openDatabase(home.library);
  const root = Number((await database.get('SELECT rootpage FROM sqlite_master WHERE name = ?', table))?.['rootpage']);
  await database.close();
  // An interior page's cells begin with the number of a child (fileformat2.html, section 1.6).
  const file = readFileSync(home.library);
  const begin = (root - 1) * PAGE;
  expect(file[begin]).toBe(0x05);
  const cell = file.readUInt16BE(begin + 12 + 2 * index);
  return file.readUInt32BE(begin + cell);
}

function spoil(file: string, page: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(PAGE, 0x58), 0, PAGE, (page - 1) * PAGE);
  closeSync(fd);
}

/** Puts what is saved in the place of the library and gives the names in it. */
async function mended(home: Home) {
  const fresh = `${home.library}.salvaged`;
  const saved = await salvageLibrary(home.library, fresh);
  setDamagedAside(home, new Date(), fresh);
  const library = await openLibrary(home, { program: 'a test' });
  const machines = await library.machines.list();
  const settings = await library.settings.read();
  const problems = await library.check();
  await library.close();
  return { saved, settings, problems, names: machines.map(({ definition }) => definition.name) };
}
const all = Array.from({ length: MACHINES }, (_, number) => `machine ${number}`);

test('a whole library is saved whole, and only read', async () => {
  const home = await manyMachines();
  const before = readFileSync(home.library);
  const fresh = join(temporaryFolder(), 'fresh.db');
  expect(await salvageLibrary(home.library, fresh)).toEqual({ machines: MACHINES, snapshots: MACHINES, rebuilt: [] });
  expect(readFileSync(home.library).equals(before)).toBe(true);
  expect(existsSync(`${fresh}.reading`)).toBe(false);
});

test('a machine whose row is lost is made again from its snapshot', async () => {
  const home = await manyMachines();
  spoil(home.library, await pageOf(home, 'machines', 20));
  await expect(openLibrary(home, { program: 'a test' })).rejects.toMatchObject({ kind: 'damaged' });
  const { saved, names, problems, settings } = await mended(home);
  expect(saved?.rebuilt.length).toBeGreaterThan(0);
  expect(saved?.rebuilt.length).toBeLessThan(5);
  expect(saved).toMatchObject({ machines: MACHINES, snapshots: MACHINES });
  expect([...names].sort()).toEqual([...all].sort());
  expect(problems).toEqual([]);
  expect(settings.theme).toBe('dark');
});

test('a lost snapshot takes nothing with it', async () => {
  const home = await manyMachines();
  spoil(home.library, await pageOf(home, 'snapshots', 10));
  const { saved, names } = await mended(home);
  expect([...names].sort()).toEqual([...all].sort());
  expect(saved?.rebuilt).toEqual([]);
  expect(saved?.snapshots).toBeLessThan(MACHINES);
  expect(saved?.snapshots).toBeGreaterThan(MACHINES - 5);
});

test('the end is cut off: what is before it stays', async () => {
  const home = await manyMachines();
  truncateSync(home.library, Math.floor((statSync(home.library).size / PAGE) * 0.7) * PAGE);
  const { saved, problems } = await mended(home);
  expect(saved?.machines).toBeGreaterThan(5);
  expect(problems).toEqual([]);
});

test('a row that is no JSON any more is left out', async () => {
  const home = await manyMachines();
  const bytes = readFileSync(home.library);
  // Every copy of it: in the machine, its snapshot and the journal.
  const needle = '{"name":"machine 7"';
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) bytes.write('[', at, 'latin1');
  writeFileSync(home.library, bytes);
  const { names } = await mended(home);
  expect([...names].sort()).toEqual(all.filter((name) => name !== 'machine 7').sort());
});

test('where nothing can be read there is nothing to go on with', async () => {
  const home = temporaryHome();
  const library = await openLibrary(home, { program: 'a test' });
  await library.close();
  writeFileSync(home.library, 'this is a letter to my aunt, and long enough for a header. '.repeat(50));
  const fresh = `${home.library}.salvaged`;
  expect(await salvageLibrary(home.library, fresh)).toBeUndefined();
  expect(existsSync(fresh)).toBe(false);
});
