/** Restore trials on Debian with 512 MiB, working on its memory and disk: fewer, as each one compares all of them. */
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GuestKit } from '../../main/images/index.ts';
import type { SnapshotId } from '../../preload/contract/snapshots.ts';
import { GUEST_BOARDS, type GuestBoardName } from '../bench/boards.ts';
import { compileGuest } from '../bench/guest.ts';
import { DebianMachine } from '../bench/snapshots/debian-machine.ts';
import { random } from './random.ts';

const LOAD = fileURLToPath(new URL('../bench/guest/load.c', import.meta.url));
const POINTS = 4;

interface Point {
  readonly id: SnapshotId;
  readonly memory: string;
  readonly disk: string;
}

async function diskHash({ program, id }: DebianMachine, folder: string): Promise<string> {
  const path = join(folder, 'now.raw');
  await program.task((await program.disks.export(id, 0, { path, format: 'raw' })).task);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  rmSync(path);
  return hash.digest('hex');
}

/** Of the machine, which stands still. */
async function contentOf(machine: DebianMachine, folder: string): Promise<Omit<Point, 'id'>> {
  const memory = await machine.program.memoryHash(machine.id);
  if (memory === undefined) throw new Error('the memory of the machine is not known');
  return { memory, disk: await diskHash(machine, folder) };
}

/**
 * Goes back `restores` times while the guest works. @param progress told after each
 * @throws Error for the first point that was not what it had been
 */
export async function debianTrials(
  folder: string,
  board: GuestBoardName,
  restores: number,
  seed: number,
  progress: (done: number) => void,
): Promise<number> {
  const dice = random(seed);
  const { template } = GUEST_BOARDS[board];
  const machine = new DebianMachine(join(folder, 'home'), board);
  await machine.open();
  let done = 0;
  try {
    const { boot } = await new GuestKit().prepare(template, { copy: [compileGuest(LOAD, folder, 'load', board)] });
    if (boot.kind !== 'linux') throw new Error(`the template ${template} is not a Linux guest`);
    await machine.boot(boot);
    machine.type('./load\r');
    await machine.shows('load ');
    await machine.snapshot();
    const { machines, snapshots } = machine.program;
    const points: Point[] = [];
    for (let point = 0; point < POINTS; point++) {
      await wait(dice.below(2000));
      await machines.pause(machine.id);
      const { id } = await machine.snapshot();
      points.push({ id, ...(await contentOf(machine, folder)) });
      await machines.resume(machine.id);
    }
    for (done = 1; done <= restores; done++) {
      const { id, memory, disk } = dice.pick(points) as Point;
      await snapshots.restore(id);
      const now = await contentOf(machine, folder);
      if (now.memory !== memory) throw new Error(`the memory is not that of ${id}`);
      if (now.disk !== disk) throw new Error(`the disk is not that of ${id}`);
      await machines.resume(machine.id);
      machine.forget();
      await machine.shows('load ');
      await wait(dice.below(1000));
      progress(done);
    }
    return done - 1;
  } catch (error) {
    throw new Error(`Debian restore ${done} (seed ${seed}): ${(error as Error).message}`, { cause: error });
  } finally {
    await machine.program.close();
  }
}
