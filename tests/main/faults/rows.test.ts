/**
 * Libraries whose rows somebody has changed: values of other kinds, absurd numbers, JSON of another shape, rows that are
 * lost or doubled, in the library, the store and the overlays. Each is refused in words, or what is whole goes on; no call
 * waits for ever or takes memory without end, and another machine of the library is none the worse. A failure prints its
 * seed; VIVARIUM_SEED repeats it, VIVARIUM_ROUNDS makes it longer.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findHome } from '../../../main/library/home.ts';
import { ContractError } from '../../../preload/contract/errors/contract-error.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { guestDefinition } from '../../soak/guest-definition.ts';
import { random, type Random } from '../../soak/random.ts';
import { libraryFiles, type Listening, openListening, trialLibrary, type TrialLibrary } from './trial-library.ts';
import { spoilRows } from './wild-rows.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env['VIVARIUM_ROUNDS'] ?? 8);
/** What the process may grow by: a machine, a chunk cache and the largest part of a snapshot, several times over. */
const GROWTH_BYTES = 768 * 2 ** 20;
/** A call that has not answered by then hangs. */
const PATIENCE_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'vivarium-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let pattern: TrialLibrary;
let innocent: MachineId;
beforeAll(async () => {
  pattern = await trialLibrary(join(folder, 'pattern'));
  const { program } = await openListening(pattern.trial);
  const definition = { ...guestDefinition('innocent', pattern.trial.program, pattern.trial.base), onQuit: 'stop' as const };
  innocent = (await program.machines.create({ definition })).id;
  await program.machines.start(innocent);
  await program.machines.stop(innocent);
  await program.close();
});

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RangeError(`${what} hangs`)), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A person is told in sentences: what it is about, and no word of our insides. */
const isForPeople = (text: string) =>
  text.length > 20 &&
  text.length < 2000 &&
  !/undefined|\[object|NaN|ENOENT|EIO|TypeError|is not a function|Cannot read|SQLITE_(?!CORRUPT)|something went wrong inside/.test(text);

/** Does with the spoilt machine what a person may. @returns what was refused */
async function useAll({ program }: Listening, { machine, snapshots, trial }: TrialLibrary, dice: Random): Promise<string[]> {
  const refused: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await within(what, work());
    } catch (error) {
      if (error instanceof RangeError && error.message.endsWith('hangs')) throw error;
      refused.push(`${what}: ${(error as Error).message}`);
      return undefined;
    }
  };
  const snapshot = dice.pick(snapshots) as (typeof snapshots)[number];
  const task = async (what: string, begin: () => Promise<{ readonly task: string }>) => {
    const begun = await attempt(what, begin);
    if (begun) await attempt(what, () => program.task(begun.task));
  };
  await attempt('list', () => program.machines.list());
  await attempt('bin', () => program.machines.bin());
  await attempt('timeline', () => program.snapshots.timeline(machine));
  await attempt('disks', () => program.disks.list(machine));
  await attempt('diff', () => program.snapshots.diff(snapshot, null));
  await attempt('estimate', () => program.snapshots.estimate(machine));
  await attempt('restore', () => program.snapshots.restore(snapshot));
  await attempt('stop', () => program.machines.stop(machine));
  await attempt('start', () => program.machines.start(machine));
  await attempt('snapshot', () =>
    program.snapshots.create(machine, { name: 'another' }).then(({ snapshot: { id } }) => program.stored(machine, id)),
  );
  await attempt('stop', () => program.machines.stop(machine));
  await task('compact', () => program.disks.compact(machine, 0));
  await task('export', () => program.snapshots.export(machine, join(trial.folder, `out-${dice.below(2 ** 31)}.vivarium`)));
  await attempt('branch', () => program.snapshots.branch(snapshot, { name: 'branched', start: false }));
  await attempt('change', () => program.machines.update(machine, { note: 'changed' }));
  await attempt('undo', () => program.machines.undo(machine));
  await attempt('delete a snapshot', () => program.snapshots.delete([snapshot]));
  await attempt('delete', () => program.machines.delete(machine));
  await attempt('bin', () => program.machines.bin());
  await task('purge', () => program.machines.purge([machine]));
  await task('check', () => program.snapshots.checkAll());
  return refused;
}

it(`spoilt rows are refused in words, and another machine goes on (VIVARIUM_SEED=${SEED})`, async () => {
  const faults: string[] = [];
  const outcomes = { refused: 0, opened: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const dice = random(seed);
    const own = join(folder, `round-${round}`);
    cpSync(pattern.trial.home.folder, join(own, 'home'), { recursive: true });
    const trial = { ...pattern.trial, folder: own, home: findHome({ VIVARIUM_HOME: join(own, 'home') }) };
    const { library, store, overlays } = libraryFiles(trial);
    const overlay = () => join(overlays, dice.pick(readdirSync(overlays).filter((name) => name.endsWith('.db'))) as string);
    const file = dice.pick([library, library, library, store, store, overlay()]) as string;
    const done = `VIVARIUM_SEED=${seed} VIVARIUM_ROUNDS=1: ${(await spoilRows(file, dice, innocent)).join('; ')}`;
    const before = process.memoryUsage().rss;
    let refusals: string[] = [];
    try {
      const listening = await within('opening', openListening(trial)).catch((error: unknown) => {
        if (!(error instanceof ContractError)) throw error;
        refusals.push(`opening: ${error.message}`);
      });
      outcomes[listening ? 'opened' : 'refused'] += 1;
      if (listening) {
        try {
          refusals = await useAll(listening, { ...pattern, trial }, dice);
          // An overlay or content that is spoilt may be this machine's own; the library's rows were left alone.
          if (file === library) {
            await within('the other machine', listening.program.machines.start(innocent));
            await within('the other machine', listening.worked(innocent, 3));
          }
        } finally {
          await within('closing', listening.program.close());
        }
      }
    } catch (error) {
      faults.push(`${done}\n    ${(error as Error).stack ?? String(error)}`);
    }
    for (const text of refusals) if (!isForPeople(text)) faults.push(`${done}\n    ${text}`);
    const grown = process.memoryUsage().rss - before;
    if (grown > GROWTH_BYTES) faults.push(`${done}\n    the process grew by ${grown >> 20} MiB`);
    rmSync(own, { recursive: true, force: true });
  }
  expect(faults.join('\n')).toBe('');
  if (ROUNDS >= 10) for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
}, 1_000_000);
