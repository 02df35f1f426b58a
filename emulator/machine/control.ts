/** How the owner and the I/O thread bring the cores to a stand and let them go: the control words and who listens to them. */
import type { AbsentPages } from '../memory/absent-pages.ts';
import { WANTED } from '../memory/attention.ts';
import { controlState, type MachineLayout, WISH } from './layout.ts';

/** Index of `parked` in the control words. */
const PARKED = controlState.offsets.parked / 4;
type Wish = (typeof WISH)[keyof typeof WISH];

export class MachineControl {
  readonly #layout: MachineLayout;
  readonly #buffer: SharedArrayBuffer;
  readonly #absent: AbsentPages;
  readonly #words: Int32Array;

  constructor(layout: MachineLayout, buffer: SharedArrayBuffer, absent: AbsentPages) {
    this.#layout = layout;
    this.#buffer = buffer;
    this.#absent = absent;
    this.#words = new Int32Array(buffer, layout.control, 2);
  }

  get stopping(): boolean {
    return Atomics.load(this.#words, 0) === WISH.stop;
  }
  get paused(): boolean {
    return Atomics.load(this.#words, 0) === WISH.pause;
  }
  /** What is wished of the cores becomes `to`, if it is `from`. @returns whether it was */
  change(from: Wish, to: Wish): boolean {
    if (Atomics.compareExchange(this.#words, 0, from, to) !== from) return false;
    this.#announce(to);
    return true;
  }
  /** The cores end, whatever was wished of them. */
  stop(): void {
    Atomics.store(this.#words, 0, WISH.stop);
    this.#announce(WISH.stop);
  }

  #announce(wish: Wish): void {
    Atomics.notify(this.#words, 0);
    // Cores waiting for room to print or for a page must come back; those asleep must wake.
    const release = new Int32Array(this.#buffer, this.#layout.board.release, 1);
    Atomics.store(release, 0, wish === WISH.run ? 0 : 1);
    Atomics.notify(release, 0);
    this.#absent.wake();
    for (const { attention } of this.#layout.cores) {
      const word = new Int32Array(this.#buffer, attention, 1);
      Atomics.store(word, 0, WANTED);
      Atomics.notify(word, 0);
    }
  }

  /** Resolves when all cores stand still, or `givenUp` says so. @returns whether they do */
  async allParked(givenUp: () => boolean): Promise<boolean> {
    for (;;) {
      const parked = Atomics.load(this.#words, PARKED);
      if (parked >= this.#layout.cores.length) return true;
      if (givenUp()) return false;
      await Atomics.waitAsync(this.#words, PARKED, parked, 50).value;
    }
  }
}
