/** `npm run soak`: the kill and restore trials, any number of them. `--help` tells the options. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianTrials } from './debian-trials.ts';
import { type KillReport, killTrials, trialFolder } from './kill-trials.ts';
import { type NeighbourReport, neighbourTrial } from './neighbours/neighbours.ts';
import { HELP, SoakCallError, soakOptions } from './options.ts';
import { type LoadReport, loadTrial } from './load/load-trial.ts';
import { type RestoreReport, restoreTrials } from './restore-trials.ts';
import { riscv64RootTrials } from './root/riscv64-root-trials.ts';
import { rootTrials } from './root/root-trials.ts';

interface SoakResult {
  readonly seed: number;
  kills?: KillReport;
  restores?: RestoreReport;
  debian?: number;
  neighbours?: NeighbourReport;
  load?: LoadReport;
  /** Boots of the Debian root. */
  roots?: number;
  /** What was lost. */
  loss?: string;
}

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');

function median(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  return values.length === 0
    ? '-'
    : `${(sorted[sorted.length >> 1] as number).toFixed(1)} ms (most ${(sorted.at(-1) as number).toFixed(1)})`;
}

const MIB = 2 ** 20;
/** Above what the process takes without load, in bytes. */
const LOAD_BOUND = 100 * MIB;

function tellLoad({ bytes, lines, snapshots, idleBytes, peakBytes, seconds }: LoadReport): void {
  const megabytes = (bytes / 1e6).toFixed(0);
  console.log(
    `${megabytes} MB through a card, ${lines} lines of a console and ${snapshots} snapshots in ${seconds.toFixed(0)} s: nothing lost.`,
  );
  console.log(`  memory: ${(idleBytes / MIB).toFixed(0)} MiB before, ${((peakBytes - idleBytes) / MIB).toFixed(0)} MiB more at most`);
}

function tell({ kills, restores, debian, neighbours, roots, load }: SoakResult): void {
  if (load) tellLoad(load);
  if (kills) {
    console.log(`${kills.kills} kills (${kills.whileOpening} while the library was opened): nothing lost.`);
    console.log(`  compared: ${kills.compared} snapshots, ${kills.records} flushed records`);
    console.log(`  under way when killed: ${list(kills.underWay)}`);
    console.log(`  done: ${list(kills.done)}`);
    for (const [text, count] of Object.entries(kills.refused)) console.log(`  refused ${count} times: ${text}`);
  }
  if (neighbours) {
    console.log(`${neighbours.rounds} rounds beside three neighbours: they ran on untouched.`);
    console.log(`  done: ${list(neighbours.done)}`);
    for (const [text, count] of Object.entries(neighbours.refused)) console.log(`  refused ${count} times: ${text}`);
  }
  if (roots) console.log(`${roots} boots of a Debian root on a disk: its programs gave what they must.`);
  if (debian) console.log(`${debian} restores on Debian with 512 MiB, each compared bit for bit: all as they were.`);
  if (restores) {
    console.log(`${restores.restores} restores to ${restores.points} points, ${restores.compared} compared bit for bit: all as they were.`);
    for (const [before, values] of Object.entries(restores.milliseconds))
      console.log(`  ${before}: ${values.length} times, median ${median(values as readonly number[])}`);
  }
}

async function main(): Promise<void> {
  const options = soakOptions(process.argv.slice(2));
  if (options === 'help') return console.log(HELP);
  const { kills, restores, debian, neighbours, roots, load, board, seed, json } = options;
  console.log(`seed ${seed}`);
  const result: SoakResult = { seed };
  const folder = mkdtempSync(join(tmpdir(), 'vivarium-soak-'));
  const place = (name: string) => {
    mkdirSync(join(folder, name));
    return trialFolder(join(folder, name), board);
  };
  const progress = (what: string, all: number) => (done: number) => {
    if (done % 10 === 0 || done === all) console.error(`${what} ${done} of ${all}`);
  };
  try {
    if (restores > 0) result.restores = await restoreTrials(place('restores'), restores, seed, progress('restore', restores));
    if (debian > 0) result.debian = await debianTrials(place('debian').folder, board, debian, seed, progress('Debian restore', debian));
    const boots = board === 'pc' ? rootTrials : riscv64RootTrials;
    if (roots > 0) result.roots = await boots(place('roots').folder, roots, progress('root', 2 * roots));
    if (load > 0) {
      result.load = await loadTrial(place('load').folder, (load * 1e6) / 2, progress('snapshot under load', 3));
      const more = result.load.peakBytes - result.load.idleBytes;
      if (more > LOAD_BOUND) throw new Error(`${(more / MIB).toFixed(0)} MiB of memory were taken for the load`);
    }
    if (neighbours > 0) result.neighbours = await neighbourTrial(place('neighbours'), neighbours, seed, progress('round', neighbours));
    if (kills > 0) result.kills = await killTrials(place('kills'), kills, seed, progress('kill', kills));
    rmSync(folder, { recursive: true });
  } catch (error) {
    result.loss = (error as Error).message;
    console.error(`LOST: ${result.loss}\nThe library is left in ${folder}.`);
    process.exitCode = 1;
  }
  tell(result);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
}

await main().catch((error: unknown) => {
  console.error(`soak: ${(error as Error).message}`);
  process.exitCode = error instanceof SoakCallError ? 2 : 1;
});
