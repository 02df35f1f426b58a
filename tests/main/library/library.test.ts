/** The library keeps what it is given, takes every change back, and says what is wrong with a file it cannot use. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HISTORY_BYTES } from '../../../main/library/console-records.ts';
import { openDatabase } from '../../../main/library/database.ts';
import { findHome, type Home } from '../../../main/library/home.ts';
import { openLibrary, setDamagedAside } from '../../../main/library/library.ts';
import { migrate, migrations } from '../../../main/library/migrations.ts';
import { LOST_REASON } from '../../../main/library/run-records.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { bareDefinition } from '../scripted-machine.ts';
import { temporaryFolder, temporaryHome } from '../temporary-home.ts';

const open = (home: Home) => openLibrary(home, { program: 'the test' });

async function opened(home = temporaryHome()) {
  const library = await open(home);
  onTestFinished(() => library.close());
  return library;
}

describe('machines', () => {
  test('what is created is there after opening again', async () => {
    const home = temporaryHome();
    const first = await open(home);
    const made = await first.machines.create(bareDefinition('box', { note: 'a "quoted" note' }));
    await first.close();
    const second = await opened(home);
    expect(await second.machines.list()).toEqual([made]);
  });

  test('a taken name is refused, for creating and for renaming', async () => {
    const { machines } = await opened();
    await machines.create(bareDefinition('box'));
    const other = await machines.create(bareDefinition('other'));
    await expect(machines.create(bareDefinition('box'))).rejects.toThrow('already a machine called "box"');
    await expect(machines.update(other.id, { name: 'box' })).rejects.toThrow('already a machine called "box"');
    expect((await machines.list()).map(({ definition }) => definition.name)).toEqual(['box', 'other']);
  });

  test('a deleted machine comes back as it was, under another name where its own is taken', async () => {
    const { machines } = await opened();
    const { id } = await machines.create(bareDefinition('box', { memoryMiB: 77 }));
    await machines.delete(id);
    expect(await machines.list()).toEqual([]);
    expect((await machines.bin()).map((record) => record.id)).toEqual([id]);
    await machines.create(bareDefinition('box'));
    const back = await machines.undelete(id);
    expect(back.definition).toEqual(bareDefinition('box 2', { memoryMiB: 77 }));
  });

  test('changes are taken back one after the other, the creation last', async () => {
    const { machines } = await opened();
    const { id } = await machines.create(bareDefinition('box', { memoryMiB: 16 }));
    await machines.update(id, { memoryMiB: 32 });
    await machines.update(id, { memoryMiB: 64, name: 'renamed' });
    await machines.delete(id);
    expect((await machines.undo(id))?.definition).toMatchObject({ name: 'renamed', memoryMiB: 64 });
    expect((await machines.undo(id))?.definition).toMatchObject({ name: 'box', memoryMiB: 32 });
    expect((await machines.undo(id))?.definition).toMatchObject({ name: 'box', memoryMiB: 16 });
    expect(await machines.undo(id)).toBeUndefined();
    await expect(machines.undo(id)).rejects.toThrow('has no more changes to undo');
    expect((await machines.history(id)).map(({ what }) => what).reverse()).toEqual([
      'create',
      'update',
      'update',
      'delete',
      'undo',
      'undo',
      'undo',
      'undo',
    ]);
  });

  test('deleted for good, all that is known of it goes but one line of the journal', async () => {
    const home = temporaryHome();
    const library = await opened(home);
    const { machines, consoles, runs } = library;
    expect(await machines.hadAny()).toBe(false);
    const { id } = await machines.create(bareDefinition('box'));
    const other = await machines.create(bareDefinition('other'));
    for (const machine of [id, other.id]) {
      await consoles.put(machine, 0, 0, new Uint8Array(10));
      await runs.started(machine);
    }
    await machines.update(id, { note: '/a/path' });
    await expect(machines.purge([id])).rejects.toMatchObject({ kind: 'conflict', message: '"box" is not in the bin: delete it first' });
    await machines.delete(id);
    await machines.undo(id);
    await machines.delete(id);
    // All or none.
    await expect(machines.purge([id, other.id])).rejects.toMatchObject({ kind: 'conflict' });
    expect(await machines.bin()).toHaveLength(1);
    expect(await machines.purge([id, id])).toEqual({ names: ['box'], snapshots: [], heads: [] });
    await expect(machines.purge([id])).rejects.toMatchObject({ kind: 'missing' });
    await expect(machines.undelete(id)).rejects.toMatchObject({ kind: 'missing' });
    await expect(machines.undo(id)).rejects.toMatchObject({ kind: 'missing' });
    expect([await machines.bin(), await machines.history(id), await runs.list(id), await library.mentions('/a/path')]).toEqual([
      [],
      [],
      [],
      false,
    ]);
    expect((await consoles.tail(id, 0)).bytes).toHaveLength(0);
    expect((await consoles.tail(other.id, 0)).bytes).toHaveLength(10);
    expect(await machines.history(other.id)).toHaveLength(1);
    await machines.delete(other.id);
    await machines.purge([other.id]);
    expect(await machines.hadAny()).toBe(true);
    const database = await openDatabase(home.library);
    const left = await database.all('SELECT what, machine, before FROM journal ORDER BY id');
    await database.close();
    expect(left.map(({ what, machine }) => [what, machine])).toEqual([
      ['purge', null],
      ['purge', null],
    ]);
    expect(JSON.parse(String(left[0]?.['before']))).toEqual({ machine: id, name: 'box', memoryMiB: 16, snapshots: 0 });
  });

  test('a machine in the bin cannot be changed, an unknown one is missing', async () => {
    const { machines } = await opened();
    const { id } = await machines.create(bareDefinition('box'));
    await machines.delete(id);
    await expect(machines.update(id, { note: 'x' })).rejects.toMatchObject({
      kind: 'missing',
      message: expect.stringContaining('in the bin'),
    });
    await expect(machines.delete('nobody' as MachineId)).rejects.toMatchObject({ kind: 'missing' });
  });
});

describe('consoles, runs and settings', () => {
  test('history is bounded to the last mebibyte and keeps its order', async () => {
    const library = await opened();
    const { id } = await library.machines.create(bareDefinition('box'));
    const chunk = 64 * 1024;
    for (let number = 0; number < 20; number++) await library.consoles.put(id, 0, number * chunk, new Uint8Array(chunk).fill(number));
    const { end, bytes } = await library.consoles.tail(id, 0);
    expect([end, bytes.length, bytes[0], bytes.at(-1)]).toEqual([20 * chunk, HISTORY_BYTES, 4, 19]);
    expect((await library.consoles.tail(id, 1)).bytes.length).toBe(0);
  });

  test('the last run and the end of the console of all machines come in one answer each, or of one', async () => {
    const { machines, consoles, runs } = await opened();
    const [one, two, bare] = await Promise.all(['one', 'two', 'bare'].map((name) => machines.create(bareDefinition(name))));
    for (const { id } of [one!, two!]) {
      for (const ending of ['stopped', id]) await runs.ended(await runs.started(id), ending, LOST_REASON);
      for (const [position, text] of ['old\n', `${id}\n`].entries()) await consoles.put(id, 0, position * 4, Buffer.from(text));
      await consoles.put(id, 1, 0, Buffer.from('another console'));
    }
    const endings = (last: Awaited<ReturnType<typeof runs.last>>) => [...last].map(([id, { ending }]) => [id, ending]);
    const texts = (newest: Awaited<ReturnType<typeof consoles.newest>>) =>
      [...newest].map(([id, bytes]) => [id, new TextDecoder().decode(bytes)]);
    const both = [one!.id, two!.id];
    expect(endings(await runs.last())).toEqual(both.map((id) => [id, id]));
    expect(texts(await consoles.newest(0))).toEqual(both.map((id) => [id, `${id}\n`]));
    expect(endings(await runs.last(two!.id))).toEqual([[two!.id, two!.id]]);
    expect(texts(await consoles.newest(0, two!.id))).toEqual([[two!.id, `${two!.id}\n`]]);
    expect([await runs.last(bare!.id), await consoles.newest(0, bare!.id)]).toEqual([new Map(), new Map()]);
  });

  test('a run whose program was killed is ended as lost', async () => {
    const home = temporaryHome();
    const first = await open(home);
    const { id } = await first.machines.create(bareDefinition('box'));
    await first.runs.started(id);
    await first.close();
    const second = await opened(home);
    expect(await second.runs.endLost()).toEqual([id]);
    expect(await second.runs.list(id)).toMatchObject([{ ending: 'lost', reason: LOST_REASON }]);
    expect(await second.runs.endLost()).toEqual([]);
  });

  test('settings have defaults and keep what is changed', async () => {
    const home = temporaryHome();
    const first = await open(home);
    expect(await first.settings.read()).toMatchObject({ theme: 'system', consoleFontSize: 14 });
    await first.settings.change({ theme: 'dark' });
    await first.close();
    const second = await opened(home);
    expect(await second.settings.read()).toMatchObject({ theme: 'dark', consoleFontSize: 14 });
  });
});

describe('the format', () => {
  test('steps are applied once, in order, and remembered', async () => {
    const file = join(temporaryFolder(), 'steps.db');
    const database = await openDatabase(file);
    onTestFinished(() => database.close());
    const step = (number: number) => ({ number, name: `step ${number}`, sql: `CREATE TABLE t${number} (x)` });
    await migrate(database, [step(1)]);
    await migrate(database, [step(1), step(2), step(3)]);
    expect(await database.all('SELECT number, name FROM migrations ORDER BY number')).toEqual(
      [1, 2, 3].map((number) => ({ number, name: `step ${number}` })),
    );
  });

  test('a step that fails leaves nothing of itself', async () => {
    const database = await openDatabase(join(temporaryFolder(), 'steps.db'));
    onTestFinished(() => database.close());
    const broken = [{ number: 1, name: 'broken', sql: 'CREATE TABLE half (x); CREATE TABLE half (x)' }];
    await expect(migrate(database, broken)).rejects.toThrow('half');
    expect(await database.all('SELECT name FROM sqlite_master')).toEqual([]);
  });

  test('numbers of released steps go up by one', () => {
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
  });

  test('a newer file is refused and not touched', async () => {
    const home = temporaryHome();
    await (await open(home)).close();
    const database = await openDatabase(home.library);
    await database.run('INSERT INTO migrations (number, name, applied_at) VALUES (999, ?, 0)', 'from the future');
    await database.close();
    const before = readFileSync(home.library);
    await expect(open(home)).rejects.toMatchObject({ kind: 'newer', message: expect.stringContaining('use the newer version') });
    expect(readFileSync(home.library).equals(before)).toBe(true);
  });
});

describe('a file that cannot be used', () => {
  test.for(['overwritten in the middle', 'not a database', 'cut short'])(
    'damaged (%s): refused, kept, and put aside when asked',
    async (how) => {
      const home = temporaryHome();
      const library = await open(home);
      for (let number = 0; number < 50; number++) await library.machines.create(bareDefinition(`box ${number}`, { note: 'x'.repeat(500) }));
      await library.close();
      const { size } = statSync(home.library);
      if (how === 'not a database')
        writeFileSync(
          home.library,
          'this is a letter to my aunt, and long enough to be read as a header of something else entirely. '.repeat(20),
        );
      else if (how === 'cut short') truncateSync(home.library, size - 20 * 1024);
      else {
        const bytes = readFileSync(home.library);
        bytes.fill(0xa5, 4096, size - 4096);
        writeFileSync(home.library, bytes);
      }
      const damaged = readFileSync(home.library);
      await expect(open(home)).rejects.toMatchObject({ kind: 'damaged', message: expect.stringContaining('viv library repair') });
      expect(readFileSync(home.library).equals(damaged)).toBe(true);
      const kept = setDamagedAside(home, new Date('2026-11-21T09:00:00Z'));
      expect(kept).toBe(`${home.library}.damaged-2026-11-21T090000`);
      expect(readFileSync(kept).equals(damaged)).toBe(true);
      expect(await (await opened(home)).machines.list()).toEqual([]);
    },
  );

  test('nothing to repair where there is no library', () => {
    expect(() => setDamagedAside(temporaryHome())).toThrow('nothing to repair');
  });

  test('locked by another program: it is named, and nothing is lost', async () => {
    const home = temporaryHome();
    await (await open(home)).close();
    const holder = spawn(process.execPath, [
      '-e',
      `const sqlite3 = require('sqlite3'); const db = new sqlite3.Database(process.argv[1]);
       db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (x)', () => { console.log('held'); setInterval(() => db, 1000); });`,
      home.library,
    ]);
    onTestFinished(() => void holder.kill());
    await once(holder.stdout, 'data');
    await expect(open(home)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringMatching(process.platform === 'linux' ? new RegExp(`process ${holder.pid}`) : /in use/),
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await (await opened(home)).machines.list()).toEqual([]);
  });

  test('a second program of ours: the first is named', async () => {
    const home = temporaryHome();
    const library = await openLibrary(home, { program: 'the window', socket: home.socket });
    onTestFinished(() => library.close());
    await expect(open(home)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining(`the window (process ${process.pid})`),
    });
  });

  test('a full disk: the change is refused as a whole, and the library goes on when there is room', async () => {
    const home = temporaryHome();
    await (await open(home)).close();
    const database = await openDatabase(home.library);
    onTestFinished(() => database.close());
    const { page_count: pages } = (await database.get('PRAGMA page_count')) as { page_count: number };
    await database.get(`PRAGMA max_page_count = ${pages}`);
    const { machineRecords } = await import('../../../main/library/machine-records.ts');
    const machines = machineRecords(database);
    await expect(machines.create(bareDefinition('box', { note: 'x'.repeat(20_000) }))).rejects.toMatchObject({
      kind: 'full',
      message: expect.stringContaining('free some space'),
    });
    expect(await machines.list()).toEqual([]);
    await database.get('PRAGMA max_page_count = 100000');
    await machines.create(bareDefinition('box', { note: 'x'.repeat(20_000) }));
    expect(await machines.list()).toHaveLength(1);
  });

  test('a folder that may not be written', async () => {
    const home = temporaryHome();
    await (await open(home)).close();
    const program = `import { findHome } from ${JSON.stringify(new URL('../../../main/library/home.ts', import.meta.url).href)};
      import { openLibrary } from ${JSON.stringify(new URL('../../../main/library/library.ts', import.meta.url).href)};
      if (process.getuid?.() === 0) process.setuid(65534);
      await openLibrary(findHome(), { program: 'the test' }).then(() => console.log('opened'), (error) => console.log(error.kind, error.message));`;
    if (process.getuid?.() === 0) for (const name of ['', ...readdirSync(home.folder)]) chownSync(join(home.folder, name), 65534, 65534);
    chmodSync(home.library, 0o444);
    chmodSync(home.folder, 0o555);
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, VIVARIUM_HOME: home.folder },
      encoding: 'utf8',
    });
    chmodSync(home.folder, 0o755);
    expect(said).toMatch(/^readonly .*check the permissions/);
    expect(readdirSync(home.folder)).toContain('library.db');
  });
});

describe('where it is', () => {
  test('each system has its own place, and a relative XDG folder is ignored', () => {
    expect(findHome({ XDG_DATA_HOME: '/data' }, 'linux').library).toBe('/data/vivarium/library.db');
    expect(findHome({ XDG_DATA_HOME: 'data' }, 'linux').folder).toMatch(/\.local\/share\/vivarium$/);
    expect(findHome({}, 'darwin').folder).toMatch(/Library\/Application Support\/Vivarium$/);
  });
  test('a long home has its socket elsewhere, a different one for each', () => {
    const long = (name: string) => findHome({ VIVARIUM_HOME: join('/', name.repeat(120)) }, 'linux').socket;
    expect(long('a').length).toBeLessThan(100);
    expect(long('a')).not.toBe(long('b'));
    expect(findHome({ VIVARIUM_HOME: '/short' }, 'linux').socket).toBe('/short/socket');
  });
});

test('a home that is a file is a clear error', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'other'));
  await expect(open(findHome({ VIVARIUM_HOME: join(folder, 'file') }))).rejects.toMatchObject({ name: 'ContractError' });
});
