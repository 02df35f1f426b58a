/**
 * Files cut short or with flipped bits, under the whole program: a sentence that says what is affected, the rest goes on
 * working, and nothing hangs or is written where it should not be.
 */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { closeSync, cpSync, fstatSync, ftruncateSync, openSync, readdirSync, readSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll } from 'vitest';
import { findHome } from '../../../main/library/home.ts';
import { checkLibrary } from '../../../main/history/check-library.ts';
import type { SnapshotId } from '../../../preload/contract/snapshots.ts';
import { random } from '../../soak/random.ts';
import { libraryFiles, openListening, trialLibrary, type TrialLibrary } from './trial-library.ts';

const SEED = Number(process.env['VIVARIUM_SEED'] ?? Date.now() % 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'vivarium-damage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let pattern: TrialLibrary;
beforeAll(async () => {
  pattern = await trialLibrary(join(folder, 'pattern'));
});

let copies = 0;
/** A copy to damage. The base stays where it is unless asked for: disks name it by its path. */
function copy(): TrialLibrary {
  const own = join(folder, `copy-${++copies}`);
  cpSync(pattern.trial.home.folder, join(own, 'home'), { recursive: true });
  return { ...pattern, trial: { ...pattern.trial, folder: own, home: findHome({ VIVARIUM_HOME: join(own, 'home') }) } };
}

function cutShort(file: string, part: number): void {
  const handle = openSync(file, 'r+');
  ftruncateSync(handle, Math.floor(fstatSync(handle).size * part));
  closeSync(handle);
}

/** Flips one bit in each of some places behind the first `from` bytes. */
function flipBits(file: string, count: number, seed: number, from = 0): void {
  const dice = random(seed);
  const handle = openSync(file, 'r+');
  const { size } = fstatSync(handle);
  const byte = new Uint8Array(1);
  for (let flip = 0; flip < count; flip++) {
    const at = from + dice.below(size - from);
    readSync(handle, byte, 0, 1, at);
    byte[0] = (byte[0] as number) ^ (1 << dice.below(8));
    writeSync(handle, byte, 0, 1, at);
  }
  closeSync(handle);
}

/** A person is told in sentences: what it is about, and no word of our insides. */
function isForPeople(text: string): boolean {
  return text.length > 20 && text.length < 2000 && !/undefined|\[object|ENOENT|EIO|TypeError|something went wrong inside/.test(text);
}

/** Does with a damaged library all that a person may. @returns what was refused, and how many snapshots came back */
async function tryAll({ trial, machine, snapshots }: TrialLibrary): Promise<{ refused: string[]; back: number; opened: boolean }> {
  const refused: string[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      refused.push((error as Error).message);
      return undefined;
    }
  };
  const listening = await attempt(() => openListening(trial));
  if (!listening) return { refused, back: 0, opened: false };
  const { program, worked } = listening;
  let back = 0;
  try {
    await attempt(() => program.machines.list());
    await attempt(() => program.snapshots.timeline(machine));
    const going = async (start: () => Promise<unknown>) => {
      if ((await attempt(async () => (await start(), true))) && (await attempt(async () => (await worked(machine, 5), true)))) back++;
      await attempt(() => program.machines.stop(machine));
    };
    for (const id of snapshots) await going(() => program.snapshots.restore(id));
    await going(() => program.machines.start(machine));
    const check = await attempt(() => program.snapshots.checkAll());
    if (check) await attempt(() => program.task(check.task));
  } finally {
    await attempt(() => program.close());
  }
  return { refused, back, opened: true };
}

it('everything works where nothing is damaged', async () => {
  const { refused, back } = await tryAll(copy());
  expect({ refused, back }).toEqual({ refused: [], back: 4 });
});

describe(`told, and the rest stays usable (seed ${SEED})`, () => {
  it.each([
    ['library', 'cut to half', (file: string) => cutShort(file, 0.5)],
    ['library', 'cut to nothing but its head', (file: string) => cutShort(file, 0.02)],
    ['library', 'bits flipped', (file: string) => flipBits(file, 40, SEED)],
    ['store', 'cut to half', (file: string) => cutShort(file, 0.5)],
    ['store', 'cut to nothing but its head', (file: string) => cutShort(file, 0.01)],
    ['store', 'bits flipped', (file: string) => flipBits(file, 40, SEED, 4096)],
    ['store', 'bits flipped everywhere', (file: string) => flipBits(file, 4000, SEED)],
    ['overlays', 'cut to half', (file: string) => cutShort(file, 0.5)],
    ['overlays', 'cut to nothing but its head', (file: string) => cutShort(file, 0.05)],
    ['overlays', 'bits flipped', (file: string) => flipBits(file, 40, SEED)],
  ] as const)('the %s, %s', async (what, _, damage) => {
    const library = copy();
    const place = libraryFiles(library.trial)[what];
    const files = statSync(place).isDirectory()
      ? readdirSync(place)
          .filter((name) => name.endsWith('.db'))
          .map((name) => join(place, name))
      : [place];
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) damage(file);
    const { refused, back, opened } = await tryAll(library);
    for (const text of refused) expect(text).toSatisfy(isForPeople);
    // Whatever lies in an overlay only, snapshots do not need it.
    if (what === 'overlays') expect({ opened, snapshots: back >= 3 }).toEqual({ opened: true, snapshots: true });
    // The machine itself does not need the store's snapshots to be known.
    if (what === 'store') expect(opened || refused.length > 0).toBe(true);
  });

  it('a snapshot whose bytes are damaged is named by the check, and the others are not', async () => {
    const library = copy();
    flipBits(libraryFiles(library.trial).store, 60, SEED + 1, 8192);
    const report = await checkLibrary(library.trial.home, {});
    for (const line of report) expect(line).toSatisfy(isForPeople);
    expect(report.length).toBeGreaterThan(0);
  });
});

describe('the image under a disk', () => {
  /** With a base of its own: disks name it by its path. */
  async function withBase(): Promise<TrialLibrary> {
    return trialLibrary(join(folder, `own-${++copies}`));
  }
  const touch = (file: string) => utimesSync(file, new Date(), new Date(Date.now() + 60_000));

  it.each([
    ['changed', (file: string) => flipBits(file, 1, SEED)],
    ['cut short', (file: string) => cutShort(file, 0.5)],
    ['gone', (file: string) => rmSync(file)],
  ] as const)('%s: refused with an explanation, and nothing is lost', async (how, damage) => {
    const { trial, machine, snapshots } = await withBase();
    damage(trial.base);
    try {
      touch(trial.base);
    } catch {
      // It is gone.
    }
    const { program } = await openListening(trial);
    try {
      await expect(program.machines.start(machine)).rejects.toSatisfy(
        (error: Error) => isForPeople(error.message) && error.message.includes(trial.base),
      );
      await expect(program.snapshots.restore(snapshots[0] as SnapshotId)).rejects.toSatisfy((error: Error) => isForPeople(error.message));
      // One of the same length has to be read to be found out, which a list does not do.
      if (how !== 'changed') expect(wordsOf((await program.disks.list(machine))[0]!.problem!)).toContain(trial.base);
      expect((await program.snapshots.timeline(machine)).snapshots.length).toBeGreaterThanOrEqual(3);
    } finally {
      await program.close();
    }
  });
});
