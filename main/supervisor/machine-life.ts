/**
 * One machine's life: off, starting, running, paused, stopping, failed, each with a reason a person can read. A run
 * begins with `start` and ends exactly once; a guest that reboots begins the next run with the same configuration.
 */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError, causeOf, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type {
  DeviceDescription,
  Ending,
  MachineConfiguration,
  MachineEvents,
  MachineFigures,
  RestorePoint,
  RunningMachine,
  SavedPoint,
} from '../../emulator/index.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { MachineState } from '../../preload/contract/machines.ts';
import { endingReason } from './ending-reason.ts';

export type StartMachine = (
  configuration: MachineConfiguration,
  events: MachineEvents,
  from?: RestorePoint,
  /** Gives the start up. */
  signal?: AbortSignal,
) => Promise<RunningMachine>;

/** What a start begins with: power on, or a snapshot point to go on from. */
export interface Beginning {
  readonly configuration: MachineConfiguration;
  readonly from?: RestorePoint;
}

/** What a life needs from its surroundings. */
export interface LifeSurroundings {
  readonly startMachine: StartMachine;
  /** Something in the state, the reason or the log changed. */
  changed(): void;
  /** A run begins: output of its consoles is acknowledged through `acknowledge`. */
  began(acknowledge: (console: number, count: number) => void): void;
  ended(ending: Ending['kind'], reason: Reason): void;
  /** Whether a machine whose guest reboots starts again. */
  restarts(): boolean;
  output(console: number, bytes: Uint8Array): void;
  /** A disk cannot write (its requests wait), or, without a fault, can again. */
  diskTrouble(slot: number, fault: Fault | undefined): void;
}

/** How many of the last log lines are kept for a failed machine. */
const LOG_LINES = 200;
/** A stop that takes longer than this is a failure, in milliseconds; the threads have shorter limits of their own. */
const STOP_TIMEOUT = 80_000;
/** This many reboots in a row, each after less than `SHORT_RUN` milliseconds, are taken for a fault. */
const SHORT_RUNS = 10;
const SHORT_RUN = 2000;

/** What becomes of the machine when the present run ends. */
type Intent = 'run' | 'stop' | 'reset';

export class MachineLife {
  state: MachineState = 'off';
  reason: Reason;
  log: string | undefined;
  startedAt: number | undefined;
  /** Counts runs: memory that was saved in one is no base for another. */
  run = 0;
  readonly #surroundings: LifeSurroundings;
  #lines: string[] = [];
  #configuration: MachineConfiguration | undefined;
  #machine: RunningMachine | undefined;
  /** The run whose events count. */
  #present: object | undefined;
  #abort: AbortController | undefined;
  #intent: Intent = 'run';
  #shortRuns = 0;
  #stopReason: Reason | undefined;
  #settled: (() => void)[] = [];
  /** Threads of former runs that were left alone, and may still write to the disks. */
  #lingering = 0;
  /** Terminal sizes told last: a guest put back to an earlier snapshot point has to be told again. */
  readonly #sizes = new Map<number, readonly [columns: number, rows: number]>();

  constructor(surroundings: LifeSurroundings, reason: Reason) {
    this.#surroundings = surroundings;
    this.reason = reason;
  }

  get isActive(): boolean {
    return this.state !== 'off' && this.state !== 'failed';
  }

  /**
   * Starts the machine; resolves when it runs.
   * @param resolve makes what it begins with, fetching what is needed; aborted when the machine is stopped meanwhile
   * @throws ContractError when it is running already or cannot be started; its state then says why
   */
  async start(resolve: (signal: AbortSignal) => Promise<Beginning>): Promise<void> {
    if (this.isActive) throw new ContractError('machine-already', { state: this.state });
    this.requireGone();
    const abort = new AbortController();
    this.#abort = abort;
    this.#intent = 'run';
    this.#shortRuns = 0;
    this.#lines = [];
    this.#enter('starting', faultWith('preparing-files'));
    try {
      const { configuration, from } = await resolve(abort.signal);
      this.#configuration = configuration;
      await this.#run(configuration, abort.signal, from);
    } catch (error) {
      if (abort.signal.aborted) {
        // Given up long ago, the machine may have been started again.
        if (this.#abort === abort) this.#finish({ kind: 'stopped' });
        throw new ContractError('machine-stopped-while-starting');
      }
      const fault = causeOf(error);
      if (this.#abort === abort) this.#finish({ kind: 'failed', fault, log: this.#lines.join('\n') });
      throw ContractError.of(fault, { cause: error });
    }
  }

  async pause(reason: Reason = faultWith('paused')): Promise<void> {
    await this.#runningIn('running').pause();
    if (this.state === 'running') this.#enter('paused', reason);
    if (!this.isActive) throw new ContractError(this.state === 'failed' ? 'machine-failed' : 'machine-off', { why: this.reason });
  }
  /** Says anew why it is paused. */
  explainPause(reason: Reason): void {
    if (this.state === 'paused') this.#enter('paused', reason);
  }

  async resume(): Promise<void> {
    await this.#runningIn('paused').resume();
    if (this.state === 'paused') this.#enter('running', faultWith('resumed'));
  }

  /** As pressing the reset button; resolves when the machine runs again. @throws ContractError when it cannot be started anew */
  async reset(): Promise<void> {
    const machine = this.#runningIn('running', 'paused');
    this.#intent = 'reset';
    this.#enter('starting', faultWith('reset'));
    await machine.stop();
    await this.#until(() => this.state === 'running' || !this.isActive);
    if (this.state === 'failed') throw new ContractError('machine-not-restarted', { why: this.reason });
  }

  /** What runs, or ran last. */
  get configuration(): MachineConfiguration | undefined {
    return this.#configuration;
  }

  /** Takes a snapshot point of what runs. @throws ContractError when nothing does */
  save(onlyChanged: boolean): Promise<SavedPoint> {
    return this.#runningIn('running', 'paused').save({ onlyChanged });
  }

  /**
   * Makes what runs, in place, what it was at another snapshot point; it goes on, or stays paused.
   * @param configuration what a reset begins with from now on
   * @param keep takes the present first, within the same pause
   */
  async restore(
    point: RestorePoint,
    configuration: MachineConfiguration,
    keep?: { readonly onlyChanged: boolean },
  ): Promise<SavedPoint | undefined> {
    const saved = await this.#runningIn('running', 'paused').restore(point, keep ? { keep } : {});
    this.#configuration = configuration;
    this.#tellSizes();
    return saved;
  }

  /** @throws ContractError unless it runs */
  requireRunning(): void {
    this.#runningIn('running');
  }
  /** Presses the power button of what runs. @returns whether its board has one @throws ContractError when nothing runs */
  pressPowerButton(): Promise<boolean> {
    return this.#runningIn('running').pressPowerButton();
  }

  /** The devices of what runs. @throws ContractError when nothing does */
  devices(): Promise<readonly DeviceDescription[]> {
    return this.#runningIn('running', 'paused').devices();
  }

  /** Sends a message to a disk's owner on the machine's I/O thread. @throws ContractError when nothing runs */
  tellDisk(slot: number, message: unknown): Promise<unknown> {
    return this.#runningIn('running', 'paused').tellDisk(slot, message);
  }

  /** Sends a message to a network card's link on the machine's I/O thread. @throws ContractError when nothing runs */
  tellNetwork(card: number, message: unknown, ports: readonly object[] = []): Promise<unknown> {
    return this.#runningIn('running', 'paused').tellNetwork(card, message, ports);
  }

  /** Sends a message to what serves a shared folder. @throws ContractError when nothing runs */
  async tellShare(share: number, message: unknown): Promise<unknown> {
    return this.#runningIn('running', 'paused').tellShare(share, message);
  }

  /** Ends the run; resolves when the machine is off. */
  async stop(reason?: Reason): Promise<void> {
    if (!this.isActive) throw new ContractError('machine-not-running', { why: this.reason });
    this.#intent = 'stop';
    this.#stopReason = reason;
    if (this.state !== 'stopping') this.#enter('stopping', faultWith('being-stopped'));
    this.#abort?.abort();
    const timeout = setTimeout(() => {
      this.#finish({
        kind: 'failed',
        fault: faultWith('machine-threads-linger', { seconds: STOP_TIMEOUT / 1000 }),
        log: this.#lines.join('\n'),
      });
    }, STOP_TIMEOUT);
    void this.#machine?.stop();
    await this.#until(() => !this.isActive).finally(() => clearTimeout(timeout));
  }

  /** Input for a console; that of a machine which is starting waits for it. @returns how many bytes the guest has taken, as `RunningMachine.write` */
  async write(console: number, bytes: Uint8Array): Promise<number> {
    await this.#until(() => this.state !== 'starting');
    return (await this.#machine?.write(console, bytes)) ?? 0;
  }
  resize(console: number, columns: number, rows: number): void {
    this.#sizes.set(console, [columns, rows]);
    this.#machine?.resize(console, columns, rows);
  }
  figures(): MachineFigures | undefined {
    return this.#machine?.figures();
  }

  /** Whether nothing of it runs any more, no thread of a former run either. */
  get isGone(): boolean {
    return !this.isActive && this.#lingering === 0;
  }

  /** @throws ContractError while a thread of a former run is left: two writers would spoil a disk */
  requireGone(): void {
    if (this.#lingering > 0) throw new ContractError('machine-lingers');
  }

  #tellSizes(): void {
    for (const [console, [columns, rows]] of this.#sizes) this.#machine?.resize(console, columns, rows);
  }

  #runningIn(...states: readonly MachineState[]): RunningMachine {
    if (!this.#machine || !states.includes(this.state))
      throw new ContractError('machine-not-in-state', { state: this.state, wanted: states });
    return this.#machine;
  }

  async #run(configuration: MachineConfiguration, signal: AbortSignal, from?: RestorePoint): Promise<void> {
    signal.throwIfAborted();
    this.run++;
    if (this.state === 'starting') this.#enter('starting', faultWith('starting-threads'));
    // Events of a run that was given up (see `stop`) are not this machine's any more.
    const run = {};
    this.#present = run;
    const unacknowledged = new Map<number, number>();
    let machine: RunningMachine | undefined;
    this.#surroundings.began((console, count) => {
      if (machine) machine.acknowledge(console, count);
      else unacknowledged.set(console, (unacknowledged.get(console) ?? 0) + count);
    });
    const beganAt = Date.now();
    const events: MachineEvents = {
      output: (console, bytes) => (this.#present === run ? this.#surroundings.output(console, bytes) : undefined),
      log: (line) => this.#remember(line),
      ended: (ending) => {
        if (this.#present !== run) return;
        this.#present = undefined;
        this.#machine = undefined;
        this.#ended(ending, Date.now() - beganAt);
      },
      diskTrouble: (slot, message) => (this.#present === run ? this.#surroundings.diskTrouble(slot, message) : undefined),
      lingers: (gone) => {
        this.#lingering++;
        void gone.then(() => {
          this.#lingering--;
          this.#surroundings.changed();
        });
      },
    };
    machine = await this.#surroundings.startMachine(configuration, events, from, signal);
    for (const [console, count] of unacknowledged) machine.acknowledge(console, count);
    // A guest may power off before the promise of its start is settled; one that was given up meanwhile must not run on.
    if (this.#present !== run) return void machine.stop();
    this.#machine = machine;
    this.startedAt = beganAt;
    if (from) this.#tellSizes();
    if (signal.aborted) void machine.stop();
    else if (from?.paused) this.#enter('paused', faultWith('paused'));
    else this.#enter('running', faultWith(from ? 'resuming-memory' : 'running'));
  }

  #ended(ending: Ending, ranFor: number): void {
    const again = this.#intent === 'reset' || (ending.kind === 'reboot' && this.#intent === 'run' && this.#surroundings.restarts());
    if (!again || ending.kind === 'failed') return this.#finish(ending);
    this.#shortRuns = ranFor < SHORT_RUN && ending.kind === 'reboot' ? this.#shortRuns + 1 : 0;
    if (this.#shortRuns >= SHORT_RUNS) {
      const fault = faultWith('machine-reboots', { times: SHORT_RUNS, seconds: SHORT_RUN / 1000 });
      return this.#finish({ kind: 'failed', fault, log: this.#lines.join('\n') });
    }
    this.#surroundings.ended(ending.kind, faultWith(ending.kind === 'reboot' ? 'guest-rebooted' : 'reset'));
    this.#intent = 'run';
    this.#enter('starting', faultWith(ending.kind === 'reboot' ? 'guest-rebooting' : 'reset'));
    const abort = new AbortController();
    this.#abort = abort;
    this.#run(this.#configuration as MachineConfiguration, abort.signal).catch((error: unknown) => {
      if (this.#abort !== abort) return;
      if (abort.signal.aborted) return this.#finish({ kind: 'stopped' });
      this.#finish({ kind: 'failed', fault: causeOf(error), log: this.#lines.join('\n') });
    });
  }

  #finish(ending: Ending): void {
    if (!this.isActive) return;
    this.#present = undefined;
    this.#machine = undefined;
    this.#abort = undefined;
    this.startedAt = undefined;
    const reason = (ending.kind === 'stopped' ? this.#stopReason : undefined) ?? endingReason(ending);
    this.#stopReason = undefined;
    this.log = ending.kind === 'failed' ? ([ending.log, this.#lines.join('\n')].find((text) => text !== '') ?? '') : undefined;
    this.#surroundings.ended(ending.kind, reason);
    this.#enter(ending.kind === 'failed' ? 'failed' : 'off', reason);
  }

  #remember(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
  }

  #enter(state: MachineState, reason: Reason): void {
    this.state = state;
    this.reason = reason;
    if (state !== 'failed') this.log = undefined;
    for (const check of this.#settled.splice(0)) check();
    this.#surroundings.changed();
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => (condition() ? resolve() : void this.#settled.push(check));
      check();
    });
  }
}
