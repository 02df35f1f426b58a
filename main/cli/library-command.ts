/** `viv library`: look after the library's file, and after what is stored for its machines. */
import { wordsOf } from '../../preload/contract/errors/catalogue.ts';
import { ContractError } from '../../preload/contract/errors/contract-error.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineStatus } from '../../preload/contract/machines.ts';
import type { Snapshot } from '../../preload/contract/snapshots.ts';
import { findHome, type Home } from '../library/home.ts';
import { openLibrary, setDamagedAside, type Library } from '../library/library.ts';
import { salvageLibrary } from '../library/salvage-library.ts';
import { CallError, EXIT } from './call-error.ts';
import { readArguments, words, type Command } from './command.ts';
import { safeText } from '../../preload/contract/foreign-text.ts';
import { followTask } from './machines/follow-task.ts';
import { runningProgram, type Program } from './machines/program.ts';
import { progressLine, type ProgressLine } from './progress-line.ts';
import { print, printError } from '../output/print.ts';

/** A background program without machines ends within two seconds, in milliseconds. */
const PATIENCE = 5000;
const STEP = 50;

export const libraryCommand: Command = {
  help: `viv library: check or repair the library of machines

Usage: viv library check
       viv library repair

check reads every stored byte and lists damaged machines, snapshots and disks. Everything that is not listed is intact.

repair saves everything that is intact into a new file and reports what was saved. The damaged file is kept as
library.db.damaged-DATE, store.db.damaged-DATE or consoles.db.damaged-DATE; nothing that can be read is deleted. Quit
every program that uses the library first.

Exit status of check: 0 if no problems were found, 1 otherwise.

Examples:
  viv library check
`,
  async run(args) {
    const { positionals } = readArguments(args, {});
    const [what] = words(positionals, 'check or repair') as [string];
    if (what === 'check') return check();
    if (what === 'repair') return repair();
    throw new CallError(`expected check or repair, not "${what}"`);
  },
};

function report(home: Home, problems: readonly string[]): number {
  for (const problem of problems) printError(`viv: ${problem}`);
  if (problems.length === 0) print(`${home.folder}: no problems found`);
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}

async function check(): Promise<number> {
  const home = findHome();
  const program = await runningProgram(home);
  if (program)
    try {
      return report(home, await checkInProgram(program));
    } finally {
      await program.close();
    }
  const problems = [...(await checkFile(home))];
  // What a library that is damaged itself points at says little.
  if (problems.length === 0) problems.push(...(await checkStored(home)));
  return report(home, problems);
}

/** The SQLite file of the library. @throws ContractError when it does not open */
async function checkFile(home: Home): Promise<readonly string[]> {
  const library = await openLibrary(home, { program: 'viv library check' });
  try {
    return await library.check();
  } finally {
    await library.close();
  }
}

const showing = (line: ProgressLine) => ({ progress: (now: Parameters<ProgressLine['show']>[0]) => line.show(now) });

/** What the library points at: stored pages and clusters, overlays. */
async function checkStored(home: Home): Promise<readonly string[]> {
  const { checkLibrary } = await import('../history/check-library.ts');
  const line = progressLine();
  try {
    return await checkLibrary(home, showing(line));
  } finally {
    line.done();
  }
}

const damage = ({ definition }: MachineStatus, { name, reason }: Snapshot) =>
  `the snapshot "${safeText(name)}" of "${safeText(definition.name)}" is damaged${reason ? `: ${wordsOf(reason)}` : ''}`;

/** The same by the program that has the library; its machines go on. */
async function checkInProgram(program: Program): Promise<readonly string[]> {
  const { machines, snapshots } = program.client.services;
  await followTask(program, 'check-library', () => snapshots.checkAll());
  const problems: string[] = [];
  for (const machine of await machines.list()) {
    const timeline = await snapshots.timeline(machine.id);
    problems.push(...timeline.snapshots.filter(({ state }) => state === 'damaged').map((snapshot) => damage(machine, snapshot)));
  }
  return problems;
}

/** Opens the library, waiting for a command or an idle background program to end. */
async function openFree(home: Home): Promise<Library> {
  const until = Date.now() + PATIENCE;
  for (;;)
    try {
      return await openLibrary(home, { program: 'viv library repair' });
    } catch (error) {
      if (!(error instanceof ContractError && error.kind === 'locked') || Date.now() > until) throw error;
      await sleep(STEP);
    }
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Puts what can be read of the library's file in its place. @returns what was done, in sentences */
async function mendFile(home: Home): Promise<readonly string[]> {
  const fresh = `${home.library}.salvaged`;
  const saved = await salvageLibrary(home.library, fresh);
  if (!saved) return [`the damaged library is kept as ${setDamagedAside(home)}; nothing in it could be read, so a new library was created`];
  const aside = setDamagedAside(home, new Date(), fresh);
  const what = `${counted(saved.machines, 'machine', 'machines')} and ${counted(saved.snapshots, 'snapshot', 'snapshots')}`;
  return [
    `the library was damaged: ${what} were saved; the damaged file is kept as ${aside}`,
    ...saved.rebuilt.map((name) => `the machine "${safeText(name)}" was lost and was recreated from its latest snapshot`),
  ];
}

/** A library that opens is not put aside. */
async function repair(): Promise<number> {
  const home = findHome();
  const library = await openFree(home).catch((error: unknown) => {
    if (!(error instanceof ContractError && error.kind === 'damaged')) throw error;
  });
  const problems = await library?.check();
  await library?.close();
  const mended = problems?.length === 0 ? [] : await mendFile(home);
  const { repairLibrary } = await import('../history/check-library.ts');
  const line = progressLine();
  const done = await repairLibrary(home, showing(line)).finally(() => line.done());
  for (const sentence of [...mended, ...done]) print(sentence);
  if (mended.length + done.length === 0) print(`${home.folder}: no problems found, nothing was changed`);
  return EXIT.ok;
}
