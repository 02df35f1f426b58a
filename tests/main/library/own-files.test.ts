/** Files and folders that are one person's alone: made so, corrected, or refused. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RecordWriter } from '../../../main/archive/record-writer.ts';
import { writeNewFile } from '../../../main/disks/host-output.ts';
import { openDatabase } from '../../../main/library/database.ts';
import { findHome } from '../../../main/library/home.ts';
import { findOwner } from '../../../main/library/instance-lock.ts';
import type { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import { openLibrary } from '../../../main/library/library.ts';
import { ownFile, ownFolder } from '../../../main/library/own-files.ts';
import { connectLocally } from '../../../main/local/local-client.ts';
import { listenLocally } from '../../../main/local/local-server.ts';
import { describeWith } from '../../kit/tools.ts';
import { temporaryFolder } from '../temporary-home.ts';

const NOBODY = 65534;
const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);
const serve = () => ({ receive: () => undefined, closed: () => undefined });
const foreign = expect.objectContaining({ name: 'ContractError', kind: 'foreign' }) as unknown as ContractError;

describe('files of a library', () => {
  test('a library in a folder that its person made open to all closes everything, what is there too', async () => {
    const folder = join(temporaryFolder(), 'lib');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const home = findHome({ VIVARIUM_HOME: folder });
    const first = await openLibrary(home, { program: 'the test' });
    await first.close();
    mkdirSync(join(folder, 'overlays'), { mode: 0o755 });
    writeFileSync(join(folder, 'overlays', 'x.db'), '');
    for (const name of ['library.db', 'overlays/x.db']) chmodSync(join(folder, name), 0o644);
    const again = await openLibrary(home, { program: 'the test' });
    await again.settings.change({ theme: 'dark' });
    expect(modeOf(folder)).toBe('700');
    expect(modeOf(join(folder, 'overlays'))).toBe('700');
    for (const name of readdirSync(folder).filter((each) => each !== 'overlays'))
      expect([name, modeOf(join(folder, name))]).toEqual([name, '600']);
    expect(readdirSync(folder)).toContain('library.db-wal');
    expect(modeOf(join(folder, 'overlays', 'x.db'))).toBe('600');
    await again.close();
  });

  test('a folder that holds other things too stays readable, but nobody else writes there', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'letter.txt'), '');
    chmodSync(folder, 0o775);
    ownFolder(folder, (names) => names.length === 0);
    expect(modeOf(folder)).toBe('755');
  });

  test('a folder that is shared as /tmp is refused', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o1777);
    expect(() => ownFolder(folder, () => true)).toThrow('shared with other users');
  });

  test('a database is closed to others from its first byte, and so is what SQLite puts beside it', async () => {
    const file = join(temporaryFolder(), 'x.db');
    const database = await openDatabase(file);
    await database.script('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
    for (const end of ['', '-wal', '-shm']) expect([end, modeOf(file + end)]).toEqual([end, '600']);
    await database.close();
  });
});

describe('files that are given to others', () => {
  test.for(['export', 'image'])('an %s is closed to others, and a link in the way is not followed', async (kind) => {
    const folder = temporaryFolder();
    const victim = join(folder, 'victim');
    const target = join(folder, 'given');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, kind === 'export' ? `${target}.part` : join(folder, `.given.${process.pid}.part`));
    if (kind === 'export') await (await RecordWriter.create(target)).finish();
    else await writeNewFile(target, (store) => store.write(0, Uint8Array.of(1)));
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    expect(modeOf(target)).toBe('600');
    expect(readdirSync(folder).sort()).toEqual(['given', 'victim']);
  });
});

describe('the socket', () => {
  test('its folder outside the library must have mode 0700 already, on both sides', async () => {
    const folder = join(temporaryFolder(), 'vivarium-1');
    const socket = join(folder, 'socket');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    await expect(listenLocally(socket, serve)).rejects.toThrow(`${folder} is open to other users (mode 0755)`);
    await expect(connectLocally(socket)).rejects.toThrow('is open to other users');
    expect(readdirSync(folder)).toEqual([]);
    chmodSync(folder, 0o700);
    const server = await listenLocally(socket, serve);
    const connection = await connectLocally(socket);
    connection.close();
    await server.close();
  });

  test('a link in the place of its folder is not followed', async () => {
    const folder = temporaryFolder();
    const target = join(folder, 'real');
    mkdirSync(target, { mode: 0o700 });
    symlinkSync(target, join(folder, 'link'));
    await expect(listenLocally(join(folder, 'link', 'socket'), serve)).rejects.toThrow('is not a folder');
  });
});

describeWith(['setpriv'], 'what belongs to another user', () => {
  test('a library, its lock and a database are refused and left as they are', async () => {
    const folder = temporaryFolder();
    const home = findHome({ VIVARIUM_HOME: join(folder, 'lib') });
    mkdirSync(home.folder, { mode: 0o755 });
    writeFileSync(home.library, 'theirs', { mode: 0o644 });
    chownSync(home.library, NOBODY, NOBODY);
    await expect(openLibrary(home, { program: 'the test' })).rejects.toEqual(foreign);
    expect([readFileSync(home.library, 'utf8'), statSync(home.library).mode & 0o777]).toEqual(['theirs', 0o644]);
    unlinkSync(home.library);
    writeFileSync(home.lock, JSON.stringify({ pid: process.pid, program: 'x', birth: '', socket: '/tmp/theirs' }));
    chownSync(home.lock, NOBODY, NOBODY);
    expect(() => findOwner(home.lock)).toThrow('belongs to another user');
    unlinkSync(home.lock);
    chownSync(home.folder, NOBODY, NOBODY);
    await expect(openLibrary(home, { program: 'the test' })).rejects.toThrow(`${home.folder} belongs to another user (uid ${NOBODY})`);
    expect(readdirSync(home.folder)).toEqual([]);
  });

  test('a link of theirs to a file of ours is refused, one of ours is followed', () => {
    const folder = temporaryFolder();
    const link = join(folder, 'link');
    writeFileSync(join(folder, 'ours'), '');
    symlinkSync(join(folder, 'ours'), link);
    ownFile(link);
    expect(modeOf(join(folder, 'ours'))).toBe('600');
    lchownSync(link, NOBODY, NOBODY);
    expect(() => ownFile(link)).toThrow('belongs to another user');
  });

  test('a folder for the socket, and a socket, are refused on both sides', async () => {
    const folder = join(temporaryFolder(), 'vivarium-1');
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, NOBODY, NOBODY);
    const socket = join(folder, 'socket');
    await expect(listenLocally(socket, serve)).rejects.toThrow(
      `${folder} belongs to another user (uid ${NOBODY}) and is not used for the socket`,
    );
    await expect(connectLocally(socket)).rejects.toEqual(foreign);
    chownSync(folder, 0, 0);
    const server = await listenLocally(socket, serve);
    chownSync(socket, NOBODY, NOBODY);
    await expect(connectLocally(socket)).rejects.toThrow('the socket');
    await server.close();
  });
});
