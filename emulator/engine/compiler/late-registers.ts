/**
 * Registers whose values are worked out only where somebody looks, mostly on ways out that are seldom taken: flags. What is
 * set is kept as an expression over locals that hold what they do for good; those are not given to others meanwhile.
 */
import type { Expression } from '../wasm/expression.ts';
import type { Local } from '../wasm/routine.ts';
import { Sink } from '../wasm/sink.ts';

interface Late {
  readonly value: Expression;
  readonly locals: readonly Local[];
}
interface Held {
  count: number;
  /** The instruction that made it is written: whoever lets go of it last gives it away. */
  ended: boolean;
}

export class LateRegisters {
  #values = new Map<string, Late>();
  readonly #held = new Map<Local, Held>();
  #free: Local[] = [];

  get(register: string): Expression | undefined {
    return this.#values.get(register)?.value;
  }
  /** Keeps a value, which may be evaluated anywhere from here on. @returns whether it may */
  put(register: string, value: Expression): boolean {
    const locals = localsOf(value);
    if (!locals) return false;
    value.late = true;
    const late: Late = { value, locals };
    this.#hold(late);
    this.drop(register);
    this.#values.set(register, late);
    return true;
  }
  drop(register: string): void {
    const late = this.#values.get(register);
    if (!late) return;
    this.#values.delete(register);
    this.#release(late);
  }
  /** The values that there are, by register. */
  get values(): readonly (readonly [register: string, value: Expression])[] {
    return [...this.#values].map(([register, { value }]) => [register, value] as const);
  }

  /** Writes what is reached with these values; afterwards they are as before. @param keeps whether they hold there */
  within(keeps: boolean, write: () => void): void {
    const before = this.#values;
    this.#values = keeps ? new Map(before) : new Map();
    for (const late of this.#values.values()) this.#hold(late);
    write();
    for (const late of this.#values.values()) this.#release(late);
    this.#values = before;
  }

  /** Locals of an instruction that has been written. @returns those that may hold something else from now on */
  ended(locals: readonly Local[]): Local[] {
    const free = this.#free;
    this.#free = [];
    for (const local of locals) {
      const held = this.#held.get(local);
      if (held) held.ended = true;
      else free.push(local);
    }
    return free;
  }
  #hold({ locals }: Late): void {
    for (const local of locals) {
      const held = this.#held.get(local);
      if (held) held.count++;
      else this.#held.set(local, { count: 1, ended: false });
    }
  }
  #release({ locals }: Late): void {
    for (const local of locals) {
      const held = this.#held.get(local) as Held;
      if (--held.count > 0) continue;
      this.#held.delete(local);
      // What is left of this instruction may use it still.
      if (held.ended) this.#free.push(local);
    }
  }
}

/** What is written to see what it rests on, and thrown away; one for all, since a buffer of the host's each time is what costs most. */
const scratch = new Sink();

/** The locals that a value is worked out from; undefined where it would not always be the same. */
function localsOf(value: Expression): Local[] | undefined {
  const locals = new Set<Local>();
  let lasts = true;
  scratch.length = 0;
  scratch.watcher = {
    reads: (local) => {
      if (!(local as Local).lasts) lasts = false;
      locals.add(local as Local);
    },
    depends: () => (lasts = false),
  };
  value.emit(scratch);
  return lasts ? [...locals] : undefined;
}
