/**
 * The library: what a person must never lose, in one SQLite file. Opening checks the file, brings it to the newest
 * format and says clearly what is wrong where it cannot (design.md §3).
 */
import { fileError } from './library-error.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { readFileSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileMomentText } from '../../emulator/quantities/moments.ts';
import { consoleRecords, type ConsoleRecords } from './console-records.ts';
import { openDatabase, type Database } from './database.ts';
import { doorRecords, type DoorRecords } from './door-records.ts';
import { headRecords, type HeadRecords } from './head-records.ts';
import type { Home } from './home.ts';
import { lockInstance, type InstanceLock } from './instance-lock.ts';
import { machineRecords, type MachineRecords } from './machine-records.ts';
import { migrate, migrations } from './migrations.ts';
import { closeContents, ownFolder } from './own-files.ts';
import { networkRecords, type NetworkRecords } from './network-records.ts';
import { runRecords, type RunRecords } from './run-records.ts';
import { settingsRecords, type SettingsRecords } from './settings-records.ts';
import { refuseForeign } from './schema-check.ts';
import { refuseWrongRows } from './stored-rows.ts';
import { snapshotRecords, type SnapshotRecords } from './snapshot-records.ts';
import { timelineRecords, type TimelineRecords } from './timeline-records.ts';

export interface Library {
  readonly home: Home;
  readonly machines: MachineRecords;
  readonly settings: SettingsRecords;
  readonly consoles: ConsoleRecords;
  readonly doors: DoorRecords;
  readonly runs: RunRecords;
  readonly networks: NetworkRecords;
  readonly snapshots: SnapshotRecords;
  readonly heads: HeadRecords;
  readonly timeline: TimelineRecords;
  /** Whether a definition holds a text: a machine's, a snapshot's, or one that a change can be taken back to. */
  mentions(text: string): Promise<boolean>;
  /** SQLite's full check: what is wrong with the file, empty when nothing is. */
  check(): Promise<readonly string[]>;
  /** A second call waits for the first. */
  close(): Promise<void>;
}

/** Files up to this size are checked at every opening (some ten milliseconds); larger ones when asked. */
const CHECKED_AT_OPENING = 32 * 1024 * 1024;
/** How long a statement waits for another program's transaction, in milliseconds. */
const BUSY_TIMEOUT = 3000;

const MENTIONS = `
  SELECT 1 AS found FROM machines WHERE instr(definition, ?1) UNION ALL SELECT 1 FROM snapshots WHERE instr(definition, ?1) OR instr(next_definition, ?1)
  UNION ALL SELECT 1 FROM journal WHERE instr(before, ?1) OR instr(after, ?1) LIMIT 1`;

export interface Opening {
  /** How this process calls itself to others that find the library in use. */
  readonly program: string;
  /** Where it listens, when it does. */
  readonly socket?: string;
}

/**
 * Opens the library of a home, creating both where they do not exist.
 * @throws ContractError naming the problem and what to do
 */
export async function openLibrary(home: Home, { program, socket }: Opening): Promise<Library> {
  const lock = takeHome(home, program, socket);
  let database: Database | undefined;
  try {
    database = await openDatabase(home.library);
    await prepare(database);
    return libraryOver(home, database, lock);
  } catch (error) {
    await database?.close().catch(() => undefined);
    lock.release();
    throw nameLocker(home, fileError('library', home.library, error));
  }
}

/** What the program keeps in its home folder, also as moved aside by a repair. */
const OWN_NAMES = /^(?:(?:library|store|consoles)\.(?:db|lock)|(?:doors|overlays|imported|cache|electron|socket|ssh)$)/;
const isForLibrary = (names: readonly string[]) => names.includes('library.db') || names.every((name) => OWN_NAMES.test(name));

function takeHome(home: Home, program: string, socket: string | undefined): InstanceLock {
  try {
    ownFolder(home.folder, isForLibrary);
    closeContents(home.folder, (name) => OWN_NAMES.test(name));
    for (const folder of ['overlays', 'imported']) closeContents(join(home.folder, folder), () => true);
    return lockInstance(home.lock, program, socket);
  } catch (error) {
    throw fileError('library', home.library, error);
  }
}

async function prepare(database: Database): Promise<void> {
  await database.script(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  // First of all: checks and changes would run what a schema of somebody else says.
  await refuseForeign(database, migrations);
  if (statSync(database.file).size <= CHECKED_AT_OPENING) await refuseDamaged(database);
  await database.script('PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL');
  await migrate(database);
  await refuseWrongRows(database, database.file);
}

async function problemsOf(database: Database, pragma: 'quick_check' | 'integrity_check'): Promise<readonly string[]> {
  const rows = await database.all(`PRAGMA ${pragma}(20)`);
  return rows.map((row) => String(Object.values(row)[0])).filter((line) => line !== 'ok');
}

async function refuseDamaged(database: Database): Promise<void> {
  const [problem] = await problemsOf(database, 'quick_check');
  if (problem !== undefined) throw fileError('library', database.file, { code: 'SQLITE_CORRUPT', message: problem });
}

function libraryOver(home: Home, database: Database, lock: InstanceLock): Library {
  let closing: Promise<void> | undefined;
  return {
    home,
    machines: machineRecords(database),
    settings: settingsRecords(database),
    consoles: consoleRecords(database),
    doors: doorRecords(database),
    runs: runRecords(database),
    networks: networkRecords(database),
    snapshots: snapshotRecords(database),
    heads: headRecords(database),
    timeline: timelineRecords(database),
    mentions: async (text) => (await database.get(MENTIONS, text)) !== undefined,
    check: () => problemsOf(database, 'integrity_check'),
    close: () => (closing ??= database.close().finally(() => lock.release())),
  };
}

/** Where the kernel knows who holds the file's lock (Linux, /proc/locks, proc(5)), the message names it. */
function nameLocker(home: Home, error: ContractError): ContractError {
  if (error.code !== 'library-locked' || process.platform !== 'linux') return error;
  try {
    const { ino } = statSync(home.library);
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((text) => text.includes(`:${ino} `));
    const pid = line?.split(/\s+/)[4];
    if (!pid) return error;
    const name = basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '');
    return new ContractError('library-in-use-by', { file: home.library, program: name, pid: Number(pid) });
  } catch {
    return error;
  }
}

/**
 * Moves a library's files aside as `library.db.damaged-DATE`, so that the next opening starts a new one, or goes on with
 * what was saved of it. Only done when a person asks; nothing is deleted.
 * @param salvaged a library that takes its place, moved there
 * @returns the path of the file that was kept
 */
export function setDamagedAside(home: Home, now = new Date(), salvaged?: string): string {
  const aside = `${home.library}.damaged-${fileMomentText(now.getTime())}`;
  const lock = takeHome(home, 'viv library repair', undefined);
  try {
    renameSync(home.library, aside);
    for (const suffix of ['-wal', '-shm']) moveIfThere(`${home.library}${suffix}`, `${aside}${suffix}`);
    if (salvaged !== undefined) renameSync(salvaged, home.library);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new ContractError('library-absent', { folder: dirname(home.library) });
    throw fileError('library', home.library, error);
  } finally {
    lock.release();
  }
  return aside;
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
