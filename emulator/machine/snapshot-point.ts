/**
 * Takes a machine at one moment, puts it back to another, or both at once: on the I/O thread, where disks and devices'
 * back ends are. Disk requests are finished while the guest still runs; then the cores come to a stand, and one
 * uninterrupted step cuts the disks, copies the state of cores and devices, marks the pages and, going back, puts state
 * and disks in. Nothing in that step depends on how much memory is in use or has been written.
 */
import type { Board } from '../board/kit/board.ts';
import { runState } from '../engine/layout.ts';
import { type AttachedDisk, MachineError } from '../index.ts';
import { flagWords, markPages } from '../memory/page-flags.ts';
import type { Shootdown } from '../memory/shootdown.ts';
import { bind } from '../snapshot/schema.ts';
import type { MachineClock } from './clock.ts';
import type { MachineControl } from './control.ts';
import { type MachineLayout, type PageWork, WISH } from './layout.ts';
import {
  checkState,
  keptIn,
  type MachineState,
  readState,
  restoreBoard,
  restoreCore,
  retiredByCores,
  type SavedState,
  saveState,
} from './saved-state.ts';

const TICKS_PER_MS = 10_000;
const NANOSECONDS_PER_TICK = 100;
/** A core comes to a stand within a millisecond or so; one that has not by then never will. */
export const STANDSTILL_MS = 10_000;
/** How long requests may take that the host's disk has not answered, in milliseconds. */
const DISK_PATIENCE_MS = 30_000;

export interface PointRequest {
  /** Which pages the snapshot is to copy; absent: none is taken. */
  readonly save?: 'all' | 'changed';
  /** Where to go back to. */
  readonly back?: { readonly state: Uint8Array; readonly differs: Uint8Array };
}

export interface TakenPoint {
  /** With `save`: cores and devices, what each disk's `cut` answered, and the clock in milliseconds. */
  readonly saved?: { readonly state: Uint8Array; readonly disks: readonly unknown[]; readonly uptimeMs: number };
  /** How long the guest stood still for it, in milliseconds; 0 where it was paused anyway. */
  readonly pausedMs: number;
  /** Going back: by how much the cores' counts of retired instructions have become smaller, in all. */
  readonly retiredBefore: number;
}

export interface SnapshotPointsParts {
  readonly layout: MachineLayout;
  readonly buffer: SharedArrayBuffer;
  readonly board: Board;
  readonly clock: MachineClock;
  readonly control: MachineControl;
  readonly pages: PageWork;
  readonly shootdown: Shootdown;
  /** Waits for work, at most so many milliseconds. @returns whether it was done in time */
  readonly within: (milliseconds: number, work: Promise<unknown>) => Promise<boolean>;
  /** What belongs to the machine as a whole and never changes. */
  readonly whole: Omit<MachineState, 'ticks'>;
}

export class SnapshotPoints {
  readonly #parts: SnapshotPointsParts;
  #kickLater = false;
  #renewLater = false;

  constructor(parts: SnapshotPointsParts) {
    this.#parts = parts;
  }

  /**
   * @param disks those attached now
   * @param next going back: those to attach instead
   * @param taken told at once, before anything on this thread can wait for a page that has become absent: whoever fills
   *   them learns from it that it must
   * @throws MachineError when the machine ends meanwhile or the state does not fit; nothing has changed then
   */
  async take(
    request: PointRequest,
    disks: readonly AttachedDisk[],
    next: readonly AttachedDisk[] | undefined,
    taken: (snapshotPoint: TakenPoint) => void,
  ): Promise<void> {
    const { board, clock, control, within } = this.#parts;
    const target = request.back && this.#fitting(request.back.state);
    if (!(await within(DISK_PATIENCE_MS, board.outside.quiesce()))) {
      if (!control.paused) board.outside.resume();
      throw new MachineError('machine-disk-silent');
    }
    const wasRunning = control.change(WISH.run, WISH.pause);
    let held = wasRunning;
    /** Once only: the owner may pause the machine as soon as it has the answer. @returns milliseconds held */
    const letGo = (): number => {
      if (!held) return 0;
      held = false;
      const nanoseconds = clock.release();
      this.running();
      control.change(WISH.pause, WISH.run);
      return Number(nanoseconds) / 1e6;
    };
    try {
      if (held) clock.hold();
      let late = false;
      const stand = control.allParked(() => control.stopping || late);
      late = !(await within(STANDSTILL_MS, stand));
      if (!(await stand) && !control.stopping) throw new MachineError('machine-no-standstill');
      if (control.stopping) throw new MachineError('machine-ended-nothing-to-save');
      const snapshotPoint = this.#atOnce(request, target, disks, next);
      taken({ ...snapshotPoint, pausedMs: letGo() });
    } finally {
      letGo();
      // The disks of a paused machine stay quiet: one that was put back is exactly that snapshot point until it runs.
      if (!control.stopping && wasRunning) board.outside.resume();
    }
  }

  /** The machine holds the state of another snapshot point and does not run yet: what its back ends must look at is for `running`. */
  later(): void {
    this.#kickLater = true;
    this.#renewLater = true;
  }
  /** A machine that holds the state of another snapshot point is about to run: its guest learns that it went back. */
  renew(): void {
    if (!this.#renewLater) return;
    this.#renewLater = false;
    this.#parts.board.outside.renewGeneration();
  }
  /** The machine is about to run after it stood still; then its back ends go on (`resume`). */
  running(): void {
    const { board } = this.#parts;
    if (!this.#kickLater) return;
    this.#kickLater = false;
    this.renew();
    board.outside.adjustClock();
    board.kick();
  }

  #fitting(bytes: Uint8Array): SavedState {
    const { layout, board, whole } = this.#parts;
    const state = readState(bytes);
    const { memoryBytes, cores, builtInFirmware, tohost } = state.machine;
    const same =
      memoryBytes === whole.memoryBytes && cores === whole.cores && builtInFirmware === whole.builtInFirmware && tohost === whole.tohost;
    if (!same) throw new MachineError('state-other-machine');
    checkState(layout, board, state);
    return state;
  }

  #atOnce(
    { save, back }: PointRequest,
    target: SavedState | undefined,
    disks: readonly AttachedDisk[],
    next: readonly AttachedDisk[] | undefined,
  ): Omit<TakenPoint, 'pausedMs'> {
    const { layout, buffer, board, clock, pages, shootdown, whole } = this.#parts;
    board.outside.flushOutput();
    // Upward: no clock of the guest's may have shown a later time than the one it goes on from.
    const ticks = Math.ceil(clock.nanoseconds() / NANOSECONDS_PER_TICK);
    const saved = save && {
      disks: disks.map((disk) => disk.cut?.()),
      state: saveState(layout, board, buffer, { ...whole, ticks: BigInt(ticks) }),
      uptimeMs: Math.round(ticks / TICKS_PER_MS),
    };
    if (back) pages.absent.supersede();
    const generations = new Int32Array(buffer, layout.ram.generations, layout.ram.size / 4096);
    const absent = markPages(flagWords(buffer, layout.ram.pageFlags, layout.ram.size), {
      ...(save ? { save } : {}),
      ...(back ? { differs: back.differs, codeGone: (page) => void Atomics.add(generations, page, 1) } : {}),
    });
    if (save) pages.keeper.begin();
    if (back) pages.absent.expect(absent);
    shootdown.marked();
    if (target) for (const core of layout.cores) bind(runState, buffer, core.run).returnRequested = 1;
    const retiredBefore = target ? this.#goBack(target, next) : 0;
    return { ...(saved ? { saved } : {}), retiredBefore };
  }

  #goBack(target: SavedState, next: readonly AttachedDisk[] | undefined): number {
    const { layout, buffer, board, clock } = this.#parts;
    const retired = () => retiredByCores(layout, buffer);
    const before = retired();
    restoreBoard(layout, board, buffer, target);
    layout.cores.forEach((_, core) => restoreCore(layout, core, buffer, target));
    clock.start(target.machine.ticks);
    board.outside.returned(next, keptIn(target, board));
    this.later();
    return before - retired();
  }
}
