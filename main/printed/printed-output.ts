/**
 * All that consoles printed, as the main thread uses it. Output is handed to a thread in the background, seconds after
 * it was printed or earlier when there is much; what an ended program did not hand over is taken from the library's
 * newest mebibyte. A guest that prints faster than this is kept costs a gap, never memory and never the guest's time.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { JobThread } from '../jobs/job-thread.ts';
import { jobCalls, type JobCalls } from '../jobs/storage.ts';
import { wordsOf } from './check-parts.ts';
import type { TextSearch, TextSearchResult } from './find-text.ts';
import { Feed, type Source } from './feed.ts';
import type { Mark, PartsUsage, Place, Stretch } from './parts.ts';
import type { PrintedJobs } from './printed-jobs.ts';

/** So long after the last output it is indexed, in milliseconds; until then it is looked through. */
const INDEX_AFTER = 3000;
/** So long after a program has opened, in milliseconds. */
const CATCH_UP_AFTER = 2000;

const NAMES: Readonly<Record<keyof PrintedJobs, true>> = {
  ...{ append: true, end: true, index: true, forget: true, truncate: true },
  ...{ stretches: true, positionsAt: true, read: true, find: true, usage: true, check: true },
};

export interface PrintedParts {
  /** The home's folder. */
  readonly folder: string;
  /** Told about the first of several failures to keep what was printed. */
  failed(error: Error): void;
  /** The consoles that the library knows, with the position after the last byte of each. */
  stored(): Promise<readonly (Place & { readonly end: number })[]>;
  /** The last mebibyte of one. */
  tail(place: Place): Promise<{ readonly end: number; readonly bytes: Uint8Array }>;
}

/** A snapshot, as far as it is a moment. */
interface TakenMoment {
  readonly machine: string;
  readonly createdAt: number;
  readonly state: string;
}

/** Where it is kept in a home's folder. */
export const printedFile = (folder: string): string => join(folder, 'consoles.db');

export class PrintedOutput {
  readonly #parts: PrintedParts;
  readonly #file: string;
  readonly #thread: JobThread;
  readonly #run: JobCalls<PrintedJobs>;
  readonly #feeds = new Map<string, Feed>();
  #isUsed = false;
  #failing = false;
  #indexTimer: NodeJS.Timeout | undefined;
  #indexing: Promise<void> | undefined;
  #caughtUp: Promise<void> | undefined;
  #catchUpTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: PrintedParts) {
    this.#parts = parts;
    this.#file = printedFile(parts.folder);
    const workerData = { file: this.#file };
    this.#thread = new JobThread(() => {
      this.#isUsed = true;
      return new Worker(new URL('./printed-worker.ts', import.meta.url), { workerData });
    });
    this.#run = jobCalls<PrintedJobs>(Object.keys(NAMES) as (keyof PrintedJobs)[], (name, args) => this.#thread.run(name, args));
  }

  /** A console printed what its source has from a position on. Cheap: it is called for every piece of output. */
  printed(machine: string, console: number, source: Source, from: number): void {
    // What the source had before was the last program's, and is caught up with.
    this.#feed({ machine, console }, source, from).printed(source, from);
  }

  /** Events of snapshots that leave a note of each moment: what consoles print from then on is after it, however close. */
  noting<E extends { changed(snapshot: TakenMoment): void }>(events: E): E {
    const changed = (snapshot: TakenMoment) => {
      const { machine, createdAt, state } = snapshot;
      if (state === 'storing') for (const [key, feed] of this.#feeds) if (key.startsWith(`${machine}/`)) feed.moment(createdAt);
      events.changed(snapshot);
    };
    return { ...events, changed };
  }

  /** Does `catchUp` when a program that opens has its window. */
  catchUpSoon(): void {
    this.#catchUpTimer = setTimeout(() => void this.catchUp(), CATCH_UP_AFTER).unref();
  }
  /** Takes over what ended programs printed and did not hand over; once, a second call waits for the first. */
  catchUp(): Promise<void> {
    return (this.#caughtUp ??= this.#catchUp());
  }

  /** One step of a search, in everything printed until now. @throws ContractError when the file cannot be used */
  async find(search: TextSearch): Promise<TextSearchResult> {
    if (search.before === undefined) await this.#present();
    return this.#run.find(search);
  }

  /** What is kept of a console, without gaps in each stretch, and the times between two positions. */
  async stretches(place: Place, from: number, to: number): Promise<{ stretches: readonly Stretch[]; marks: readonly Mark[] }> {
    await this.#present(place);
    return this.#run.stretches({ ...place, from, to });
  }
  /** How far a console had got at times, in milliseconds since the epoch; as exact as the notes of times are. */
  async positionsAt(place: Place, times: readonly number[]): Promise<readonly number[]> {
    await this.#present(place);
    const positions = await this.#run.positionsAt({ ...place, times });
    const feed = this.#feeds.get(keyOf(place));
    return positions.map((position, index) => feed?.positionAt(times[index] as number) ?? position);
  }
  read(place: Place, from: number, to: number): Promise<Uint8Array> {
    return this.#run.read({ ...place, from, to });
  }
  usage(): Promise<PartsUsage> {
    return this.#run.usage();
  }
  /** Reads everything that is kept. @returns what is wrong, in sentences */
  async check(nameOf: (machine: string) => string): Promise<readonly string[]> {
    return existsSync(this.#file) ? wordsOf(await this.#run.check(), nameOf) : [];
  }

  /** A console was emptied, or a machine is gone for good. */
  async forget(machine: string, console?: number): Promise<void> {
    const own = [...this.#feeds].filter(([key]) =>
      console === undefined ? key.startsWith(`${machine}/`) : key === `${machine}/${console}`,
    );
    await Promise.all(own.map(([, feed]) => feed.emptied()));
    await this.#run.forget({ machine, ...(console === undefined ? {} : { console }) });
  }

  /** Hands over what was printed and ends the thread. */
  async close(): Promise<void> {
    clearTimeout(this.#indexTimer);
    clearTimeout(this.#catchUpTimer);
    // A program that never needed the thread starts none to end: the next one catches up.
    if (this.#isUsed) await this.#flush();
    this.#closed = true;
    await this.#indexing;
    // It asks the library, which is closed next.
    await this.#caughtUp;
    await this.#thread.close();
  }

  async #present(place?: Place): Promise<void> {
    await this.catchUp();
    await this.#flush(place);
  }
  async #flush(place?: Place): Promise<void> {
    const feeds = [...this.#feeds].filter(([key]) => !place || key === keyOf(place));
    await Promise.all(feeds.map(([, feed]) => feed.flush()));
  }

  #feed(place: Place, source: Source, from: number): Feed {
    const key = keyOf(place);
    let feed = this.#feeds.get(key);
    if (!feed)
      this.#feeds.set(
        key,
        (feed = new Feed(place.machine, place.console, source, from, (printed) =>
          this.#attempt(async () => {
            await this.#caughtUpWith(place);
            await this.#run.append(printed);
            this.#indexSoon();
          }),
        )),
      );
    return feed;
  }

  /** What a run printed comes after what the runs before it did. */
  readonly #places = new Map<string, Promise<void>>();
  #caughtUpWith(place: Place): Promise<void> {
    const key = keyOf(place);
    let done = this.#places.get(key);
    if (!done) this.#places.set(key, (done = this.#takeTail(place)));
    return done;
  }
  async #takeTail(place: Place): Promise<void> {
    const [there, { end, bytes }] = await Promise.all([this.#run.end(place), this.#parts.tail(place)]);
    const until = Math.min(end, this.#feeds.get(keyOf(place))?.from ?? end);
    // A program that was killed may have got further here than in the library, whose positions are the ones that go on.
    if (there > until) await this.#run.truncate({ ...place, position: until });
    const start = end - bytes.length;
    if (there < until && start < until)
      await this.#run.append({ ...place, position: start, bytes: bytes.slice(0, until - start), marks: [[start, 0]] });
  }

  async #catchUp(): Promise<void> {
    await this.#attempt(async () => {
      for (const place of await this.#parts.stored()) {
        if (this.#closed) return;
        await this.#attempt(() => this.#caughtUpWith(place));
      }
    });
    this.#indexSoon();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing && !this.#closed) this.#parts.failed(error as Error);
      this.#failing = true;
    }
  }

  #indexSoon(): void {
    if (this.#closed) return;
    clearTimeout(this.#indexTimer);
    this.#indexTimer = setTimeout(
      () => (this.#indexing ??= this.#indexAll().finally(() => (this.#indexing = undefined))),
      INDEX_AFTER,
    ).unref();
  }
  async #indexAll(): Promise<void> {
    await this.#attempt(async () => {
      while (!this.#closed && (await this.#run.index()) > 0);
    });
  }
}

const keyOf = ({ machine, console }: Place): string => `${machine}/${console}`;
