/**
 * Restore trials: one machine with a branching history goes back to random points of it, again and again. Most points
 * were taken while the machine stood still; it comes back standing still, and its memory and disk are compared with what
 * they were, bit for bit. The others were taken while the guest ran: it checks itself as it goes on.
 */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { MachineId } from '../../preload/contract/machines.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { checkDisk, DISK_BYTES } from './guest-model.ts';
import { GuestLines } from './guest-lines.ts';
import type { TrialFolder } from './kill-trials.ts';
import { random } from './random.ts';
import { openWholeProgram, type WholeProgram } from '../kit/whole-program.ts';
import { guestDefinition } from './guest-definition.ts';

/** A point of the history. */
interface Point {
  readonly id: SnapshotId;
  /** Of a machine that stood still; absent where the guest ran. */
  readonly still?: { readonly memory: string; readonly disk: string };
}

export interface RestoreReport {
  readonly restores: number;
  readonly points: number;
  /** Of the restores, those whose memory and disk were compared bit for bit. */
  readonly compared: number;
  /** From the call to the answer, in milliseconds, by what the machine was before. */
  readonly milliseconds: Readonly<Record<'running' | 'off' | 'after a start of the program', readonly number[]>>;
}

const FIRST_POINTS = 6;
/** A new point about as often as this many restores. */
const POINT_EVERY = 8;
const PATIENCE_MS = 60_000;

class Trial {
  readonly #folder: TrialFolder;
  readonly #lines = new GuestLines();
  #error: string | undefined;
  #steps = 0;
  app!: WholeProgram;
  machine!: MachineId;

  constructor(folder: TrialFolder) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    this.app = await openWholeProgram(this.#folder.home, {
      output: (_, text) => {
        this.#steps += text.split('\n').length - 1;
        this.#error ??= this.#lines.output(text);
      },
      returned: () => this.#lines.returned(),
    });
  }

  /** Lets the guest do some steps. @throws Error where it finds something wrong, or does nothing */
  async run(steps: number): Promise<void> {
    const until = this.#steps + steps;
    for (const limit = Date.now() + PATIENCE_MS; this.#steps < until && this.#error === undefined; await wait(2))
      if (Date.now() > limit) {
        const { state, reason } = await this.app.machines.get(this.machine);
        throw new Error(`the guest did nothing for ${PATIENCE_MS / 1000} s; the machine is ${state}: ${wordsOf(reason)}`);
      }
    if (this.#error !== undefined) throw new Error(`the guest found: ${this.#error}`);
  }

  /** The disk as it is now. */
  async disk(): Promise<string> {
    const path = join(this.#folder.folder, 'now.raw');
    await this.app.task((await this.app.disks.export(this.machine, 0, { path, format: 'raw' })).task);
    const bytes = new Uint8Array(readFileSync(path));
    rmSync(path);
    checkDisk(bytes.subarray(0, DISK_BYTES), this.#folder.baseBytes);
    return createHash('sha256').update(bytes).digest('hex');
  }

  async memory(): Promise<string> {
    const hash = await this.app.memoryHash(this.machine);
    if (hash === undefined) throw new Error('the memory of the machine is not known');
    return hash;
  }

  async takeStill(): Promise<Point> {
    const { app, machine } = this;
    await app.machines.pause(machine);
    const { snapshot } = await app.snapshots.create(machine, {});
    // At the snapshot point the devices have answered all that was under way: from then on nothing changes.
    const memory = await this.memory();
    await app.stored(machine, snapshot.id);
    if ((await this.memory()) !== memory)
      throw new Error(`storing snapshot ${snapshot.id} changed the memory of a machine that stands still`);
    const still = { memory, disk: await this.disk() };
    await app.machines.resume(machine);
    return { id: snapshot.id, still };
  }
  async takeRunning(): Promise<Point> {
    const { snapshot } = await this.app.snapshots.create(this.machine, {});
    await this.app.stored(this.machine, snapshot.id);
    return { id: snapshot.id };
  }
}

/**
 * Goes back `restores` times. @param progress told after each
 * @throws Error for the first point that was not what it had been, with the seed and the restore's number
 */
export async function restoreTrials(
  folder: TrialFolder,
  restores: number,
  seed: number,
  progress: (done: number) => void,
): Promise<RestoreReport> {
  const dice = random(seed);
  const trial = new Trial(folder);
  const milliseconds: { -readonly [K in keyof RestoreReport['milliseconds']]: number[] } = {
    running: [],
    off: [],
    'after a start of the program': [],
  };
  let done = 0;
  let compared = 0;
  const points: Point[] = [];
  await trial.open();
  try {
    trial.machine = (
      await trial.app.machines.create({ definition: guestDefinition('history', folder.program, folder.base, folder.board) })
    ).id;
    await trial.app.machines.start(trial.machine);
    await trial.run(20);
    // The first one makes the memory known.
    points.push(await trial.takeRunning());
    for (let point = 1; point < FIRST_POINTS; point++) {
      await trial.run(5 + dice.below(60));
      points.push(await (dice.once(4) ? trial.takeRunning() : trial.takeStill()));
    }
    for (done = 1; done <= restores; done++) {
      const point = dice.pick(points) as Point;
      let before: keyof RestoreReport['milliseconds'] = 'running';
      if (dice.once(12)) {
        before = 'off';
        await trial.app.machines.stop(trial.machine);
      } else if (dice.once(25)) {
        before = 'after a start of the program';
        await trial.app.close();
        await trial.open();
      }
      const { milliseconds: took } = await trial.app.snapshots.restore(point.id);
      milliseconds[before].push(took);
      if (point.still) {
        const { state } = await trial.app.machines.get(trial.machine);
        if (state !== 'paused') throw new Error(`after the return to ${point.id}, taken while the machine stood still, it is ${state}`);
        if ((await trial.memory()) !== point.still.memory) throw new Error(`the memory is not that of ${point.id}`);
        if ((await trial.disk()) !== point.still.disk) throw new Error(`the disk is not that of ${point.id}`);
        compared++;
        await trial.app.machines.resume(trial.machine);
      }
      await trial.run(1 + dice.below(40));
      if (dice.once(POINT_EVERY)) points.push(await (dice.once(4) ? trial.takeRunning() : trial.takeStill()));
      progress(done);
    }
  } catch (error) {
    throw new Error(`restore ${done} (seed ${seed}): ${(error as Error).message}`, { cause: error });
  } finally {
    await trial.app.close();
  }
  return { restores, points: points.length, compared, milliseconds };
}
