/** The section "snapshots": what taking them costs a guest under load, what they take up, and how soon one is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GuestKit } from '../../../main/images/index.ts';
import { GUEST_BOARDS } from '../boards.ts';
import { compileGuest } from '../guest.ts';
import type { BenchOptions } from '../options.ts';
import { DebianMachine, type Rounds } from './debian-machine.ts';
import type { SnapshotResult } from './results.ts';

const SOURCE = fileURLToPath(new URL('../guest/load.c', import.meta.url));
const SNAPSHOTS = 20;
const RESTORES = 20;
/** The kernel still settles when the prompt is there. */
const SETTLE_MS = 3000;
const NORMAL_MS = 6000;

/** Rounds a second of the guest's clock between two moments of ours. */
function rate(rounds: readonly Rounds[], from: number, to: number): { rounds: number; seconds: number } {
  const within = rounds.filter(({ at }) => at >= from && at <= to);
  const [first, last] = [within[0], within.at(-1)];
  return first && last ? { rounds: last.rounds - first.rounds, seconds: last.seconds - first.seconds } : { rounds: 0, seconds: 0 };
}

async function underLoad(machine: DebianMachine, count: number) {
  machine.type('./load\r');
  await machine.shows('load ');
  await wait(1000);
  const from = performance.now();
  await wait(NORMAL_MS);
  const normal = rate(machine.rounds, from, performance.now());
  const storing = { rounds: 0, seconds: 0 };
  const loadSeconds: number[] = [];
  machine.pauses.length = 0;
  for (let snapshot = 0; snapshot < count; snapshot++) {
    console.error(`snapshots, ${snapshot + 1} of ${count}`);
    const begun = performance.now();
    loadSeconds.push((await machine.snapshot()).seconds);
    const { rounds, seconds } = rate(machine.rounds, begun, performance.now());
    storing.rounds += rounds;
    storing.seconds += seconds;
    await wait(300);
  }
  // By turns with the others, so that a busy computer falls on both.
  const after = performance.now();
  await wait(NORMAL_MS);
  const again = rate(machine.rounds, after, performance.now());
  return {
    pauses: [...machine.pauses],
    loadSeconds,
    normalRate: (normal.rounds + again.rounds) / (normal.seconds + again.seconds),
    storingRate: storing.rounds / storing.seconds,
  };
}

export async function measureSnapshots({ quick }: BenchOptions): Promise<SnapshotResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-bench-snapshots-'));
  const machine = new DebianMachine(join(folder, 'home'));
  try {
    const { boot } = await new GuestKit().prepare(GUEST_BOARDS['riscv64-virt'].template, { copy: [compileGuest(SOURCE, folder, 'load')] });
    if (boot.kind !== 'linux') throw new Error(`the template ${GUEST_BOARDS['riscv64-virt'].template} is not a Linux guest`);
    await machine.open();
    await machine.boot(boot);
    await wait(SETTLE_MS);
    const booted = await machine.snapshot();
    const bootedBytes = await machine.storedBytes();
    await wait(SETTLE_MS);
    const second = await machine.snapshot();
    const secondBytes = (await machine.storedBytes()) - bootedBytes;
    const load = await underLoad(machine, quick ? 5 : SNAPSHOTS);
    const restores = { 'in place': side(), 'machine off': side(), 'program just started': side() };
    const times = quick ? 4 : RESTORES;
    for (let restore = 0; restore < times; restore++) {
      console.error(`restore ${restore + 1} of ${times}`);
      add(restores['in place'], await machine.restore(restore % 2 === 0 ? booted.id : second.id));
      if (restore % 4 !== 0) continue;
      await machine.program.machines.stop(machine.id);
      add(restores['machine off'], await machine.restore(second.id));
      await machine.program.close();
      await machine.open();
      add(restores['program just started'], await machine.restore(second.id));
    }
    return { ...load, restores, bootedBytes, bootedSeconds: booted.seconds, secondBytes, secondSeconds: second.seconds };
  } finally {
    await machine.program.close();
    rmSync(folder, { recursive: true });
  }
}

const side = () => ({ executes: [] as number[], answers: [] as number[] });
function add(to: ReturnType<typeof side>, { executes, answers }: { executes: number; answers: number }): void {
  to.executes.push(executes);
  to.answers.push(answers);
}
