/**
 * Worker threads for machines. Loading a thread's program is most of what starting a machine costs, so a process that
 * starts machines again and again keeps one thread of each kind ready: loaded, and waiting for its machine.
 */
import { enableCompileCache } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';

import { type BoardName, boardDescriptions } from '../board/descriptions.ts';
import { MachineThread } from './machine-thread.ts';
import type { LoadAhead } from './messages.ts';

export type ThreadKind = 'io' | 'core' | 'compiler';

/** A thread's nursery: garbage here is short-lived, and three threads' nurseries count against every machine. */
const YOUNG_MB = 6;
/** The compiler's: what it makes of a region lives for milliseconds, which a small nursery takes for long. */
const COMPILER_YOUNG_MB = 24;
/** After a start, how long the machine has the host's cores to itself before the next threads are loaded. */
const REST_MS = 1_500;
/** How long a thread that waits, or is just being loaded, may take to end. */
const LEAVING_MS = 5_000;
/** Between loading one thread and the next. */
const STAGGER_MS = 300;

/** Has threads find what an earlier start compiled of our own sources: a third of a machine's start-up otherwise. */
function sharedCompilations(): Record<string, string> {
  const { directory } = enableCompileCache();
  // The folder named is that of this version of Node; its parent is what the variable takes.
  return directory ? { NODE_COMPILE_CACHE: dirname(directory) } : {};
}

/** Where a thread's program is. The build finds them by these expressions. */
export function programOf(kind: ThreadKind): URL {
  if (kind === 'io') return new URL('./io-worker.ts', import.meta.url);
  if (kind === 'core') return new URL('./core-worker.ts', import.meta.url);
  return new URL('./compiler-worker.ts', import.meta.url);
}

const load = (kind: ThreadKind): Worker =>
  new Worker(programOf(kind), {
    env: { ...process.env, ...sharedCompilations() },
    resourceLimits: { maxYoungGenerationSizeMb: kind === 'compiler' ? COMPILER_YOUNG_MB : YOUNG_MB },
  });

export class ThreadSupply {
  readonly #ready = new Map<ThreadKind, Worker>();
  #keeping: { readonly diskModules: readonly string[] } | undefined;
  /** The board of the next machine, most likely. */
  #board = Object.keys(boardDescriptions)[0] as BoardName;
  #refill: NodeJS.Timeout | undefined;

  /** A thread that waits for its setup, the first message it gets. */
  take(kind: ThreadKind): Worker {
    const ready = this.#ready.get(kind);
    if (this.#keeping) this.#later(REST_MS);
    if (!ready) return load(kind);
    this.#ready.delete(kind);
    ready.removeAllListeners();
    ready.ref();
    return ready;
  }

  /** Threads that are loaded from now on get this board ready: that of the machine started last. */
  expect(board: BoardName): void {
    this.#board = board;
  }
  /**
   * From now on one thread of each kind is kept ready. They do not keep the process alive.
   * @param diskModules URLs of modules that machines' disks are opened by, to be loaded beforehand as well
   * @param after milliseconds until the first is loaded
   */
  keepReady(diskModules: readonly string[], after = 0): void {
    this.#keeping = { diskModules };
    this.#later(after);
  }
  /** Begins to load the threads of a machine that is about to start, while its files are looked for. */
  loadNow(board: BoardName, kinds: readonly ThreadKind[]): void {
    this.#board = board;
    for (const kind of kinds) if (!this.#ready.has(kind)) this.#load(kind).ref();
  }
  /** Keeps none ready any more; resolves when those that waited have ended, or will not. */
  async close(): Promise<void> {
    this.#keeping = undefined;
    clearTimeout(this.#refill);
    const waiting = [...this.#ready].map(([kind, worker]) => {
      // Waited for now: a process that has nothing else to do would end before they do.
      worker.ref();
      return new MachineThread<never, never>(worker, kind, () => undefined);
    });
    this.#ready.clear();
    await Promise.all(waiting.map((thread) => thread.end(LEAVING_MS)));
  }
  #later(milliseconds: number): void {
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => this.#loadNext(), milliseconds).unref();
  }
  #loadNext(): void {
    const missing = (['core', 'io', 'compiler'] as const).find((kind) => !this.#ready.has(kind));
    if (!missing) return;
    this.#load(missing);
    this.#later(STAGGER_MS);
  }
  #load(kind: ThreadKind): Worker {
    const worker = load(kind);
    const diskModules = kind === 'io' ? this.#keeping?.diskModules : undefined;
    worker.postMessage({ board: this.#board, load: diskModules ?? [] } satisfies LoadAhead);
    worker.unref();
    // One that dies while it waits is simply not there; the next start loads its own and says what is wrong.
    const gone = () => void (this.#ready.get(kind) === worker && this.#ready.delete(kind));
    worker.on('error', gone);
    worker.on('exit', gone);
    this.#ready.set(kind, worker);
    return worker;
  }
}
