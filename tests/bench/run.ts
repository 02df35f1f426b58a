/**
 * `npm run bench`: boots our guest and QEMU's in turn on the same files, runs the suite in both, and prints ratios.
 * `--help` tells the options. A wrong result or a missing tool decides the exit status, timings
 * only where an earlier result is given.
 */
import { writeFileSync } from 'node:fs';
import { installCommand, tool, type ToolName } from '../kit/tools.ts';
import { judge, judgementLines, readResult } from './against.ts';
import { GUEST_BOARDS, type GuestBoardName } from './boards.ts';
import { CASES, type Group, roundsOf } from './cases.ts';
import { measureDisk } from './disk/measure.ts';
import { ours, ourTemplate, peer, prepareGuest } from './guest.ts';
import { type BenchResult, type CaseLine, compare, groupResult, readCases } from './measures.ts';
import { measureNetwork } from './network/measure.ts';
import {
  BenchCallError,
  BOOT,
  DISK,
  type BenchOptions,
  benchOptions,
  HELP,
  NETWORK,
  PROGRAMS,
  SHARE,
  SNAPSHOTS,
  SYSTEM,
  V86,
} from './options.ts';
import { type GuestCommand, type GuestRun, runGuest } from './run-guest.ts';
import { measureSnapshots } from './snapshots/measure.ts';
import { PROGRAM_CASES } from './programs/cases.ts';
import { measurePrograms } from './programs/measure.ts';
import { SYSTEM_CASES } from './system/cases.ts';
import { measureSystem } from './system/measure.ts';
import { measureShare } from './share/measure.ts';
import { table } from './table.ts';
import { measureV86 } from './v86/measure.ts';

/** Exit status where something has become slower. */
const SLOWER = 3;

const neededFor = (board: GuestBoardName): readonly ToolName[] => {
  const { peer: beside, compiler } = GUEST_BOARDS[board];
  return [beside, compiler, 'qemu-img'];
};

/** Runs both sides in turn, so that whatever else the computer does falls on both. */
async function alternate(what: string, runs: number, sides: readonly GuestCommand[], until: 'end' | 'prompt'): Promise<GuestRun[][]> {
  const results = sides.map((): GuestRun[] => []);
  for (let run = 1; run <= runs; run++) {
    console.error(`${what}, run ${run} of ${runs}`);
    for (const [index, side] of sides.entries()) results[index]?.push(await runGuest(side, until));
  }
  return results;
}

async function measureSuite({ quick, runs, engine, board, only }: BenchOptions, result: BenchResult): Promise<void> {
  const cases = CASES.filter(({ name }) => only?.includes(name) ?? true);
  // `--only v86,crc` names cases for that.
  if (cases.length === 0 || only?.includes(V86)) return;
  const guest = await prepareGuest(cases.map((each) => `./bench ${each.name} ${roundsOf(each, quick)}`).join(' && '), board);
  const [a = [], b = []] = await alternate(
    cases.map(({ name }) => name).join(', '),
    runs,
    [ours(guest, engine, board), peer(guest, board)],
    'end',
  );
  const lines = (side: readonly GuestRun[]): Map<string, CaseLine>[] => side.map((run) => readCases(run.console));
  for (const group of ['integer', 'float'] satisfies Group[]) {
    const members = cases.filter((each) => each.group === group);
    if (members.length > 0) result[group] = groupResult(members, lines(a), lines(b));
  }
  result.memory = compare(
    a.map(({ peakBytes }) => peakBytes),
    b.map(({ peakBytes }) => peakBytes),
  );
}

async function measureBoot({ runs, engine, board, only }: BenchOptions, result: BenchResult): Promise<void> {
  if (only && !only.includes(BOOT)) return;
  const seconds = ([a = [], b = []]: GuestRun[][]) =>
    compare(
      a.map((run) => run.seconds),
      b.map((run) => run.seconds),
    );
  const [empty, prompt] = [await prepareGuest('true', board), await prepareGuest(undefined, board)];
  result.boot = seconds(await alternate('start to power-off', runs, [ourTemplate('true', engine, board), peer(empty, board)], 'end'));
  result.prompt = seconds(await alternate('start to prompt', runs, [ourTemplate(undefined, engine, board), peer(prompt, board)], 'prompt'));
}

const wants = ({ only }: BenchOptions, section: string, cases: readonly { readonly name: string }[]): boolean =>
  only === undefined || only.includes(section) || cases.some(({ name }) => only.includes(name));

async function main(): Promise<void> {
  const options = benchOptions(process.argv.slice(2));
  if (options === 'help') return console.log(HELP);
  const missing = neededFor(options.board).filter((name) => tool(name) === undefined);
  if (missing.length > 0) throw new Error(`this machine lacks ${missing.join(' and ')}. Install with: ${installCommand(missing)}`);
  const before = options.against === undefined ? undefined : readResult(options.against);
  const result: BenchResult = {};
  await measureSuite(options, result);
  await measureBoot(options, result);
  const whole = options.board === 'riscv64-virt';
  if (wants(options, SYSTEM, SYSTEM_CASES)) result.system = await measureSystem(options);
  if (wants(options, PROGRAMS, PROGRAM_CASES)) result.programs = await measurePrograms(options);
  if (options.only?.includes(DISK) ?? whole) result.disk = await measureDisk(options);
  if (options.only?.includes(SNAPSHOTS) ?? whole) result.snapshots = await measureSnapshots(options);
  if (options.only?.includes(V86) ?? !whole) result.v86 = await measureV86(options);
  if (options.only?.includes(NETWORK) ?? true) result.network = await measureNetwork(options);
  if (options.only?.includes(SHARE) ?? whole) result.share = await measureShare(options);
  console.log(table(result));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (!before) return;
  const judgements = judge(before, result);
  console.log(`\n${judgementLines(judgements).join('\n')}`);
  if (judgements.some(({ verdict }) => verdict === 'slower')) process.exitCode = SLOWER;
}

await main().catch((error: unknown) => {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = error instanceof BenchCallError ? 2 : 1;
});
