/** Bounds for what a hostile volume may make us do; far beyond what real ones need. */
import { damaged } from './volume.ts';

/** Entries of one volume: a full Debian system has some 300,000. */
export const MAX_ENTRIES = 4_000_000;
/** Pieces of one file: a file of 16 GiB of single 4 KiB blocks, none beside the other. */
export const MAX_EXTENTS = 4_194_304;
/** Directories inside each other; Linux stops at paths of 4096 bytes. */
export const DEEPEST = 2048;

/** Counts work that a volume's own size bounds; what exceeds it can only be a loop. */
export class Allowance {
  #left: number;
  readonly #what: string;
  constructor(max: number, what: string) {
    this.#left = max;
    this.#what = what;
  }
  /** @throws FileSystemError `damaged` when it is used up */
  spend(units = 1): void {
    this.#left -= units;
    if (this.#left < 0) throw damaged(`${this.#what}: it must be going in circles`);
  }
}
