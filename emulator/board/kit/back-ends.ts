/**
 * The I/O thread's half of a board: it sleeps on the doorbell and lets each device's back end do what its front end
 * asked for. Everything here runs on one thread with an event loop; core threads never wait for it except for room.
 */
import type { Doorbell } from '../../device/kit/doorbell.ts';
import { type InputGate, openGate } from '../../device/kit/input-gate.ts';
import type { BackEnd, ConsoleEnds, DiskStore, Keeping, Outside } from '../../device/kit/outside.ts';
import type { Log } from '../../device/kit/wiring.ts';
import { InputQueue, type Taken } from './input-queue.ts';
import { BUFFERED_PACE, CHANNEL_PACE, type Later, OutputPump, TERMINAL_PACE } from './output-pump.ts';

/** What the host gives the board on the I/O thread. */
export interface BackEnds extends Omit<Outside, 'gate' | 'log'> {
  /** Output of a console: 0 is the serial port, n the n-th virtio port. A promise holds back the next batch. */
  output(console: number, bytes: Uint8Array): void | Promise<void>;
  /** The devices hold the state of a saved machine, whose real-time clock is set only when it runs (`restored`). */
  readonly restored?: boolean;
  readonly later: Later;
  /** Absent: every input enters at once. */
  readonly gate?: InputGate;
}

/** A device that may have a back end, and the doorbell bit that rings for it. */
export interface Backed {
  readonly attach: ((outside: Outside) => BackEnd) | undefined;
  readonly bell: number | undefined;
}

/** Rung only to have the loop look whether it should end. */
const CLOSING_BIT = 31;
/** How long the loop stays for the next request; everything else on its thread waits as long. */
const LINGER_MS = 0.4;
/** What a console may still say when its machine has ended. */
const LAST_WORDS_BYTES = 1024 * 1024;

/** One console with what carries its bytes. */
interface Console {
  readonly ends: ConsoleEnds;
  readonly pump: OutputPump;
  readonly input: InputQueue;
}

/** A back end with its consoles and its bell. */
interface Attached {
  readonly bell: number | undefined;
  readonly backEnd: BackEnd;
  readonly consoles: readonly Console[];
}

export class AttachedBackEnds {
  readonly #doorbell: Doorbell;
  readonly #outside: BackEnds;
  readonly #gate: InputGate;
  readonly #attached: readonly Attached[];
  /** In the order of their numbers. */
  readonly #consoles: readonly Console[];
  /** Bells of devices that answer requests. */
  readonly #requestBells: number;
  /** Nothing of the guest's may change: bells and actions wait for `resume`. */
  #still = false;
  #missedBells = 0;
  #missedActions: (() => void)[] = [];
  #closed = false;

  constructor(doorbell: Doorbell, devices: readonly Backed[], outside: BackEnds, log: Log) {
    this.#doorbell = doorbell;
    this.#outside = outside;
    this.#gate = outside.gate ?? openGate;
    const given: Outside = {
      disks: outside.disks,
      networks: outside.networks,
      shares: outside.shares,
      entropy: (count) => outside.entropy(count),
      wallClock: () => outside.wallClock(),
      soon: (action) => outside.soon(action),
      gate: this.#gate,
      log,
    };
    const consoles: Console[] = [];
    this.#attached = devices.flatMap(({ attach, bell }) => {
      const backEnd = attach?.(given);
      if (!backEnd) return [];
      const own = (backEnd.consoles ?? []).map((ends, index) => this.#console(ends, consoles.length + index));
      consoles.push(...own);
      return [{ bell, backEnd, consoles: own }];
    });
    this.#consoles = consoles;
    this.#requestBells = this.#attached.reduce(
      (bells, { bell, backEnd }) => (backEnd.inFlight && bell !== undefined ? bells | (1 << bell) : bells),
      0,
    );
    if (!outside.restored) this.#begin();
    void this.#run();
  }

  #console(ends: ConsoleEnds, number: number): Console {
    const held = () => this.#still;
    const soon = (action: () => void) => this.#outside.soon(action);
    const input = new InputQueue(number, ends, this.#gate, { soon, later: this.#outside.later, held });
    return {
      ends,
      pump: new OutputPump(
        (most) => {
          const bytes = ends.take(most);
          if (ends.isTerminal) input.heed(bytes);
          return bytes;
        },
        (bytes) => this.#outside.output(number, bytes),
        this.#outside.later,
        held,
        !ends.isTerminal ? CHANNEL_PACE : ends.isBuffered ? BUFFERED_PACE : TERMINAL_PACE,
      ),
      input,
    };
  }

  get #backEnds(): readonly BackEnd[] {
    return this.#attached.map(({ backEnd }) => backEnd);
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#doorbell.rung();
      const bells = this.#doorbell.take();
      this.#notify(bells);
      // A guest that notifies without end must not keep disk and console events from this thread.
      await new Promise<void>((resolve) => this.#outside.soon(resolve));
      // A guest whose disk request was answered soon makes the next one.
      if ((bells & this.#requestBells) !== 0 && this.inFlight === 0 && !this.#closed) this.#doorbell.linger(LINGER_MS);
    }
  }

  #notify(bells: number): void {
    if (this.#still) this.#missedBells |= bells;
    else for (const each of this.#attached) if (each.bell !== undefined && (bells & (1 << each.bell)) !== 0) look(each);
  }

  /** What a machine gets of the outside when it begins. */
  #begin(): void {
    for (const backEnd of this.#backEnds) backEnd.begin?.();
  }

  /** Sets the guest's real-time clock from the host's: after a pause or a restore. */
  adjustClock(): void {
    for (const backEnd of this.#backEnds) backEnd.adjustClock?.();
  }

  /** Presses the power button. @returns false on a machine without one */
  pressPowerButton(): boolean {
    const able = this.#backEnds.filter((backEnd) => backEnd.pressPowerButton);
    for (const backEnd of able) backEnd.pressPowerButton?.();
    return able.length > 0;
  }

  /** The guest goes on from a saved state, as others may or did: it is told, and reseeds its random number generator. */
  renewGeneration(): void {
    for (const backEnd of this.#backEnds) backEnd.renewGeneration?.();
  }

  /**
   * Input for a console; what the guest has no room for waits.
   * @param taken told once how much of it the guest has taken: all, or less because it ended or went back before
   */
  input(console: number, bytes: Uint8Array, taken?: Taken): void {
    const found = this.#consoles[console];
    if (!found) return taken?.(0);
    found.input.add(bytes, taken);
    found.pump.hasten();
  }

  /** Input of a console that waits for the guest, in bytes. */
  inputWaiting(console: number): number {
    return this.#consoles[console]?.input.length ?? 0;
  }

  acknowledge(console: number, count: number): void {
    this.#consoles[console]?.pump.acknowledge(count);
  }

  /** The terminal of a console has a new size, in characters. The serial port has no way to tell its guest. */
  resize(console: number, columns: number, rows: number): void {
    const ends = this.#consoles[console]?.ends;
    if (!ends?.resize) return;
    const resize = () => this.#gate.admit({ kind: 'resize', console, columns, rows }, () => ends.resize?.(columns, rows));
    if (this.#still) this.#missedActions.push(resize);
    else resize();
  }

  /** Requests taken from the guest and not yet answered. */
  get inFlight(): number {
    return this.#attached.reduce((sum, { backEnd }) => sum + (backEnd.inFlight?.() ?? 0), 0);
  }

  /**
   * Changes nothing of the guest's any more, except by answering the requests that are in flight; resolves when none is:
   * then the declared state is the whole state.
   */
  async quiesce(): Promise<void> {
    this.#still = true;
    await Promise.all(this.#backEnds.flatMap((backEnd) => backEnd.quiesce?.() ?? []));
  }

  /** Goes on after `quiesce`. */
  resume(): void {
    this.#still = false;
    for (const backEnd of this.#backEnds) backEnd.resume?.();
    const bells = this.#missedBells;
    this.#missedBells = 0;
    this.#notify(bells);
    for (const { pump } of this.#consoles) pump.notified();
    for (const { input } of this.#consoles) input.notified();
    for (const action of this.#missedActions.splice(0)) action();
  }

  /**
   * Gives the owner what the devices hold of output: at a snapshot point nothing printed before it is still
   * under way.
   */
  flushOutput(): void {
    for (const { ends, pump } of this.#consoles) pump.flush(ends.held());
  }

  /** What the devices keep beside their declared state. */
  get keeping(): readonly Keeping[] {
    return this.#backEnds.flatMap(({ keeps }) => keeps ?? []);
  }

  /**
   * The devices have gone back to another snapshot point: forgets input for the former one, and puts disks in, if given.
   * @param kept what was saved of `keeping`, by name
   */
  returned(disks: readonly DiskStore[] | undefined, kept: ReadonlyMap<string, Uint8Array> = new Map()): void {
    for (const { input } of this.#consoles) input.clear();
    for (const backEnd of this.#backEnds) backEnd.restored?.(disks);
    this.putBack(kept);
  }
  /** The devices hold saved state, and nothing runs yet: gives them what they kept beside it. */
  putBack(kept: ReadonlyMap<string, Uint8Array>): void {
    for (const { name, restored } of this.keeping) restored(kept.get(name));
  }

  /**
   * Starts the outside over for a machine that reboots in place: its cores must stand still. Requests in flight are
   * waited for, then `initialise` resets the devices, then the outside is connected again.
   */
  async restart(initialise: () => void): Promise<void> {
    await this.quiesce();
    initialise();
    this.#begin();
    this.resume();
  }

  /** Ends the loop after the guest's last words have been given to the owner and its requests were answered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#doorbell.ring(CLOSING_BIT);
    await this.quiesce();
    for (const { backEnd } of this.#attached) if (backEnd.consoles) backEnd.notified?.();
    for (const { input } of this.#consoles) input.clear();
    for (const { pump } of this.#consoles) await pump.finish(LAST_WORDS_BYTES);
  }
}

/** Lets a back end and its consoles see to what the guest rang for. */
function look({ backEnd, consoles }: Attached): void {
  backEnd.notified?.();
  for (const { pump } of consoles) pump.notified();
  for (const { input } of consoles) input.notified();
}
