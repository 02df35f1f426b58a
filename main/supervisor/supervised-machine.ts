/** A machine of the library with its life and its consoles: what the supervisor keeps for each. */
import type { Fault } from '../../emulator/error/coded-error.ts';
import { ContractError, faultWith } from '../../preload/contract/errors/contract-error.ts';
import type { Reason } from '../../preload/contract/errors/reasons.ts';
import type { MachineFigures } from '../../emulator/index.ts';
import type { TerminalSize } from '../../preload/contract/commands.ts';
import type { ConsoleDescription } from '../../preload/contract/consoles.ts';
import type { AskedBy, MachineActivity, MachineDefinition, MachineId, MachineStatus } from '../../preload/contract/machines.ts';
import { sameHardware } from '../library/definition-parts.ts';
import type { Library } from '../library/library.ts';
import type { MachineRecord } from '../library/machine-records.ts';
import { EXEC_PORT } from '../../emulator/index.ts';
import { activityOf } from './activity.ts';
import { MachineAgent } from './machine-agent.ts';
import { applyCables } from './machine-cables.ts';
import { applyForwards } from './machine-forwards.ts';
import { applyShares, withPresentShares } from './machine-shares.ts';
import { MachineConsoles, type Printed } from './machine-consoles.ts';
import { MachineLife, type Beginning, type StartMachine } from './machine-life.ts';
import { lastLine } from './plain-text.ts';

export interface MachineSurroundings {
  readonly library: Pick<Library, 'consoles' | 'runs'>;
  readonly startMachine: StartMachine;
  /** Makes what a machine starts with, fetching what is needed: from power on, or where it was suspended. */
  begin(machine: MachineRecord, signal: AbortSignal): Promise<StartOf>;
  changed(machine: SupervisedMachine): void;
  /** A new run has begun. */
  runs?(machine: SupervisedMachine): void;
  /** One of its consoles printed. */
  printed?(machine: MachineId, ...what: Parameters<Printed>): void;
  /** A disk cannot write (its requests wait), or, without a fault, can again. */
  diskTrouble(machine: SupervisedMachine, slot: number, fault: Fault | undefined): void;
  /** The library could not be written; the machine runs on. */
  storeFailed(machine: SupervisedMachine, error: Error): void;
}

/** How a machine starts. */
export interface StartOf extends Beginning {
  /** What it was defined as at the snapshot point it goes on from; absent: as it is defined now. */
  readonly definition?: MachineDefinition;
  /** What its consoles show first. */
  readonly screens?: readonly Uint8Array[];
  /** Called when the start failed after all. */
  failed?(): Promise<void>;
}

/** The guest's name for the serial port. */
const SERIAL_NAME = 'ttyS0';

export class SupervisedMachine {
  record: MachineRecord;
  readonly life: MachineLife;
  readonly consoles: MachineConsoles;
  /** What runs commands in its guest. */
  readonly agent: MachineAgent;
  readonly #surroundings: MachineSurroundings;
  #started: { readonly definition: MachineDefinition; readonly ports: readonly string[] } | undefined;
  #figures: MachineFigures | undefined;
  #lastLine: string;
  /** The number of the run whose forwards were looked at. */
  #forwardedIn = 0;
  #run: Promise<number | undefined> = Promise.resolve(undefined);

  constructor(record: MachineRecord, reason: Reason, printed: Uint8Array, surroundings: MachineSurroundings) {
    this.record = record;
    this.#surroundings = surroundings;
    this.#lastLine = lastLine(printed);
    const failed = (error: Error) => surroundings.storeFailed(this, error);
    this.consoles = new MachineConsoles(
      record.id,
      surroundings.library.consoles,
      failed,
      () => surroundings.changed(this),
      (...what) => surroundings.printed?.(record.id, ...what),
    );
    this.agent = new MachineAgent(
      () => this.record.definition.name,
      () => this.life,
    );
    const { runs } = surroundings.library;
    this.life = new MachineLife(
      {
        startMachine: surroundings.startMachine,
        changed: () => {
          if (this.life.state === 'running') this.#runs();
          surroundings.changed(this);
        },
        began: (acknowledge) => {
          this.consoles.began(acknowledge);
          this.agent.began(this.#started?.ports ?? [], acknowledge);
          this.#run = runs.started(this.id).catch((error: Error) => (failed(error), undefined));
        },
        ended: (ending, why) => {
          this.#figures = undefined;
          this.agent.ended(ending, why);
          const run = this.#run;
          this.#run = Promise.resolve(undefined);
          this.#run = run.then((number) => (number === undefined ? undefined : runs.ended(number, ending, why))).then(() => undefined);
          this.#run.catch(failed);
          this.refreshLastLine();
          void this.consoles.flush();
        },
        restarts: () => this.record.definition.onReboot !== 'stop',
        output: (console, bytes) => this.agent.output(console, bytes) || this.consoles.output(console, bytes),
        diskTrouble: (slot, message) => surroundings.diskTrouble(this, slot, message),
      },
      reason,
    );
  }

  /** It runs, or still does: of a new run, the forwards may be others than those that it was configured with. */
  #runs(): void {
    this.agent.running();
    if (this.#forwardedIn === this.life.run) return;
    this.#forwardedIn = this.life.run;
    this.#surroundings.runs?.(this);
    void applyForwards(this);
    void applyCables(this, this.runningDefinition);
    void applyShares(this);
  }

  get id(): MachineId {
    return this.record.id;
  }

  status(): MachineStatus {
    const { state, reason, log, startedAt, isActive } = this.life;
    const started = isActive ? this.#started?.definition : undefined;
    const runsAs = started && withPresentShares(started, this);
    const needsRestart = runsAs !== undefined && !sameHardware(runsAs, this.record.definition);
    return {
      id: this.id,
      definition: this.record.definition,
      state,
      reason: state === 'running' && this.consoles.waiting.size > 0 ? this.#waitingFor() : reason,
      ...(log === undefined ? {} : { log }),
      ...(startedAt === undefined ? {} : { startedAt }),
      needsRestart,
      ...(runsAs && needsRestart ? { runsAs } : {}),
      lastLine: this.#lastLine,
      createdAt: this.record.createdAt,
      suspended: this.record.suspended,
    };
  }

  #waitingFor(): Reason {
    const names = this.describeConsoles().filter(({ index }) => this.consoles.waiting.has(index));
    return faultWith('output-unread', { consoles: names.map(({ name }) => name) });
  }

  /** Starts it, or goes on where it was suspended, or from the snapshot point given. */
  start(from?: (signal: AbortSignal) => Promise<StartOf>): Promise<void> {
    const { record } = this;
    let start: StartOf | undefined;
    const started = this.life.start(async (signal) => {
      start = await (from ? from(signal) : this.#surroundings.begin(record, signal));
      const { ports } = start.configuration;
      await this.consoles.prepare(1 + ports.length);
      this.runsAs(start.definition ?? record.definition, ports);
      this.show(start.screens ?? []);
      return start;
    });
    return started.catch(async (error: unknown) => {
      await start?.failed?.();
      throw error;
    });
  }

  /**
   * Asks the guest to shut down: through its agent where one answers, otherwise by the power button.
   * @returns how it was asked; whether it listens shows in the machine's state
   * @throws ContractError when it does not run, or has neither
   */
  async shutdown(): Promise<AskedBy> {
    this.life.requireRunning();
    if (await this.agent.powerOff()) return 'agent';
    if (await this.life.pressPowerButton()) return 'power button';
    throw new ContractError('shutdown-no-way', { name: this.record.definition.name });
  }

  /** The definition of what runs, or ran last. */
  get runningDefinition(): MachineDefinition {
    return this.#started?.definition ?? this.record.definition;
  }

  /** Stands for what runs, or ran last: another object from the next start on. */
  get began(): object {
    return this.#started ?? this.record;
  }

  /** What runs was defined like this. */
  runsAs(definition: MachineDefinition, ports: readonly string[]): void {
    this.#started = { definition, ports };
    this.agent.wentBack();
  }

  /** Shows bytes on the consoles, in order, that no guest printed. */
  show(screens: readonly Uint8Array[]): void {
    for (const [console, bytes] of screens.entries()) if (bytes.length > 0) this.consoles.show(console, bytes);
    this.refreshLastLine();
  }

  /** The consoles it has now, or would have when started. */
  describeConsoles(): readonly ConsoleDescription[] {
    const running = this.life.isActive ? this.#started?.ports : undefined;
    const ports = running ?? this.record.definition.ports.map(({ name }) => name);
    // The agent's port is no console: its bytes are the agent's own.
    return [SERIAL_NAME, ...ports].map((name, index) => ({ index, name })).filter(({ name }) => name !== EXEC_PORT);
  }

  /** The terminal of a console has this size; the serial port's is told to the guest by its agent. */
  resize(console: number, size: TerminalSize): void {
    if (console === 0) this.agent.resizeConsole(size);
    this.life.resize(console, size.columns, size.rows);
  }

  /** @throws ContractError `missing` when it has no such console */
  requireConsole(console: number): void {
    const described = this.describeConsoles();
    if (!described.some(({ index }) => index === console))
      throw new ContractError('machine-no-console', {
        name: this.record.definition.name,
        console,
        last: described.at(-1)?.index ?? 0,
        lastName: described.at(-1)?.name ?? '',
      });
  }

  /** What happened since the last call; `undefined` while nothing runs. */
  activity(): MachineActivity | undefined {
    const figures = this.life.figures();
    if (!figures) return undefined;
    const activity = activityOf(this.id, figures, this.#figures);
    this.#figures = figures;
    return activity;
  }

  /** Looks at the console again; answers whether the last line is another one. */
  refreshLastLine(): boolean {
    const printed = this.consoles.newestLoaded();
    const line = printed ? lastLine(printed) : this.#lastLine;
    const changed = line !== this.#lastLine;
    this.#lastLine = line;
    return changed;
  }

  /** Resolves when history and the run's end are in the library. */
  async settled(): Promise<void> {
    await this.consoles.flush();
    await this.#run.catch(() => undefined);
  }
}
