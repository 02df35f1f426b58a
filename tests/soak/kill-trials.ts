/**
 * Kill trials: a process that works on a library is killed at a random moment, again and again, and after each time the
 * library must open and hold everything that was finished.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findHome, type Home } from '../../main/library/home.ts';
import type { MachineId } from '../../preload/contract/machines.ts';
import { readLibrary } from './contents.ts';
import { Expectations } from './expectations.ts';
import type { GuestBoardName } from '../bench/boards.ts';
import { buildGuest } from './build-guest.ts';
import { baseImage, checkDisk, DISK_BYTES, recordsOf } from './guest-model.ts';
import { random, type Random } from './random.ts';
import type { TrialEvent } from './trial-events.ts';
import { openWholeProgram } from '../kit/whole-program.ts';

const WORKER = fileURLToPath(new URL('./trial-worker.ts', import.meta.url));
/** A process that does not even open the library in this time is a finding. */
const PATIENCE_MS = 120_000;
/** How long a process works before it is killed, at most. */
const LONGEST_MS = 6000;
/** Most are killed while one of these is under way, a moment after it began. */
const TARGETS = [
  'snapshot',
  'snapshot',
  'restore',
  'restore',
  'delete',
  'branch',
  'suspend',
  'resize',
  'import',
  'export',
  'import a disk',
  'resume',
];
const MOMENT_MS = 300;

export interface TrialFolder {
  readonly home: Home;
  readonly board: GuestBoardName;
  readonly program: string;
  readonly base: string;
  readonly baseBytes: Uint8Array;
  readonly folder: string;
}

/** Lays out what the trials need in an empty folder. */
export function trialFolder(folder: string, board: GuestBoardName = 'riscv64-virt'): TrialFolder {
  const program = buildGuest(board, folder);
  const base = join(folder, 'base.raw');
  const baseBytes = baseImage(20261121);
  writeFileSync(base, baseBytes);
  return { home: findHome({ VIVARIUM_HOME: join(folder, 'home') }), board, program, base, baseBytes, folder };
}

export interface KillReport {
  readonly kills: number;
  /** Of them while the library was being opened. */
  readonly whileOpening: number;
  /** Snapshots whose content was compared, over all trials. */
  readonly compared: number;
  /** Flushed records that were looked for on the disks. */
  readonly records: number;
  /** What was under way when the process was killed, and how often. */
  readonly underWay: Readonly<Record<string, number>>;
  readonly done: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
}

/** Runs the worker for a while and kills it. @throws Error for what it must never say */
async function runAndKill(trial: TrialFolder, seed: number, dice: Random, expected: Expectations): Promise<void> {
  expected.restarted();
  const child = spawn(process.execPath, [WORKER, trial.home.folder, String(seed), trial.program, trial.base, trial.board], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Of the last process, to look into a finding.
  const log = createWriteStream(join(trial.folder, 'events.jsonl'));
  let rest = '';
  let errors = '';
  let finding: Error | undefined;
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const target = dice.once(4) ? undefined : dice.pick(TARGETS);
  child.stderr.on('data', (piece: Buffer) => (errors = (errors + piece.toString()).slice(-4000)));
  child.stdout.on('data', (piece: Buffer) => {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    log.write(lines.map((line) => `${line}\n`).join(''));
    for (const line of lines) {
      try {
        expected.take(JSON.parse(line) as TrialEvent);
      } catch (error) {
        finding ??= error as Error;
        child.kill('SIGKILL');
      }
      if (expected.opened) opened.resolve();
      if (target !== undefined && expected.opened && expected.underWay.some(({ what }) => what === target)) reached.resolve();
    }
  });
  const closed = new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(signal ?? `status ${code}`)));
  const patience = setTimeout(
    () => opened.reject(new Error(`the library was not open after ${PATIENCE_MS / 1000} s\n${errors}`)),
    PATIENCE_MS,
  );
  try {
    // One in eight is killed while it starts, the others while they work.
    if (dice.once(8)) await Promise.race([wait(dice.below(900)), closed]);
    else {
      await Promise.race([opened.promise, closed]);
      await Promise.race([wait(20 + dice.below(LONGEST_MS)), reached.promise, closed]);
      await Promise.race([wait(dice.below(MOMENT_MS)), closed]);
    }
  } finally {
    clearTimeout(patience);
    opened.promise.catch(() => undefined);
    child.kill('SIGKILL');
  }
  const how = await closed;
  log.end();
  if (finding) throw finding;
  if (how !== 'SIGKILL') throw new Error(`the process ended by itself with ${how}:\n${errors}`);
}

/** Looks at the present of every machine through the program, as a person would. @returns records that were looked for */
async function checkPresent(trial: TrialFolder, expected: Expectations): Promise<number> {
  const restoring = new Set(expected.underWay.filter(({ what }) => what === 'restore').map(({ machine }) => machine));
  const app = await openWholeProgram(trial.home, { output: () => undefined });
  let looked = 0;
  try {
    for (const { id, definition } of await app.machines.list()) {
      if (definition.disks.length === 0) continue;
      const path = join(trial.folder, 'present.raw');
      await app.task((await app.disks.export(id as MachineId, 0, { path, format: 'raw' })).task);
      const disk = new Uint8Array(readFileSync(path));
      rmSync(path);
      try {
        checkDisk(disk.subarray(0, DISK_BYTES), trial.baseBytes);
        const records = recordsOf(disk);
        const newest = Math.max(0, ...records.keys());
        // The program may have been killed between the switch to another snapshot point and the guest's first word there.
        const flushed = restoring.has(id) ? [] : (expected.machines.get(id)?.flushed() ?? []);
        for (const { n, chain } of flushed.slice(-200)) {
          looked++;
          if (n > newest - 200 && records.get(n) !== chain)
            throw new Error(`record ${n}, which was flushed, is ${records.has(n) ? "another branch's" : 'not there'} (newest ${newest})`);
          if (n > newest) throw new Error(`record ${n}, which was flushed, is not there (newest ${newest})`);
        }
      } catch (error) {
        throw new Error(`the disk of machine ${id} "${definition.name}": ${(error as Error).message}`, { cause: error });
      }
    }
  } finally {
    await app.close();
  }
  return looked;
}

/** Compares snapshots with what is known of them: all new ones, and some of the others. @returns how many */
async function checkSnapshots(trial: TrialFolder, expected: Expectations, dice: Random): Promise<number> {
  const isRead = (id: string) => expected.snapshots.get(id)?.hash === undefined || dice.once(8);
  const { records, snapshots, problems } = await readLibrary(trial.home, trial.baseBytes, isRead);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const present = new Set(records.map(({ id }) => id as string));
  for (const [id, { about, stored, deleting, deleted }] of expected.snapshots) {
    if (present.has(id)) continue;
    if (stored && !deleting && !deleted) throw new Error(`snapshot ${id} (${about ?? 'just made'}), which was finished, is gone`);
    expected.snapshots.delete(id);
  }
  for (const [id, { record, hash, memoryHash }] of snapshots) {
    const known = expected.snapshot(id);
    const about = `${record.kind} "${record.name}"`;
    if (known.stored && known.memoryHash !== undefined && memoryHash === undefined)
      throw new Error(`snapshot ${id} (${about}), which was finished, has lost its memory`);
    if (known.memoryHash !== undefined && memoryHash !== undefined && known.memoryHash !== memoryHash)
      throw new Error(`snapshot ${id} (${about}) has not the memory that the machine had`);
    if (known.hash !== undefined && known.hash !== hash) throw new Error(`snapshot ${id} (${about}) is not what it was`);
    // Those the program itself takes away are not missed.
    const transient = ['automatic', 'kept', 'suspended'].includes(record.kind) || record.deletedAt !== undefined;
    // One that was killed before it was finished may come back without its memory; from now on it is as it was found.
    const { memoryHash: _before, ...other } = known;
    expected.snapshots.set(id, {
      ...other,
      ...(memoryHash === undefined ? {} : { memoryHash }),
      about,
      stored: !transient,
      hash,
      ...(record.machine === null ? {} : { machine: record.machine }),
    });
  }
  return snapshots.size;
}

/**
 * Kills a program `kills` times. @param progress told after each
 * @throws Error for the first loss, naming the trial and its seed
 */
export async function killTrials(trial: TrialFolder, kills: number, seed: number, progress: (done: number) => void): Promise<KillReport> {
  const expected = new Expectations();
  const underWay: Record<string, number> = {};
  let [whileOpening, compared, records] = [0, 0, 0];
  for (let kill = 1; kill <= kills; kill++) {
    const own = seed * 1000 + kill;
    try {
      await runAndKill(trial, own, random(own), expected);
      if (!expected.opened) whileOpening++;
      for (const { what } of expected.underWay) underWay[what] = (underWay[what] ?? 0) + 1;
      records += await checkPresent(trial, expected);
      compared += await checkSnapshots(trial, expected, random(own));
    } catch (error) {
      throw new Error(`kill ${kill} (seed ${seed}): ${(error as Error).message}`, { cause: error });
    }
    progress(kill);
  }
  return {
    kills,
    whileOpening,
    compared,
    records,
    underWay,
    done: Object.fromEntries(expected.counts),
    refused: Object.fromEntries(expected.refusals),
  };
}
