/**
 * The trial of neighbours: machines that start, fail, are reset, go back and end at random moments, with kernels that
 * cannot be used, disks that vanish, threads in which errors strike and clients that reset their connections, beside three
 * machines that must run on untouched.
 */
import { wordsOf } from '../../../preload/contract/errors/catalogue.ts';
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectLocally } from '../../../main/local/local-client.ts';
import type { WireClient } from '../../../preload/contract/wire-client.ts';
import type { MachineId } from '../../../preload/contract/machines.ts';
import { guestDefinition } from '../guest-definition.ts';
import type { TrialFolder } from '../kill-trials.ts';
import { random, type Random } from '../random.ts';
import { type Acting, acts } from './acts.ts';

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));
const NEIGHBOURS = ['north', 'east', 'south'];
/** Acts under way beside each other. */
const AT_ONCE = 3;
/** What has not been answered by then never will be: a finding. */
const PATIENCE_MS = 180_000;

export interface NeighbourReport {
  readonly rounds: number;
  readonly done: Readonly<Record<string, number>>;
  /** Refusals by their text, without names and numbers. */
  readonly refused: Readonly<Record<string, number>>;
}

type Services = WireClient['services'];

/** Waits for an answer that must come. @throws Error naming what was waited for */
async function answered<T>(what: string, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    const never = wait(PATIENCE_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(`${what} was not answered within ${PATIENCE_MS / 1000} s`);
    });
    never.catch(() => undefined);
    return await Promise.race([work, never]);
  } finally {
    late.abort();
  }
}

function begin(trial: TrialFolder, seed: number) {
  const child = spawn(process.execPath, [PROGRAM, trial.home.folder, String(seed)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stderr.on('data', (piece: Buffer) => (errors = (errors + piece.toString()).slice(-4000)));
  child.stdout.on('data', (piece: Buffer) => {
    said += piece.toString();
    if (said.includes('ready')) ready.resolve();
  });
  const ended = new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(`${signal ?? `status ${code}`}\n${errors}`)));
  const died = ended.then((how) => Promise.reject(new Error(`the program ended by itself with ${how}`)));
  died.catch(() => undefined);
  return { child, ready: ready.promise, ended, died };
}

interface Neighbour {
  readonly id: MachineId;
  readonly startedAt: number | undefined;
  printed: string;
}

async function settle(services: Services, trial: TrialFolder): Promise<Neighbour[]> {
  const neighbours: Neighbour[] = [];
  for (const name of NEIGHBOURS) {
    const { id } = await services.machines.create({ definition: guestDefinition(name, trial.program, trial.base, trial.board) });
    await services.machines.start(id);
    const { startedAt } = await services.machines.get(id);
    neighbours.push({ id, startedAt, printed: '' });
  }
  return neighbours;
}

/** @throws Error for a neighbour that does not run, has been started anew or stands still */
async function lookAt(services: Services, neighbours: readonly Neighbour[], round: number): Promise<void> {
  for (const neighbour of neighbours) {
    const { state, reason, startedAt, definition } = await services.machines.get(neighbour.id);
    if (state !== 'running' || startedAt !== neighbour.startedAt)
      throw new Error(`round ${round}: the neighbour "${definition.name}" is ${state} (${wordsOf(reason)}), started ${startedAt}`);
    // A guest that finds its memory or its disk wrong says so and powers off; one that is well prints on.
    for (const limit = Date.now() + PATIENCE_MS; ; await wait(50)) {
      const printed = Buffer.from((await services.consoles.history(neighbour.id, 0)).subarray(-64)).toString('latin1');
      if (printed !== neighbour.printed) {
        neighbour.printed = printed;
        break;
      }
      if (Date.now() > limit) throw new Error(`round ${round}: the neighbour "${definition.name}" stands still after "${printed}"`);
    }
  }
}

/** Does one act after another, some beside each other. */
async function actOn(acting: Acting, dice: Random, rounds: number, look: (round: number) => Promise<void>): Promise<void> {
  const under = new Set<Promise<void>>();
  for (let round = 1; round <= rounds; round++) {
    const act = dice.weighted(acts.weights);
    const work: Promise<void> = answered(`round ${round}: ${act}`, acts.perform(act, acting, round)).finally(() => under.delete(work));
    work.catch(() => undefined);
    under.add(work);
    while (under.size >= AT_ONCE) await Promise.race(under);
    if (round % 5 === 0 || round === rounds) await look(round);
  }
  await Promise.all(under);
}

/** @throws Error for the first fault, with the seed */
export async function neighbourTrial(
  trial: TrialFolder,
  rounds: number,
  seed: number,
  progress: (done: number) => void,
): Promise<NeighbourReport> {
  const dice = random(seed);
  const { child, ready, ended, died } = begin(trial, seed);
  const done: Record<string, number> = {};
  const refused: Record<string, number> = {};
  const count = (counts: Record<string, number>, what: string) => (counts[what] = (counts[what] ?? 0) + 1);
  try {
    await Promise.race([ready, died]);
    const { client } = await connectLocally(trial.home.socket, trial.home.folder);
    const { services } = client;
    const neighbours = await settle(services, trial);
    const acting: Acting = {
      ...{ services, trial, dice },
      done: (what) => void count(done, what),
      refused: (text) => void count(refused, text.replaceAll(/"[^"]*"|\d+/g, '#')),
    };
    const look = async (round: number) => {
      await answered(`round ${round}: looking`, lookAt(services, neighbours, round));
      progress(round);
    };
    await Promise.race([actOn(acting, dice, rounds, look), died]);
    await lookAt(services, neighbours, rounds);
    child.kill('SIGINT');
    const how = await answered('quitting', ended);
    if (!how.startsWith('status 0')) throw new Error(`the program did not quit in order: ${how}`);
  } catch (error) {
    throw new Error(`${(error as Error).message} (seed ${seed})`, { cause: error });
  } finally {
    child.kill('SIGKILL');
  }
  return { rounds, done, refused };
}
