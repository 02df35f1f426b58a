/**
 * A core's heartbeat: obey the owner, take in finished code, look at timers and interrupts, run a slice or sleep.
 * It occupies its thread for good; sleeping is `Atomics.wait`, so an idle guest costs nothing.
 */
import type { Board } from '../board/kit/board.ts';
import type { CoreBinding } from '../board/kit/core-binding.ts';
import { ATTENTION, type CoreSignals } from '../device/kit/core-signals.ts';
import type { Core } from '../engine/core/core.ts';
import type { MachineClock } from './clock.ts';
import { WISH } from './layout.ts';

/** Instructions a slice at most: about a millisecond of compiled code, so that tiering and timers get their turn. */
const LONGEST_SLICE = 1_000_000;
const SHORTEST_SLICE = 4_000;
/** A slice of slower instructions is to end after so many ticks: 2 ms. */
const LONGEST_SLICE_TICKS = 20_000;
/** A sleeping core looks at the clock again after this, whatever its timers say. */
const LONGEST_SLEEP_MS = 10_000;
const TICKS_PER_MS = 10_000;
/** Below this the shortest slice is what counts. */
const SLOWEST_PER_TICK = 0.1;

export interface CoreLoopParts {
  readonly core: Core;
  readonly board: Board;
  readonly binding: CoreBinding;
  readonly signals: CoreSignals;
  readonly clock: MachineClock;
  /** The control block's words `wish` and `parked`. */
  readonly control: Int32Array;
  /** The guest has ended the machine's run: the core executes nothing any more. */
  ended(): boolean;
  /** Takes in what other threads have posted (compiled code). */
  receive(): void;
}

export function runCore(parts: CoreLoopParts): void {
  const { core, signals } = parts;
  let perTick = 50;
  let stopped = false;
  for (;;) {
    Atomics.store(signals.words, ATTENTION, 0);
    if (!obey(parts)) return;
    parts.receive();
    answerReturn(core);
    parts.binding.collectSignals();
    if (core.privileged.standing() === 'off' || parts.ended()) {
      stopped = true;
      Atomics.wait(signals.words, ATTENTION, 0, LONGEST_SLEEP_MS);
      continue;
    }
    if (stopped) {
      // Another core has given this one new state: nothing remembered of the old holds.
      stopped = false;
      core.flush({ keepGlobal: false });
      core.modeChanged();
    }
    const deadline = nextDeadline(parts);
    core.takeInterrupt();
    const waiting = core.privileged.interruptWaiting();
    core.working.interruptWaiting = waiting ? 1 : 0;
    if (core.privileged.standing() === 'waiting') {
      if (!waiting) {
        sleep(parts, deadline);
        continue;
      }
      core.privileged.woken();
      // What has come since: it is taken before anything else is executed.
      core.takeInterrupt();
      if (core.privileged.standing() !== 'executing') continue;
    }
    if (core.privileged.stepping?.()) {
      core.step();
      continue;
    }
    const from = parts.clock.ticks();
    const until = Math.max(from, Math.min(deadline, from + LONGEST_SLICE_TICKS));
    const budget = Math.max(SHORTEST_SLICE, Math.min(LONGEST_SLICE, (until - from) * perTick));
    const done = core.run(Math.floor(budget), BigInt(until));
    const took = parts.clock.ticks() - from;
    if (took > 0 && done > SHORTEST_SLICE) perTick = expectedSpeed(perTick, done / took);
  }
}

/**
 * Instructions a tick, as the next slice counts on. A guest that has become slower is believed at once, since the timers
 * of a slice that is too long come late; one that has become faster only bit by bit.
 */
function expectedSpeed(expected: number, seen: number): number {
  return Math.max(SLOWEST_PER_TICK, seen < expected ? seen : (3 * expected + seen) / 4);
}

/** Pauses and stops as the owner wishes. @returns false when the loop must end */
function obey({ control }: CoreLoopParts): boolean {
  for (;;) {
    const wish = Atomics.load(control, 0);
    if (wish === WISH.run) return true;
    Atomics.add(control, 1, 1);
    Atomics.notify(control, 1);
    if (wish === WISH.stop) return false;
    Atomics.wait(control, 0, WISH.pause);
    Atomics.sub(control, 1, 1);
  }
}

/** The machine went back to another snapshot point while this core stood still. */
function answerReturn(core: Core): void {
  if (!core.working.returnRequested) return;
  core.working.returnRequested = 0;
  core.returned();
}

/** The tick at which this core has something to do by itself; also brings its timer lines up to date. */
function nextDeadline({ core, board }: CoreLoopParts): number {
  return Math.min(board.timer(core.core), core.privileged.deadline());
}

function sleep({ clock, signals }: CoreLoopParts, deadline: number): void {
  const wait = (deadline - clock.ticks()) / TICKS_PER_MS;
  if (wait > 0) Atomics.wait(signals.words, ATTENTION, 0, Math.min(wait, LONGEST_SLEEP_MS));
}
