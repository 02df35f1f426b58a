/** Places that a guest arrives at often: which are asked of the compiler, and when. */
import type { Core } from '../core/core.ts';
import { counterMix, COUNTERS } from '../layout.ts';
import { entryKey } from './entry-key.ts';
import type { CompileRequest } from './request.ts';

/**
 * Arrivals before a place is asked about again, once a request is under way or has come to nothing. Finite, because
 * places that share a counter must not silence each other for good.
 */
const SILENT = -100_000;

/** What a place counts from that the jump cache leads on from: below 0, so that it is looked for there. */
const COMPILED = -(2 ** 30);
/** Arrivals at places that share a counter with such, before one is hot; a power of two. */
const HOT_BESIDES = 2 ** 14;

/**
 * Hot places are handed over this often at most: each message costs the core a tenth of a millisecond, with the other thread's
 * waking, and each answer half of that.
 */
const POST_MS = 2;

export interface HotPlacesParts {
  readonly core: Core;
  readonly threshold: number;
  /** Hands requests to the compiler. */
  compile(requests: readonly CompileRequest[]): void;
  /** Whether to hand over each request at once; otherwise they wait for `post`. */
  readonly eager: boolean;
  /** Milliseconds: requests are handed over as they come, but seldom enough. */
  readonly now?: () => number;
}

const requestKey = ({ place, mode }: Pick<CompileRequest, 'place' | 'mode'>): string => `${place}:${mode}`;

export class HotPlaces {
  readonly #parts: HotPlacesParts;
  readonly #counters: Int32Array;
  readonly #bytes: Uint8Array;
  #waiting: CompileRequest[] = [];
  /** When they were handed over last, as `now` tells it. */
  #posted = -Infinity;
  /** Places handed to the compiler and not answered, or answered with nothing. */
  readonly #asked = new Set<string>();
  /** Keys of places that may have been compiled before. */
  #kept: ReadonlySet<number> = new Set();

  constructor(parts: HotPlacesParts) {
    this.#parts = parts;
    const { memory, layout } = parts.core.surroundings;
    this.#counters = new Int32Array(memory.buffer, layout.counters, COUNTERS);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** The guest arrives at a place in RAM for which there is no fragment: asks for it if it is time to. */
  arrived(pcLow: number, pcHigh: number, mode: number, place: number): void {
    const { core, threshold, eager, now } = this.#parts;
    const counter = counterOf(pcLow, mode);
    const count = this.#counters[counter] as number;
    const early = count !== threshold && !(count < 0 && (count & (HOT_BESIDES - 1)) === 0);
    if (early && !this.#mayBeKept(place, mode, count)) return;
    if (!early) this.#counters[counter] = SILENT;
    const asked = requestKey({ place, mode });
    if (this.#asked.has(asked)) return;
    this.#asked.add(asked);
    this.#waiting.push({ pcLow, pcHigh, mode, place, context: core.privileged.codeContext(), early });
    if (eager || now) this.post();
  }
  /** Whether to ask for a place that is not hot: ever less often. */
  #mayBeKept(place: number, mode: number, count: number): boolean {
    if (this.#kept.size === 0 || count <= 0 || (count & (count - 1)) !== 0) return false;
    return this.#kept.has(entryKey(this.#bytes, this.#parts.core.surroundings.ram.host + place, place & 0xfff, mode));
  }
  /** From now on places are asked for early whose keys (`entryKey`) are among these. */
  expect(keys: Int32Array): void {
    this.#kept = new Set(keys);
  }

  /** Hands what has become hot to the compiler, unless that was done just now: then the next call does. */
  post(): void {
    if (this.#waiting.length === 0) return;
    if (this.#parts.now) {
      const now = this.#parts.now();
      if (now - this.#posted < POST_MS) return;
      this.#posted = now;
    }
    const requests = this.#waiting;
    this.#waiting = [];
    this.#parts.compile(requests);
  }

  /** There is a fragment for it now; what comes to nothing stays asked, as the same code would give nothing again. */
  answered(request: CompileRequest): void {
    this.#asked.delete(requestKey(request));
  }
  /** It was asked for early, and is not kept; it may have become hot meanwhile. */
  unknown(request: CompileRequest): void {
    this.answered(request);
    const { pcLow, mode } = request;
    if ((this.#counters[counterOf(pcLow, mode)] as number) < 0) this.listen(pcLow, mode);
  }
  /** The jump cache leads to its fragment from now on. */
  compiled(pcLow: number, mode: number): void {
    this.#counters[counterOf(pcLow, mode)] = COMPILED;
  }
  /** Makes the next arrival there hot. */
  listen(pcLow: number, mode: number): void {
    this.#counters[counterOf(pcLow, mode)] = this.#parts.threshold - 1;
  }
  /** Code has changed: new chances. */
  forget(): void {
    this.#asked.clear();
  }
}

/** Which of the counters counts arrivals at an address. */
export const counterOf = (pcLow: number, mode: number): number => (((pcLow << 1) ^ counterMix(mode)) >>> 2) & (COUNTERS - 1);
