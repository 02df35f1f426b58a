/**
 * The disk of the host is full: on a small file system of its own, with the whole program. Nothing that was flushed or
 * finished is lost, a person is told, and with room everything goes on by itself.
 */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { told } from '../../kit/said.ts';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { findHome } from '../../../main/library/home.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { describeWith } from '../../kit/tools.ts';
import { readLibrary } from '../../soak/contents.ts';
import { guestDefinition } from '../../soak/guest-definition.ts';
import { trialFolder, type TrialFolder } from '../../soak/kill-trials.ts';
import { openListening, type Listening } from './trial-library.ts';

const PATIENCE_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'vivarium-full-'));
const mounted: string[] = [];
afterAll(() => {
  for (const place of mounted) execFileSync('umount', ['-l', place]);
  rmSync(folder, { recursive: true, force: true });
});

/** A file system in memory, with the library's home in it and what the machine needs beside it. */
function small(name: string, mebibytes: number): TrialFolder & { readonly place: string } {
  const place = join(folder, name, 'small');
  mkdirSync(place, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', place]);
  mounted.push(place);
  return { ...trialFolder(join(folder, name)), home: findHome({ VIVARIUM_HOME: join(place, 'home') }), place };
}

const freeBytes = (place: string) => {
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
};

async function started({ program }: Listening, trial: TrialFolder): Promise<MachineId> {
  const { id } = await program.machines.create({ definition: { ...guestDefinition('full', trial.program, trial.base), onQuit: 'stop' } });
  await program.machines.start(id);
  return id;
}

/** @throws Error saying what the machine is instead */
async function becomes({ program }: Listening, id: MachineId, wanted: 'paused' | 'running'): Promise<void> {
  for (const limit = Date.now() + PATIENCE_MS; ; await wait(50)) {
    const { state, reason } = await program.machines.get(id);
    if (state === wanted) return;
    if (Date.now() > limit) throw new Error(`after ${PATIENCE_MS / 1000} s the machine is not ${wanted} but ${state}: ${wordsOf(reason)}`);
  }
}

describeWith(['tmpfs'], 'a small file system', () => {
  test('guests stand still while it is full and go on when there is room; nothing is lost', async () => {
    const trial = small('waiting', 320);
    const listening = await openListening(trial);
    const { program, worked } = listening;
    const filler = join(trial.place, 'filler');
    try {
      const id = await started(listening, trial);
      await worked(id, 50);
      const { snapshot } = await program.snapshots.create(id, {});
      await program.stored(id, snapshot.id);
      // All that is left but a few pages.
      for (let size = freeBytes(trial.place) - 64 * 1024; size > 0; size -= 1024 * 1024) {
        try {
          writeFileSync(filler, new Uint8Array(size));
          break;
        } catch {
          // The guest was quicker.
        }
      }
      await becomes(listening, id, 'paused');
      expect(told(await program.machines.get(id)).reason).toMatch(/no space|cannot be written|room/);
      await expect(program.snapshots.create(id, {})).rejects.toThrow(/space|room|free/);
      rmSync(filler);
      await becomes(listening, id, 'running');
      await worked(id, 50);
      await program.snapshots.restore(snapshot.id);
      await worked(id, 20);
    } finally {
      await program.close();
    }
    const { snapshots, problems } = await readLibrary(trial.home, trial.baseBytes);
    expect(problems).toEqual([]);
    expect(snapshots.size).toBeGreaterThanOrEqual(1);
  });

  test('snapshots until it is full are refused in words, and those that were finished are whole', async () => {
    const trial = small('filling', 24);
    const listening = await openListening(trial);
    const { program, worked } = listening;
    const finished: string[] = [];
    let refusal: string | undefined;
    try {
      const id = await started(listening, trial);
      for (let round = 0; round < 400 && refusal === undefined; round++) {
        try {
          if ((await program.machines.get(id)).state === 'running') await worked(id, 20);
          const { snapshot } = await program.snapshots.create(id, {});
          if ((await program.stored(id, snapshot.id))?.state === 'ready') finished.push(snapshot.id);
        } catch (error) {
          refusal = (error as Error).message;
        }
      }
      expect(refusal).toMatch(/space|room|free/);
    } finally {
      await program.close();
    }
    const { snapshots, problems } = await readLibrary(trial.home, trial.baseBytes);
    expect(problems).toEqual([]);
    expect([...snapshots.keys()]).toEqual(expect.arrayContaining(finished));
  });

  test('one that may only be read is told at the opening, and left as it is', async () => {
    const trial = small('reading', 48);
    const first = await openListening(trial);
    await started(first, trial);
    await first.program.close();
    execFileSync('mount', ['-o', 'remount,ro', trial.place]);
    await expect(openListening(trial)).rejects.toThrow(/read-only|may not be written|cannot be written|permission/i);
    execFileSync('mount', ['-o', 'remount,rw', trial.place]);
    const again = await openListening(trial);
    expect(await again.program.machines.list()).toHaveLength(1);
    await again.program.close();
  });
});
